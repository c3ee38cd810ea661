"""A real clip as a segment file, and programs that look at it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mingcha.media.container import fmp4, nal
from mingcha.media.container.demux import MediaFile
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import Identity
from mingcha.media.container.timeline import Timeline
from mingcha.media.units import VIDEO_CLOCK_HZ, VideoFormat
from tests.media.playback.clips import clip, video_format

OWN = Identity("sto_0000000000000001", "cam_0000000000000001", "main", 7, 3, 1_790_000_000_000_000, 1, 0)
REORDER_DEPTH = 2

needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffprobe") and shutil.which("ffmpeg")), reason="ffmpeg and ffprobe are not installed"
)


def samples_of(media: MediaFile, depth: int = REORDER_DEPTH) -> list[Sample]:
    """The pictures timed by our own timeline."""
    timeline = Timeline(VIDEO_CLOCK_HZ, reorder_depth=depth)
    units = media.video.samples
    timed = [item for unit in units if (item := timeline.push(unit.pts)) is not None] + timeline.finish()
    assert timeline.nudged == timeline.jumps == 0
    return [
        Sample(nal.with_lengths(unit.nals), item.dts, item.pts, item.duration, unit.is_key)
        for unit, item in zip(units, timed, strict=True)
    ]


def gops(samples: list[Sample]) -> list[list[Sample]]:
    groups: list[list[Sample]] = []
    for sample in samples:
        if sample.is_key or not groups:
            groups.append([])
        groups[-1].append(sample)
    return groups


def boxes_of(*, in_band: bool = False, **arguments: Any) -> tuple[VideoFormat, bytes, list[bytes]]:
    """Format, header and parts (a GOP each) of a tiny clip. `in_band`: repeat the parameter sets before each key
    picture, as cameras do."""
    media = clip(**arguments)
    audio = media.audio.format if media.audio is not None else None
    sound: list[Sample] = []
    if media.audio is not None:
        ticks = media.audio.frame_ticks
        sound = [Sample(data, n * ticks, n * ticks, ticks, True) for n, data in enumerate(media.audio.frames)]
    video = video_format(media)
    parts = []
    groups = gops(samples_of(media))
    if in_band:
        sets = nal.with_lengths(nal.parameter_sets_of(video))
        for group in groups:
            group[0].payload = sets + group[0].payload
    rate = audio.sample_rate_hz if audio is not None else 1
    for sequence, group in enumerate(groups, start=1):
        end = (group[-1].dts + group[-1].duration) * rate // VIDEO_CLOCK_HZ
        own = [item for item in sound if sequence == len(groups) or item.dts < end]
        sound = sound[len(own) :]
        parts.append(fmp4.part(sequence, group, own))
    return video, fmp4.header(video, audio, OWN), parts


def run(*command: str | Path) -> str:
    """What a program prints; it must end well and say nothing on its error output."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def probe(path: Path, entries: str) -> dict[str, str]:
    """Fields of the first stream (or the format) as ffprobe tells them."""
    text = run("ffprobe", "-v", "warning", "-count_frames", "-show_entries", entries, "-of", "default=nk=0:nw=1", path)
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def frame_hashes(path: Path, *options: str) -> list[str]:
    """Hash of every decoded picture in the order shown."""
    text = run("ffmpeg", "-v", "warning", *options, "-i", path, "-map", "0:v", "-fps_mode", "passthrough",
               "-f", "framemd5", "-")  # fmt: skip
    return [line.rsplit(",", 1)[1].strip() for line in text.splitlines() if line and not line.startswith("#")]
