"""Choices of the inventory: pure data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LIMIT = 200


class Transport(models.TextChoices):
    """How RTP travels (RFC 2326 section 12.39)."""

    TCP = "tcp", _("TCP (safe)")
    UDP = "udp", _("UDP")


class Engine(models.TextChoices):
    """Which client reads the camera."""

    NATIVE = "native", _("Own client")
    PYAV = "pyav", _("Compatible (for odd devices)")


class CameraState(models.TextChoices):
    """What the recorder last said. `waiting`: it has not said anything yet."""

    WAITING = "waiting", _("Waiting")
    CONNECTING = "connecting", _("Connecting")
    LIVE = "live", _("Recording")
    STALLED = "stalled", _("Stalled")
    LOST = "lost", _("Lost")


class ProbeState(models.TextChoices):
    """A connection test asked for by a page, carried out by the gateway."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
