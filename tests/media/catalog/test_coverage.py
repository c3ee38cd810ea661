"""The time line: coverage against a naive model, and the joining of neighbours."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.connection import _text
from mingcha.media.catalog.coverage import add_stretch, remove_stretch
from tests.media.catalog.film import CAMERA, OTHER, START_US, Film
from tests.media.catalog.test_segments import seconds


def test_neighbours_are_joined_and_holes_are_not(film: Film) -> None:
    for start in (0, 3, 6, 20):
        film.record(start, parts=3)
    film.record(0, parts=1, camera=OTHER)
    everything = seconds(-100, 100)
    found = film.catalog.coverage([CAMERA, OTHER, "cam_0000000000000009"], everything)
    assert found == {
        CAMERA: [seconds(0, 9), seconds(20, 23)],
        OTHER: [seconds(0, 1)],
        "cam_0000000000000009": [],
    }
    assert film.catalog.coverage([CAMERA], seconds(1, 21))[CAMERA] == [seconds(1, 9), seconds(20, 21)]
    assert film.catalog.coverage([CAMERA], seconds(9, 20))[CAMERA] == []
    assert film.catalog.coverage([CAMERA], everything, role="sub")[CAMERA] == []
    assert film.catalog.coverage_faults() == []


def test_the_open_segment_counts_up_to_now(film: Film) -> None:
    film.record(0, parts=3)
    segment, _, _ = film.begin(3)
    now_us = START_US + 5_500_000
    assert film.catalog.coverage([CAMERA], seconds(0, 60))[CAMERA] == [seconds(0, 3)]
    assert film.catalog.coverage([CAMERA], seconds(0, 60), open_until_us=now_us)[CAMERA] == [seconds(0, 5.5)]
    segment.abandon()


def test_deleting_from_the_middle_splits_a_stretch(film: Film) -> None:
    records = [film.record(start, parts=3) for start in (0, 3, 6)]
    film.catalog.delete_segment(records[1].number)
    assert film.catalog.coverage([CAMERA], seconds(0, 9))[CAMERA] == [seconds(0, 3), seconds(6, 9)]
    film.catalog.delete_segment(records[0].number)
    film.catalog.delete_segment(records[2].number)
    assert film.catalog.coverage([CAMERA], seconds(0, 9))[CAMERA] == []
    assert film.catalog.coverage_faults() == []


def test_overlapping_segments_are_covered_once(film: Film) -> None:
    record = film.record(0, parts=5)
    parts = film.catalog.part_index(record.number)
    film.catalog.seal_segment(replace(record, number=900, start_us=START_US + 1), parts)
    assert film.catalog.coverage([CAMERA], seconds(0, 99))[CAMERA] == [seconds(0, 5)]
    assert film.catalog.coverage_faults() == []


def test_a_fault_in_the_coverage_is_found(film: Film) -> None:
    film.record(0)
    with film.catalog.transaction() as connection:
        connection.execute("UPDATE coverage SET end_us = end_us + 1")
    assert film.catalog.coverage_faults() == [(CAMERA, "main")]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 40), st.integers(1, 12)), max_size=30),
    st.integers(1, 60),
    st.integers(1, 30),
)
def test_it_agrees_with_a_set_of_instants(changes: list[tuple[bool, int, int]], start: int, length: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(_text("schema.sql"))
    model: set[int] = set()
    for adds, begin, size in changes:
        if adds:
            add_stretch(connection, 1, begin, begin + size)
            model |= set(range(begin, begin + size))
        else:
            remove_stretch(connection, 1, begin, begin + size)
            model -= set(range(begin, begin + size))
    rows = connection.execute("SELECT start_us, end_us FROM coverage ORDER BY start_us").fetchall()
    connection.close()
    assert {instant for begin, end in rows for instant in range(begin, end)} == model
    for (_, before), (after, _) in zip(rows, rows[1:], strict=False):  # noqa: RUF007
        assert before < after, "stretches must not touch"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(start=st.integers(0, 60), length=st.integers(1, 60))
def test_a_range_is_cut_exactly(film: Film, start: int, length: int) -> None:
    if not film.catalog.streams():
        for begin in (5, 10, 30):
            film.record(begin, parts=5)
    wanted = seconds(start, start + length)
    found = film.catalog.coverage([CAMERA], wanted)[CAMERA]
    expected = [cut for stretch in (seconds(5, 15), seconds(30, 35)) if (cut := stretch.intersect(wanted))]
    assert found == expected
    assert all(isinstance(item, TimeRange) for item in found)
