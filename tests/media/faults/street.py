"""Some forty cameras, nearly each with a fault of its own, before one recorder for half a minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from mingcha.media.sim import SimServer, tiny_clip
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip
from tests.media.faults.encrypted import encrypted
from tests.media.faults.recorded import WALL, Cast, Scene, prepare
from tests.support.recorder import free_port

LASTS_S = 36.0
"""From the first picture on: silence is told after 10 s, the absence of key frames after 15 s."""
GOOD = ("good1", "good2", "good3")
PLAIN: dict[str, dict[str, object]] = {
    "good1": {},
    "good2": {},
    "good3": {},
    "silence": {"silence": True},
    "stalls": {"stall": 4},
    "pauses": {"stall": 4, "stall_s": 6},
    "frozen": {"half_open": 4},
    "drops": {"drop": 6},
    "resets": {"reset": 6},
    "locked": {},
    "away": {},
    "html": {"html": True},
    "redirected": {"redirect": 2},
    "truncated": {"truncate": True},
    "jpeg": {"codec": "JPEG"},
    "garbage": {"garbage": 5},
    "wrap": {"wrap": 5},
    "forward": {"jump": 5, "jump_s": 3600},
    "backward": {"jump": 5, "jump_s": -3600},
    "hiccup": {"jump": 5, "jump_s": -0.5},
    "from_zero": {"wrap": 0, "drop": 7},
    "burst": {"burst": 6, "burst_s": 7},
    "keyless": {"keyless": 0},
    "keyless_later": {"keyless": 6},
    "corrupt": {"corrupt": 0.05},
    "lossy_tcp": {"loss": 0.03},
    "other_codec": {},
    "other_engine": {"drop": 6},
    "encrypted": {"drop": 6},
}
"""Cameras that show the plain clip, by name, with their faults."""


@dataclass
class Street:
    """The recording and what it is compared with. `marks`: wall instants of what was done to cameras."""

    scene: Scene
    loops: dict[str, tuple[bytes, ...]]
    keys: dict[str, frozenset[int]]
    marks: dict[str, int] = field(default_factory=dict)
    requests: dict[str, list[str]] = field(default_factory=dict)
    connections: dict[str, int] = field(default_factory=dict)
    log: str = ""


def clips() -> dict[str, Clip]:
    """By name; made once per machine."""
    paths = {
        "plain": tiny_clip(seconds=10),
        "h265": tiny_clip(codec="h265", seconds=10),
        "small": tiny_clip(seconds=10, size=(192, 108)),
        "long": tiny_clip(seconds=20, fps=10, gop=100),
        "grain": tiny_clip(seconds=4, noise=40),
        "reordered": tiny_clip(seconds=10, bframes=2),
        "aac": tiny_clip(seconds=4, audio="aac"),
        "pcma": tiny_clip(seconds=4, audio="pcma"),
    }
    return {name: Clip.load(path) for name, path in paths.items()}


def cameras(made: dict[str, Clip]) -> list[Camera]:
    plain = [Camera(name, {"main": made["plain"]}) for name in PLAIN]
    return [
        *plain,
        Camera("h265", {"main": made["h265"]}),
        Camera("long_gop", {"main": made["long"]}),
        Camera("shuffled", {"main": made["grain"]}),
        Camera("lossy", {"main": made["grain"]}),
        Camera("bframes", {"main": made["reordered"]}),
        Camera("resized", {"main": made["plain"], "sub": made["small"]}),
        Camera("recoded", {"main": made["plain"], "sub": made["h265"]}),
        Camera("aac", {"main": made["aac"]}),
        Camera("pcma", {"main": made["pcma"]}),
        Camera("mute", {"main": made["aac"]}),
    ]


def casts(sim: SimServer, guarded: SimServer, shut: SimServer, tls_port: int) -> list[Cast]:
    plain = {name: Cast(name, sim.url(name, **faults)) for name, faults in PLAIN.items()}
    plain["other_engine"] = replace(plain["other_engine"], engine="pyav")
    encrypted_url = plain["encrypted"].url.replace("rtsp://", "rtsps://").replace(f":{sim.port}/", f":{tls_port}/")
    plain["encrypted"] = replace(plain["encrypted"], url=encrypted_url)
    return [
        *plain.values(),
        Cast("h265", sim.url("h265")),
        Cast("long_gop", sim.url("long_gop", start="now")),
        Cast("shuffled", sim.url("shuffled", reorder=4), transport="udp"),
        Cast("lossy", sim.url("lossy", loss=0.01), transport="udp"),
        Cast("bframes", sim.url("bframes")),
        Cast("resized", sim.url("resized", switch=6)),
        Cast("recoded", sim.url("recoded", switch=6)),
        Cast("aac", sim.url("aac"), audio_reason="complaint desk, by order 12"),
        Cast("pcma", sim.url("pcma"), audio_reason="complaint desk, by order 12"),
        Cast("mute", sim.url("mute")),
        Cast("nowhere", sim.url("good1").replace("/main", "/other")),
        Cast("nobody", f"rtsp://127.0.0.1:{free_port()}/main"),
        Cast("right_password", guarded.url("right_password"), user="admin:s3cret"),
        Cast("wrong_password", shut.url("wrong_password"), user="admin:guess"),
    ]


async def record_street(directory: Path) -> Street:
    made = clips()
    plain = {"right_password": made["plain"]}
    async with (
        SimServer(cameras=cameras(made)) as sim,
        SimServer(plain, username="admin", password="s3cret", auth="digest-sha256", qop=True) as guarded,
        SimServer({"wrong_password": made["plain"]}, username="admin", password="s3cret") as shut,
        encrypted(directory, sim.port) as tls_port,
    ):
        scene = prepare(directory, casts(sim, guarded, shut, tls_port), segment_s=5)
        street = Street(scene, _loops(sim, made), _keys(sim))
        scene.recorder.start()
        watching = asyncio.create_task(scene.watch(sim))
        try:
            await scene.until(lambda: all(scene.now(name) == "live" for name in GOOD), 60)
            street.marks["start"] = WALL.wall_us()
            await _act(street, sim, made)
            street.connections = {"wrong_password": shut._serial}
        finally:
            watching.cancel()
            await asyncio.to_thread(scene.recorder.stop)
        street.log = scene.recorder.log
    return street


async def _act(street: Street, sim: SimServer, made: dict[str, Clip]) -> None:
    """What happens on the street, by seconds since all was well."""
    began = asyncio.get_running_loop().time()

    async def at(second: float, mark: str) -> None:
        await asyncio.sleep(began + second - asyncio.get_running_loop().time())
        street.marks[mark] = WALL.wall_us()

    await at(4, "gone")
    for name in ("aac", "pcma", "mute"):
        street.requests[name] = [word for one in sim.connections(name) for word in one.requests]
    sim.set_away("away")
    sim.set_locked("locked")
    sim.drop("locked")
    await at(6, "unlocked")
    sim.set_locked("locked", locked=False)
    sim.cameras["other_codec"].streams["main"] = made["h265"]
    sim.drop("other_codec")
    await at(12, "back")
    sim.set_away("away", away=False)
    await at(19, "keys")
    for session in sim.sessions("keyless"):
        session.players[0].is_keyless = False
    await at(LASTS_S, "end")


def _loops(sim: SimServer, made: dict[str, Clip]) -> dict[str, tuple[bytes, ...]]:
    loops = {name: camera.streams["main"].unit_hashes for name, camera in sim.cameras.items()}
    return {
        **loops,
        "right_password": made["plain"].unit_hashes,
        **{name: clip.unit_hashes for name, clip in made.items()},
    }


def _keys(sim: SimServer) -> dict[str, frozenset[int]]:
    """Indices of the key pictures of each camera's loop."""
    return {
        name: frozenset(n for n, sample in enumerate(camera.streams["main"].video.samples) if sample.is_key)
        for name, camera in sim.cameras.items()
    }
