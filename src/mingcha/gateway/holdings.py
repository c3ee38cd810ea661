"""What the recorder's disks and cameras hold, taken into the inventory for the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.gateway.client import ControlClient
from mingcha.records.inventory.holdings import CameraHolding, DiskStatus
from mingcha.records.inventory.models import Camera

DAY_S = 86_400
WEEK_DAYS = 7
LEAST_MEASURED_S = 600
"""A rate from less recording says nothing."""


def pull_stock(client: ControlClient, at: datetime) -> None:
    """Write down what the recorder tells of its disks and cameras. Raises Unavailable."""
    told = client.storage()
    if not told.get("disks"):
        return  # it has not looked at any yet
    disks = [_disk_row(disk, at) for disk in told.get("disks", []) if disk.get("store")]
    fields = ("path", "tier", "order", "state", "free_bytes", "total_bytes", "segments", "bytes", "seen_at")
    DiskStatus.objects.bulk_create(disks, update_conflicts=True, unique_fields=["store"], update_fields=fields)
    DiskStatus.objects.exclude(store__in=[disk.store for disk in disks]).delete()
    cameras = told.get("cameras", {})
    known = dict(Camera.objects.filter(public_id__in=cameras).values_list("public_id", "pk"))
    rows = [_holding_row(known[name], said, at) for name, said in cameras.items() if name in known]
    held = ("bytes", "oldest_at", "bytes_per_day", "measured_s", "seen_at")
    CameraHolding.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["camera"], update_fields=held, batch_size=500
    )


def rate_of(days: Sequence[Sequence[int]]) -> tuple[int | None, int]:
    """Bytes a day of recording, and the seconds it was measured over. `days`: [day, bytes, recorded_us], rising. Whole
    days count first, so that nights and weekends weigh what they weigh; the day that runs, only while there is none."""
    whole = days[:-1][-WEEK_DAYS:]
    if sum(day[2] for day in whole) < DAY_S * US_PER_S // 2:
        whole = days
    measured_s = sum(day[2] for day in whole) // US_PER_S
    if measured_s < LEAST_MEASURED_S:
        return None, measured_s
    return sum(day[1] for day in whole) * DAY_S // measured_s, measured_s


def _disk_row(told: dict[str, Any], at: datetime) -> DiskStatus:
    return DiskStatus(
        store=str(told["store"])[:20],
        path=str(told.get("path", ""))[:1000],
        tier=str(told.get("tier", ""))[:8],
        order=str(told.get("order", ""))[:16],
        state=str(told.get("state", ""))[:32],
        free_bytes=int(told.get("free_bytes") or 0),
        total_bytes=int(told.get("total_bytes") or 0),
        segments=int(told.get("segments") or 0),
        bytes=int(told.get("bytes") or 0),
        seen_at=at,
    )


def _holding_row(camera_pk: int, told: dict[str, Any], at: datetime) -> CameraHolding:
    rate, measured_s = rate_of(told.get("days", []))
    oldest_us = told.get("oldest_us")
    return CameraHolding(
        camera_id=camera_pk,
        bytes=int(told.get("bytes") or 0),
        oldest_at=to_datetime(oldest_us) if isinstance(oldest_us, int) else None,
        bytes_per_day=rate,
        measured_s=measured_s,
        seen_at=at,
    )
