"""What the recorder tells of a look: from, to, how, and how fast, measured by what it sent."""

from __future__ import annotations

import asyncio

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.timerange import TimeRange
from mingcha.media.playback.pace import UNKNOWN, Pace, PicturePace, VideoPace
from mingcha.media.playback.services import ServedLog
from mingcha.wire.ticket import Ticket

CAMERA = "cam_0000000000000001"
START_US = 1_800_000_000 * US_PER_S
TICKET = Ticket(
    grant="grt_0000000000000001",
    person="per_0000000000000001",
    modes=("playback",),
    cameras=(CAMERA,),
    from_us=START_US,
    to_us=START_US + 86_400 * US_PER_S,
    issued_us=START_US,
    expires_us=START_US + 120 * US_PER_S,
    serial="grt_0000000000000002",
)


def watched(rate: float, *, seconds: float, buffer_s: float = 12.0, piece_s: float = 1.0) -> VideoPace:
    """A player that fills its buffer at 20 pieces a second and then asks for a piece whenever there is room."""
    pace, now, sent = VideoPace(), 0.0, 0.0
    while now < seconds:
        sent += piece_s
        pace.piece(now, START_US + round(sent * US_PER_S))
        now = now + 0.05 if sent < buffer_s else max(now + 0.05, (sent - buffer_s + piece_s) / rate)
    return pace


@pytest.mark.parametrize("rate", [0.25, 0.5, 1, 2, 4])
def test_the_speed_of_a_player_is_what_it_asked_for_and_not_its_first_rush(rate: float) -> None:
    assert watched(rate, seconds=50).told().speed_permille == pytest.approx(1000 * rate, rel=0.2)


def test_a_buffer_that_fills_slowly_is_no_slow_look() -> None:
    """A paused player on a busy machine: 14 s of footage in 18 s, and nothing more."""
    pace = VideoPace()
    for second in range(14):
        pace.piece(second * 1.3, START_US + second * US_PER_S)
    assert pace.told() == Pace(None, 0)


@pytest.mark.parametrize("rate", [1, 4])
def test_each_further_minute_is_measured_for_itself(rate: float) -> None:
    pace = VideoPace()
    for second in range(60):
        pace.piece(second, START_US + second * US_PER_S)
    assert pace.told().speed_permille == 1000
    for second in range(60, 120):
        pace.piece(second, START_US + 59 * US_PER_S + round((second - 59) * rate * US_PER_S))
    assert pace.told().speed_permille == pytest.approx(1000 * rate, rel=0.02)


async def test_pictures_are_timed_by_when_they_were_asked_for() -> None:
    """On a busy machine they come late and in a bunch."""
    told: list[Pace] = []
    log = ServedLog(lambda ticket, camera, from_us, to_us, kind, pace=UNKNOWN, /: told.append(pace))
    now_s = asyncio.get_running_loop().time()
    for second in range(5):
        at_us = START_US + second * 16 * US_PER_S
        log.note(TICKET, CAMERA, TimeRange(at_us, at_us + 1), "preview", asked_s=now_s + second)
    log.flush()
    assert [pace.speed_permille for pace in told] == [16_000]


def test_a_look_that_never_left_its_rush_has_no_speed() -> None:
    assert watched(1, seconds=0.4).told() == Pace(None, 0)


@pytest.mark.parametrize("rate", [16, 8, -1, -4, -16])
def test_winding_is_measured_by_its_pictures_also_backwards(rate: int) -> None:
    pace = PicturePace()
    for number in range(50):
        pace.picture(number * 0.12, START_US + round(number * 0.12 * rate * US_PER_S))
    told = pace.told()
    assert told.pictures == 50
    assert told.speed_permille == pytest.approx(1000 * rate, rel=0.05)


def test_scrubbing_to_and_fro_has_no_speed_but_its_pictures_are_counted() -> None:
    pace = PicturePace()
    for number in range(30):
        pace.picture(number * 0.1, START_US + (-1) ** number * number * US_PER_S)
    assert pace.told() == Pace(None, 30)


async def test_pictures_near_each_other_are_one_fact_and_a_far_one_another() -> None:
    told: list[tuple[int, int, str, Pace]] = []
    log = ServedLog(
        lambda ticket, camera, from_us, to_us, kind, pace=UNKNOWN, /: told.append((from_us, to_us, kind, pace))
    )
    for second in (0, 10, 20, 4000):
        at_us = START_US + second * US_PER_S
        log.note(TICKET, CAMERA, TimeRange(at_us, at_us + 1), "preview")
    log.flush()
    assert [(start, end, kind, pace.pictures) for start, end, kind, pace in told] == [
        (START_US, START_US + 20 * US_PER_S + 1, "preview", 3),
        (START_US + 4000 * US_PER_S, START_US + 4000 * US_PER_S + 1, "preview", 1),
    ]


async def test_video_that_touches_is_one_fact_and_a_jump_begins_another() -> None:
    told: list[tuple[int, int]] = []
    log = ServedLog(lambda ticket, camera, from_us, to_us, kind, pace=UNKNOWN, /: told.append((from_us, to_us)))
    for second in (0, 1, 2, 50):
        log.note(
            TICKET, CAMERA, TimeRange(START_US + second * US_PER_S, START_US + (second + 1) * US_PER_S), "playback"
        )
    await asyncio.sleep(0)
    log.flush()
    assert told == [
        (START_US, START_US + 3 * US_PER_S),
        (START_US + 50 * US_PER_S, START_US + 51 * US_PER_S),
    ]
