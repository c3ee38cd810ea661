"""Reconciling the plan."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.catalog.records import Gap
from mingcha.media.ingest.camera import Feed, NoKeeper, StreamSupervisor
from mingcha.media.ingest.recorder import LINGER_US, STAGGER_S, Recorder
from mingcha.wire.plan import CameraOrder, Plan, StreamOrder

A, B = "cam_aaaaaaaaaaaaaaaa", "cam_bbbbbbbbbbbbbbbb"
MAIN = StreamOrder("main", "rtsp://192.0.2.1/main")
SUB = StreamOrder("sub", "rtsp://192.0.2.1/sub", record=False)


class Idle(StreamSupervisor):
    """A supervisor that only notes that it runs, and with which reason it ended."""

    def __init__(self, name: str, log: list[str]) -> None:
        self._name = name
        self._log = log

    async def run(self) -> None:
        self._log.append(f"+{self._name}")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            self._log.append(f"-{self._name} {error.args[0] if error.args else ''}".rstrip())
            raise


class Bench:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.log: list[str] = []
        self.keeper = NoKeeper()
        self.recorder = Recorder(
            self.clock, make_supervisor=self._supervisor, make_keeper=lambda camera, order: self.keeper
        )

    def _supervisor(self, camera: CameraOrder, order: StreamOrder, feed: Feed) -> StreamSupervisor:
        return Idle(f"{camera.camera[4]}/{order.role}", self.log)

    async def apply(self, version: int, *cameras: CameraOrder) -> list[str]:
        """What changed, in order."""
        self.log.clear()
        await self.recorder.apply(Plan(version, cameras))
        await asyncio.sleep(0)  # every stream begins its wait before this one does
        await asyncio.sleep(3 * STAGGER_S)
        return list(self.log)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_only_streams_whose_order_changed_are_touched(bench: Bench) -> None:
    one, two = CameraOrder(A, "one", (MAIN,)), CameraOrder(B, "two", (MAIN,))
    assert await bench.apply(1, one, two) == ["+a/main", "+b/main"]
    assert await bench.apply(2, one, two) == []
    moved = replace(two, streams=(replace(MAIN, url="rtsp://192.0.2.9/main"),))
    assert await bench.apply(3, one, moved) == ["-b/main format_changed", "+b/main"]
    assert await bench.apply(4, one) == ["-b/main switched_off"]
    await bench.recorder.close()


async def test_a_new_name_does_not_interrupt_recording(bench: Bench) -> None:
    await bench.apply(1, CameraOrder(A, "old name", (MAIN,)))
    assert await bench.apply(2, CameraOrder(A, "new name", (MAIN,))) == []
    assert bench.recorder.name_of(A) == "new name"
    await bench.recorder.close()


async def test_switching_sound_on_opens_the_camera_anew(bench: Bench) -> None:
    await bench.apply(1, CameraOrder(A, "x", (MAIN,)))
    assert await bench.apply(2, CameraOrder(A, "x", (MAIN,), "complaint desk, by order")) == [
        "-a/main format_changed",
        "+a/main",
    ]
    await bench.recorder.close()


async def test_an_older_plan_is_ignored(bench: Bench) -> None:
    await bench.apply(5, CameraOrder(A, "x", (MAIN,)))
    assert await bench.apply(4) == []
    assert bench.recorder.cameras() == [A]
    await bench.recorder.close()


async def test_a_stream_that_is_only_shown_is_opened_when_asked_for_and_closed_when_left(bench: Bench) -> None:
    assert await bench.apply(1, CameraOrder(A, "x", (MAIN, SUB))) == ["+a/main"]
    channel = bench.recorder.channel(A, "sub")
    assert channel is not None
    await asyncio.sleep(0)
    assert bench.log[-1] == "+a/sub"
    viewer = channel.subscribe()
    bench.clock.advance(LINGER_US + US_PER_S)
    await bench.recorder.rest_idle_streams()
    assert bench.log[-1] == "+a/sub"
    channel.unsubscribe(viewer)
    await bench.recorder.rest_idle_streams()
    assert bench.log[-1].startswith("-a/sub")
    assert bench.log.count("-a/main") == 0
    await bench.recorder.close()


async def test_it_is_told_that_pictures_come_and_no_disk_takes_them(bench: Bench) -> None:
    await bench.apply(1, CameraOrder(A, "x", (MAIN,)))
    status = bench.recorder.status(A)
    assert status is not None
    assert status["unkept"] is None
    bench.keeper.unkept = Gap(0, A, "main", 5, None, "store_full", "")
    status = bench.recorder.status(A)
    assert status is not None
    assert status["unkept"] == {"reason": "store_full", "since_us": 5}
    await bench.recorder.close()
