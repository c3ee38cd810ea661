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
        "disclosure.narrowed",
        _("Grant narrowed"),
        _("%(actor)s made the grant of %(subject)s smaller."),
    ),
    Act(
        "disclosure.lease_extended",
        _("Take-over lengthened"),
        _("%(actor)s decided that %(subject)s keeps control for longer."),
    ),
    Act(
        "disclosure.handed_back",
        _("Control handed back"),
        _("%(officer)s handed control back for %(subject)s; %(actor)s took it."),
    ),
    Act(
        "disclosure.lease_ended",
        _("Take-over over"),
        _("The take-over of %(subject)s ended without being handed back."),
    ),
    Act(
        "disclosure.cost_recorded",
        _("Cost of a take-over written down"),
        _("%(actor)s wrote down what the take-over of %(subject)s cost."),
    ),
    Act(
        "disclosure.number_revealed",
        _("Sealed number shown"),
        _("%(actor)s had the sealed number of %(whose)s shown."),
    ),
    Act(
        "disclosure.debt_reported",
        _("Owed paper reported"),
        _("%(actor)s reported to %(to)s what %(subject)s still owes."),
    ),
    Act(
        "disclosure.debt_written_off",
        _("Owed paper written off"),
        _("%(actor)s wrote off what %(subject)s still owed."),
    ),
    Act(
        "disclosure.debt_settled",
        _("Owed paper handed in"),
        _("What %(subject)s owed after an emergency was written down by %(actor)s."),
    ),
)
