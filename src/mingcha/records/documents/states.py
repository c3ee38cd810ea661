"""Choices of the archive: pure data. Types and stages of documents are the law's vocabulary (`document_type`,
`archive_stage`), not listed here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

TITLE_LIMIT = 300
REASON_LIMIT = 500
TAG_LIMIT = 40
TAGS_LIMIT = 20


class SubjectKind(models.TextChoices):
    """What a document is about, by the prefix of its id."""

    UNIT = "unt", _("Unit")
    SITE = "sit", _("Site")
    SYSTEM = "sys", _("System")
    CAMERA = "cam", _("Camera")
    CONTRACTOR = "ctr", _("Contractor")
    DEVICE_MODEL = "dvm", _("Device model")


class Holding(models.TextChoices):
    """How a demand of the law stands against the archive."""

    HELD = "held", _("There")
    EXPIRED = "expired", _("Expired")
    MISSING = "missing", _("Missing")
    LATER = "later", _("Not due yet")
