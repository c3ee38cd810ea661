"""Words of requests, decisions and grants. The viewing that a grant opens is the retrieval itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act(
        "disclosure.received",
        _("Request received"),
        _("%(actor)s received a request of %(subject)s to see recordings of %(site)s."),
    ),
    Act(
        "disclosure.officer_added",
        _("Officer written down"),
        _("%(actor)s wrote down that %(officer)s came for %(subject)s, with what was shown and signed."),
    ),
    Act(
        "disclosure.paper_added",
        _("Paper of a request written down"),
        _("%(actor)s wrote down a paper of %(issuer)s for the request of %(subject)s."),
    ),
    Act(
        "disclosure.consented",
        _("Consent given"),
        _("%(actor)s consented for the unit to the request of %(subject)s."),
    ),
    Act("disclosure.granted", _("Request granted"), _("%(actor)s granted the request of %(subject)s.")),
    Act("disclosure.refused", _("Request refused"), _("%(actor)s refused the request of %(subject)s.")),
    Act("disclosure.ended", _("Grant ended"), _("%(actor)s ended the grant of %(subject)s before its time.")),
    Act(
        "disclosure.debt_settled",
        _("Owed paper handed in"),
        _("What %(subject)s owed after an emergency was written down by %(actor)s."),
    ),
)
