"""A camera in a hand: it moves only while words keep coming, stops for every reason, and each movement is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Conflict, Invalid, Unavailable
from mingcha.media.onvif.ptz import Preset, Velocity
from mingcha.media.ptz import hand as hands_of
from mingcha.media.ptz.hand import Hand, Hands, Movement

CAMERA = "cam_0000000000000000"
RIGHT = Velocity(pan=0.5)


class FakeMount:
    """Notes what it is told; `fails` is the code it refuses everything with."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.fails = ""

    def _note(self, word: str) -> None:
        if self.fails:
            raise Unavailable(self.fails, "no")
        self.told.append(word)

    def open(self) -> None:
        self._note("open")

    def move(self, velocity: Velocity, timeout_s: float) -> None:
        self._note(f"move {velocity.pan:g} {timeout_s:g}")

    def stop(self) -> None:
        self._note("stop")

    def presets(self) -> tuple[Preset, ...]:
        return (Preset("1", "Gate"),)

    def go_to(self, preset: str) -> None:
        self._note(f"go {preset}")


class Bench:
    def __init__(self) -> None:
        self.mount, self.hands, self.told = FakeMount(), Hands(), list[Movement]()
        self.hand = self.another()

    def another(self) -> Hand:
        return Hand(CAMERA, self.mount, self.hands, SystemClock(), self.told.append)

    async def until(self, word: str) -> None:
        async with asyncio.timeout(10):
            while word not in self.mount.told:
                await asyncio.sleep(0.01)


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(hands_of, "QUIET_US", 200_000)
    monkeypatch.setattr(hands_of, "STEP_S", 0.01)
    bench = Bench()
    await bench.hand.open()
    driving = asyncio.create_task(bench.hand.drive())
    yield bench
    bench.hand.end()
    await asyncio.gather(driving, return_exceptions=True)


async def test_a_move_carries_a_timeout_of_one_second_at_most(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    await bench.until("move 0.5 1")
    assert hands_of.TIMEOUT_S <= 1


async def test_letting_go_stops_the_camera_and_tells_one_movement(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    await bench.until("move 0.5 1")
    bench.hand.rest()
    await bench.until("stop")
    await asyncio.sleep(0.05)
    (told,) = bench.told
    assert (told.velocity, told.end, told.code) == (RIGHT, "stopped", "")
    assert told.from_us <= told.to_us


async def test_silence_stops_the_camera(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    await bench.until("stop")
    await asyncio.sleep(0.05)
    assert [one.end for one in bench.told] == ["quiet"]


async def test_the_end_of_the_session_stops_the_camera_and_says_why(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    await bench.until("move 0.5 1")
    await bench.hand.close("revoked")
    assert bench.mount.told[-1] == "stop"
    assert [one.end for one in bench.told] == ["revoked"]


async def test_two_hands_do_not_turn_one_camera(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    with pytest.raises(Conflict) as caught:
        bench.another().want(RIGHT)
    assert caught.value.code == "ptz.busy"
    await bench.until("move 0.5 1")
    bench.hand.rest()
    await bench.until("stop")
    await asyncio.sleep(0.05)
    bench.another().want(RIGHT)


async def test_a_hand_that_let_go_before_the_camera_heard_of_it_holds_nothing(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    bench.hand.rest()
    await asyncio.sleep(0.05)
    bench.another().want(RIGHT)


async def test_a_preset_is_told_by_its_name(bench: Bench) -> None:
    await bench.hand.go_to("1")
    assert "go 1" in bench.mount.told
    (told,) = bench.told
    assert (told.preset, told.velocity, told.end) == (Preset("1", "Gate"), None, "arrived")
    with pytest.raises(Invalid):
        await bench.hand.go_to("2")
    assert len(bench.told) == 1


async def test_a_move_that_the_camera_refuses_is_told_as_failed() -> None:
    bench = Bench()
    await bench.hand.open()
    bench.mount.fails = "onvif.unauthorised"
    bench.hand.want(RIGHT)
    with pytest.raises(Unavailable):
        await bench.hand.drive()
    (told,) = bench.told
    assert (told.end, told.code) == ("failed", "onvif.unauthorised")
    bench.another().want(RIGHT)


async def test_a_stop_that_does_not_arrive_is_told_with_its_code(bench: Bench) -> None:
    bench.hand.want(RIGHT)
    await bench.until("move 0.5 1")
    bench.mount.fails = "onvif.timeout"
    await bench.hand.close("left")
    (told,) = bench.told
    assert (told.end, told.code) == ("left", "onvif.timeout")
