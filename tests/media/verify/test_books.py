"""Catalog against ledger, both ways: what vanished is named, what is in order is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mingcha.media.catalog.disks import Disks
from mingcha.media.catalog.keeping import delete_due, order_rule
from mingcha.media.catalog.lost import account_lost
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.verify import books
from mingcha.media.verify.books import Compared, compare
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, START_US
from tests.media.verify.test_archive import Kept, kept

__all__ = ["kept"]
DAY_US = 86_400_000_000
RULE = RetentionOrder(86_400, 86_400, False, ("imaginary-1 17",), "v1")


def compared(kept: Kept, *, files: bool = True) -> Compared:
    disks = Disks([kept.film.store]) if files else None
    return compare(kept.film.catalog, kept.log.reader(), kept.log.reader, disks)


def test_an_archive_in_order_has_no_findings(kept: Kept) -> None:
    done = compared(kept)
    assert (done.entries, done.segments, done.findings) == (4, 4, [])


def test_a_recording_that_was_taken_out_behind_our_back_is_named(kept: Kept) -> None:
    victim = kept.records[2]
    kept.path(victim).unlink()
    with kept.film.catalog.transaction() as writer:
        writer.execute("DELETE FROM segment WHERE number = ?", (victim.number,))
    assert kept.verify().findings == []
    (finding,) = compared(kept).findings
    assert (finding.code, finding.number, finding.camera) == ("archive.vanished", victim.number, CAMERA)
    assert (finding.start_us, finding.end_us) == (victim.start_us, victim.end_us)


def test_lawful_deletions_and_told_losses_are_in_order(kept: Kept) -> None:
    film = kept.film
    order_rule(film.catalog, CAMERA, "main", RULE, START_US)
    delete_due(film.catalog, CAMERA, "main", now_us=START_US + 2 * DAY_US, limit=2)
    collect_garbage(film.catalog, film.store)
    assert compared(kept).findings == []
    kept.feed()
    assert compared(kept).findings == []
    lost = kept.records[3]
    kept.path(lost).unlink()
    row = {"number": lost.number, "camera": CAMERA, "role": "main", "start_us": lost.start_us, "end_us": lost.end_us}
    with film.catalog.transaction() as connection:
        account_lost(
            film.catalog,
            connection,
            [{**row, "bytes": lost.file_bytes, "root": lost.root.hex(), "rule": None}],
            START_US,
        )
    kept.feed()
    assert compared(kept).findings == []


def test_a_recording_that_a_certificate_says_is_gone_and_is_not(kept: Kept) -> None:
    film = kept.film
    with film.catalog.reading() as connection:
        rows = connection.execute("SELECT * FROM segment WHERE number = 1").fetchall()
    order_rule(film.catalog, CAMERA, "main", RULE, START_US)
    delete_due(film.catalog, CAMERA, "main", now_us=START_US + 2 * DAY_US, limit=1)
    kept.feed()
    with film.catalog.transaction() as connection:
        connection.execute(f"INSERT INTO segment VALUES ({', '.join('?' * len(rows[0]))})", rows[0])
    (finding,) = compared(kept).findings
    assert (finding.code, finding.number) == ("ledger.deleted", 1)


def test_a_file_that_is_gone_is_found_without_reading_any(kept: Kept) -> None:
    kept.path(kept.records[0]).unlink()
    (finding,) = compared(kept).findings
    assert (finding.code, finding.number) == ("file.missing", kept.records[0].number)
    assert compared(kept, files=False).findings == []


def test_what_is_sealed_deleted_or_fed_while_it_runs_is_no_finding(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "PAGE", 1)
    film = kept.film
    order_rule(film.catalog, CAMERA, "main", RULE, START_US)
    steps: list[tuple[str, int]] = []

    def meanwhile(what: str, done: int) -> None:
        steps.append((what, done))
        if (what, done) == ("entries", 2):
            film.record(50)
            kept.feed()
            film.record(60)
        if (what, done) == ("segments", 2):
            delete_due(film.catalog, CAMERA, "main", now_us=START_US + 2 * DAY_US, limit=3)
            kept.feed()
            collect_garbage(film.catalog, film.store)

    disks = Disks([film.store])
    done = compare(film.catalog, kept.log.reader(), kept.log.reader, disks, on_step=meanwhile)
    assert done.findings == []
    assert len(steps) > 6


def test_a_disk_that_is_away_is_counted(kept: Kept, tmp_path: Path) -> None:
    done = compare(kept.film.catalog, kept.log.reader(), kept.log.reader, Disks([]))
    assert (done.unreachable, done.findings) == (4, [])
