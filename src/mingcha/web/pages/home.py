"""Home: the cameras' state, the disk, and what needs attention, at one look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Camera, StoreStatus
from mingcha.records.inventory.states import CameraState
from mingcha.records.viewing import queries as viewing
from mingcha.records.wording import explain_reason

SILENT_AFTER = timedelta(seconds=30)
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Attention:
    """A camera that does not record, and the sentence that says why."""

    camera: Camera
    state: CameraState
    why: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A camera in the short list, with its state."""

    camera: Camera
    state: CameraState


@dataclass(frozen=True, slots=True)
class Disk:
    """`used_percent`: whole percent; `days_left`: at the present rate, None when nothing is known."""

    status: StoreStatus
    used_percent: int
    days_left: int | None


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def home(request: PersonRequest) -> HttpResponse:
    cameras = list(inventory.cameras(viewer=request.user))
    states = Counter(inventory.state_of(camera) for camera in cameras)
    troubled = [
        Attention(camera, state, _why(camera))
        for camera in cameras
        if (state := inventory.state_of(camera)) in (CameraState.LOST, CameraState.STALLED)
    ]
    context = {
        "cameras": cameras,
        "recording": states[CameraState.LIVE],
        "listed": [Listed(camera, inventory.state_of(camera)) for camera in cameras[:SHOWN]],
        "troubled": troubled[:SHOWN],
        "troubled_count": len(troubled),
        "disk": _disk(cameras),
        "recorder_silent": _recorder_silent(cameras, request.at),
        "store_fault": _store_fault(),
        "watching": viewing.being_watched(at=request.at),
        "may_manage": request.user.may(Permission.MANAGE_CAMERAS),
    }
    return render(request, "web/home.html", context)


def _why(camera: Camera) -> str:
    return explain_reason(camera.status.reason)


def _store_fault() -> str:
    """Why the disk cannot be recorded on, or nothing."""
    status = inventory.store_status()
    return explain_reason(status.state) if status is not None and status.state not in ("ok", "opening") else ""


def _disk(cameras: list[Camera]) -> Disk | None:
    """Free space against what the cameras send now: a forecast for the eye, not the law's."""
    status = inventory.store_status()
    if status is None or status.total_bytes == 0:
        return None
    rate = sum(camera.status.bits_per_s or 0 for camera in cameras if hasattr(camera, "status")) // 8
    days = status.free_bytes // (rate * 86_400) if rate else None
    return Disk(status, round(100 * (status.total_bytes - status.free_bytes) / status.total_bytes), days)


def _recorder_silent(cameras: list[Camera], at: datetime) -> bool:
    """Whether the gateway has heard nothing from the recorder for a while."""
    heard = [camera.status.seen_at for camera in cameras if hasattr(camera, "status")]
    return bool(cameras) and (not heard or at - max(heard) > SILENT_AFTER)
