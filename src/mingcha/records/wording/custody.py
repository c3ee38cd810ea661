"""Sentences about holds and items of custody, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "hold.adopted": _("Somebody has taken it into the books by now."),
    "hold.cameras": _("Choose at least one camera and at most %(limit)s, each once."),
    "hold.ended": _("The hold has ended. Place another one if the footage is still there."),
    "hold.ground": _("Choose what the footage is held for."),
    "hold.no_term": _("The law gives important information of “%(site)s” no term. Place the hold for an incident."),
    "hold.number": _("Give the number of the request or case."),
    "hold.range": _("A hold covers at most %(days)s days. Check the year, or place several."),
    "hold.release_reason": _("Say why in a few words."),
    "hold.review_note": _("Say why it is still needed."),
    "hold.same_person": _("You asked for this release yourself. Another person has to release it."),
    "hold.site_needed": _("These books do not know every camera of it. Say at which site they stood."),
    "hold.site_untold": _(
        "Say first in which region “%(site)s” is and what kind of place it is: the law's term depends on it."
    ),
    "hold.state": _("The hold is in another state by now. Look at it again."),
    "hold.term_over": _(
        "The term of the law for this footage is over already. Place the hold for an incident or a case."
    ),
    "hold.text": _("Describe in a few words what this is about."),
    "hold.unknown": _("There is no such hold."),
    "item.approval": _("The house wants a second person to approve this first. Ask for it on this page."),
    "item.copy_gone": _("The recorder no longer has this copy. Order another while the footage is there."),
    "item.ending": _("Choose why the copy is destroyed."),
    "item.grant_over": _(
        "The grant this copy was made for is over, so it can no longer be downloaded. "
        "Another request opens another grant."
    ),
    "item.hash": _("A SHA-256 has 64 digits or letters from a to f. Copy it whole."),
    "item.how": _("Say what was destroyed and how: the disc cut up, the files deleted from the computer."),
    "item.manifest_large": _("This file is too large for a manifest. Choose manifest.json, not the film."),
    "item.medium": _("Choose what the copy leaves on."),
    "item.no_paper": _("There is no such paper yet: it comes with the hand-over or the destruction."),
    "item.nothing_downloaded": _("Nothing was downloaded yet, so there is nothing to hand over."),
    "item.nothing_outside": _("Nothing of this copy is outside the recorder, so there is nothing to attest."),
    "item.paper": _("Choose what was shown."),
    "item.purpose": _("Say what the copy is for."),
    "item.reason": _("Say why in a few words."),
    "item.receiver": _("Give the name."),
    "item.return_due": _("The day of return has passed already."),
    "item.seal_note": _("The seal is not whole. Write down what is known of it."),
    "item.seal_number": _("Give the number of the seal. Only what is sent by line has none."),
    "item.seal_used": _("The seal %(number)s was used before. Take a new one."),
    "item.signature": _("Let them sign on the screen, or type the name of whoever signed on paper."),
    "item.state": _("The copy is in another state by now (%(state)s). Look at it again."),
    "item.too_many": _("This chain has %(limit)s steps already. No more can be added."),
    "item.unknown": _("There is no such copy."),
    "item.until": _("Choose a day later than the one that stands now, and at most %(days)s days from today."),
    "item.witnesses": _("Name %(count)s witnesses, each once, and not whoever attests it."),
    "ticket.not_fetched": _("A copy is downloaded from its page, where that is written down."),
    "owed.copy_return": _("A copy has to come back: %(name)s."),
    "owed.copy_returned": _("A copy came back and is still here. Destroy it: %(name)s."),
    "owed.copy_unattested": _("Attest that what had left the recorder is destroyed: %(name)s."),
    "owed.copy_unclaimed": _("Nobody has fetched a copy; it is destroyed by itself: %(name)s."),
    "owed.copy_undeleted": _("The recorder has not confirmed the deletion of a copy yet: %(name)s."),
    "owed.holds_without_reason": _(
        "The recorder keeps footage in %(count)s places for holds that these books do not know."
    ),
    "owed.hold_release_waits": _("Somebody asks you to release a hold: %(name)s."),
    "owed.hold_review": _("See whether this hold is still needed: %(name)s."),
    "owed.hold_unconfirmed": _("The recorder has not confirmed a hold or its release yet: %(name)s."),
}
