"""The catalog from the files alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.rebuild import rebuild
from mingcha.media.catalog.recover import recover
from mingcha.media.catalog.removal import remove
from mingcha.media.container import fmp4
from mingcha.media.container.identity import Identity
from mingcha.media.store import layout
from tests.media.catalog.film import CAMERA, OTHER, START_US, VIDEO, Film, part
from tests.media.catalog.test_recover import gaps, left_behind
from tests.media.catalog.test_segments import seconds


def test_a_lost_catalog_comes_back_from_the_files(film: Film) -> None:
    records = [film.record(0), film.record(3), film.record(20), film.record(0, camera=OTHER)]
    indexes = film.catalog.part_indexes(record.number for record in records)
    unsealed = left_behind(film, 2, 23)
    film.new_catalog()
    told: list[int] = []
    result = rebuild(film.store, film.catalog, progress=told.append)
    assert (result.adopted, result.left_alone) == (4, [])
    assert told == [record.number for record in records]
    assert [film.catalog.segment(record.number) for record in records] == records
    assert film.catalog.part_indexes(indexes) == indexes
    run = film.catalog.run(records[0].run)
    assert run is not None
    assert (run.camera, run.codec, run.codec_string, run.width, run.start_us) == (
        CAMERA,
        "h264",
        VIDEO.codec_string,
        320,
        START_US,
    )
    recover(film.store, film.catalog)
    assert film.catalog.segment(unsealed) is not None
    assert gaps(film) == [(25, None, "recorder_killed")]
    assert gaps(film, OTHER) == [(3, None, "recorder_killed")]
    assert check(film.catalog, film.store, Depth.HASHES).findings == []
    assert film.record(50).number == unsealed + 1


def test_rebuilding_twice_or_beside_a_good_catalog_changes_nothing(film: Film) -> None:
    record = film.record(0)
    film.catalog.add_gap(CAMERA, "main", record.end_us, record.end_us + 1, "camera_lost")
    film.record(10)
    before = gaps(film)
    assert rebuild(film.store, film.catalog).adopted == 0
    assert gaps(film) == before
    assert film.catalog.segment(record.number) == record


def test_many_files_are_entered_in_several_transactions(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mingcha.media.catalog.rebuild._BATCH", 3)
    for start in range(8):
        film.record(start, parts=1)
    film.new_catalog()
    assert rebuild(film.store, film.catalog).adopted == 8
    assert film.catalog.coverage([CAMERA], seconds(0, 999))[CAMERA] == [seconds(0, 8)]


def test_a_number_that_another_store_has_taken_is_left(film: Film) -> None:
    record = film.record(0)
    film.new_catalog()
    elsewhere = replace(record, store="sto_0000000000000009")
    film.catalog.adopt_run(record.run, CAMERA, "main", START_US, VIDEO, None)
    film.catalog.seal_segment(elsewhere, [])
    assert rebuild(film.store, film.catalog).left_alone == [(record.number, "catalog.number_used")]
    assert film.catalog.segment(record.number) == elsewhere


def test_known_reasons_survive_where_only_some_files_were_unknown(film: Film) -> None:
    film.record(0)
    lost = film.record(10)
    film.catalog.add_gap(CAMERA, "main", START_US + 3_000_000, START_US + 10_000_000, "camera_lost")
    with film.catalog.transaction() as connection:
        connection.execute("DELETE FROM segment WHERE number = ?", (lost.number,))
        connection.execute("DELETE FROM segment_index WHERE number = ?", (lost.number,))
        connection.execute("DELETE FROM coverage WHERE start_us = ?", (lost.start_us,))
    assert rebuild(film.store, film.catalog).adopted == 1
    assert gaps(film) == [(3, 10, "camera_lost")]


def test_files_that_say_they_are_something_else_are_named_and_left(film: Film) -> None:
    record = film.record(0)
    directory = film.store.path / layout.SEGMENTS_NAME / "0000000"
    endless = Identity(film.store.store_id, CAMERA, "main", 70, 1, START_US, START_US, 0)
    (directory / layout.file_name(70)).write_bytes(fmp4.header(VIDEO, None, endless) + part(1))
    foreign = replace(endless, store="sto_0000000000000009", number=71)
    (directory / layout.file_name(71)).write_bytes(fmp4.header(VIDEO, None, foreign) + part(1))
    (directory / layout.file_name(72)).write_bytes(b"holiday")
    renamed = film.store.path_of(record.number).read_bytes()
    (directory / layout.file_name(73)).write_bytes(renamed)
    film.new_catalog()
    result = rebuild(film.store, film.catalog)
    assert result.adopted == 1
    assert result.left_alone == [
        (70, "segment.trailer"),
        (71, "segment.foreign"),
        (72, "segment.header"),
        (73, "segment.foreign"),
    ]
    assert len(list(film.store.numbers())) == 5
    assert film.catalog.next_number() == 74


def test_what_was_deleted_does_not_come_back(film: Film) -> None:
    first, second = film.record(0), film.record(3)
    remove(film.catalog, film.store, [first.number])
    film.new_catalog()
    assert rebuild(film.store, film.catalog).adopted == 1
    assert film.catalog.segment(second.number) == second


def test_a_file_on_its_way_out_is_not_taken_back(film: Film) -> None:
    record = film.record(0)
    film.catalog.delete_segment(record.number)
    assert rebuild(film.store, film.catalog).adopted == 0
    assert film.catalog.segment(record.number) is None


def test_recording_begins_at_once_beside_a_store_that_the_catalog_does_not_know(
    film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalog is lost, the store is large, and nobody has said rebuild yet."""
    records = [film.record(start) for start in (0, 3, 6)]
    film.new_catalog()
    monkeypatch.setattr("mingcha.media.catalog.rebuild.MAX_ADOPTED", 2)
    assert recover(film.store, film.catalog) == []
    assert film.catalog.segments_after(0, 9) == []
    film._runs.clear()
    fresh = film.record(20)
    assert fresh.number > records[-1].number
    assert fresh.run > records[-1].run
    assert rebuild(film.store, film.catalog).adopted == 3
    assert [film.catalog.segment(record.number) for record in records] == records
    assert check(film.catalog, film.store, Depth.HASHES).findings == []
