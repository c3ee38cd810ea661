"""What the disks and the cameras hold, for the office's forecast: asked for once a minute, read from small tables."""

from __future__ import annotations

from typing import Any

from mingcha.media.catalog.moving import DAY_US, intake, oldest_held, stock
from mingcha.media.run.writing import Writing

DAYS_TOLD = 8
"""A week and today: days and nights, workdays and the weekend."""


def take_stock(writing: Writing, budgets: dict[str, int], now_us: int) -> dict[str, Any]:
    """`disks`: each with room and what lies on it; `cameras`: what each holds, since when, and what came in on each of
    the last days as [day, bytes, recorded_us] (days since 1970 UTC). Raises Unavailable."""
    rows = stock(writing.catalog)
    disks = []
    for disk in writing.pool.disks:
        held = [row for row in rows if row.store == disk.store_id]
        disks.append(
            {
                "store": disk.store_id,
                "path": str(disk.path),
                "tier": disk.tier,
                "order": disk.order,
                "state": disk.state,
                "free_bytes": disk.space.free_bytes if disk.space else 0,
                "total_bytes": disk.space.total_bytes if disk.space else 0,
                "segments": sum(row.segments for row in held),
                "bytes": sum(row.bytes for row in held),
            }
        )
    cameras: dict[str, dict[str, Any]] = {}
    for row in rows:
        camera = cameras.setdefault(row.camera, {"bytes": 0, "oldest_us": None, "days": {}})
        camera["bytes"] += row.bytes
        oldest_us = oldest_held(writing.catalog, row.camera, row.role)
        if oldest_us is not None and (camera["oldest_us"] is None or oldest_us < camera["oldest_us"]):
            camera["oldest_us"] = oldest_us
    for came in intake(writing.catalog, now_us // DAY_US - DAYS_TOLD):
        camera = cameras.setdefault(came.camera, {"bytes": 0, "oldest_us": None, "days": {}})
        day = camera["days"].setdefault(came.day, [came.day, 0, 0])
        day[1] += came.bytes
        day[2] = max(day[2], came.recorded_us)
    for name, camera in cameras.items():
        camera["days"] = sorted(camera["days"].values())
        if name in budgets:
            camera["budget_bytes"] = budgets[name]
    return {"at_us": now_us, "disks": disks, "cameras": cameras}
