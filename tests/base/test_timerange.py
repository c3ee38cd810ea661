"""Half-open ranges of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.base.timerange import TimeRange

instants = st.integers(min_value=-100, max_value=100)
ranges = st.tuples(instants, instants).filter(lambda p: p[0] < p[1]).map(lambda p: TimeRange(*p))


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5)])
def test_an_empty_or_reversed_range_is_refused(start: int, end: int) -> None:
    with pytest.raises(Invalid) as caught:
        TimeRange(start, end)
    assert caught.value.code == "range.empty"


def test_the_end_is_outside_and_the_start_inside() -> None:
    stretch = TimeRange(10, 20)
    assert stretch.contains(10)
    assert not stretch.contains(20)
    assert stretch.duration_us == 10


def test_neighbours_share_nothing() -> None:
    assert TimeRange(0, 10).intersect(TimeRange(10, 20)) is None


@given(ranges, ranges)
def test_an_intersection_holds_exactly_what_both_hold(one: TimeRange, other: TimeRange) -> None:
    shared = one.intersect(other)
    for instant in range(-101, 102):
        in_both = one.contains(instant) and other.contains(instant)
        assert in_both == (shared is not None and shared.contains(instant))
    assert shared == other.intersect(one)
