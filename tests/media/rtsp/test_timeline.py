"""Time stamps into presentation times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.rtsp.timeline import Timeline

HZ = 90_000
FRAME = 3600
FRAME_US = 40_000


def placed(
    stamps: list[int], arrivals_us: list[int] | None = None, *, reorders: bool = False
) -> list[tuple[int, float]]:
    timeline = Timeline(HZ)
    arrivals_us = arrivals_us or [index * FRAME_US for index in range(len(stamps))]
    return [
        timeline.place(stamp & 0xFFFFFFFF, at, arrivals_us[0], reorders)
        for stamp, at in zip(stamps, arrivals_us, strict=True)
    ]


def test_it_starts_at_one_second_wherever_the_camera_starts() -> None:
    assert placed([3_000_000_000, 3_000_003_600]) == [(90_000, 0.0), (93_600, 0.0)]


def test_a_wrap_is_no_jump() -> None:
    assert placed([-FRAME, 0, FRAME]) == [(90_000, 0.0), (93_600, 0.0), (97_200, 0.0)]


def test_many_wraps_are_no_jump() -> None:
    """Four days of one picture an hour: the counter wraps every 13 h 15 min."""
    stamps = [hour * 3600 * HZ for hour in range(96)]
    times = placed(stamps, [hour * 3600 * 1_000_000 for hour in range(96)])
    assert [pts for pts, _ in times] == [HZ + hour * 3600 * HZ for hour in range(96)]
    assert {jumped for _, jumped in times} == {0.0}


def test_b_pictures_go_back_a_little_and_never_below_0() -> None:
    times = placed([0, -2 * FRAME, -FRAME, 3 * FRAME, FRAME], reorders=True)
    assert [pts - HZ for pts, _ in times] == [0, -2 * FRAME, -FRAME, 3 * FRAME, FRAME]
    assert {jumped for _, jumped in times} == {0.0}


def test_going_back_is_a_jump_without_b_pictures() -> None:
    times = placed([0, FRAME, FRAME - 100, 2 * FRAME - 100])
    assert times[2] == (HZ + 2 * FRAME, -100 / HZ)
    assert times[3] == (HZ + 3 * FRAME, 0.0)


def test_going_back_far_is_a_jump_with_b_pictures() -> None:
    times = placed([0, 3 * HZ, 0], [0, 3_000_000, 3_040_000], reorders=True)
    assert times[2] == (4 * HZ + FRAME, -3.0)


def test_running_ahead_of_arrival_is_a_jump() -> None:
    times = placed([0, 10 * HZ + FRAME, 10 * HZ + 2 * FRAME + 1, 100 * HZ])
    assert [jumped for _, jumped in times[:3]] == [0.0, 0.0, 0.0]
    assert times[3][1] > 80
    assert times[3][0] == times[2][0] + FRAME


def test_the_bound_is_ten_seconds() -> None:
    assert placed([0, 10 * HZ + FRAME])[1][1] == 0.0
    assert placed([0, 10 * HZ + FRAME + 1])[1][1] > 10


def test_a_pause_of_the_network_is_no_jump() -> None:
    times = placed([0, 60 * HZ], [0, 60_000_000])
    assert times[1] == (61 * HZ, 0.0)


def test_a_burst_of_buffered_pictures_is_no_jump() -> None:
    stamps = [number * FRAME for number in range(125)]
    times = placed(stamps, [0] * 125)
    assert {jumped for _, jumped in times} == {0.0}
    assert times[-1][0] == HZ + 124 * FRAME


def test_a_second_picture_with_the_same_stamp_comes_after_the_first() -> None:
    assert [pts for pts, _ in placed([5, 5, 5, 5 + FRAME])] == [HZ, HZ + 1, HZ + 2, HZ + 2 + FRAME]


def test_tracks_share_a_zero() -> None:
    late = Timeline(8000)
    assert late.place(77, 1_500_000, 1_000_000, False) == (12_000, 0.0)


@given(st.lists(st.tuples(st.integers(0, 0xFFFFFFFF), st.integers(0, 20_000_000)), min_size=1), st.booleans())
def test_times_are_never_negative_and_without_reordering_always_rise(
    items: list[tuple[int, int]], reorders: bool
) -> None:
    arrivals = []
    total = 0
    for _, step in items:
        total += step
        arrivals.append(total)
    times = [pts for pts, _ in placed([stamp for stamp, _ in items], arrivals, reorders=reorders)]
    assert min(times) >= 0
    if not reorders:
        assert times == sorted(set(times))
