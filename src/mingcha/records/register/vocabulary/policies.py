"""Words of policies and of the second person's consent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("policy.changed", _("Policy changed"), _("%(actor)s changed a policy of the house.")),
    Act("policy.change_asked", _("Weaker policy asked for"), _("%(actor)s asked for a weaker policy of the house.")),
    Act(
        "policy.change_agreed",
        _("Weaker policy agreed to"),
        _("%(actor)s agreed to a weaker policy that %(asked_by)s asked for."),
    ),
    Act(
        "policy.change_withdrawn",
        _("Change of a policy withdrawn"),
        _("%(actor)s withdrew the weaker policy that %(asked_by)s asked for."),
    ),
    Act("approval.asked", _("Approval asked for"), _("%(actor)s asked a second person to approve: %(subject)s.")),
    Act("approval.given", _("Approval given"), _("%(actor)s approved what %(asked_by)s asked for: %(subject)s.")),
    Act("approval.refused", _("Approval refused"), _("%(actor)s refused what %(asked_by)s asked for: %(subject)s.")),
    Act(
        "approval.withdrawn",
        _("Approval withdrawn"),
        _("%(actor)s took back the approval that %(asked_by)s asked for: %(subject)s."),
    ),
)
