"""Kinds of viewing, the closed list of reasons, and what a ticket of each kind permits: pure data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingcha.records.accounts.states import Permission


class Kind(models.TextChoices):
    """What is being done with the pictures."""

    LIVE = "live", _("Live view")
    PLAYBACK = "playback", _("Playback")
    SNAPSHOT = "snapshot", _("Snapshot")
    EXPORT = "export", _("Copy")
    CONTROL = "control", _("Turning cameras")


class Reason(models.TextChoices):
    """Why. A viewing without one of these is not opened."""

    ROUTINE = "routine", _("Routine watch")
    INCIDENT = "incident", _("Incident")
    PATROL = "patrol", _("Patrol check")
    EQUIPMENT = "equipment", _("Equipment test")
    AUTHORITY = "authority", _("Request by an authority")
    OTHER = "other", _("Other (describe)")


NOTE_LIMIT = 500
NOTE_NEEDED = frozenset({Reason.AUTHORITY, Reason.OTHER})


class End(models.TextChoices):
    """How a viewing ended."""

    CLOSED = "closed", _("Closed by the viewer")
    EXPIRED = "expired", _("The page was gone")
    SIGNED_OUT = "signed_out", _("The viewer signed out")
    NOT_ENTITLED = "not_entitled", _("The viewer lost the right")
    TIME_OVER = "time_over", _("The time granted was over")
    GRANT_ENDED = "grant_ended", _("The grant was ended")
    COPY_CLOSED = "copy_closed", _("The copy was handed over or is destroyed")


class ExportState(models.TextChoices):
    """Where a copy stands."""

    ORDERED = "ordered", _("Ordered")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


class Outcome(models.TextChoices):
    """What a look for an incident led to."""

    NOTHING = "nothing", pgettext_lazy("a look", "Nothing found")
    FOUND = "found", _("Something found")


class Notice(models.TextChoices):
    """What makes a look noticeable. None of it is forbidden by itself; somebody should ask."""

    MUCH = "much", _("Much within a day")
    NIGHT = "night", _("At night")
    NO_NOTE = "no_note", _("Long without a note")
    NO_FINDING = "no_finding", _("No finding after an incident")
    ACQUAINTANCE = "acquaintance", _("Knows somebody on the picture")


class SecondFor(models.TextChoices):
    """Why the house's policies want a second person for a look."""

    OTHER_SHIFT = "other_shift", _("recorded outside one's own shift")
    NIGHT = "night", _("at night")
    BULK_CAMERAS = "bulk_cameras", _("many cameras at once")
    BULK_HOURS = "bulk_hours", _("many hours at once")


class ServedKind(models.TextChoices):
    """In what form pictures went out."""

    LIVE = "live", _("Live view")
    PLAYBACK = "playback", _("Playback")
    PREVIEW = "preview", _("Preview pictures")
    SNAPSHOT = "snapshot", _("Snapshot")
    EXPORT = "export", _("Copy")


NEEDED: dict[str, Permission] = {
    Kind.LIVE: Permission.WATCH_LIVE,
    Kind.PLAYBACK: Permission.PLAY_BACK,
    Kind.SNAPSHOT: Permission.TAKE_SNAPSHOT,
    Kind.EXPORT: Permission.ORDER_EXPORT,
    Kind.CONTROL: Permission.MOVE_CAMERAS,
}

# A snapshot is an act of its own with its own entry, so no other ticket permits it.
MODES: dict[str, tuple[str, ...]] = {
    Kind.LIVE: ("live", "status"),
    Kind.PLAYBACK: ("playback",),
    Kind.SNAPSHOT: ("snapshot",),
    Kind.EXPORT: ("export",),
    Kind.CONTROL: ("ptz",),
}
