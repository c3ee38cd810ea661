"""Turning cameras: by the unit's own people while nobody has taken over, and under a take-over by the organ's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from mingcha.base.errors import NotAllowed
from mingcha.records.disclosure.queries.leases import holder, leases_over
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.states import CameraLife
from mingcha.records.register.actions import act
from mingcha.records.viewing import actions as viewing
from mingcha.records.viewing.actions import Asker
from mingcha.records.viewing.models import Viewing


@act("viewing.control_opened", of_acts=True)
def take_in_hand(*, cameras: Sequence[Camera], asker: Asker, at: datetime) -> Viewing:
    """Open control of cameras for somebody of the unit. Raises NotAllowed: ``ptz.leased`` (who has it, until when),
    ``ptz.none`` for a camera that cannot be turned, and what viewing refuses."""
    require_turning(cameras)
    leases = leases_over((camera.public_id for camera in cameras), at)
    for camera in cameras:
        lease = leases.get(camera.public_id)
        if lease is not None:
            until = lease.request.grant.until_at.astimezone(timezone.get_current_timezone())
            raise NotAllowed(
                "ptz.leased", "Control was taken over.", name=holder(lease), until=f"{until:%Y-%m-%d %H:%M}"
            )
    return viewing.open_control(asker=asker, cameras=cameras, at=at)


def require_turning(cameras: Sequence[Camera]) -> None:
    """Raises NotAllowed (``ptz.none``) unless every one can be turned."""
    if not cameras or any(not camera.control_url or camera.state != CameraLife.IN_USE for camera in cameras):
        raise NotAllowed("ptz.none", "This camera cannot be turned.")
