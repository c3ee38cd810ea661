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
