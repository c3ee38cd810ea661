"""Segments that move between disks: whole at every step, never taken for deletions, found again wherever they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.holds import take_holds
from mingcha.media.catalog.keeping import delete_due, order_rule
from mingcha.media.catalog.moving import change_over, intake, lose, numbers_on, stock, stock_faults, surplus
from mingcha.media.catalog.reconcile import find_astray
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.footage.archive import Footage
from mingcha.media.retention.relocation import Copied, copy_segment, is_whole
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.relocation import CopyTarget
from mingcha.wire.holds import Hold
from mingcha.wire.plan import RetentionOrder
from tests.media.catalog.film import CAMERA, START_US, Film

DAY_US = 86_400_000_000
RULE = RetentionOrder(30 * 86_400, 30 * 86_400, False, ("imaginary-1 17",), "v1")


class TwoDisks(Film):
    """A film with a second, empty store."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.other = StoreDirectory.create(directory / "other", self.clock, reserve_bytes=0)
        self.catalog.add_store(self.other.store_id)
        order_rule(self.catalog, CAMERA, "main", RULE, START_US)

    @property
    def here(self) -> dict[str, StoreDirectory]:
        return {store.store_id: store for store in (self.store, self.other)}

    def copy(self, record: SegmentRecord, between: Callable[[int], None] = lambda size: None) -> Copied:
        with CopyTarget(self.other.path, self.other.store_id) as target:
            return copy_segment(record, self.here[record.store], target, between)

    def move(self, record: SegmentRecord) -> SegmentRecord:
        copied = self.copy(record)
        self.other.take_in(record.number, copied.made_in)
        assert change_over(self.catalog, [record], self.other.store_id, START_US) == [record.number]
        collect_garbage(self.catalog, self.store)
        found = self.catalog.segment(record.number)
        assert found is not None
        return found

    def is_in_order(self) -> bool:
        """Every disk agrees with the catalog, byte for byte."""
        found = [
            finding for store in self.here.values() for finding in check(self.catalog, store, Depth.HASHES).findings
        ]
        return not found and not stock_faults(self.catalog) and self.catalog.garbage() == []

    def close(self) -> None:
        self.other.close()
        super().close()


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[TwoDisks]:
    made = TwoDisks(tmp_path)
    yield made
    made.close()


def test_a_moved_segment_is_read_from_where_it_went(disks: TwoDisks) -> None:
    records = [disks.record(3 * n) for n in range(3)]
    before = (disks.store.path_of(records[1].number)).read_bytes()
    moved = disks.move(records[1])
    assert moved.store == disks.other.store_id
    assert disks.other.path_of(moved.number).read_bytes() == before
    assert not disks.store.has(moved.number)
    assert disks.is_in_order()
    assert {row.store: row.segments for row in stock(disks.catalog)} == {
        disks.store.store_id: 2,
        disks.other.store_id: 1,
    }
    assert {fact.kind for fact in disks.catalog.facts_after(0)} & {"footage.deleted"} == set()


def test_it_can_move_on_and_back(disks: TwoDisks) -> None:
    record = disks.move(disks.record())
    with CopyTarget(disks.store.path, disks.store.store_id) as target:
        copied = copy_segment(record, disks.other, target, lambda size: None)
    disks.store.take_in(record.number, copied.made_in)
    assert change_over(disks.catalog, [record], disks.store.store_id, START_US) == [record.number]
    collect_garbage(disks.catalog, disks.other)
    assert disks.is_in_order()


def test_a_reader_who_looked_before_the_move_reads_after_it(disks: TwoDisks) -> None:
    record = disks.record()
    footage = Footage(disks.catalog, lambda store: disks.here[store])
    segment = footage.segment(record.number)
    assert segment is not None
    disks.move(record)
    with footage.opened(segment) as fd:
        assert os.fstat(fd).st_size == record.file_bytes


