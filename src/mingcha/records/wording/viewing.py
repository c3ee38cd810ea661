"""Sentences about seeing and copying, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "acquaintance.note": _("Say in a few words what others should know. Do not name the person on the picture."),
    "control.unavailable": _("The recorder cannot be reached. Recording goes on if it runs; try again in a moment."),
    "export.range": _("Choose a range with an end after its start, at most 24 hours long."),
    "finding.looks": _("Choose at least one look and at most %(limit)s."),
    "finding.outcome": _("Say whether something was found."),
    "finding.text": _("Describe in a few words what was found."),
    "finding.written": _("What this look led to is written down already."),
    "log.note": _("Say in a few words why the rows are deleted now."),
    "log.nothing": _("Nothing in the viewing log is older than its term."),
    "noticed.note": _("Say in a few words what came of it."),
    "noticed.own": _("This is about your own looks. Another person has to look into it."),
    "noticed.unknown": _("There is no such noticeable look, or no longer."),
    "owed.finding": _("Write down what your look for an incident led to: %(name)s."),
    "owed.noticed": _("Noticeable looks wait to be looked into: %(count)s."),
    "range.empty": _("The end of the range must come after its start."),
    "viewing.area": _("Draw an area inside the picture."),
    "viewing.cameras": _("Choose at least one camera."),
    "viewing.ended": _("This viewing has ended. Open it again."),
    "viewing.mode": _("This kind of viewing does not exist."),
    "viewing.note": _("Describe the reason in a few words."),
    "viewing.no_second_person": _("No second person is needed for this. Open it."),
    "viewing.range": _("Playback needs a range with an end after its start, at most 8 days long."),
    "viewing.reason": _("Choose a reason from the list."),
    "viewing.second_person": _("The house wants a second person to approve this: %(why)s."),
    "viewing.too_many": _("At most %(limit)s cameras can be opened at once."),
    "viewing.unknown": _("There is no such viewing."),
}
