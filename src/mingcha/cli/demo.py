"""The seven simulated cameras of `mingcha up`: rendered once, served on a port that stays the same."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from mingcha.base.datadir import DataDir
from mingcha.cli.demo_facts import TURNING
from mingcha.cli.processes import Program

if TYPE_CHECKING:
    from mingcha.records.inventory.models import Camera

PREFERRED_PORT = 8554
HOST = "127.0.0.1"
USERNAME, PASSWORD = "viewer", "only-a-simulation"

NAMES = {
    "street": "人民路东口",
    "school": "学校大门",
    "mall": "商场一层通道",
    "station": "车站站台",
    "hospital": "医院门诊入口",
    "park": "湖滨公园",
    TURNING: "广场球机",
}


def is_wanted(data: DataDir, *, asked: bool, refused: bool, names_others: bool) -> bool:
    """Whether the simulator runs: when it is asked for, when cameras of it are in use (whatever people call them now),
    or when there is no camera at all and none is named."""
    from mingcha.records.inventory.models import Camera

    if refused:
        return False
    in_use = Camera.objects.filter(retired_at__isnull=True)
    return asked or bool(simulated(data)) or not (names_others or in_use.exists())


def simulated(data: DataDir) -> dict[str, Camera]:
    """Simulated cameras in use, by scene: known by their address, since people may rename them."""
    from mingcha.records.inventory.models import Camera

    start = f"rtsp://{HOST}:{noted_port(data)}/"
    found = Camera.objects.filter(retired_at__isnull=True, main_url__startswith=start)
    scenes = {camera.main_url.removeprefix(start).partition("/")[0]: camera for camera in found}
    return {scene: camera for scene, camera in scenes.items() if scene in NAMES}


def cache_dir() -> Path:
    """Rendered scenes depend on the version alone, so all data directories of a user share them."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "mingcha" / "scenes"


def render() -> None:
    """Draw and encode the scenes where that has not been done yet; says so, since it takes up to a minute."""
    from mingcha.media.sim.panorama import drawn_world
    from mingcha.media.sim.scenes.render import render_scenes

    shown = -1

    def progress(share: float) -> None:
        nonlocal shown
        percent = int(share * 100)
        if percent // 10 != shown // 10:
            shown = percent
            print(f"Drawing the simulated cameras, once … {percent:3d} %", flush=True)

    render_scenes(cache_dir(), progress=progress)
    drawn_world(cache_dir())


def noted_port(data: DataDir) -> int:
    """The port used last time, which the addresses in the inventory hold."""
    note = data.root / "sim.port"
    return int(note.read_text()) if note.exists() else PREFERRED_PORT


def choose_port(data: DataDir) -> int:
    """The port used before, else the usual one, else a free one."""
    for port in (noted_port(data), PREFERRED_PORT):
        if _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


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
    options = ("--host", HOST, "--port", str(port), "--cache", str(cache_dir()), "--turning")
    login = ("--user", USERNAME, "--password", PASSWORD)
    return Program("sim", ("-m", "mingcha.cli.main", "sim", *options, *login), data.logs / "sim.log", {})


def put_office(data: DataDir, port: int) -> None:
    """Make the demonstration's office round the simulated cameras."""
    from mingcha.cli import demo_office, office

    print("Making the demonstration's sites, people and papers …", flush=True)
    _note_port(data, port)  # first: by it the cameras are known again when this start is broken off
    demo_office.put_office(data, host=HOST, port=port, login=(USERNAME, PASSWORD), at=office.now())


def put_cameras(data: DataDir, port: int) -> None:
    """Put the simulated cameras into the inventory; those that are there get their present address."""
    from mingcha.cli import office
    from mingcha.media.sim.scenes.render import SCENES

    known = simulated(data)
    for scene in SCENES:
        base = f"{HOST}:{port}/{scene.name}"
        sub = f"rtsp://{base}/sub" if scene.has_sub else ""
        main = f"rtsp://{USERNAME}:{PASSWORD}@{base}/main"
        if scene.name in known:
            office.readdress(known[scene.name], main, sub)
        elif not known:
            office.put_camera(NAMES[scene.name], main, sub)
    turning = f"{HOST}:{port}/{TURNING}"
    main, control = f"rtsp://{USERNAME}:{PASSWORD}@{turning}/main", f"http://{turning}/onvif"
    if TURNING in known:
        office.readdress(known[TURNING], main, "", control)
    elif not known:
        office.put_camera(NAMES[TURNING], main, control_url=control)
    _note_port(data, port)


def _note_port(data: DataDir, port: int) -> None:
    (data.root / "sim.port").write_text(str(port))
