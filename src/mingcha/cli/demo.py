"""The six simulated cameras of `mingcha up`: rendered once, served on a port that stays the same."""

from __future__ import annotations

import socket
from pathlib import Path

from mingcha.base.datadir import DataDir
from mingcha.cli.processes import Program

PREFERRED_PORT = 8554
HOST = "127.0.0.1"
USERNAME, PASSWORD = "viewer", "only-a-simulation"  # noqa: S105 - cameras that exist on loopback only

NAMES = {
    "street": "人民路东口",
    "school": "学校大门",
    "mall": "商场一层通道",
    "station": "地铁站台",
    "hospital": "医院门诊入口",
    "park": "停车场",
}


def has_other_cameras() -> bool:
    """Whether cameras are in use that are not simulated: then nothing simulated is added to them."""
    from mingcha.records.inventory.models import Camera

    others = Camera.objects.filter(retired_at__isnull=True).exclude(name__in=NAMES.values())
    return others.exists()
