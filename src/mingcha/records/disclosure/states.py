"""What a request can be: pure data. Requesters, modes, papers and relationships are codes of the law's vocabulary."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME_LIMIT = 200
NUMBER_LIMIT = 60
TEXT_LIMIT = 500
CAMERAS_MOST = 64
OFFICERS_MOST = 12
PAPERS_MOST = 20
RANGE_MOST = timedelta(days=366)
"""A request for more than a year is a slip of the pen."""
GRANT_MOST = timedelta(hours=24)
"""How long one grant may stay open: a choice of ours, so that none is forgotten. Another request opens another."""

LEASE_MOST = GRANT_MOST
"""How long one decision may hand control over: a further decision lengthens it."""
COSTS_MOST = 50
AMOUNT_MOST_FEN = 10_000_000_00

VIEW, TAKEOVER = "view", "takeover"
PERSON = "person"
ORGANS = ("public_security", "state_security", "authority")
"""The law's requesters that ask here; its `internal` is inside use (records.viewing)."""
CERTIFICATES = ("work_certificate", "enforcement_certificate", "ministerial_certificate")
PAPERS = ("introduction_letter", "approval_document")
POLICE_APPROVAL = "police_approval"
"""A paper of its own: the law asks for it as a fact, not as a document shown."""


class State(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", pgettext_lazy("a request", "To be decided")
    GRANTED = "granted", pgettext_lazy("a request", "Granted")
    REFUSED = "refused", pgettext_lazy("a request", "Refused")
    ENDED = "ended", pgettext_lazy("a request", "Grant over")


class Refusal(models.TextChoices):
    """Reasons to refuse besides what the law finds missing."""

    BEYOND_NEED = "beyond_need", _("It asks for more than the purpose needs")
    NOT_CONCERNED = "not_concerned", _("The recordings do not show what the request is about")
    NO_RECORDING = "no_recording", _("There is no recording of these cameras and this time")
    NO_CONSENT = "no_consent", _("The unit does not consent")
    WITHDRAWN = "withdrawn", _("The requester withdrew it")
    OTHER = "other", _("Another reason (describe)")


class Owing(models.TextChoices):
    """What a grant in an emergency may leave owed."""

    OFFICER = "officer", _("The name, certificate and signature of the officers")
    PAPER = "paper", _("A letter or an approval")


class LeaseEnd(models.TextChoices):
    """How control came back to the unit."""

    HANDED_BACK = "handed_back", _("Handed back by the organ")
    TIME_OVER = "time_over", _("Its time was over")
    GONE = "gone", _("Ended by the unit: the officers left without handing back")
    PAPERS = "papers", _("Ended by the unit: the papers turned out to be wrong")
    ASKED = "asked", _("Ended by the unit: the organ asked for it in another way")


UNIT_ENDS = (LeaseEnd.GONE, LeaseEnd.PAPERS, LeaseEnd.ASKED)
"""Why the unit may end a take-over: no text lets it take control back at will."""


class CostKind(models.TextChoices):
    """What a take-over cost the unit."""

    ADJUSTMENT = "adjustment", _("Adjusting or changing the system")
    EXPENSE = "expense", _("Further expense")
    LOSS = "loss", _("Loss or damage")


class DebtEnd(models.TextChoices):
    """How a debt came off the list without the paper."""

    REPORTED = "reported", _("Reported")
    WRITTEN_OFF = "written_off", _("Written off")


DIRECTIONS = {
    ("pan", False): _("to the left"),
    ("pan", True): _("to the right"),
    ("tilt", False): _("downwards"),
    ("tilt", True): _("upwards"),
    ("zoom", False): _("wider"),
    ("zoom", True): _("nearer"),
}
"""Axis and whether the speed is above 0."""
MOVE_ENDS = {
    "stopped": _("done"),
    "arrived": _("sent there"),
    "long": _("goes on"),
    "quiet": _("stopped: no word came any more"),
    "left": _("stopped: the page was gone"),
    "expired": _("stopped: the time was over"),
    "revoked": _("stopped: control was taken away"),
    "failed": _("refused by the camera"),
}
"""What the recorder tells of how a movement ended."""
GRANT_MINUTES = (15, 30, 60, 120, 240, 480, 1440)
