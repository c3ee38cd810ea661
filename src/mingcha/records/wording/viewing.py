"""Sentences about seeing and copying, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "control.unavailable": _("The recorder cannot be reached. Recording goes on if it runs; try again in a moment."),
    "export.range": _("Choose a range with an end after its start, at most 24 hours long."),
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
