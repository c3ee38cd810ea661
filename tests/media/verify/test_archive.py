"""Verification finds what is wrong with an archive, names it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mingcha.base.errors import Unavailable
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.verify import archive
from mingcha.media.verify.archive import WHOLE, Progress, drawn, slot_of, verify
from mingcha.media.verify.segments import Ledger
from tests.media.catalog.film import Film

KEY = SHA256_ED25519.generate()


class Kept:
    """An archive of some segments with its ledger."""

    def __init__(self, directory: Path, segments: int = 4) -> None:
        self.film = Film(directory)
        self.records = [self.film.record(3 * n) for n in range(segments)]
        self.log: Log = open_ledger(directory / "ledger", lambda origin: Signer(origin, KEY))
        self.feed()

    def feed(self) -> None:
        def at_once(change: Change) -> None:
            change(self.film.catalog)

        Feeder(self.film.catalog, self.log, at_once).feed()

    def ledger(self) -> Ledger:
        return Ledger(self.log.reader(), self.log.root)

    def store_of(self, store_id: str) -> StoreDirectory:
        if store_id != self.film.store.store_id:
            raise Unavailable("store.absent", "away")
        return self.film.store

    def verify(self, **more: object) -> Progress:
        return verify(self.film.catalog, self.store_of, self.ledger(), **more)  # type: ignore[arg-type]

    def path(self, record: SegmentRecord) -> Path:
        return self.film.store.path_of(record.number)

    def close(self) -> None:
        self.log.close()
        self.film.close()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    made = Kept(tmp_path)
    yield made
    made.close()


def flip(path: Path, offset: int) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def test_a_sound_archive_has_no_findings(kept: Kept) -> None:
    done = kept.verify()
    assert (done.segments, done.findings, done.through) == (4, [], 4)
    assert done.bytes_read == sum(record.file_bytes for record in kept.records)


def test_one_flipped_bit_names_its_part_and_bytes(kept: Kept) -> None:
    broken = kept.records[2]
    part = kept.film.catalog.part_index(broken.number)[1]
    flip(kept.path(broken), part.offset + part.size - 3)
    (finding,) = kept.verify().findings
    assert (finding.code, finding.number, finding.parts) == ("file.changed", broken.number, (2,))
    assert finding.detail == f"bytes {part.offset}-{part.offset + part.size - 1}"


def test_a_changed_header_is_part_zero(kept: Kept) -> None:
    flip(kept.path(kept.records[0]), 30)
    (finding,) = kept.verify().findings
    assert finding.code == "file.changed"
    assert 0 in finding.parts


def test_a_file_cut_short_and_one_that_is_gone_are_found(kept: Kept) -> None:
    cut, gone = kept.records[0], kept.records[1]
    kept.path(cut).chmod(0o644)
    with kept.path(cut).open("r+b") as file:
        file.truncate(cut.file_bytes // 2)
    kept.path(gone).unlink()
    found = {finding.number: finding.code for finding in kept.verify().findings}
    assert found == {cut.number: "file.changed", gone.number: "file.missing"}


def test_a_forged_file_and_catalog_do_not_agree_with_the_ledger(kept: Kept) -> None:
    """Somebody replaces a recording by another and mends the catalog: only the ledger knows."""
    victim, other = kept.records[0], kept.records[1]
    with kept.film.catalog.transaction() as writer:
        writer.execute("UPDATE segment SET leaf = 1 WHERE number = ?", (victim.number,))
    (finding,) = kept.verify().findings
    assert (finding.code, finding.number, finding.detail) == ("ledger.differs", victim.number, "entry 1")
    assert other.number not in {victim.number}


def test_a_ledger_that_was_rewritten_is_found(kept: Kept) -> None:
    rewritten = Ledger(kept.log.reader(), bytes(32))
    done = verify(kept.film.catalog, kept.store_of, rewritten)
    assert {finding.code for finding in done.findings} == {"ledger.broken"}


def test_what_waits_for_the_ledger_is_no_finding_and_what_never_came_is(kept: Kept) -> None:
    late = kept.film.record(30)
    assert kept.verify().findings == []
    with kept.film.catalog.transaction() as writer:
        writer.execute("DELETE FROM leaf")
    (finding,) = kept.verify().findings
    assert (finding.code, finding.number) == ("ledger.missing", late.number)


def test_without_a_part_index_the_file_is_asked_where_its_parts_lie(kept: Kept) -> None:
    broken = kept.records[1]
    part = kept.film.catalog.part_index(broken.number)[2]
    with kept.film.catalog.transaction() as writer:
        writer.execute("DELETE FROM segment_index")
    flip(kept.path(broken), part.offset + part.size - 3)
    seen: dict[int, int] = {}
    (finding,) = kept.verify(on_seen=lambda record, one: seen.update({record.number: len(one.parts)})).findings
    assert (finding.parts, finding.ranges) == ((3,), ((part.offset, part.offset + part.size - 1),))
    assert seen == {record.number: 3 for record in kept.records}


def test_what_lies_on_a_disk_that_is_away_is_counted(kept: Kept) -> None:
    with kept.film.catalog.transaction() as writer:
        writer.execute("INSERT INTO store (id, store, added_us) VALUES (9, 'sto_0000000000000009', 1)")
        writer.execute("UPDATE segment SET store = 9 WHERE number = 2")
    done = kept.verify()
    assert (done.segments, done.unreachable, done.findings) == (3, 1, [])


def test_an_entry_made_after_it_began_is_no_finding(kept: Kept) -> None:
    before = kept.ledger()
    kept.film.record(30)
    kept.feed()
    assert verify(kept.film.catalog, kept.store_of, before).findings == []


def test_what_is_deleted_in_between_is_no_finding(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = kept.records[3]
    kept.path(gone).unlink()
    monkeypatch.setattr(kept.film.catalog, "segment", lambda number: None)
    assert kept.verify().findings == []


def test_it_goes_on_where_it_was_stopped(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE", 2)

    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        kept.verify(on_page=stop)
    done = kept.verify(after=2, on_page=lambda progress: seen.append(progress.through))
    assert (done.segments, seen) == (2, [4])


def test_a_sample_is_the_share_asked_for_and_another_seed_draws_another() -> None:
    one, other, whole = drawn(WHOLE // 10, "a"), drawn(WHOLE // 10, "b"), drawn(WHOLE, "")
    found = [number for number in range(20_000) if one(number)]
    assert 1_800 < len(found) < 2_200
    assert found != [number for number in range(20_000) if other(number)]
    assert all(whole(number) for number in range(100))


def test_rounds_are_alike_in_size_and_together_everything() -> None:
    sizes = [0] * 30
    for number in range(30_000):
        sizes[slot_of(number, 30)] += 1
    assert min(sizes) > 850
    assert max(sizes) < 1_150


def test_a_damaged_list_in_the_file_blames_all_parts(kept: Kept) -> None:
    record = kept.records[0]
    index = kept.film.catalog.part_index(record.number)
    flip(kept.path(record), index[0].offset + 9)
    flip(kept.path(record), record.file_bytes - 4)
    (finding,) = kept.verify().findings
    assert finding.parts == tuple(range(len(index) + 1))
    assert replace(finding, detail="").code == "file.changed"
