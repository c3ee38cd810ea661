"""Opens a camera once and says what it is: for `mingcha camera test` and the form that adds a camera."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import MingchaError
from mingcha.media.ingest.camera import SessionLike
from mingcha.media.rtsp.source import SourceError
from mingcha.media.units import VIDEO_CLOCK_HZ, AccessUnit, AudioFormat, UnitSink, VideoFormat

LOOK_S = 12.0
"""Longer than a 10 s GOP, so that a slow camera still shows its key frame."""
ENOUGH_UNITS = 50


@dataclass(slots=True)
class Findings:
    """A sink that only looks. `has_audio`: the camera offers a sound track that we can store."""

    video: VideoFormat | None = None
    audio: AudioFormat | None = None
    units: list[AccessUnit] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.video, self.audio = video, audio

    def on_unit(self, unit: AccessUnit) -> None:
        if not unit.is_audio:
            self.units.append(unit)
        if len(self.units) >= ENOUGH_UNITS and any(seen.is_key for seen in self.units):
            self.enough.set()

    def on_loss(self, reason: str, detail: str) -> None: ...

    def first_key_run(self) -> list[AccessUnit]:
        """The pictures from the first key frame on, for a preview."""
        start = next((index for index, unit in enumerate(self.units) if unit.is_key), len(self.units))
        return self.units[start:]

    def fps(self) -> float:
        if len(self.units) < 2:
            return 0.0
        ticks = max(unit.pts for unit in self.units) - min(unit.pts for unit in self.units)
        return (len(self.units) - 1) * VIDEO_CLOCK_HZ / ticks if ticks else 0.0

    def bits_per_s(self) -> int:
        if len(self.units) < 2:
            return 0
        lasted_us = self.units[-1].arrived_mono_us - self.units[0].arrived_mono_us
        return sum(len(unit.payload) for unit in self.units) * 8 * US_PER_S // max(1, lasted_us)


async def look(open_session: Callable[[UnitSink], SessionLike]) -> Findings:
    """Open, look for up to 12 s, close. Raises SourceError."""
    findings = Findings()
    session = open_session(findings)
    try:
        await session.open()
        running = asyncio.ensure_future(session.run())
        seen = asyncio.ensure_future(findings.enough.wait())
        done, _pending = await asyncio.wait((running, seen), timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for task in (running, seen):
            task.cancel()
        await asyncio.gather(running, seen, return_exceptions=True)
        if running in done and not findings.units and (error := running.exception()) is not None:
            raise error
    finally:
        await session.close()
    if findings.video is None or not findings.units:
        raise SourceError("camera.silent", "The camera accepted the connection but sent no picture.")
    return findings


def describe(findings: Findings) -> dict[str, Any]:
    """The answer of ``POST /control/probe``."""
    video = findings.video
    return {
        "ok": True,
        "codec": video.codec if video else "",
        "width": video.width if video else 0,
        "height": video.height if video else 0,
        "fps": round(findings.fps(), 2),
        "bits_per_s": findings.bits_per_s(),
        "has_key_frame": any(unit.is_key for unit in findings.units),
    }


def describe_error(error: MingchaError) -> dict[str, Any]:
    return {"ok": False, "code": error.code, "message": error.message}
