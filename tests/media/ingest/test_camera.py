"""The supervisor of a stream: whatever a camera does, the next attempt comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.ingest.backoff import Backoff
from mingcha.media.ingest.camera import Feed, StreamSupervisor
from mingcha.media.live.channel import Channel
from mingcha.media.rtsp.source import SourceError
from mingcha.media.units import AccessUnit, AudioFormat, UnitSink, VideoFormat

SPS = bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f23c58ba80")
VIDEO = VideoFormat("h264", 640, 360, "avc1.42c01e", (SPS,), (b"\x68\xce\x3c\x80",))


class Keeper:
    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.units = 0

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None: ...

    def on_unit(self, unit: AccessUnit) -> None:
        self.units += 1

    def on_loss(self, reason: str, detail: str) -> None: ...

    def interrupted(self, reason: str) -> None:
        self.reasons.append(reason)


class Session:
    """Does in `run` what the test says."""

    def __init__(self, sink: UnitSink, act: Callable[[UnitSink], None], failure: Exception) -> None:
        self._sink, self._act, self._failure = sink, act, failure

    async def open(self) -> tuple[VideoFormat | None, AudioFormat | None]:
        return None, None

    async def run(self) -> None:
        self._act(self._sink)
        raise self._failure

    async def close(self) -> None: ...


async def attempts(
    count: int, act: Callable[[UnitSink], None], failure: Exception
) -> tuple[Keeper, Channel, list[float]]:
    """Let the supervisor make so many attempts; returns keeper, channel and the waits between."""
    clock = ManualClock()
    keeper, channel, waits = Keeper(), Channel(clock), []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == count:
            enough.set()
            await asyncio.Event().wait()

    feed = Feed(channel, keeper, clock)
    supervisor = StreamSupervisor(
        "x", feed, lambda sink: Session(sink, act, failure), Backoff(lambda low, high: high), clock, sleep
    )
    task = asyncio.create_task(supervisor.run())
    await enough.wait()
    task.cancel("switched_off")
    with pytest.raises(asyncio.CancelledError):
        await task
    return keeper, channel, waits


def nothing(sink: UnitSink) -> None: ...


async def test_every_end_is_followed_by_another_attempt_and_its_reason_is_kept() -> None:
    keeper, _channel, waits = await attempts(5, nothing, SourceError("camera.silent", "silent"))
    assert keeper.reasons[:5] == ["camera.silent"] * 5
    assert len(waits) == 5


async def test_an_error_nobody_expected_does_not_end_the_loop() -> None:
    keeper, _channel, waits = await attempts(3, nothing, ZeroDivisionError("a fault of ours"))
    assert keeper.reasons[:3] == ["camera.internal"] * 3
    assert len(waits) == 3


async def test_being_switched_off_is_the_reason_when_it_is_cancelled() -> None:
    keeper, channel, _waits = await attempts(1, nothing, SourceError("camera.closed", "closed"))
    assert keeper.reasons[-1] == "switched_off"
    assert (channel.state.state, channel.state.reason) == ("off", "switched_off")


async def test_the_picture_is_live_from_the_first_key_frame_on() -> None:
    states: list[str] = []

    def act(sink: UnitSink) -> None:
        sink.on_format(VIDEO, None)
        sink.on_unit(AccessUnit(b"\0\0\0\1\x41", 0, False, 1))
        assert isinstance(sink, Feed)
        states.append(sink.channel.state.state)
        sink.on_unit(AccessUnit(b"\0\0\0\1\x65", 3600, True, 2))
        states.append(sink.channel.state.state)

    await attempts(1, act, SourceError("camera.closed", "closed"))
    assert states == ["connecting", "live"]


async def test_a_stream_without_key_frames_is_said_to_be_one() -> None:
    def act(sink: UnitSink) -> None:
        sink.on_format(VIDEO, None)
        for second in range(20):
            sink.on_unit(AccessUnit(b"\0\0\0\1\x41", second * 90_000, False, second * US_PER_S))
        assert isinstance(sink, Feed)
        assert (sink.channel.state.state, sink.channel.state.reason) == ("stalled", "camera.no_key_frame")

    keeper, _channel, _waits = await attempts(1, act, SourceError("camera.closed", "closed"))
    assert "no_key_frame" in keeper.reasons
