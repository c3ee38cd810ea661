"""Choices of the notices: pure data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LIMIT = 200
TEXT_LIMIT = 300
CHECK_EVERY_DAYS = 90
"""How often a posted notice is looked at when a site says nothing else: the operator's policy, not the law's."""
CHECK_DAYS_MOST = 366


class SignState(models.TextChoices):
    """Where a notice stands in its life. Only one that is posted counts for its cameras."""

    PLANNED = "planned", _("Planned")
    POSTED = "posted", _("Posted")
    MISSING = "missing", _("Missing")
    DAMAGED = "damaged", _("Damaged")
    REMOVED = "removed", _("Taken down")


class CheckResult(models.TextChoices):
    """What somebody who went there found."""

    OK = "ok", _("In place and readable")
    MISSING = "missing", _("Missing")
    DAMAGED = "damaged", _("Damaged or unreadable")


STATE_AFTER = {
    CheckResult.OK: SignState.POSTED,
    CheckResult.MISSING: SignState.MISSING,
    CheckResult.DAMAGED: SignState.DAMAGED,
}
