"""What recovery makes of each thing it may find."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.recover import Recovery, recover
from mingcha.media.container import fmp4
from mingcha.media.container.identity import Identity, trailer_box
from mingcha.media.container.scan import scan
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.store import layout
from tests.media.catalog.film import CAMERA, OTHER, PART_TICKS, PART_US, START_US, VIDEO, Film, part
from tests.media.catalog.test_segments import seconds


def left_behind(film: Film, parts: int = 3, start_s: float = 0, tail: bytes = b"", camera: str = CAMERA) -> int:
    """A file as a killed recorder leaves it; its number."""
    segment, own, _ = film.begin(start_s, camera)
    for n in range(1, parts + 1):
        segment.append(part(n, own.number))
    path = film.store.path_of(own.number)
    with path.open("ab") as file:
        file.write(tail)
    return own.number


def clean(film: Film) -> bool:
    return check(film.catalog, film.store, Depth.HASHES).is_clean


def gaps(film: Film, camera: str = CAMERA) -> list[tuple[float, float | None, str]]:
    found = film.catalog.gaps([camera], seconds(-999, 9999))[camera]
    return [
        ((gap.start_us - START_US) / 1e6, None if gap.end_us is None else (gap.end_us - START_US) / 1e6, gap.reason)
        for gap in found
    ]


def test_a_torn_tail_is_cut_and_the_rest_sealed_and_flagged(film: Film) -> None:
    number = left_behind(film, 3, tail=part(4)[:-7])
    film.reopen()
    done = recover(film.store, film.catalog)
    assert [(item.number, item.outcome, item.camera, item.frames) for item in done] == [(number, "sealed", CAMERA, 15)]
    assert done[0].torn_bytes == len(part(4)) - 7
    record = film.catalog.segment(number)
    assert record is not None
    assert record.recovered
    assert (record.start_us, record.end_us) == (START_US, START_US + 3 * PART_US)
    found = scan(film.store.path_of(number))
    assert found.trailer is not None
    assert found.trailer.recovered
    assert found.torn_bytes == 0
    assert gaps(film) == [(3, None, "recorder_killed")]
    assert clean(film)
    assert recover(film.store, film.catalog) == []


def test_a_tail_of_pictures_that_never_reached_the_disk_is_cut(film: Film) -> None:
    hollow = part(3)
    mdat = hollow.index(b"mdat") + 4
    number = left_behind(film, 2, tail=hollow[:mdat] + bytes(len(hollow) - mdat))
    recover(film.store, film.catalog)
    record = film.catalog.segment(number)
    assert record is not None
    assert record.media_duration == 2 * PART_TICKS
    assert clean(film)


def test_a_file_that_was_complete_but_not_renamed_stays_bit_by_bit(film: Film) -> None:
    segment, own, header = film.begin()
    hashes = SegmentHashes(header)
    data = part(1, own.number)
    hashes.add(data)
    segment.append(data)
    end = trailer_box(hashes.trailer(own.number, START_US + 1_000_123))
    segment.append(end)
    before = film.store.path_of(own.number).read_bytes()
    recover(film.store, film.catalog)
    record = film.catalog.segment(own.number)
    assert record is not None
    assert not record.recovered
    assert record.end_us == START_US + 1_000_123
    assert film.store.path_of(own.number).read_bytes() == before
    assert clean(film)


def test_a_complete_file_whose_bytes_did_not_all_arrive_gets_an_honest_end(film: Film) -> None:
    segment, own, header = film.begin()
    hashes = SegmentHashes(header)
    for n in (1, 2):
        data = part(n, own.number)
        hashes.add(data)
        segment.append(data)
    segment.append(trailer_box(hashes.trailer(own.number, START_US + 2_000_000)))
    path = film.store.path_of(own.number)
    damaged = bytearray(path.read_bytes())
    damaged[len(header) + len(part(1, own.number)) - 3] ^= 1
    path.write_bytes(damaged)
    recover(film.store, film.catalog)
    record = film.catalog.segment(own.number)
    assert record is not None
    assert record.recovered
    assert clean(film)


def test_files_without_footage_go(film: Film) -> None:
    empty, own, _ = film.begin()
    headerless, torn, header = film.begin(1)
    film.store.path_of(torn.number).write_bytes(header[:100])
    run = film.run()
    never_made = film.catalog.open_segment(film.store.store_id, CAMERA, "main", run, START_US, 0)
    done = recover(film.store, film.catalog)
    assert {item.number: item.outcome for item in done} == {
        own.number: "empty",
        torn.number: "empty",
        never_made: "empty",
    }
    assert film.store.open_numbers() == []
    assert film.catalog.open_segments() == []
    assert clean(film)
    del empty, headerless


def test_a_sealed_file_that_went_bad_before_its_row_was_made_is_left_alone(film: Film) -> None:
    record = film.record(0)
    path = film.store.path_of(record.number)
    whole = path.read_bytes()
    for damaged in (whole[:-30], b"holiday" + whole[7:]):
        path.write_bytes(damaged)
        film.new_catalog()
        film._runs.clear()
        assert film.catalog.open_segment(film.store.store_id, CAMERA, "main", film.run(), START_US, 0) == record.number
        done = [item.outcome for item in recover(film.store, film.catalog)]
        assert done == ["not_ours"]
        assert path.read_bytes() == damaged
        assert [row.number for row in film.catalog.open_segments()] == [record.number]
    path.write_bytes(whole)
    assert [item.outcome for item in recover(film.store, film.catalog)] == ["completed"]
    assert clean(film)


def test_the_segment_being_written_is_left_alone(film: Film) -> None:
    segment, own, _ = film.begin()
    segment.append(part(1))
    left_behind(film, 1, 10, camera=OTHER)
    done = recover(film.store, film.catalog, active=frozenset({own.number}), at_start=False)
    assert [item.camera for item in done] == [OTHER]
    segment.append(part(2))
    assert film.store.open_numbers() == [own.number]
    assert gaps(film) == gaps(film, OTHER) == [], "whoever is recording keeps its own account of gaps"
    segment.abandon()


def test_what_says_that_it_is_something_else_is_left_alone(film: Film) -> None:
    foreign = Identity("sto_0000000000000009", CAMERA, "main", 77, 1, START_US, START_US, 0)
    path = film.store.path / layout.OPEN_NAME / layout.file_name(77)
    path.write_bytes(fmp4.header(VIDEO, None, foreign) + part(1))
    nonsense = film.store.path / layout.OPEN_NAME / layout.file_name(78)
    nonsense.write_bytes(b"holiday pictures")
    other = film.store.path / layout.OPEN_NAME / "notes.txt"
    other.write_text("mine")
    before = [item.read_bytes() for item in (path, nonsense, other)]
    done = recover(film.store, film.catalog)
    assert {item.number: item.outcome for item in done} == {77: "not_ours", 78: "not_ours"}
    assert [item.read_bytes() for item in (path, nonsense, other)] == before
    assert film.catalog.next_number() == 79
    assert {finding.code for finding in check(film.catalog, film.store).findings} == {"open.unlisted", "store.stranger"}


def test_a_gap_that_was_open_when_footage_began_ends_there(film: Film) -> None:
    film.catalog.open_gap(CAMERA, "main", START_US - 10 * PART_US, "camera_lost")
    left_behind(film, 2)  # killed after the first parts and before the gap was closed
    recover(film.store, film.catalog)
    assert gaps(film) == [(-10, 0, "camera_lost"), (2, None, "recorder_killed")]


def test_a_gap_whose_end_was_never_written_ends_where_footage_goes_on(film: Film) -> None:
    film.record(0, 3)
    film.catalog.open_gap(CAMERA, "main", START_US + 3 * PART_US, "camera_lost")
    film.record(5, 3)  # the catalog was locked when the gap should have been closed, and then the recorder was killed
    film.record(8, 3)
    recover(film.store, film.catalog)
    assert gaps(film) == [(3, 5, "camera_lost"), (11, None, "recorder_killed")]


def test_a_stream_killed_between_two_segments_gets_its_gap_too(film: Film) -> None:
    film.record(0, 3)
    recover(film.store, film.catalog, reason="recorder_fault")
    assert gaps(film) == [(3, None, "recorder_fault")]


def test_a_recorder_that_was_stopped_in_order_leaves_nothing_to_do(film: Film) -> None:
    film.record(0, 3)
    film.catalog.open_gap(CAMERA, "main", START_US + 3 * PART_US, "recorder_stopped")
    assert recover(film.store, film.catalog) == []
    assert gaps(film) == [(3, None, "recorder_stopped")]


def test_the_survey_tells_where_recording_may_go_on_before_anything_is_hashed(film: Film) -> None:
    number = left_behind(film, 3, 5)
    recovery = Recovery(film.store, film.catalog)
    (item,) = recovery.survey()
    assert film.catalog.last_end(CAMERA, "main") == START_US + 8 * PART_US
    assert film.catalog.coverage([CAMERA], seconds(0, 99), open_until_us=START_US + 90 * PART_US)[CAMERA] == [
        seconds(5, 8)
    ]
    film.record(8)
    recovery.finish(item)
    assert film.catalog.segment(number) is not None
    assert film.catalog.coverage([CAMERA], seconds(0, 99))[CAMERA] == [seconds(5, 11)]
    assert clean(film)


def test_a_catalog_restored_from_yesterday_learns_what_came_since(film: Film, tmp_path: Path) -> None:
    first = film.record(0)
    film.catalog.close()
    shutil.copy(film.catalog.path, tmp_path / "yesterday")
    film.close = film.store.close  # type: ignore[method-assign]
    film.store.close()
    film = Film(tmp_path)
    later = [film.record(3), film.record(6)]
    unsealed = left_behind(film, 2, 9)
    film.close()
    for path in tmp_path.glob("catalog.db*"):
        path.unlink()
    shutil.copy(tmp_path / "yesterday", tmp_path / "catalog.db")
    film = Film(tmp_path)
    done = {item.number: item.outcome for item in recover(film.store, film.catalog)}
    assert done == {later[0].number: "completed", later[1].number: "completed", unsealed: "sealed"}
    assert [film.catalog.segment(item.number) for item in (first, *later)] == [first, *later]
    assert film.catalog.coverage([CAMERA], seconds(0, 99))[CAMERA] == [seconds(0, 11)]
    assert film.record(20).number > unsealed
    assert clean(film)
    film.close()


def test_a_number_that_is_sealed_and_open_at_once_stays_as_it_is(film: Film) -> None:
    record = film.record(0)
    twin = film.store.path / layout.OPEN_NAME / layout.file_name(record.number)
    shutil.copy(film.store.path_of(record.number), twin)
    before = film.store.path_of(record.number).read_bytes()
    done = recover(film.store, film.catalog)
    assert [item.outcome for item in done] == ["not_ours"]
    assert film.store.path_of(record.number).read_bytes() == before
    assert twin.exists()
    assert film.catalog.segment(record.number) == record
    assert film.catalog.open_segments() == []
    assert [item.code for item in check(film.catalog, film.store).findings] == ["open.unlisted"]


def test_an_open_row_of_a_sealed_segment_goes(film: Film) -> None:
    record = film.record(0)
    with film.catalog.transaction() as connection:
        connection.execute(
            "INSERT INTO open_segment VALUES (?, 1, 1, ?, ?, 0, NULL, NULL)",
            (record.number, record.run, record.start_us),
        )
    recover(film.store, film.catalog)
    assert film.catalog.open_segments() == []
    assert film.catalog.segment(record.number) == record


def test_a_disk_that_fails_during_recovery_is_tried_again(film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
    number = left_behind(film, 2)
    with monkeypatch.context() as patch:
        patch.setattr("os.fdatasync", _no_space)
        with pytest.raises(Unavailable) as caught:
            recover(film.store, film.catalog)
    assert caught.value.code == "store.full"
    recover(film.store, film.catalog)
    record = film.catalog.segment(number)
    assert record is not None
    assert record.media_duration == 2 * PART_TICKS
    assert clean(film)


def _no_space(fd: int) -> None:
    raise OSError(28, "no space")


def test_a_file_that_was_sealed_while_the_catalog_was_locked_is_entered_when_it_is_free_again(film: Film) -> None:
    number = left_behind(film)
    film.reopen()
    recovery = Recovery(film.store, film.catalog)
    (item,) = recovery.survey()
    other = sqlite3.connect(film.path / "catalog.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="catalog"):
        recovery.finish(item)
    other.execute("ROLLBACK")
    other.close()
    assert recovery.finish(item).outcome == "completed"
    record = film.catalog.segment(number)
    assert record is not None
    assert record.recovered
    assert clean(film)


def test_a_file_of_a_number_taken_ahead_whose_rows_never_came_is_entered_at_the_next_start(film: Film) -> None:
    """The catalog was locked from before the file was made until the recorder was killed."""
    film.record(0)
    first = film.catalog.take_numbers(100)
    number = film.catalog.open_segment(film.store.store_id, CAMERA, "main", film.run(), START_US + 9, 0, number=first)
    assert number == first
    record = film.record(20)
    connection = film.catalog._connection
    for table in ("open_segment", "segment", "segment_index"):
        connection.execute(f"DELETE FROM {table} WHERE number >= ?", (first,))
    connection.execute("DELETE FROM coverage WHERE start_us >= ?", (START_US + 10 * PART_US,))
    film.reopen()
    assert record.number < film.catalog.next_number()
    recover(film.store, film.catalog)
    assert film.catalog.segment(record.number) == record
    assert clean(film)
