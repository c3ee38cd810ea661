"""Sentences about holds and items of custody, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "hold.cameras": _("Choose at least one camera and at most %(limit)s, each once."),
    "hold.ended": _("The hold has ended. Place another one if the footage is still there."),
    "hold.ground": _("Choose what the footage is held for."),
    "hold.no_term": _("The law gives important information of “%(site)s” no term. Place the hold for an incident."),
    "hold.number": _("Give the number of the request or case."),
    "hold.range": _("A hold covers at most %(days)s days. Check the year, or place several."),
    "hold.release_reason": _("Say why in a few words."),
    "hold.review_note": _("Say why it is still needed."),
    "hold.same_person": _("You asked for this release yourself. Another person has to release it."),
    "hold.site_untold": _(
        "Say first in which region “%(site)s” is and what kind of place it is: the law's term depends on it."
    ),
    "hold.state": _("The hold is in another state by now. Look at it again."),
    "hold.term_over": _(
        "The term of the law for this footage is over already. Place the hold for an incident or a case."
    ),
    "hold.text": _("Describe in a few words what this is about."),
    "hold.unknown": _("There is no such hold."),
    "owed.hold_release_waits": _("Somebody asks you to release a hold: %(name)s."),
    "owed.hold_review": _("See whether this hold is still needed: %(name)s."),
    "owed.hold_unconfirmed": _("The recorder has not confirmed a hold or its release yet: %(name)s."),
}
