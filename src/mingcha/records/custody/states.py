"""Choices of holds: pure data."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NUMBER_LIMIT = 100
TEXT_LIMIT = 500
CAMERAS_MOST = 200
RANGE_MOST = timedelta(days=366)
"""The longest range of one hold: a slip of the pen in the year must not keep a whole archive."""
CONFIRM_WITHIN = timedelta(minutes=5)
"""How long the recorder may take to confirm before somebody is told: a choice of ours."""


class Ground(models.TextChoices):
    """What footage is held for."""

    REQUEST = "request", _("Request by an authority")
    INCIDENT = "incident", _("Incident")
    CASE = "case", pgettext_lazy("of the police or a court", "Case")
    IMPORTANT = "important", _("Important information")


NUMBER_NEEDED = frozenset({Ground.REQUEST, Ground.CASE})


class HoldState(models.TextChoices):
    """Where a hold stands. It is in force only once the recorder has said so."""

    ORDERED = "ordered", _("Ordered, not yet in force")
    IN_FORCE = "in_force", _("In force")
    RELEASE_ASKED = "release_asked", _("Release asked for")
    RELEASING = "releasing", _("Release ordered")
    RELEASED = "released", pgettext_lazy("a hold", "Released")
    OVER = "over", _("Its term is over")


STANDING = frozenset({HoldState.ORDERED, HoldState.IN_FORCE, HoldState.RELEASE_ASKED, HoldState.RELEASING})
"""States in which the footage has to stay."""


class ItemState(models.TextChoices):
    """Where a copy in custody stands."""

    WAITING = "waiting", pgettext_lazy("a copy", "Not fetched yet")
    SEALED = "sealed", pgettext_lazy("a copy", "Sealed, to be handed over")
    OUT = "out", pgettext_lazy("a copy", "Handed over")
    BACK = "back", pgettext_lazy("a copy", "Returned")
    ENDING = "ending", pgettext_lazy("a copy", "Being destroyed")
    DESTROYED = "destroyed", pgettext_lazy("a copy", "Destroyed")


class ItemAct(models.TextChoices):
    """What can happen to a copy in custody, the words of its chain."""

    MAKE = "make", _("Taken into custody")
    DOWNLOAD = "download", _("Downloaded")
    KEEP = "keep", _("Kept for longer")
    SEAL = "seal", _("Sealed")
    UNSEAL = "unseal", _("Seal opened again")
    ASK = "ask", _("Approval asked for")
    HAND_OVER = "hand_over", pgettext_lazy("a step of a copy", "Handed over")
    HAND_ON = "hand_on", _("Handed on by the receiver")
    TAKE_BACK = "take_back", pgettext_lazy("a copy", "Taken back")
    DESTROY = "destroy", _("Destruction ordered")
    EXPIRE = "expire", _("Nobody fetched it in time")
    ATTEST = "attest", _("Destruction outside attested")
    COPY_GONE = "copy_gone", _("The recorder no longer has it")
    FINISH = "finish", _("Destroyed")


TRANSITIONS: dict[tuple[str, str], ItemState] = {
    (ItemState.WAITING, ItemAct.DOWNLOAD): ItemState.WAITING,
    (ItemState.SEALED, ItemAct.DOWNLOAD): ItemState.SEALED,
    (ItemState.WAITING, ItemAct.KEEP): ItemState.WAITING,
    (ItemState.SEALED, ItemAct.KEEP): ItemState.SEALED,
    (ItemState.WAITING, ItemAct.SEAL): ItemState.SEALED,
    (ItemState.SEALED, ItemAct.UNSEAL): ItemState.WAITING,
    (ItemState.SEALED, ItemAct.ASK): ItemState.SEALED,
    (ItemState.SEALED, ItemAct.HAND_OVER): ItemState.OUT,
    (ItemState.OUT, ItemAct.HAND_ON): ItemState.OUT,
    (ItemState.OUT, ItemAct.TAKE_BACK): ItemState.BACK,
    (ItemState.WAITING, ItemAct.EXPIRE): ItemState.ENDING,
    (ItemState.SEALED, ItemAct.EXPIRE): ItemState.ENDING,
    (ItemState.WAITING, ItemAct.DESTROY): ItemState.ENDING,
    (ItemState.SEALED, ItemAct.DESTROY): ItemState.ENDING,
    (ItemState.OUT, ItemAct.DESTROY): ItemState.ENDING,
    (ItemState.BACK, ItemAct.DESTROY): ItemState.ENDING,
    (ItemState.ENDING, ItemAct.ATTEST): ItemState.ENDING,
    (ItemState.ENDING, ItemAct.FINISH): ItemState.DESTROYED,
    # The recorder says so whenever it happens, also by its own lifetime; only what never left the recorder ends by it.
    (ItemState.WAITING, ItemAct.COPY_GONE): ItemState.WAITING,
    (ItemState.SEALED, ItemAct.COPY_GONE): ItemState.SEALED,
    (ItemState.OUT, ItemAct.COPY_GONE): ItemState.OUT,
    (ItemState.BACK, ItemAct.COPY_GONE): ItemState.BACK,
    (ItemState.ENDING, ItemAct.COPY_GONE): ItemState.ENDING,
}
"""Which act leads where; what is not here is refused (``item.state``)."""

UNCLAIMED = (ItemState.WAITING, ItemState.SEALED)
"""States in which a copy waits for somebody, and in which it can be downloaded."""


class Medium(models.TextChoices):
    """What a copy leaves the house on."""

    USB = "usb", _("USB stick")
    DISC = "disc", _("Optical disc")
    DRIVE = "drive", _("Hard disk")
    LINE = "line", _("Sent by line")
    OTHER = "other", pgettext_lazy("medium", "Other")


class Ending(models.TextChoices):
    """Why a copy is destroyed."""

    DONE = "done", _("The purpose is fulfilled")
    RETURNED = "returned", pgettext_lazy("a copy", "It came back")
    MISTAKEN = "mistaken", _("It was made by mistake")
    UNCLAIMED = "unclaimed", _("Nobody fetched it in time")
    RECORDER = "recorder", _("The recorder deleted it by its own rule")
    OTHER = "other", _("Another reason (describe)")


GONE_WHY = {
    "lifetime": _("Its time on the recorder was over"),
    "footage_deleted": _("The footage it was made of had to be deleted"),
    "lost": _("Its files were gone already"),
    "unreadable": _("The recorder knew nothing of it any more"),
    "asked": _("Whoever ordered it had no more use for it"),
}
"""The recorder's own reasons to delete a copy; all others are the office's, told back."""

BY_HAND = (Ending.DONE, Ending.RETURNED, Ending.MISTAKEN, Ending.OTHER)
"""Reasons that a person may give."""

SEAL_LIMIT = 60
NAME_LIMIT = 200
WITNESSES_MOST = 2
STEPS_MOST = 200
"""Entries in one chain: nobody hands a disc on more often."""
KEEP_MOST = timedelta(days=366)
CERTIFICATES = ("work_certificate", "enforcement_certificate", "ministerial_certificate")
"""Codes of the law's vocabulary for papers that officers show."""
OTHER_PAPER = "other_paper"
"""A paper that names a person and is none of these, such as an id card."""
