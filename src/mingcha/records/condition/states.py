"""Choices of the condition of the archive: pure data."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

NOTE_LIMIT = 500
NAME_LIMIT = 255
LATE_AFTER = timedelta(days=3)
"""A day's round may wait for a busy machine; when none has ended for so long, somebody is told: a choice of ours."""


UNWITNESSED_AFTER = timedelta(days=1)
"""A witness may be restarted or its line be down; when it has not cosigned for so long, somebody is told: a choice of
ours."""


class Trouble(models.TextChoices):
    """What is wrong with footage; the words are the recorder's."""

    CHANGED = "file.changed", _("Bytes differ from what was recorded")
    MISSING = "file.missing", _("File is not there")
    UNREADABLE = "file.unreadable", _("File cannot be read")
    VANISHED = "archive.vanished", _("Neither kept nor deleted by its rule")
    NOT_IN_LEDGER = "ledger.missing", _("Ledger does not know it")
    DIFFERS = "ledger.differs", _("Ledger says something else of it")
    BROKEN_PROOF = "ledger.broken", _("Its entry does not lead to the signed root")
    NOT_DELETED = "ledger.deleted", _("Certified as deleted, and still there")
    LOST = "footage.lost", _("Lost")
    BEHIND = "catalog.behind", _("Catalog is older than the ledger")


class DamageState(models.TextChoices):
    """Where a piece of damage stands."""

    OPEN = "open", _("Waits for somebody")
    DEALT = "dealt", _("Dealt with")
    MENDED = "mended", _("Whole again")
    GONE = "gone", _("Deleted since by its rule")


class StampState(models.TextChoices):
    """What became of asking for a time stamp of the ledger."""

    OK = "ok", _("Stamped")
    AWAY = "away", _("The authority does not answer")
    REFUSED = "refused", _("The answer was refused")


class WitnessState(models.TextChoices):
    """What a witness of the ledger does; the words are the recorder's, but the first."""

    NAMED = "named", _("Named, not heard of yet")
    OK = "ok", _("Cosigns")
    CLOCK = "clock", _("Cosigns, but its clock differs from ours")
    AWAY = "away", _("Does not answer")
    REFUSED = "refused", _("Says that the ledger was rewritten")
    FALSE = "false", _("Sends a false signature")


COSIGNING = frozenset({WitnessState.OK, WitnessState.CLOCK})
ALARMING = frozenset({WitnessState.REFUSED, WitnessState.FALSE})