def test_the_copy_is_held_against_the_root(disks: TwoDisks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that does not give back what was written takes nothing over."""
    record = disks.record()
    real = os.sendfile

    def flipping(out: int, source: int, offset: int, count: int) -> int:
        sent = real(out, source, offset, count)
        os.pwrite(out, b"\x00\x01\x02", 700)
        return sent

    monkeypatch.setattr(os, "sendfile", flipping)
    with pytest.raises(Unavailable) as caught:
        disks.copy(record)
    assert caught.value.code == "store.io"
    monkeypatch.undo()
    assert disks.is_in_order()
    assert os.listdir(disks.other.path / "open") == []


def test_a_damaged_segment_moves_as_it_is(disks: TwoDisks) -> None:
    record = disks.record()
    path = disks.store.path_of(record.number)
    path.write_bytes(path.read_bytes()[:700] + b"\x00\x01\x02" + path.read_bytes()[703:])
    assert disks.copy(record).is_damaged


def test_an_interrupted_copy_leaves_nothing(disks: TwoDisks) -> None:
    record = disks.record()

    def stop(size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        disks.copy(record, stop)
    assert os.listdir(disks.other.path / "open") == []
    assert disks.is_in_order()


def test_a_crash_while_copying_is_cleared_at_the_next_start(disks: TwoDisks) -> None:
    record = disks.record()
    disks.copy(record)
    assert disks.other.discard_copies() == [record.number]
    assert disks.is_in_order()


def test_a_crash_after_taking_in_leaves_a_second_copy_that_goes(disks: TwoDisks) -> None:
    record = disks.record()
    disks.other.take_in(record.number, disks.copy(record).made_in)
    astray = find_astray(disks.catalog, disks.other, disks.here)
    assert (astray.surplus, astray.returned, astray.moved) == ([record.number], [], [])
    surplus(disks.catalog, disks.other.store_id, astray.surplus, START_US)
    collect_garbage(disks.catalog, disks.other)
    assert disks.is_in_order()


def test_a_crash_before_unlinking_is_finished_by_the_garbage(disks: TwoDisks) -> None:
    record = disks.record()
    disks.other.take_in(record.number, disks.copy(record).made_in)
    change_over(disks.catalog, [record], disks.other.store_id, START_US)
    assert find_astray(disks.catalog, disks.store, disks.here).surplus == [record.number]
    collect_garbage(disks.catalog, disks.store)
    assert disks.is_in_order()


def test_a_segment_deleted_while_it_was_copied_is_not_brought_back(disks: TwoDisks) -> None:
    record = disks.record()
    copied = disks.copy(record)
    assert delete_due(disks.catalog, CAMERA, "main", now_us=START_US + 40 * DAY_US, limit=9)
    disks.other.take_in(record.number, copied.made_in)
    assert change_over(disks.catalog, [record], disks.other.store_id, START_US) == []
    astray = find_astray(disks.catalog, disks.other, disks.here)
    assert astray.returned == [record.number]
    surplus(disks.catalog, disks.other.store_id, astray.returned, START_US)
    collect_garbage(disks.catalog, disks.other)
    collect_garbage(disks.catalog, disks.store)
    assert disks.is_in_order()


def test_a_hold_placed_during_a_move_holds_the_segment_where_it_goes(disks: TwoDisks) -> None:
    record = disks.record()
    copied = disks.copy(record)
    take_holds(disks.catalog, [Hold("hld_0000000000000001", CAMERA, START_US, START_US + 1)], START_US)
    disks.other.take_in(record.number, copied.made_in)
    change_over(disks.catalog, [record], disks.other.store_id, START_US)
    assert delete_due(disks.catalog, CAMERA, "main", now_us=START_US + 40 * DAY_US, limit=9) == []


def test_two_cleaners_and_a_move_delete_each_segment_once(disks: TwoDisks) -> None:
    """A segment on its way out of the disk it left, and then deleted by its rule: two files, two rows of garbage."""
    record = disks.record()
    disks.other.take_in(record.number, disks.copy(record).made_in)
    change_over(disks.catalog, [record], disks.other.store_id, START_US)
    later = START_US + 40 * DAY_US
    made = [one for _ in range(2) for one in delete_due(disks.catalog, CAMERA, "main", now_us=later, limit=9)]
    assert [deletion.numbers for deletion in made] == [(record.number,)]
    assert len(disks.catalog.garbage()) == 2
    for store in disks.here.values():
        collect_garbage(disks.catalog, store)
    assert disks.is_in_order()
    assert not any(store.has(record.number) for store in disks.here.values())


def test_what_lies_on_a_disk_that_is_away_is_not_deleted(disks: TwoDisks) -> None:
    disks.move(disks.record(0))
    there = disks.record(3)
    later = START_US + 40 * DAY_US
    made = delete_due(disks.catalog, CAMERA, "main", now_us=later, limit=9, stores=[disks.store.store_id])
    assert [deletion.numbers for deletion in made] == [(there.number,)]


def test_what_lies_on_a_disk_that_is_away_is_shown_as_away(disks: TwoDisks) -> None:
    record = disks.record(0)
    disks.record(3)
    disks.move(record)
    away = True

    def store_of(store: str) -> StoreDirectory:
        if away and store == disks.other.store_id:
            raise Unavailable("store.absent", "away")
        return disks.here[store]

    footage = Footage(disks.catalog, store_of)
    everything = record.range.__class__(START_US, START_US + 6_000_000)
    assert [gap.reason for gap in footage.gaps([CAMERA], everything)[CAMERA]] == ["disk_away"]
    assert [one.start_us for one in footage.coverage([CAMERA], everything)[CAMERA]] == [START_US + 3_000_000]
    assert [one.start_us for one in footage.segments(CAMERA, "main", everything)] == [START_US + 3_000_000]
    away = False
    assert footage.gaps([CAMERA], everything)[CAMERA] == []
    assert [one.start_us for one in footage.coverage([CAMERA], everything)[CAMERA]] == [START_US]


def test_a_catalog_from_before_the_move_is_put_right(disks: TwoDisks) -> None:
    """As restored from a backup: the row names the disk that the segment left."""
    record = disks.record()
    disks.move(record)
    with disks.catalog.transaction() as connection:
        connection.execute("UPDATE segment SET store = ?", (disks.catalog.add_store(disks.store.store_id),))
    astray = find_astray(disks.catalog, disks.other, disks.here)
    assert [one.number for one in astray.moved] == [record.number]
    assert is_whole(disks.other, record)
    assert change_over(disks.catalog, astray.moved, disks.other.store_id, START_US) == [record.number]
    collect_garbage(disks.catalog, disks.store)
    assert disks.is_in_order()


def test_of_a_segment_whose_own_disk_is_away_nothing_is_decided(disks: TwoDisks) -> None:
    record = disks.record()
    disks.other.take_in(record.number, disks.copy(record).made_in)
    assert not find_astray(disks.catalog, disks.other, {disks.other.store_id: disks.other})


def test_a_disk_restored_from_a_backup_does_not_bring_deleted_footage_back(disks: TwoDisks) -> None:
    record = disks.record()
    path = disks.store.path_of(record.number)
    kept = path.read_bytes()
    delete_due(disks.catalog, CAMERA, "main", now_us=START_US + 40 * DAY_US, limit=9)
    collect_garbage(disks.catalog, disks.store)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(kept)
    assert find_astray(disks.catalog, disks.store, disks.here).returned == [record.number]


def test_files_nobody_knows_are_left_alone(disks: TwoDisks) -> None:
    record = disks.record()
    path = disks.store.path_of(record.number)
    path.with_name("00000000fe.mp4").write_bytes(path.read_bytes())
    path.with_name("00000000ff.mp4").write_bytes(b"somebody's")
    assert not find_astray(disks.catalog, disks.store, disks.here)


def test_a_catalog_made_from_the_files_knows_where_they_lie(disks: TwoDisks) -> None:
    from mingcha.media.catalog.rebuild import rebuild

    moved = disks.move(disks.record(0))
    disks.record(3)
    disks.new_catalog()
    for store in disks.here.values():
        assert rebuild(store, disks.catalog).left_alone == []
    found = disks.catalog.segment(moved.number)
    assert found is not None
    assert found.store == disks.other.store_id
    assert disks.is_in_order()


def test_a_store_of_another_recorder_is_not_kin(disks: TwoDisks, tmp_path: Path) -> None:
    record = disks.record()
    stranger = StoreDirectory.create(tmp_path / "stranger", disks.clock, reserve_bytes=0)
    target = stranger.path / "segments" / "0000000"
    target.mkdir()
    (target / f"{record.number:010x}.mp4").write_bytes(disks.store.path_of(record.number).read_bytes())
    assert not stranger.may_hold(disks.store.store_id)
    report = check(disks.catalog, stranger, Depth.HASHES)
    assert [finding.code for finding in report.findings] == ["segment.unlisted"]
    stranger.close()


def test_an_older_copy_of_a_disk_shows_in_its_count(disks: TwoDisks) -> None:
    assert disks.store.count_use(0) == 0
    assert disks.store.count_use(1) == 1
    assert disks.store.count_use(9) == 2, "the catalog knows of more uses than this copy of the disk"
    assert disks.store.count_use(3) == 10


def test_what_lay_on_a_lost_disk_is_put_down_as_lost(disks: TwoDisks) -> None:
    records = [disks.record(3 * n) for n in range(3)]
    disks.move(records[0])
    store = disks.store.store_id
    assert lose(disks.catalog, store, 1, START_US) == 1
    assert lose(disks.catalog, store, 9, START_US) == 1
    assert lose(disks.catalog, store, 9, START_US) == 0
    gaps = disks.catalog.gaps([CAMERA], records[0].range.__class__(1, 1 << 60))[CAMERA]
    assert {gap.reason for gap in gaps} == {"footage_lost"}
    assert (gaps[0].start_us, gaps[-1].end_us) == (records[1].start_us, records[2].end_us)
    assert [row.store for row in stock(disks.catalog)] == [disks.other.store_id]
    facts = [fact for fact in disks.catalog.facts_after(0) if fact.kind == "footage.lost"]
    assert sum(fact.detail["segments"] for fact in facts) == 2


def test_the_intake_tells_what_came_in_a_day_though_it_is_gone(disks: TwoDisks) -> None:
    record = disks.record()
    delete_due(disks.catalog, CAMERA, "main", now_us=START_US + 40 * DAY_US, limit=9)
    (day,) = intake(disks.catalog, 0)
    assert (day.bytes, day.recorded_us) == (record.file_bytes, record.end_us - record.start_us)


def test_the_oldest_on_a_disk_come_first(disks: TwoDisks) -> None:
    records = [disks.record(3 * n) for n in range(4)]
    disks.move(records[0])
    store = disks.store.store_id
    assert numbers_on(disks.catalog, CAMERA, "main", store, limit=2) == [records[1].number, records[2].number]
    assert numbers_on(disks.catalog, CAMERA, "main", store, until_us=records[1].end_us) == [records[1].number]


def test_a_missing_file_cannot_be_moved(disks: TwoDisks) -> None:
    record = disks.record()
    disks.store.path_of(record.number).unlink()
    with pytest.raises(Corrupt):
        disks.copy(record)
    assert os.listdir(disks.other.path / "open") == []
