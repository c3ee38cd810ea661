"""The disk side of the node: catalog, store, writer thread and what makes stream writers."""

from __future__ import annotations

import logging

from mingcha.base.clock import Clock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.recover import Recovery, Unsealed
from mingcha.media.ingest.camera import Keeper, NoKeeper
from mingcha.media.ingest.disk import Disk
from mingcha.media.ingest.diskthread import DiskThread
from mingcha.media.ingest.journal import RETRY_US, Journal
from mingcha.media.ingest.recording import Recording
from mingcha.media.ingest.segmentfile import SEGMENT_S
from mingcha.media.ingest.streamwriter import StreamWriter
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.plan import CameraOrder, StreamOrder

log = logging.getLogger(__name__)


class Writing:
    """Opens catalog and store, recovers what a crash left, then runs the writer thread."""

    def __init__(self, data: DataDir, clock: Clock, segment_s: int = SEGMENT_S) -> None:
        self._segment_s = segment_s
        self._data = data
        self._clock = clock
        self.catalog = Catalog(data.catalog, clock)
        self.journal = Journal(self.catalog, clock)
        store = self._open_store()
        self.disk = Disk(data.store, self._expected_id, self.journal, clock, self._recover)
        self._writers: dict[tuple[str, str], StreamWriter] = {}
        self._unsealed: list[tuple[Recovery, Unsealed]] = []
        self._unsurveyed: tuple[StoreDirectory, int] | None = None
        self._starting = True
        self.thread = DiskThread(clock, self._idle)
        if store is not None:
            self._recover(store)
            self.disk.adopt(store)
        else:
            self.disk.tend()

    def start(self) -> None:
        self._starting = False
        self.journal.tell("recorder.started")
        self.thread.start()

    def stop(self) -> None:
        """After the last recording was interrupted: write what is queued, then close."""
        self.thread.submit(self._seal_rest)
        self.thread.submit(lambda: self.journal.tell("recorder.stopped"))
        self.thread.stop()
        self.disk.close()
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
                self.disk,
                self.journal,
                self._clock,
                last_end_us=self.catalog.last_end(*key) or 0,
                gap=self.catalog.open_gap_of(*key),
                segment_s=self._segment_s,
            )
        return Recording(self.thread, self._writers[key])

    def _idle(self) -> None:
        self.journal.catch_up()
        self.disk.tend()
        if self._unsurveyed is not None and self.disk.state == "ok" and self._clock.mono_us() > self._unsurveyed[1]:
            self._recover(self._unsurveyed[0])
        elif self._unsealed:
            self._seal_one()

    def _open_store(self) -> StoreDirectory | None:
        """The store of the catalog; a new one only where neither catalog nor directory knows any."""
        known = self.catalog.stores()
        self._expected_id = known[-1] if known else ""
        try:
            if known:
                return self._open_known(known)
            if (self._data.store / "mingcha-store.json").exists():
                store = StoreDirectory.open(self._data.store, None)
            else:
                store = StoreDirectory.create(self._data.store, self._clock)
        except Unavailable as error:
            log.error("recording disk: %s", error.code)
            return None
        self._expected_id = store.store_id
        self.catalog.add_store(store.store_id)
        return store

    def _open_known(self, known: list[str]) -> StoreDirectory:
        """Several stores may have been used over time; the one at the path must be one of them."""
        for store_id in reversed(known):
            try:
                store = StoreDirectory.open(self._data.store, store_id)
            except Unavailable as error:
                if error.code != "store.foreign" or store_id == known[0]:
                    raise
            else:
                self._expected_id = store_id
                return store
        raise Unavailable("store.absent", "The recording disk is not there.")

    def _recover(self, store: StoreDirectory) -> None:
        """Find what a crash or a lost disk left in ``open``. Finding is quick and comes before recording; hashing and
        sealing come one file at a time between parts, so that the first new part is on disk within a second."""
        active = frozenset(number for writer in self._writers.values() if (number := writer.open_number) is not None)
        recovery = Recovery(store, self.catalog, active=active)
        self._unsurveyed = None
        try:
            self._unsealed = [(recovery, item) for item in recovery.survey(at_start=self._starting)]
        except Unavailable as error:
            log.warning("recovery waits: %s", error.code)
            self._unsurveyed = (store, self._clock.mono_us() + RETRY_US)
        except MingchaError as error:
            log.error("recovery: %s", error.code)
        if self._unsealed:
            log.info("recovery: %d segments to seal", len(self._unsealed))

    def _seal_rest(self) -> None:
        for _ in range(len(self._unsealed)):
            self._seal_one()

    def _seal_one(self) -> None:
        recovery, item = self._unsealed.pop()
        try:
            recovery.finish(item)
        except Unavailable as error:
            log.warning("recovery of segment %d waits: %s", item.own.number, error.code)
            if self.disk.state == "ok":
                self._unsealed.insert(0, (recovery, item))
        except MingchaError as error:
            log.error("recovery of segment %d: %s", item.own.number, error.code)
