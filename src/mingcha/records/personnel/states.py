"""Choices of posts and personnel files: pure data. A further kind of post is a line here and its translation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAME_LIMIT = 200
TEXT_LIMIT = 300
REASON_LIMIT = 500
MOST_SEATS = 200
EXPIRY_DAYS = (30, 60, 90)
"""How far ahead the list of what runs out looks: a choice of the screen, asked for by no text."""


class PostKind(models.TextChoices):
    """What a post is for, as the staff duties tell posts apart."""

    MONITORING = "monitoring", _("Monitoring post")
    MANAGEMENT = "management", _("Management post")
    MAINTENANCE = "maintenance", _("Maintenance post")


WATCHING = frozenset({PostKind.MONITORING, PostKind.MANAGEMENT})
"""Kinds of post whose holders may see pictures, as far as their role permits them."""


class Item(models.TextChoices):
    """What a personnel file may have to hold."""

    ENTRY_CHECK = "entry_check", _("Entry check")
    UNDERTAKING = "undertaking", _("Confidentiality education and undertaking")
    TRAINING = "training", _("Job training")
    POLICE_FILING = "police_filing", _("Filing with the police")


class Holding(models.TextChoices):
    """How an item stands on a day."""

    MET = "met", _("In order")
    MISSING = "missing", _("Missing")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Not passed")


class Result(models.TextChoices):
    """How a check or a training came out."""

    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")


class IdKind(models.TextChoices):
    """What kind of number names the person."""

    RESIDENT = "resident", _("Resident id")
    OTHER = "other", _("Passport or permit")


class Number(models.TextChoices):
    """Which sealed number is shown in full."""

    ID = "id", pgettext_lazy("of a person", "Id number")
    PHONE = "phone", _("Telephone")
