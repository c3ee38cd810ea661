"""Segments: opened, sealed, found again, deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Conflict
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.removal import collect_garbage, remove
from tests.media.catalog.film import CAMERA, FRAMES, OTHER, PART_TICKS, START_US, VIDEO, Film


def seconds(start: float, end: float) -> TimeRange:
    return TimeRange(START_US + round(start * US_PER_S), START_US + round(end * US_PER_S))


def test_an_open_segment_has_a_row_before_it_has_a_file(film: Film) -> None:
    run = film.catalog.add_run(CAMERA, "main", START_US, VIDEO)
    number = film.catalog.open_segment(film.store.store_id, CAMERA, "main", run, START_US, 0)
    assert [row.number for row in film.catalog.open_segments()] == [number]
    found = film.catalog.open_segment_of(CAMERA, "main")
    assert found is not None
    assert (found.number, found.store, found.start_us) == (number, film.store.store_id, START_US)
    assert film.catalog.open_segment_of(OTHER, "main") is None
    assert film.catalog.last_end(CAMERA, "main") == START_US


def test_a_sealed_segment_is_found_by_number_time_and_parts(film: Film) -> None:
    record = film.record(0, parts=3)
    assert film.catalog.open_segments() == []
    assert film.catalog.segment(record.number) == record
    assert film.catalog.segments(CAMERA, "main", seconds(2.9, 99)) == [record]
    assert film.catalog.segments(CAMERA, "main", seconds(3, 99)) == []
    assert film.catalog.segments(CAMERA, "sub", seconds(0, 99)) == []
    assert film.catalog.segments(OTHER, "main", seconds(0, 99)) == []
    assert film.catalog.segment_before(CAMERA, "main", START_US) == record
    assert film.catalog.segment_before(CAMERA, "main", START_US - 1) is None
    assert film.catalog.last_end(CAMERA, "main") == record.end_us
    parts = film.catalog.part_index(record.number)
    assert [(item.media_time, item.duration, item.frames) for item in parts] == [
        (n * PART_TICKS, PART_TICKS, FRAMES) for n in range(3)
    ]
    assert film.catalog.part_index(999) == []
    run = film.catalog.run(record.run)
    assert run is not None
    assert (run.camera, run.codec, run.width) == (CAMERA, "h264", 320)
    assert film.catalog.run(999) is None


def test_the_last_end_is_that_of_the_newest_footage_not_of_the_latest_date(film: Film) -> None:
    film.record(86_400)  # before the clock of this machine was set right it was a day ahead
    film._runs.clear()
    newest = film.record(0)
    assert film.catalog.last_end(CAMERA, "main") == newest.end_us
    film._runs.clear()
    film.run()  # a run that came to nothing
    assert film.catalog.last_end(CAMERA, "main") == newest.end_us
    assert film.catalog.last_end(OTHER, "main") is None
    film.run(OTHER)
    assert film.catalog.last_end(OTHER, "main") is None


def test_segments_come_in_order_and_only_those_that_reach_into_the_range(film: Film) -> None:
    records = [film.record(start, parts=10) for start in (20, 0, 10, 40)]
    film.record(10, camera=OTHER)
    inside = film.catalog.segments(CAMERA, "main", seconds(9, 40))
    assert [item.start_us for item in inside] == sorted(item.start_us for item in inside)
    assert {item.number for item in inside} == {records[n].number for n in (0, 1, 2)}
    assert [item.number for item in film.catalog.segments_after(records[0].number, 2)] == [
        records[1].number,
        records[2].number,
    ]


def test_flags_survive(film: Film) -> None:
    record = film.record()
    for starts_with_key, recovered in ((True, False), (False, True)):
        other = replace(
            record, number=record.number + 100 + recovered, starts_with_key=starts_with_key, recovered=recovered
        )
        film.catalog.seal_segment(other, film.catalog.part_index(record.number))
        assert film.catalog.segment(other.number) == other


def test_a_number_is_sealed_once(film: Film) -> None:
    record = film.record()
    with pytest.raises(Conflict) as caught:
        film.catalog.seal_segment(replace(record, start_us=record.start_us + 1), [])
    assert caught.value.code == "catalog.number_used"
    assert film.catalog.segment(record.number) == record


def test_numbers_rise_and_never_come_back(film: Film) -> None:
    first, second = film.record(0), film.record(10)
    remove(film.catalog, film.store, [second.number])
    film.reopen()
    assert film.record(20).number == second.number + 1
    film.catalog.reserve_numbers(1000)
    film.catalog.reserve_numbers(5)
    assert film.record(30).number == 1001
    assert first.number == 1


def test_a_transaction_is_all_or_nothing(film: Film) -> None:
    def change() -> None:
        with film.catalog.transaction():
            run = film.catalog.add_run(OTHER, "main", START_US, VIDEO)
            film.catalog.open_segment(film.store.store_id, OTHER, "main", run, START_US, 0)
            raise RuntimeError("the caller changed its mind")

    with pytest.raises(RuntimeError):
        change()
    assert film.catalog.open_segments() == []
    assert film.catalog.streams() == []
    film.record(0, camera=OTHER)
    assert film.catalog.streams() == [(OTHER, "main")]
    assert film.catalog.last_end(OTHER, "main") is not None


def test_deleting_goes_through_the_garbage(film: Film) -> None:
    record, kept = film.record(0), film.record(3)
    assert film.catalog.delete_segment(record.number)
    assert not film.catalog.delete_segment(record.number)
    assert film.catalog.segment(record.number) is None
    assert film.catalog.part_index(record.number) == []
    assert [(item.number, item.store) for item in film.catalog.garbage()] == [(record.number, film.store.store_id)]
    assert film.store.path_of(record.number).exists()
    assert collect_garbage(film.catalog, film.store) == [record.number]
    assert film.catalog.garbage() == []
    assert list(film.store.numbers()) == [kept.number]


def test_an_open_segment_is_never_deleted(film: Film) -> None:
    segment, own, _ = film.begin()
    segment.append(b"part")
    assert remove(film.catalog, film.store, [own.number]) == []
    assert film.catalog.garbage() == []
    assert film.store.path_of(own.number).exists()
    segment.abandon()


def test_the_garbage_of_another_store_is_left_to_it(film: Film) -> None:
    record = film.record()
    elsewhere = replace(
        record, number=500, store="sto_0000000000000009", start_us=record.end_us, end_us=record.end_us + 1
    )
    film.catalog.seal_segment(elsewhere, film.catalog.part_index(record.number))
    film.catalog.delete_segment(500)
    assert collect_garbage(film.catalog, film.store) == []
    assert [item.number for item in film.catalog.garbage()] == [500]
    assert film.catalog.stores() == [film.store.store_id, "sto_0000000000000009"]


def test_bytes_are_counted_for_each_camera(film: Film) -> None:
    records = [film.record(0), film.record(3), film.record(0, camera=OTHER)]
    assert film.catalog.bytes_stored() == {
        CAMERA: records[0].file_bytes + records[1].file_bytes,
        OTHER: records[2].file_bytes,
    }
