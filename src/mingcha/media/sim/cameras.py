"""What the simulator serves: named cameras with their streams, each stream a clip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.clock import Clock
from mingcha.base.errors import Invalid
from mingcha.media.sim.clip import Clip
from mingcha.media.sim.panorama import SIZE, Panorama, drawn_world, small_world
from mingcha.media.sim.turning_clip import TurningClip
from mingcha.media.sim.turret import Turret

TURNING = "square"
"""Name of the camera that turns."""
ClipLike = Clip | Path
Clips = Iterable[ClipLike] | Mapping[str, "ClipLike | Mapping[str, ClipLike]"]


@dataclass
class Camera:
    """`streams`: by name, ``main`` and often ``sub``. `is_aligned`: the loop follows the wall clock (a generated scene
    shows the true second); otherwise each client gets the clip from its beginning. `phase_us`: shift of the loop.
    `turret`: what turns it, by ONVIF at the same port under ``/<name>/onvif``."""

    name: str
    streams: dict[str, Clip]
    is_aligned: bool = False
    phase_us: int = 0
    is_locked: bool = False
    is_away: bool = False
    turret: Turret | None = None


def _load(item: ClipLike, loaded: dict[Path, Clip]) -> Clip:
    if isinstance(item, Clip):
        return item
    # A hundred cameras of one file share one clip.
    key = item.resolve()
    if key not in loaded:
        loaded[key] = Clip.load(item)
    return loaded[key]


def cameras_of(clips: Clips) -> dict[str, Camera]:
    """Cameras by name; a plain list is named cam1, cam2, and so on."""
    loaded: dict[Path, Clip] = {}
    named: Mapping[str, ClipLike | Mapping[str, ClipLike]]
    named = clips if isinstance(clips, Mapping) else {f"cam{n}": item for n, item in enumerate(clips, 1)}
    cameras = {}
    for name, item in named.items():
        streams = item if isinstance(item, Mapping) else {"main": item}
        if not name or not streams:
            raise Invalid("sim.camera", "A simulated camera wants a name and at least one stream.")
        cameras[name] = Camera(name, {stream: _load(clip, loaded) for stream, clip in streams.items()})
    return cameras


def turning_camera(clock: Clock, cache: Path | None = None, name: str = TURNING) -> Camera:
    """A camera that turns; `cache`: where the drawn world is kept, None for plain stripes."""
    turret = Turret(clock)
    panorama = Panorama(drawn_world(cache) if cache is not None else small_world())
    clip = TurningClip(name, SIZE, lambda: panorama.planes(turret.look(), clock.wall_us()))
    return Camera(name, {"main": clip}, is_aligned=True, turret=turret)
