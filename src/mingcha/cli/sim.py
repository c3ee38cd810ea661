"""`mingcha sim`: simulated cameras over real RTSP, from drawn scenes or from files, well behaved or not."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal
import sys
from pathlib import Path

from mingcha.base.clock import SystemClock
from mingcha.base.env import Env
from mingcha.base.errors import Invalid, Unavailable
from mingcha.media.sim.cameras import Camera, turning_camera
from mingcha.media.sim.faults import meanings, parse_faults
from mingcha.media.sim.library import file_cameras
from mingcha.media.sim.scenes.render import SCENES, scene_cameras
from mingcha.media.sim.server import LINE_PACE_US, SimServer

_PACES = {"frame": 0.0, "line": LINE_PACE_US, "spread": 1e9}


def _fault_help() -> str:
    lines = ["faults, for --fault NAME=VALUE or in the query of an address (…/main?stall=3&stall_s=5);"]
    lines += ["seconds count from the answer to PLAY:"]
    lines += [f"  {name:<13}{meaning}" for name, meaning in meanings()]
    return "\n".join(lines)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "sim",
        help="serve simulated cameras over RTSP",
        description="Serves simulated cameras over real RTSP and prints one address per line when ready.",
        epilog=_fault_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cameras", type=int, default=0, metavar="N", help="how many (default: six, or one a file)")
    parser.add_argument("--files", type=Path, nargs="+", default=[], metavar="F", help="video files instead of scenes")
    parser.add_argument("--turning", action="store_true", help="also one that pans, tilts and zooms, by ONVIF")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: one that is free)")
    parser.add_argument("--user", default="", metavar="U", help="ask for this user name")
    parser.add_argument("--password", default="", metavar="P", help="and this password")
    parser.add_argument("--auth", choices=("digest", "digest-sha256", "basic"), default="digest", help="how to ask")
    parser.add_argument(
        "--pace",
        choices=tuple(_PACES),
        default="line",
        help="packets of a frame: at once (frame), as a 100 Mbit/s port sends them (line), or over "
        "the whole frame interval (spread); default: %(default)s",
    )
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=VALUE", help="misbehave, see below")
    parser.add_argument(
        "--cache",
        type=Path,
        default=None,
        metavar="DIR",
        help="keep drawn scenes and transcoded files here (default: sim in the data directory)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if bool(arguments.user) != bool(arguments.password):
        raise Invalid("sim.login", "Give both --user and --password, or neither.")
    if arguments.cameras < 0:
        raise Invalid("sim.cameras", "--cameras wants a number above 0.")
    faults = _faults(arguments.fault)
    cameras = _cameras(arguments)
    if arguments.turning:
        cameras.append(turning_camera(SystemClock(), _cache(arguments)))
    sim = SimServer(
        cameras=cameras,
        host=arguments.host,
        port=arguments.port,
        username=arguments.user,
        password=arguments.password,
        auth=arguments.auth,
        pace_us=_PACES[arguments.pace],
        faults=faults,
    )
    # Packets made once live to the end; the collector need not look at them again and again.
    for camera in cameras:
        for clip in camera.streams.values():
            clip.prepare()
    gc.freeze()
    return asyncio.run(_serve(sim, as_json=arguments.json))


def _faults(words: list[str]) -> dict[str, object]:
    faults: dict[str, object] = {}
    for word in words:
        name, equals, value = word.partition("=")
        faults[name] = value if equals else "1"
    parse_faults(faults)
    return faults


def _cache(arguments: argparse.Namespace) -> Path:
    given: Path | None = arguments.cache
    return given or Env().path("MINGCHA_DATA_DIR") / "sim"


def _cameras(arguments: argparse.Namespace) -> list[Camera]:
    cache = _cache(arguments)
    if arguments.files:
        return file_cameras(arguments.files, cache, arguments.cameras)
    shown = -1

    def show(share: float) -> None:
        nonlocal shown
        percent = int(share * 100)
        if percent > shown:
            shown = percent
            end = "\n" if percent == 100 else ""
            print(f"\rDrawing the scenes, once: {percent:3d} %", end=end, file=sys.stderr, flush=True)

    return scene_cameras(cache, arguments.cameras or len(SCENES), progress=show)


async def _serve(sim: SimServer, *, as_json: bool) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        await sim.start()
    except OSError as error:
        raise Unavailable("sim.port", f"Port {sim.port} on {sim.host} cannot be used: {error.strerror}.") from error
    try:
        urls = {
            camera.name: {stream: sim.url(camera.name, stream) for stream in camera.streams}
            for camera in sim.cameras.values()
        }
        control = {name: sim.control_url(name) for name, camera in sim.cameras.items() if camera.turret is not None}
        if as_json:
            print(json.dumps({"port": sim.port, "cameras": urls, "control": control}), flush=True)
        else:
            lines = [url for streams in urls.values() for url in streams.values()]
            print("\n".join([*lines, *control.values()]), flush=True)
        await stopping.wait()
    finally:
        await sim.close()
    return 0
