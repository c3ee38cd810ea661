"""Gaps: opened, closed, clipped, and never without a reason."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.reasons import REASONS, reason_of
from mingcha.media.store.faults import CODES
from tests.media.catalog.film import CAMERA, OTHER, START_US, Film
from tests.media.catalog.test_segments import seconds


def listed(film: Film, range_: TimeRange | None = None) -> list[tuple[int, int | None, str]]:
    """(start, end, reason) in seconds."""
    found = film.catalog.gaps([CAMERA], range_ or seconds(-1000, 1000))[CAMERA]
    return [
        (
            (gap.start_us - START_US) // 1_000_000,
            None if gap.end_us is None else (gap.end_us - START_US) // 1_000_000,
            gap.reason,
        )
        for gap in found
    ]


def at(second: int) -> int:
    return START_US + second * 1_000_000


def test_a_gap_lasts_until_it_is_closed(film: Film) -> None:
    handle = film.catalog.open_gap(CAMERA, "main", at(10), "camera_lost", "reset by peer")
    assert film.catalog.open_gap(CAMERA, "main", at(15), "camera_lost") == handle
    assert listed(film) == [(10, None, "camera_lost")]
    assert listed(film, seconds(500, 501)) == [(10, None, "camera_lost")]
    assert listed(film, seconds(0, 10)) == []
    assert film.catalog.close_gap(CAMERA, "main", at(20))
    assert not film.catalog.close_gap(CAMERA, "main", at(30))
    assert listed(film) == [(10, 20, "camera_lost")]
    assert listed(film, seconds(20, 30)) == []
    assert film.catalog.gaps([OTHER], seconds(0, 99)) == {OTHER: []}


def test_another_reason_ends_one_gap_and_begins_the_next(film: Film) -> None:
    film.catalog.open_gap(CAMERA, "main", at(10), "camera_lost")
    film.catalog.open_gap(CAMERA, "main", at(20), "camera_unauthorised")
    film.catalog.close_gap(CAMERA, "main", at(30))
    assert listed(film) == [(10, 20, "camera_lost"), (20, 30, "camera_unauthorised")]


def test_footage_that_turns_out_older_pushes_the_gaps_before_it_back(film: Film) -> None:
    film.catalog.add_gap(CAMERA, "main", at(5), at(8), "packets_lost")
    film.catalog.open_gap(CAMERA, "main", at(10), "camera_lost")
    film.catalog.open_gap(CAMERA, "main", at(20), "camera_unauthorised")
    film.catalog.close_gap(CAMERA, "main", at(30))
    film.catalog.open_gap(CAMERA, "main", at(40), "camera_silent")
    film.catalog.trim_gaps(CAMERA, "main", at(18), at(30))
    assert listed(film) == [(5, 8, "packets_lost"), (10, 18, "camera_lost"), (40, None, "camera_silent")]


def test_numbers_taken_ahead_are_never_given_out_again(film: Film) -> None:
    first = film.catalog.take_numbers(100)
    run = film.catalog.take_runs(10)
    assert film.catalog.next_number() == first + 100
    assert film.catalog.next_run() == run + 10
    assert film.record(0).number == first + 100


def test_a_gap_of_no_length_is_none(film: Film) -> None:
    film.catalog.open_gap(CAMERA, "main", at(10), "camera_lost")
    assert film.catalog.close_gap(CAMERA, "main", at(10))
    assert listed(film) == []
    assert film.catalog.add_gap(CAMERA, "main", at(10), at(10), "camera_lost") is None


def test_a_reason_that_is_known_better_at_the_same_instant_replaces_the_first(film: Film) -> None:
    film.catalog.open_gap(CAMERA, "main", at(10), "recorder_killed")
    film.catalog.open_gap(CAMERA, "main", at(10), "store_absent")
    assert listed(film) == [(10, None, "store_absent")]


def test_gaps_of_a_stream_do_not_overlap(film: Film) -> None:
    film.catalog.add_gap(CAMERA, "main", at(10), at(20), "camera_lost")
    film.catalog.add_gap(CAMERA, "main", at(30), at(40), "camera_lost")
    assert film.catalog.add_gap(CAMERA, "main", at(12), at(18), "packets_lost") is None
    film.catalog.add_gap(CAMERA, "main", at(15), at(35), "packets_lost")
    assert listed(film) == [(10, 20, "camera_lost"), (20, 30, "packets_lost"), (30, 40, "camera_lost")]
    film.catalog.open_gap(CAMERA, "main", at(38), "store_full")
    assert film.catalog.add_gap(CAMERA, "main", at(50), at(60), "packets_lost") is None
    assert listed(film)[-1] == (40, None, "store_full")


def test_a_gap_that_begins_after_the_clock_was_set_back_is_kept(film: Film) -> None:
    film.catalog.add_gap(CAMERA, "main", at(900), at(950), "camera_lost")  # the clock was ahead
    film.catalog.open_gap(CAMERA, "main", at(100), "store_full")
    assert listed(film) == [(100, None, "store_full"), (900, 950, "camera_lost")]
    assert listed(film, seconds(960, 970)) == [(100, None, "store_full")]
    film.catalog.close_gap(CAMERA, "main", at(110))
    assert listed(film) == [(100, 110, "store_full"), (900, 950, "camera_lost")]
    film.catalog.open_gap(CAMERA, "main", at(200), "store_full")
    film.catalog.close_gap(CAMERA, "main", at(920))
    assert listed(film)[1:] == [(200, 900, "store_full"), (900, 950, "camera_lost")]


def test_streams_of_a_camera_have_their_own_gaps(film: Film) -> None:
    film.catalog.open_gap(CAMERA, "main", at(10), "camera_lost")
    film.catalog.open_gap(CAMERA, "sub", at(11), "camera_lost")
    still = film.catalog.open_gap_of(CAMERA, "sub")
    assert still is not None
    assert still.start_us == at(11)
    film.catalog.close_gap(CAMERA, "sub", at(12))
    assert listed(film) == [(10, None, "camera_lost")]
    assert film.catalog.open_gap_of(CAMERA, "sub") is None


def test_an_unknown_reason_is_refused(film: Film) -> None:
    for call in (
        lambda: film.catalog.open_gap(CAMERA, "main", at(1), "bad luck"),
        lambda: film.catalog.add_gap(CAMERA, "main", at(1), at(2), ""),
    ):
        with pytest.raises(Invalid):
            call()


def test_every_reason_has_one_english_line_and_every_store_fault_a_reason() -> None:
    for word, line in REASONS.items():
        assert word == word.lower().replace(" ", "_")
        assert line[0].isupper()
        assert line.endswith(".")
        assert "\n" not in line
    for code in CODES:
        assert reason_of(code) == code.replace(".", "_")
    assert reason_of("camera.silent") == "camera_silent"
    assert reason_of("something.new") == "recorder_fault"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["open", "close", "add"]), st.integers(0, 90), st.integers(0, 20)), max_size=25
    )
)
def test_whatever_is_reported_gaps_stay_apart_and_in_order(film: Film, steps: list[tuple[str, int, int]]) -> None:
    with film.catalog.transaction() as connection:
        connection.execute("DELETE FROM gap")
    for kind, start, length in steps:
        if kind == "open":
            film.catalog.open_gap(CAMERA, "main", at(start), "camera_lost" if length % 2 else "store_full")
        elif kind == "close":
            film.catalog.close_gap(CAMERA, "main", at(start))
        else:
            film.catalog.add_gap(CAMERA, "main", at(start), at(start + length), "packets_lost")
    closed = [(start, end) for start, end, _ in listed(film) if end is not None]
    for (_, end), (start, _) in pairwise(closed):
        assert end <= start
    film.catalog.close_gap(CAMERA, "main", at(500))
    everything = [(start, end) for start, end, _ in listed(film)]
    for (_, end), (start, _) in pairwise(everything):
        assert end is not None
        assert end <= start
    for second in range(120):
        narrow = listed(film, seconds(second, second + 1))
        assert [(start, end) for start, end, _ in narrow] == [
            (start, end) for start, end in everything if start <= second and end is not None and end > second
        ]
