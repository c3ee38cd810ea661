"""Sentences about policies and approvals, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, str | Promise] = {
    "approval.asked": _("You asked for this already. A second person has yet to answer."),
    "approval.kind": _("This kind of approval does not exist."),
    "approval.note": _("Say in a few words why it is refused."),
    "approval.not_entitled": _("This person may not approve it."),
    "approval.same_person": _("You asked for this yourself. Another person has to approve it."),
    "approval.second_form": _("Give the sign-in name and the password of the second person."),
    "approval.state": _("This approval does not hold, or no longer: used, over, taken back, or for something else."),
    "approval.unknown": _("There is no such wish for approval."),
    "owed.approval_waits": _("%(asker)s asks you to approve: %(name)s."),
    "owed.policy_waits": _("%(asker)s asks you to agree to a weaker policy: %(name)s."),
    "policy.asker_gone": _("Who asked for this change may no longer change policies. Withdraw it."),
    "policy.change_state": _("The change is in another state by now. Look at it again."),
    "policy.reason": _("Say in a few words why the policy is changed."),
    "policy.same_person": _("You asked for this change yourself. Another person has to agree."),
    "policy.scope": _("This policy holds for all sites together."),
    "policy.unknown": _("There is no such policy."),
    "policy.value": _("Choose a value from %(least)s to %(most)s."),
}
