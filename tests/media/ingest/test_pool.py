"""Several disks under the writer: where files go, and what a disk that goes away costs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.errors import Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.recover import Recovery
from mingcha.media.ingest.cutter import Draft
from mingcha.media.ingest.disk import PROBE_INTERVAL_US, Disk
from mingcha.media.ingest.journal import Journal
from mingcha.media.ingest.pool import ROOM_BYTES, STAY_US, DiskPool
from mingcha.media.ingest.recording import Run
from mingcha.media.ingest.streamwriter import StreamWriter
from mingcha.media.store.directory import Space, StoreDirectory
from mingcha.media.store.disks import DiskOrder
from mingcha.media.store.segment import OpenSegment
from mingcha.media.units import AccessUnit
from tests.media.ingest.test_streamwriter import VIDEO

CAMERA = "cam_0000000000000000"
EVER = TimeRange(1, 1 << 60)
FPS, GOP = 25, 50


@dataclass
class Bench:
    """Two disks, one camera. `here`: directories as the recovery would meet them."""

    root: Path
    clock: ManualClock
    catalog: Catalog
    journal: Journal
    pool: DiskPool
    orders: list[DiskOrder]
    media: int = 0

    def writer(self, camera: str = CAMERA) -> StreamWriter:
        return StreamWriter(camera, "main", self.pool, self.journal, self.clock, segment_s=4)

    def film(self, writer: StreamWriter, run: Run, seconds: float) -> None:
        for _ in range(round(seconds * FPS)):
            data = b"\x00\x00\x00\x05\x65" + self.media.to_bytes(4, "big")
            unit = AccessUnit(data, self.media * 90_000 // FPS, self.media % GOP == 0, self.clock.mono_us())
            draft = run.cutter.push(unit)
            if draft is not None:
                self.take(writer, run, draft)
            self.media += 1
            self.clock.advance(US_PER_S // FPS)

    def take(self, writer: StreamWriter, run: Run, draft: Draft) -> None:
        writer.write(run, draft)
        self.journal.catch_up()
        self.pool.tend()

    def disk(self, place: int) -> Disk:
        return self.pool.disks[place]

    def places(self) -> list[int]:
        """On which disk each segment lies, in order of time."""
        stores = [disk.store_id for disk in self.pool.disks]
        return [stores.index(record.store) for record in self.catalog.segments(CAMERA, "main", EVER)]

    def unplug(self, place: int) -> None:
        """The directory goes away as a disk does, under what is open on it."""
        os.rename(self.orders[place].path, self.root / f"away-{place}")

    def plug(self, place: int) -> None:
        os.rename(self.root / f"away-{place}", self.orders[place].path)

    def gaps(self) -> list[tuple[str, int]]:
        """Reason and length in seconds."""
        found = self.catalog.gaps([CAMERA], EVER)[CAMERA]
        return [(gap.reason, round(((gap.end_us or 0) - gap.start_us) / US_PER_S)) for gap in found]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = ManualClock()
    catalog = Catalog(tmp_path / "catalog.db", clock)
    journal = Journal(catalog, clock)
    orders = []
    for name in "ab":
        with StoreDirectory.create(tmp_path / name, clock, reserve_bytes=0) as store:
            catalog.add_store(store.store_id)
            orders.append(DiskOrder(store.store_id, tmp_path / name))

    def returned(store: StoreDirectory) -> None:
        disk = pool.of(store.store_id)
        assert disk is not None
        recovery = Recovery(store, catalog, left=disk.left)
        for item in recovery.survey(at_start=False):
            recovery.finish(item)

    def make(order: DiskOrder) -> Disk:
        return Disk(order.path, order.store, journal, clock, returned, reserve_bytes=0)

    pool = DiskPool(clock, make, room_bytes=0)
    pool.take_orders(orders)
    pool.tend()
    yield Bench(tmp_path, clock, catalog, journal, pool, orders)
    pool.close()
    catalog.close()


def set_free(disk: Disk, free: int, total: int = 1 << 40) -> None:
    """Let a disk have so much room, until it is looked at again."""
    disk.space = Space(total, free, None, None)


def test_a_stream_stays_on_its_disk(bench: Bench) -> None:
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 20)
    assert len(set(bench.places())) == 1


def test_streams_spread_by_the_room_there_is(bench: Bench) -> None:
    set_free(bench.disk(0), 300)
    set_free(bench.disk(1), 100)
    homes = [bench.pool.choose((f"cam_{n}", "main"), None) for n in range(8)]
    assert [homes.count(disk) for disk in bench.pool.disks] == [6, 2]


def test_a_stream_moves_to_much_more_room_but_not_at_once(bench: Bench) -> None:
    first = bench.pool.choose((CAMERA, "main"), None)
    other = next(disk for disk in bench.pool.disks if disk is not first)
    set_free(first, 100)
    set_free(other, 1000)
    assert bench.pool.choose((CAMERA, "main"), first) is first
    bench.clock.advance(STAY_US)
    assert bench.pool.choose((CAMERA, "main"), first) is other


def test_a_disk_that_is_nearly_full_is_left_to_others_and_taken_when_all_are(bench: Bench) -> None:
    pool = DiskPool(bench.clock, lambda order: bench.disk(bench.orders.index(order)))
    pool.take_orders(bench.orders)
    set_free(bench.disk(0), ROOM_BYTES - 1)
    set_free(bench.disk(1), ROOM_BYTES + 1)
    assert pool.choose(("cam_1", "main"), bench.disk(0)) is bench.disk(1)
    set_free(bench.disk(1), ROOM_BYTES - 2)
    assert pool.choose(("cam_2", "main"), None) in pool.disks


def test_slow_disks_are_recorded_on_only_when_no_fast_one_can_be(bench: Bench) -> None:
    slow = replace(bench.orders[1], tier="slow")
    bench.pool.take_orders([bench.orders[0], slow])
    assert bench.pool.choose((CAMERA, "main"), None) is bench.disk(0)
    bench.disk(0).failed(Unavailable("store.io", "broken"))
    assert bench.pool.choose((CAMERA, "main"), bench.disk(0)) is bench.disk(1)


def test_a_draining_disk_takes_nothing_new(bench: Bench) -> None:
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 6)
    (home,) = set(bench.places())
    orders = [replace(order, state="draining" if n == home else "in_use") for n, order in enumerate(bench.orders)]
    bench.pool.take_orders(orders)
    bench.film(writer, run, 12)
    assert bench.places()[-1] == 1 - home
    assert bench.gaps() == []


def test_a_disk_that_goes_away_costs_nothing_when_it_comes_back_whole(bench: Bench) -> None:
    """The part at hand goes to the other disk, without a gap; what was being written is whole when the disk is back."""
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 10)
    home = bench.places()[0]
    bench.unplug(home)
    bench.film(writer, run, 20)
    assert bench.places()[-1] == 1 - home
    assert bench.disk(home).state == "store.absent"
    assert bench.gaps() == []
    bench.plug(home)
    bench.clock.advance(PROBE_INTERVAL_US)
    bench.pool.tend()
    writer.interrupt("camera.closed", "")
    segments = bench.catalog.segments(CAMERA, "main", EVER)
    assert all(one.end_us == other.start_us for one, other in pairwise(segments))
    assert {one.run for one in segments} == {segments[0].run}
    assert [stretch.start_us for stretch in bench.catalog.coverage([CAMERA], EVER)[CAMERA]] == [segments[0].start_us]
    assert bench.gaps() == [("camera_closed", round(-segments[-1].end_us / US_PER_S))]


def test_what_the_disk_did_not_keep_is_a_gap_with_its_reason(bench: Bench) -> None:
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 11)
    home = bench.places()[0]
    bench.unplug(home)
    bench.film(writer, run, 20)
    (path,) = (bench.root / f"away-{home}" / "open").iterdir()
    os.truncate(path, path.stat().st_size // 3)
    bench.plug(home)
    bench.clock.advance(PROBE_INTERVAL_US)
    bench.pool.tend()
    (gap,) = bench.gaps()
    assert gap[0] == "store_absent"
    assert 1 <= gap[1] <= 12


def test_a_write_that_fails_goes_to_the_other_disk_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in the middle of a picture group: that file does not begin with a key frame, and nothing is missing."""
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 5)
    assert writer._segment is not None
    bad, real = writer._segment._file, OpenSegment.append

    def append(self: OpenSegment, data: bytes) -> int:
        if self is bad:
            raise Unavailable("store.io", "broken")
        return real(self, data)

    monkeypatch.setattr(OpenSegment, "append", append)
    bench.film(writer, run, 12)
    writer.interrupt("camera.closed", "")
    assert bench.gaps()[:-1] == []


def test_only_when_no_disk_is_left_there_is_a_gap(bench: Bench) -> None:
    writer, run = bench.writer(), Run(VIDEO, None)
    bench.film(writer, run, 8)
    for place in (0, 1):
        bench.unplug(place)
    bench.film(writer, run, 20)
    assert bench.pool.state == "store.absent"
    bench.plug(1)
    bench.clock.advance(PROBE_INTERVAL_US)
    bench.film(writer, run, 10)
    assert bench.pool.state == "ok"
    assert [reason for reason, _ in bench.gaps()] == ["store_absent"]


def test_each_disk_tells_of_itself(bench: Bench) -> None:
    bench.unplug(1)
    bench.clock.advance(PROBE_INTERVAL_US)
    bench.pool.tend()
    facts = [fact for fact in bench.catalog.facts_after(0) if fact.kind == "storage.alarm"]
    assert [(fact.detail["store"], fact.detail["state"]) for fact in facts] == [(bench.orders[1].store, "store.absent")]
    assert bench.pool.state == "ok"
