"""The disk side of the node: catalog, disks, writer thread and what makes stream writers."""

from __future__ import annotations

import logging

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.moving import count_use, uses_of
from mingcha.media.catalog.recover import Recovery, Unsealed, begin_gaps
from mingcha.media.ingest.camera import Keeper, NoKeeper
from mingcha.media.ingest.disk import Disk
from mingcha.media.ingest.diskthread import DiskThread
from mingcha.media.ingest.journal import RETRY_US, Journal
from mingcha.media.ingest.pool import DiskPool
from mingcha.media.ingest.recording import Recording
from mingcha.media.ingest.segmentfile import SEGMENT_S
from mingcha.media.ingest.streamwriter import StreamWriter
from mingcha.media.run.level import bring_level
from mingcha.media.run.opening import known_first
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import DiskOrder, changed_at, read_disks
from mingcha.wire.plan import CameraOrder, StreamOrder

log = logging.getLogger(__name__)

LOOK_AT_LIST_US = 5 * US_PER_S


class Writing:
    """Opens catalog and disks, recovers what a crash left, then runs the writer thread."""

    def __init__(self, data: DataDir, clock: Clock, segment_s: int = SEGMENT_S) -> None:
        self._segment_s = segment_s
        self._data = data
        self._clock = clock
        self.catalog = Catalog(data.catalog, clock)
        self.journal = Journal(self.catalog, clock)
        self.pool = DiskPool(clock, self._make_disk)
        self._writers: dict[tuple[str, str], StreamWriter] = {}
        self._unsealed: list[tuple[Recovery, Unsealed]] = []
        self._unsurveyed: dict[str, int] = {}
        self._known = self.catalog.newest_known()
        self.is_level = bring_level(data, self.catalog, clock)
        """Whether the catalog knows all the ledger does; until then nothing is deleted."""
        self._list_seen = changed_at(data.root)
        self._list_at_us = 0
        self._starting = True
        self.thread = DiskThread(clock, self._idle)
        self.pool.take_orders(self._orders())
        for disk in self.pool.disks:
            self._open_at_start(disk)
        self._begin_gaps()

    def start(self) -> None:
        self._starting = False
        self.journal.tell("recorder.started")
        if not self.is_level:
            self.journal.tell("catalog.behind")
        self.thread.start()

    def stop(self) -> None:
        """After the last recording was interrupted: write what is queued, then close."""
        self.thread.submit(self._seal_rest)
        self.thread.submit(lambda: self.journal.tell("recorder.stopped"))
        self.thread.stop()
        self.pool.close()
        self.catalog.close()

    def make_keeper(self, camera: CameraOrder, order: StreamOrder) -> Keeper:
        """A recording, or nothing for a stream that is only shown. The disk side of a stream is made once and outlives
        changes of its order: it alone knows what the queue still holds for it."""
        if not order.record:
            return NoKeeper()
        key = (camera.camera, order.role)
        if key not in self._writers:
            self._writers[key] = StreamWriter(
                *key,
                self.pool,
                self.journal,
                self._clock,
                last_end_us=self.catalog.last_end(*key) or 0,
                gap=self.catalog.open_gap_of(*key),
                segment_s=self._segment_s,
            )
        return Recording(self.thread, self._writers[key])

    def _idle(self) -> None:
        self.journal.catch_up()
        self._look_at_list()
        self.pool.tend()
        now_us = self._clock.mono_us()
        for disk in self.pool.disks:
            if disk.store is not None and self._unsurveyed.get(disk.store_id, now_us) < now_us:
                self._recover(disk, disk.store)
        if self._unsealed:
            self._seal_one()

    # The list of disks

    def _orders(self) -> tuple[DiskOrder, ...]:
        """The list of disks; without one the first disk, whose identity the catalog or the directory itself knows."""
        orders = read_disks(self._data.root, self._data.store)
        return tuple(
            order if order.store else known_first(self._data.store, self.catalog, self._clock) for order in orders
        )

    def _look_at_list(self) -> None:
        """Take up what somebody changed with `mingcha storage`."""
        now_us = self._clock.mono_us()
        if now_us < self._list_at_us:
            return
        self._list_at_us = now_us + LOOK_AT_LIST_US
        seen = changed_at(self._data.root)
        if seen == self._list_seen:
            return
        self._list_seen = seen
        try:
            orders = self._orders()
        except MingchaError as error:
            log.error("the list of disks is not taken up: %s", error.message)
            return
        self.pool.take_orders(orders)
        listed = [
            {"store": order.store, "path": str(order.path), "tier": order.tier, "state": order.state}
            for order in orders
        ]
        self.journal.tell("storage.changed", disks=listed)

    def _make_disk(self, order: DiskOrder) -> Disk:
        return Disk(order.path, order.store, self.journal, self._clock, self._returned, on_open=self._opened)

    def _open_at_start(self, disk: Disk) -> None:
        try:
            store = StoreDirectory.open(disk.path, disk.store_id or None)
        except Unavailable as error:
            log.error("recording disk %s: %s", disk.store_id, error.code)
            disk.tend()
            return
        self._opened(store)
        self._recover(disk, store)
        disk.adopt(store)

    def _opened(self, store: StoreDirectory) -> None:
        """Count the use, and compare with what the directory counted: either of both may be an older copy."""
        try:
            known = self.journal.ask(lambda catalog: uses_of(catalog, store.store_id))
        except Unavailable:
            return  # counted the next time
        found = store.count_use(known)
        self.journal.change(lambda catalog: count_use(catalog, store.store_id, max(found, known) + 1))
        if found < known:
            log.error("recording disk %s: an older copy of itself", store.store_id)
            detail = {"state": "store.older", "was": "ok", "store": store.store_id, "path": str(store.path)}
            self.journal.tell("storage.alarm", **detail)

    def _returned(self, store: StoreDirectory) -> None:
        disk = self.pool.of(store.store_id)
        if disk is not None and not self._starting:
            self._recover(disk, store)

    # What a crash or a lost disk left

    def _recover(self, disk: Disk, store: StoreDirectory) -> None:
        """Find what a crash or a lost disk left in ``open``. Finding is quick and comes before recording; hashing and
        sealing come one file at a time between parts, so that the first new part is on disk within a second."""
        active = frozenset(number for writer in self._writers.values() if (number := writer.open_number) is not None)
        recovery = Recovery(store, self.catalog, active=active, left=disk.left)
        self._unsurveyed.pop(disk.store_id, None)
        self._unsealed = [found for found in self._unsealed if found[0].store.store_id != store.store_id]
        try:
            store.discard_copies()
            found = recovery.survey(at_start=self._starting, known=self._known)
        except Unavailable as error:
            log.warning("recovery waits: %s", error.code)
            self._unsurveyed[disk.store_id] = self._clock.mono_us() + RETRY_US
        except MingchaError as error:
            log.error("recovery: %s", error.code)
        else:
            self._unsealed += [(recovery, item) for item in found]
        if self._unsealed:
            log.info("recovery: %d segments to seal", len(self._unsealed))

    def _begin_gaps(self) -> None:
        try:
            begin_gaps(self.catalog)
        except Unavailable as error:
            log.warning("gaps at the start: %s", error.code)

    def _seal_rest(self) -> None:
        for _ in range(len(self._unsealed)):
            self._seal_one()

    def _seal_one(self) -> None:
        recovery, item = self._unsealed.pop()
        try:
            recovery.finish(item)
        except Unavailable as error:
            log.warning("recovery of segment %d waits: %s", item.own.number, error.code)
            if recovery.store in self.pool.present():
                self._unsealed.insert(0, (recovery, item))
        except MingchaError as error:
            log.error("recovery of segment %d: %s", item.own.number, error.code)
