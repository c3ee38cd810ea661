"""A lost catalog comes back from ledger and disks: rules, holds, deletions, gaps; the rest is told as lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Unavailable
from mingcha.media.catalog import restore as restoring
from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.copies import CopyDeletion, enter_deletion
from mingcha.media.catalog.holds import take_holds
from mingcha.media.catalog.keeping import delete_due, order_rule, read_mark
from mingcha.media.catalog.leaves import confirm_leaves, pending_leaves
from mingcha.media.catalog.recover import recover
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.catalog.replay import NEVER_US
from mingcha.media.catalog.restore import Restored, restore
from mingcha.media.retention.sweep import Sweeper
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, OTHER, START_US, Film
from tests.media.retention.machine import FakeMachine

DAY_S = 86_400
HOLD = "hld_0000000000000001"
TABLES = {
    "rules": """SELECT number, floor_us, ceiling_us, make_room, ground, law_version
        FROM segment LEFT JOIN rule ON rule.id = segment.rule ORDER BY number""",
    "segments": "SELECT * FROM segment_view ORDER BY number",
    "places": "SELECT number, leaf FROM segment ORDER BY number",
    "streams": """SELECT camera, role, floor_us, ceiling_us FROM stream JOIN stream_rule ON stream.id = stream
        JOIN rule ON rule.id = rule ORDER BY 1, 2""",
    "coverage": "SELECT camera, start_us, end_us FROM coverage JOIN stream ON id = stream ORDER BY 1, 2",
    "deleted": "SELECT camera, start_us, end_us FROM deleted JOIN stream ON id = stream ORDER BY 1, 2",
    "gaps": """SELECT camera, start_us, end_us, reason FROM gap JOIN stream ON stream.id = stream
        WHERE end_us IS NOT NULL ORDER BY 1, 2""",
    "holds": "SELECT * FROM hold ORDER BY hold",
    "copies": "SELECT export FROM copy_deletion ORDER BY export",
}


class Book:
    """What was fed, in place of a ledger."""

    def __init__(self) -> None:
        self.all: list[bytes] = []

    @property
    def size(self) -> int:
        return len(self.all)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        yield from self.all[start:stop]

    def feed(self, film: Film) -> None:
        with film.catalog.transaction() as connection:
            _, waiting = pending_leaves(connection, 1 << 30)
            confirm_leaves(connection, waiting, self.size)
        self.all += [leaf.body.encode() for leaf in waiting]

    def kinds(self) -> list[str]:
        return [json.loads(entry)["kind"] for entry in self.all]


def told(film: Film, *tables: str) -> dict[str, Any]:
    with film.catalog.reading() as connection:
        return {name: connection.execute(TABLES[name]).fetchall() for name in tables or TABLES}


def again(film: Film, book: Book | None, **more: Any) -> Restored:
    return restore(film.catalog, [film.store], book, at_us=START_US + 100 * DAY_S * US_PER_S, **more)


def facts(film: Film, kind: str) -> list[dict[str, Any]]:
    return [fact.detail for fact in film.catalog.facts_after(0) if fact.kind == kind]


def rule(days: int) -> RetentionOrder:
    return RetentionOrder(days * DAY_S, days * DAY_S, False, ("imaginary-1 17",), "v1")


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Film]:
    made = Film(tmp_path)
    yield made
    made.close()


@pytest.fixture
def book(film: Film) -> Book:
    """An archive with a past: no rule at first, two rules after each other, gaps, holds, a release, deletions."""
    made, catalog = Book(), film.catalog
    film.record(0)
    order_rule(catalog, CAMERA, "main", rule(30), START_US)
    records = [film.record(3), film.record(6), film.record(20)]
    catalog.add_gap(CAMERA, "main", records[1].end_us, records[2].start_us, "camera_lost")
    order_rule(catalog, CAMERA, "main", rule(90), START_US + 25 * US_PER_S)
    order_rule(catalog, OTHER, "main", rule(30), START_US)
    film.record(23)
    film.record(0, camera=OTHER)
    film.record(5, camera=OTHER)
    catalog.add_gap(OTHER, "main", START_US + 3 * US_PER_S, START_US + 5 * US_PER_S, "camera_silent")
    gone = Hold("hld_0000000000000002", OTHER, START_US, START_US + US_PER_S)
    take_holds(catalog, [Hold(HOLD, OTHER, START_US + 5 * US_PER_S, START_US + 6 * US_PER_S), gone], START_US)
    take_holds(catalog, [Hold(gone.hold, OTHER, gone.start_us, gone.end_us, released=True)], START_US + 1)
    Sweeper(catalog, lambda: [film.store], FakeMachine(START_US)).look_at_clock()
    gone_copy = CopyDeletion("exp_0000000000000001", CAMERA, "main", START_US, START_US + 1, "asked", "ab" * 32)
    enter_deletion(catalog, gone_copy, START_US)
    made.feed(film)
    delete_due(catalog, OTHER, "main", now_us=START_US + 40 * DAY_S * US_PER_S, limit=50)
    collect_garbage(catalog, film.store)
    made.feed(film)
    return made


def test_everything_comes_back_as_it_was(film: Film, book: Book) -> None:
    before = told(film)
    assert [row[2] for row in before["rules"]].count(90 * DAY_S * US_PER_S) == 1
    assert len(before["deleted"]) == 1
    assert len(before["gaps"]) == 2
    film.new_catalog()
    done = again(film, book)
    assert told(film) == before
    assert done.told is not None
    assert (done.told.segments, done.told.lost, done.adopted, done.holes) == (6, [], 0, 0)
    with film.catalog.reading() as connection:
        assert pending_leaves(connection, 10) == (book.size, [])
    assert facts(film, "catalog.rebuilt")[0]["segments"] == 6


def test_the_time_of_deletion_goes_on(film: Film, book: Book) -> None:
    mark = read_mark(film.catalog)
    film.new_catalog()
    again(film, book)
    assert read_mark(film.catalog) == mark


def test_parts_are_read_from_the_file_when_they_are_wanted(film: Film, book: Book) -> None:
    film.new_catalog()
    again(film, book)
    assert {finding.code for finding in check(film.catalog, film.store, Depth.HASHES).findings} == {"segment.parts"}


def test_certificates_are_told_again_under_the_same_ids(film: Film, book: Book) -> None:
    before = [fact for fact in film.catalog.facts_after(0) if fact.kind in ("footage.deleted", "hold.placed")]
    film.new_catalog()
    again(film, book)
    after = [fact for fact in film.catalog.facts_after(0) if fact.kind in ("footage.deleted", "hold.placed")]
    assert [(fact.fact, fact.detail, fact.at_us) for fact in after if fact.kind == "footage.deleted"] == [
        (fact.fact, fact.detail, fact.at_us) for fact in before if fact.kind == "footage.deleted"
    ]


def test_what_is_gone_is_put_down_as_lost(film: Film, book: Book) -> None:
    lost = film.catalog.segments_after(0, 10)[1]
    film.store.path_of(lost.number).unlink()
    film.new_catalog()
    done = again(film, book)
    assert done.told is not None
    assert [loss.numbers for loss in done.told.lost] == [(lost.number,)]
    (fact,) = facts(film, "footage.lost")
    assert (fact["numbers"], fact["segments"], fact["overdue"]) == ([[lost.number, lost.number]], 1, 1)
    assert (CAMERA, lost.start_us, lost.end_us, "footage_lost") in told(film, "gaps")["gaps"]
    book.feed(film)
    assert "loss" in book.kinds()
    before = told(film)
    film.new_catalog()
    second = again(film, book)
    assert second.told is not None
    assert second.told.lost == []
    assert told(film) == before


def test_a_number_that_the_ledger_knows_is_never_given_out_again(film: Film, book: Book) -> None:
    last = film.catalog.newest_known()
    film.store.path_of(last).unlink()
    film.new_catalog()
    again(film, book)
    assert film.record(500).number > last


def test_nothing_is_lost_while_its_disk_may_come_back(film: Film, book: Book, tmp_path: Path) -> None:
    store_id = film.store.store_id
    other = Film(tmp_path / "other")
    film.new_catalog()
    with pytest.raises(Unavailable, match=store_id):
        restore(film.catalog, [other.store], book, at_us=START_US)
    assert facts(film, "footage.lost") == []
    with film.catalog.reading() as connection:
        assert pending_leaves(connection, 1)[0] == 0
    done = restore(film.catalog, [other.store], book, at_us=START_US, given_up=[store_id])
    other.close()
    assert done.told is not None
    assert sum(len(loss.numbers) for loss in done.told.lost) == 6


def test_recordings_that_the_ledger_was_not_told_of_are_found_on_the_disk(film: Film, book: Book) -> None:
    record = film.record(40)
    film.new_catalog()
    done = again(film, book)
    assert done.adopted == 1
    assert film.catalog.segment(record.number) == record
    assert (CAMERA, START_US + 26 * US_PER_S, START_US + 40 * US_PER_S, "reason_lost") in told(film, "gaps")["gaps"]
    rules = {row[0]: row[1] for row in told(film, "rules")["rules"]}
    assert rules[record.number] == 90 * DAY_S * US_PER_S


def test_a_file_whose_certificate_is_in_the_ledger_goes(film: Film, book: Book, tmp_path: Path) -> None:
    """The recorder died between the commit and the unlinking, and then the catalog was lost."""
    record = film.record(30, camera=OTHER)
    kept = tmp_path / "kept.mp4"
    shutil.copy(film.store.path_of(record.number), kept)
    delete_due(film.catalog, OTHER, "main", now_us=START_US + 40 * DAY_S * US_PER_S, limit=50)
    book.feed(film)
    film.new_catalog()
    again(film, book)
    assert film.catalog.segment(record.number) is None
    assert [item.number for item in film.catalog.garbage()] == [record.number]
    recover(film.store, film.catalog)
    assert record.number not in list(film.store.numbers())
    assert film.catalog.coverage_faults() == []


def test_a_catalog_from_a_backup_learns_what_happened_since(film: Film, book: Book, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    with sqlite3.connect(backup) as copy, film.catalog.reading() as connection:
        connection.backup(copy)
    order_rule(film.catalog, CAMERA, "main", rule(120), START_US + 50 * US_PER_S)
    held = Hold("hld_0000000000000009", CAMERA, START_US, START_US + 9 * US_PER_S)
    take_holds(film.catalog, [held], START_US + 60 * US_PER_S)
    film.record(60)
    film.catalog.add_gap(CAMERA, "main", START_US + 26 * US_PER_S, START_US + 60 * US_PER_S, "clock_step")
    delete_due(film.catalog, CAMERA, "main", now_us=START_US + 130 * DAY_S * US_PER_S, limit=50)
    collect_garbage(film.catalog, film.store)
    book.feed(film)
    before = told(film)
    assert len(before["deleted"]) >= 2
    film.catalog.close()
    for path in film.path.glob("catalog.db*"):
        path.unlink()
    shutil.copy(backup, film.path / "catalog.db")
    film.reopen()
    again(film, book)
    assert told(film) == before
    assert film.catalog.coverage_faults() == []


def test_it_may_end_at_any_entry_and_begin_again(film: Film, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(film)
    monkeypatch.setattr(restoring, "BATCH", 1)
    for ends_at in range(1, book.size + 1):
        film.new_catalog()

        def stop(what: str, done: int, ends_at: int = ends_at) -> None:
            if done == ends_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            again(film, book, progress=stop)
        again(film, book)
        assert told(film) == before


def test_an_entry_that_the_ledger_was_told_twice_counts_once(film: Film, book: Book) -> None:
    before = told(film, "segments", "coverage")
    kept = before["segments"][0][1]
    book.all += [entry for entry in book.all if f'"number":{kept},'.encode() in entry]
    film.new_catalog()
    again(film, book)
    assert told(film, "segments", "coverage") == before
    assert dict(told(film, "places")["places"])[kept] == book.size - 1


def test_without_a_ledger_nothing_goes_before_the_office_was_heard(film: Film, book: Book) -> None:
    film.new_catalog()
    done = again(film, None)
    assert done.adopted == 6
    order_rule(film.catalog, CAMERA, "main", rule(1), START_US)
    order_rule(film.catalog, OTHER, "main", rule(1), START_US)
    mark = read_mark(film.catalog)
    assert mark is not None
    assert mark[0] == NEVER_US
    machine = FakeMachine(START_US + 100 * DAY_S * US_PER_S)
    sweeper = Sweeper(film.catalog, lambda: [film.store], machine)
    sweeper.look_at_clock()
    sweeper.confirm_clock()
    machine.pass_time(6 * DAY_S)
    assert [swept for swept in sweeper.pass_over(sweeper.look_at_clock()) if swept.segments] == []
    machine.pass_time(2 * DAY_S)
    assert sum(swept.segments for swept in sweeper.pass_over(sweeper.look_at_clock())) == 6
