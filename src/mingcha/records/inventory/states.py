"""Choices of the inventory: pure data. Kinds of place, area and installer are the law's own vocabulary, not listed
here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LIMIT = 200
TEXT_LIMIT = 1000
CODE_LIMIT = 40


class Transport(models.TextChoices):
    """How RTP travels (RFC 2326 section 12.39)."""

    TCP = "tcp", _("TCP (safe)")
    UDP = "udp", _("UDP")


class Engine(models.TextChoices):
    """Which client reads the camera."""

    NATIVE = "native", _("Own client")
    PYAV = "pyav", _("Compatible (for odd devices)")


class CameraState(models.TextChoices):
    """What the recorder last said. `waiting`: it has not said anything yet; `unkept`: pictures come, and no disk takes
    them."""

    WAITING = "waiting", _("Waiting")
    CONNECTING = "connecting", _("Connecting")
    LIVE = "live", _("Recording")
    UNKEPT = "unkept", _("Not recorded")
    STALLED = "stalled", _("Stalled")
    LOST = "lost", _("Lost")


class ProbeState(models.TextChoices):
    """A connection test asked for by a page, carried out by the gateway."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class CameraLife(models.TextChoices):
    """Where a camera stands in its life. Only one in use is in the recording plan."""

    DRAFT = "draft", _("Draft")
    REFUSED = "refused", _("Refused by law")
    WAITING = "waiting", _("Waiting for what the law asks")
    IN_USE = "in_use", _("In use")
    RETIRED = "retired", _("Retired")


class CameraKind(models.TextChoices):
    """What the device looks like, for whoever has to find it."""

    FIXED = "fixed", _("Fixed")
    DOME = "dome", _("Dome")
    PTZ = "ptz", _("Pan, tilt, zoom")
    BULLET = "bullet", _("Bullet")
    PANORAMIC = "panoramic", _("Panoramic")
    OTHER = "other", _("Other kind")


class Datum(models.TextChoices):
    """In which datum a position was given; it is kept in CGCS2000."""

    CGCS2000 = "cgcs2000", "CGCS2000"
    WGS84 = "wgs84", "WGS-84"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"


class Purpose(models.TextChoices):
    """What a camera is for. Only the first is a ground to stand at a public place."""

    PUBLIC_SECURITY = "public_security", _("Public security")
    OTHER = "other", _("Something else")


class SystemState(models.TextChoices):
    """The life of a system, in order."""

    PLANNED = "planned", _("Planned")
    BUILDING = "building", _("Under construction")
    ACCEPTED = "accepted", _("Accepted")
    IN_USE = "in_use", _("In use")
    STOPPED = "stopped", _("Stopped")
    REMOVED = "removed", _("Removed")


class Service(models.TextChoices):
    """What a contractor does for the unit."""

    OPERATION = "operation", _("Operation")
    MAINTENANCE = "maintenance", _("Maintenance")
    DESIGN = "design", _("Design")
    CONSTRUCTION = "construction", _("Construction")
    TESTING = "testing", _("Testing")


SYSTEM_STEPS: dict[SystemState, frozenset[SystemState]] = {
    SystemState.PLANNED: frozenset({SystemState.BUILDING, SystemState.IN_USE, SystemState.REMOVED}),
    SystemState.BUILDING: frozenset({SystemState.ACCEPTED, SystemState.IN_USE, SystemState.REMOVED}),
    SystemState.ACCEPTED: frozenset({SystemState.BUILDING, SystemState.IN_USE, SystemState.REMOVED}),
    SystemState.IN_USE: frozenset({SystemState.BUILDING, SystemState.STOPPED, SystemState.REMOVED}),
    SystemState.STOPPED: frozenset({SystemState.BUILDING, SystemState.IN_USE, SystemState.REMOVED}),
    SystemState.REMOVED: frozenset(),
}
"""Which stage may follow which. Use without acceptance is refused only where the law asks for acceptance."""


class BuilderKind(models.TextChoices):
    """What kind of body the unit is, for filings."""

    GOVERNMENT = "government", _("Government department")
    ENTERPRISE = "enterprise", _("Enterprise")
    INSTITUTION = "institution", _("Public institution")
    SOCIAL = "social", _("Social organisation")
    OTHER = "other", _("Other body")


class AlterationKind(models.TextChoices):
    """A change of a camera with the law in front of it."""

    MOVED = "moved", _("Moved")
    REAIMED = "reaimed", _("Aimed elsewhere")
    PURPOSE = "purpose", _("Purpose changed")
    RETIRED = "retired", _("Retired")
