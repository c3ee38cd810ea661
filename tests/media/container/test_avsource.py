"""The PyAV fallback reads simulated cameras as our own client does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Unavailable
from mingcha.media.container.avsource import AvSource
from mingcha.media.rtsp.source import Source
from mingcha.media.sim import SimServer, hash_sample, tiny_clip
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat


@dataclass
class Sink:
    formats: list[tuple[VideoFormat, AudioFormat | None]] = field(default_factory=list)
    units: list[AccessUnit] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.formats.append((video, audio))

    def on_unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def on_loss(self, reason: str, detail: str) -> None:
        self.losses.append((reason, detail))


@asynccontextmanager
async def opened(source: Source) -> AsyncIterator[tuple[AvSource, Sink, VideoFormat, AudioFormat | None]]:
    sink = Sink()
    it = AvSource(source, sink, SystemClock())
    try:
        video, audio = await it.open()
        assert video is not None
        yield it, sink, video, audio
    finally:
        await it.close()


@pytest.mark.parametrize(("codec", "audio"), [("h264", "aac"), ("h265", None)])
async def test_it_yields_the_units_of_the_camera(codec: str, audio: str | None) -> None:
    clip = tiny_clip(codec, audio=audio, seconds=2)  # type: ignore[arg-type]
    async with SimServer(clips=[clip]) as sim:
        async with opened(Source(sim.url("cam1", start="key"), audio=audio is not None)) as (it, sink, video, sound):
            assert (video.codec, video.width, video.height) == (codec, 320, 180)
            assert video.codec_string.startswith("avc1." if codec == "h264" else "hvc1.1.6.L")
            assert (sound.codec if sound else None) == audio
            running = asyncio.create_task(it.run())
            async with asyncio.timeout(60):
                while sum(not unit.is_audio for unit in sink.units) < 40:
                    await asyncio.sleep(0.05)
            running.cancel()
        assert sink.formats == [(video, sound)]
        pictures = [unit for unit in sink.units if not unit.is_audio]
        source = set(sim.unit_hashes("cam1"))
        assert {hash_sample(video.codec, unit.payload) for unit in pictures} <= source
        assert pictures[0].is_key
        steps = [after.pts - before.pts for before, after in pairwise(pictures)]
        assert all(abs(step - 3600) <= 2 for step in steps)
        assert any(unit.is_audio for unit in sink.units) == (audio is not None)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("rtsp:///nowhere", "camera.url"),
        (f"rtsp://{'x' * 70}.invalid/x", "camera.unresolved"),
        ("rtsp://127.0.0.1:1/x", "camera.refused"),
    ],
)
async def test_it_says_why_a_camera_cannot_be_opened(url: str, code: str) -> None:
    it = AvSource(Source(url, open_timeout_s=3), Sink(), SystemClock())
    with pytest.raises(Unavailable) as failed:
        await it.open()
    assert failed.value.code == code
    await it.close()


async def test_it_ends_with_a_reason_when_the_camera_goes() -> None:
    async with (
        SimServer(clips=[tiny_clip(seconds=2)]) as sim,
        opened(Source(sim.url("cam1"), open_timeout_s=20, silence_timeout_s=20)) as (it, _, _, _),
    ):
        running = asyncio.create_task(it.run())
        await asyncio.sleep(0.2)
        sim.drop("cam1")
        with pytest.raises(Unavailable) as ended:
            await asyncio.wait_for(running, 60)
        assert ended.value.code == "camera.closed"
