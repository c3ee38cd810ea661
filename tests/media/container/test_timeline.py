"""Decoding times and durations from presentation times."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.container.timeline import MAX_STEP_S, Timed, Timeline

CLOCK = 90_000
FRAME = 3_600


def run(timeline: Timeline, pts: list[int]) -> list[Timed]:
    timed = [found for value in pts if (found := timeline.push(value)) is not None]
    return timed + timeline.finish()


def test_it_gives_each_unit_its_time_when_the_next_one_arrives() -> None:
    timeline = Timeline(CLOCK)
    assert timeline.push(0) is None
    assert timeline.push(FRAME) == Timed(0, 0, FRAME)
    assert timeline.push(3 * FRAME) == Timed(FRAME, FRAME, 2 * FRAME)
    assert timeline.finish() == [Timed(3 * FRAME, 3 * FRAME, 2 * FRAME)]
    assert timeline.finish() == []


def test_a_lone_unit_gets_the_nominal_duration() -> None:
    timeline = Timeline(CLOCK, nominal_duration=4_500)
    assert run(timeline, [17]) == [Timed(17, 17, 4_500)]


def test_it_sorts_the_times_of_b_pictures() -> None:
    shown = [n * FRAME for n in (0, 3, 1, 2, 6, 4, 5)]  # I P B B P B B
    timed = run(Timeline(CLOCK, reorder_depth=1), shown)
    assert [item.pts for item in timed] == shown
    assert [item.dts for item in timed] == [n * FRAME for n in range(7)]
    assert {item.duration for item in timed} == {FRAME}


def test_leading_pictures_of_an_open_gop_keep_their_times() -> None:
    shown = [n * FRAME for n in (0, 2, 1, 5, 3, 4, 6)]  # the key picture 5 is followed by 3 and 4, shown before it
    timed = run(Timeline(CLOCK, reorder_depth=2), shown)
    assert [item.dts for item in timed] == sorted(shown)


def test_equal_and_backward_times_are_nudged_by_one_tick_and_counted() -> None:
    timeline = Timeline(CLOCK)
    timed = run(timeline, [0, FRAME, FRAME, FRAME - 10, 2 * FRAME])
    assert [item.dts for item in timed] == [0, FRAME, FRAME + 1, FRAME + 2, 2 * FRAME]
    assert [item.pts for item in timed] == [item.dts for item in timed]
    assert timeline.nudged == 2
    assert timeline.jumps == 0


def test_a_nudge_does_not_become_the_usual_duration() -> None:
    timeline = Timeline(CLOCK)
    run(timeline, [0, FRAME, 2 * FRAME, 2 * FRAME])
    assert timeline.duration == FRAME - 1 or timeline.duration == FRAME


def test_a_jump_of_hours_is_closed_up_and_counted() -> None:
    timeline = Timeline(CLOCK)
    hours = 149 * 3_600 * CLOCK
    timed = run(timeline, [0, FRAME, FRAME + hours, 2 * FRAME + hours, 3 * FRAME, 4 * FRAME])
    assert [item.dts for item in timed] == [n * FRAME for n in range(6)]
    assert timeline.jumps == 2


def test_a_slow_camera_is_not_a_jump() -> None:
    timeline = Timeline(CLOCK)
    timed = run(timeline, [0, 9 * CLOCK, 18 * CLOCK])
    assert timed[0].duration == 9 * CLOCK
    assert timeline.jumps == 0


@given(st.lists(st.integers(min_value=0, max_value=1 << 40), max_size=60), st.integers(min_value=0, max_value=4))
def test_whatever_comes_times_rise_and_no_duration_is_absurd(pts: list[int], depth: int) -> None:
    timed = run(Timeline(CLOCK, reorder_depth=depth), pts)
    assert len(timed) == len(pts)
    for before, after in pairwise(timed):
        assert after.dts == before.dts + before.duration
    limit = (MAX_STEP_S * CLOCK + 1) * (depth + 1) + len(pts)
    assert all(1 <= item.duration <= limit for item in timed)


@given(st.lists(st.integers(min_value=1, max_value=CLOCK), min_size=1, max_size=60), st.data())
def test_a_stream_reordered_within_its_depth_decodes_in_the_order_of_sorted_times(
    steps: list[int], data: st.DataObject
) -> None:
    shown = [sum(steps[:n]) for n in range(len(steps))]
    depth = data.draw(st.integers(min_value=1, max_value=4))
    # A picture may come up to `depth` places later than it is shown: sort by place plus a delay of at most that.
    order = sorted(range(len(shown)), key=lambda n: (n + data.draw(st.integers(0, depth)), n))
    timeline = Timeline(CLOCK, reorder_depth=depth)
    timed = run(timeline, [shown[n] for n in order])
    assert [item.dts for item in timed] == shown
    assert timeline.nudged == 0
