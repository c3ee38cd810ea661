"""Files of a user as cameras: H.264 and H.265 as they are, anything else made over once and kept."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from mingcha.base.errors import Invalid
from mingcha.media.container.demux import video_codec_name
from mingcha.media.container.encode import transcode
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip

log = logging.getLogger(__name__)

_SERVED = ("h264", "hevc")
_NOT_IN_NAMES = re.compile(r"[^0-9A-Za-z._-]+")


def load_file(path: Path, cache: Path) -> Clip:
    """The clip of a video file. Other codecs are transcoded to H.264 of the same size and frame rate into `cache`,
    once for each state of the file. Raises Invalid where it is no video."""
    if not path.is_file():
        raise Invalid("sim.file", f"There is no file {path}.", file=path.name)
    if video_codec_name(path) in _SERVED:
        return Clip.load(path)
    state = path.stat()
    key = hashlib.sha256(f"{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}".encode()).hexdigest()[:16]
    made = cache / f"file-{key}.mp4"
    if not made.exists():
        cache.mkdir(parents=True, exist_ok=True)
        log.info("making over %s into H.264", path.name)
        transcode(path, made)
    return Clip.load(made)


def file_cameras(paths: Sequence[Path], cache: Path, count: int = 0) -> list[Camera]:
    """A camera for each file, named like it; with a larger `count` the files go round, each under further names."""
    clips = [load_file(path, cache) for path in paths]
    cameras: dict[str, Camera] = {}
    for number in range(max(count, len(paths))):
        stem = _NOT_IN_NAMES.sub("-", paths[number % len(paths)].stem).strip("-") or "file"
        name, turn = stem, 1
        while name in cameras:
            turn += 1
            name = f"{stem}-{turn}"
        # Cameras of the same file do not show the same picture at the same time.
        clip = clips[number % len(paths)]
        phase_us = (number // len(paths)) * clip.duration_us // max(1, -(-count // len(paths)))
        cameras[name] = Camera(name, {"main": clip}, is_aligned=True, phase_us=phase_us)
    return list(cameras.values())
