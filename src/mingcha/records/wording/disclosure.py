"""Sentences about requests, decisions and grants, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "disclosure.amount": _("Give an amount above 0."),
    "disclosure.beyond_grant": _(
        "The grant does not cover this. It opens exactly what was asked for and nothing else."
    ),
    "disclosure.cameras": _("Choose from 1 to %(limit)s cameras of this site."),
    "disclosure.certificate": _("Choose the certificate that was shown."),
    "disclosure.consented": _("The unit has consented already, or the request has been decided."),
    "disclosure.copy_range": _("A copy needs a beginning and an end. Live pictures can be seen, not copied."),
    "disclosure.cost": _("Choose what kind of cost it was."),
    "disclosure.debt_closed": _("It has been handed in, reported or written off already."),
    "disclosure.decided": _("The request has been decided. A further request can be received."),
    "disclosure.duration": _("Choose how long the grant is to last from the list."),
    "disclosure.empty": _("Fill this in."),
    "disclosure.end_lease": _("This grant handed control over: end the take-over, not the grant."),
    "disclosure.lease_end": _("Choose one of the reasons: the unit may not take control back at will."),
    "disclosure.long": _("At most %(limit)s characters."),
    "disclosure.mode": _("Choose whether it is to be seen, copied or taken over."),
    "disclosure.not_allowed": _("The law asks for more before this may be granted. What is missing stands below."),
    "disclosure.no_number": _("No number was written down."),
    "disclosure.not_leased": _("No take-over is running here, or it is over already."),
    "disclosure.not_longer": _("This is not longer than it lasts already."),
    "disclosure.not_narrower": _("Nothing was made smaller."),
    "disclosure.not_granted": _("There is no grant, or its time is over. A further request can be received."),
    "disclosure.nothing_in_force": _("No rule in force at this site grants this, so it cannot be granted."),
    "disclosure.officer": _("Choose one of the officers who came for this request."),
    "disclosure.paper": _("Choose which paper was shown."),
    "disclosure.paper_day": _("This day is still to come."),
    "disclosure.protects": _("Choose what the person wants to protect."),
    "disclosure.range": _("The end must come after the beginning, at most %(days)s days later."),
    "disclosure.reason_note": _("Describe the reason in a few words."),
    "disclosure.reasons": _("Choose at least one reason: the law finds nothing missing."),
    "disclosure.region": _("Say first in which region “%(site)s” is: which rules bind depends on it."),
    "disclosure.relationship": _("Choose who the person is to the one shown."),
    "disclosure.requester": _("Choose which kind of state organ asks."),
    "disclosure.second_person": _("The house wants a second person to consent to this first."),
    "disclosure.signature": _("The officer signs on the screen, or types their name."),
    "disclosure.too_many": _("There can be at most %(limit)s."),
    "disclosure.unknown": _("There is no such request."),
    "disclosure.wider": _("A grant can only be made smaller. What it does not cover needs another request."),
    "owed.debt_officer": _("%(name)s was let in at once: name, certificate and signature are still owed."),
    "owed.debt_paper": _("%(name)s was let in at once: a letter or an approval is still owed."),
    "owed.debts_more": _("%(count)s more papers are owed after emergencies."),
    "ptz.busy": _("Somebody else is turning this camera."),
    "ptz.leased": _(
        "%(name)s has taken control over until %(until)s. Until then nobody of the unit can turn this camera."
    ),
    "ptz.none": _("This camera cannot be turned."),
}
