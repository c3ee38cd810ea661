"""The six simulated cameras of `mingcha up`: rendered once, served on a port that stays the same."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from mingcha.base.datadir import DataDir
from mingcha.cli.processes import Program

PREFERRED_PORT = 8554
HOST = "127.0.0.1"
USERNAME, PASSWORD = "viewer", "only-a-simulation"

NAMES = {
    "street": "人民路东口",
    "school": "学校大门",
    "mall": "商场一层通道",
    "station": "地铁站台",
    "hospital": "医院门诊入口",
    "park": "湖滨公园",
}


def has_other_cameras() -> bool:
    """Whether cameras are in use that are not simulated: then nothing simulated is added to them."""
    from mingcha.records.inventory.models import Camera

    others = Camera.objects.filter(retired_at__isnull=True).exclude(name__in=NAMES.values())
    return others.exists()


def cache_dir() -> Path:
    """Rendered scenes depend on the version alone, so all data directories of a user share them."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "mingcha" / "scenes"


def render() -> None:
    """Draw and encode the scenes where that has not been done yet; says so, since it takes up to a minute."""
    from mingcha.media.sim.scenes.render import render_scenes

    shown = -1

    def progress(share: float) -> None:
        nonlocal shown
        percent = int(share * 100)
        if percent // 10 != shown // 10:
            shown = percent
            print(f"Drawing the six simulated cameras, once … {percent:3d} %", flush=True)

    render_scenes(cache_dir(), progress=progress)


def choose_port(data: DataDir) -> int:
    """The port used before, since the inventory holds it; else the usual one, else a free one."""
    note = data.root / "sim.port"
    before = int(note.read_text()) if note.exists() else PREFERRED_PORT
    port = next(port for port in (before, PREFERRED_PORT, 0) if _is_free(port))
    if port == 0:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port = probe.getsockname()[1]
    note.write_text(str(port))
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def program(data: DataDir, port: int) -> Program:
    """The simulator as a child of `mingcha up`."""
    options = ("--host", HOST, "--port", str(port), "--cache", str(cache_dir()))
    login = ("--user", USERNAME, "--password", PASSWORD)
    return Program("sim", ("-m", "mingcha.cli.main", "sim", *options, *login), data.logs / "sim.log", {})


def put_cameras(port: int) -> None:
    """Put the simulated cameras into the inventory, or give them their present address."""
    from mingcha.cli import office
    from mingcha.media.sim.scenes.render import SCENES

    for scene in SCENES:
        base = f"{HOST}:{port}/{scene.name}"
        sub = f"rtsp://{base}/sub" if scene.has_sub else ""
        office.put_camera(NAMES[scene.name], f"rtsp://{USERNAME}:{PASSWORD}@{base}/main", sub)
