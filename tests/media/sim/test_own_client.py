"""The recorder's own RTSP client against the simulator: what was served is what arrives, picture by picture."""

from __future__ import annotations

import asyncio

import pytest

from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Source
from mingcha.media.sim import SimServer, hash_sample, tiny_clip
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

WANTED = 40


class Collector:
    """Keeps what a session delivers."""

    def __init__(self) -> None:
        self.formats: list[VideoFormat] = []
        self.pictures: list[AccessUnit] = []
        self.losses: list[str] = []
        self.enough = asyncio.Event()

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.formats.append(video)

    def on_unit(self, unit: AccessUnit) -> None:
        if not unit.is_audio:
            self.pictures.append(unit)
            if len(self.pictures) >= WANTED:
                self.enough.set()

    def on_loss(self, reason: str, detail: str) -> None:
        self.losses.append(reason)


@pytest.mark.parametrize("faults", [{}, {"wrap": 0.5, "sequence": 65_530}, {"aggregate": 1, "pace": 1_000}])
@pytest.mark.parametrize(("codec", "bframes"), [("h264", 2), ("h265", 0)])
async def test_every_picture_arrives_once_and_in_order(codec: str, bframes: int, faults: dict[str, float]) -> None:
    clip = tiny_clip(codec, seconds=1, bframes=bframes, size=(640, 360), noise=30)  # type: ignore[arg-type]
    async with SimServer([clip], username="u", password="p w") as sim:
        collector = Collector()
        source = Source(sim.url("cam1", **faults), "u", "p w", transport="tcp")
        session = Session(source, collector, Poller(asyncio.get_running_loop()), SystemClock())
        await session.open()
        running = asyncio.create_task(session.run())
        await asyncio.wait_for(collector.enough.wait(), 20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await session.close()
        expected = sim.unit_hashes("cam1")
        got = [hash_sample(codec, unit.payload) for unit in collector.pictures[:WANTED]]  # type: ignore[arg-type]
        assert got == [expected[n % 25] for n in range(WANTED)]
        assert collector.losses == []
        assert (collector.formats[0].width, collector.formats[0].height) == (640, 360)
