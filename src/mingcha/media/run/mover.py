"""Moving segments between disks beside recording: off draining disks, and from fast disks to slow ones as they fill.

On a thread of its own, which copies no more than half the time and not at all while the writer is behind. What changes
the catalog or a store directory is done on the writer thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.moving import change_over, lose, numbers_on, stock, stores, surplus
from mingcha.media.catalog.reconcile import Astray, find_astray
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.ingest.disk import Disk
from mingcha.media.ingest.pool import ROOM_BYTES
from mingcha.media.retention.relocation import Copied, copy_segment, is_whole
from mingcha.media.run.writing import Writing
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.relocation import CopyTarget

log = logging.getLogger(__name__)

LOOK_S = 5.0
BATCH = 4
"""Segments copied before one step on the writer thread."""
LOST_BITE = 500
FILLED, RELIEVED = 0.20, 0.25
"""A fast disk is relieved when less than the first share of it is free, until the second is."""
PATIENT_BYTES = 4 << 20
"""While so much waits to be written, copying waits too."""
PATIENCE_S = 0.2
TELL_US = 3600 * US_PER_S
CHANGE_TIMEOUT_S = 60.0

Answer = TypeVar("Answer")


class Stopped(Exception):
    """The recorder ends; the copy in the making is given up."""


@dataclass(slots=True)
class Tally:
    """What was moved from one disk to another since it was last told."""

    segments: int = 0
    bytes: int = 0
    since_us: int = 0


@dataclass(slots=True)
class _Errand:
    """Take `want_bytes` (None: everything) from one disk to another."""

    source: Disk
    target: Disk
    want_bytes: int | None
    cursors: dict[tuple[str, str], int] = field(default_factory=dict)


class Mover:
    """`start`, later `stop`. `submit` runs a change on the writer thread."""

    def __init__(
        self, writing: Writing, clock: Clock, submit: Callable[[Callable[[Catalog], Any]], Future[Any]]
    ) -> None:
        self._writing = writing
        self._clock = clock
        self._submit = submit
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mover", daemon=True)
        self._looked: dict[str, int] = {}
        self._tallies: dict[tuple[str, str], Tally] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Give up what is being copied, at the next chunk."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                self.step()
            except Stopped:
                return
            except (Unavailable, Corrupt) as error:
                log.warning("moving waits: %s", error.code)
            except Exception:
                log.exception("moving failed; it is tried again")

    def step(self) -> int:
        """Look for what is astray on disks that came, then carry out the errands of now; segments moved."""
        disks = self._writing.pool.disks
        if len(disks) < 2 and not self._looked:
            return 0
        self._mend(disks)
        for disk in disks:
            if disk.order == "lost":
                self._lose(disk.store_id)
        moved = sum(self._carry_out(errand) for errand in self._errands(disks))
        self._tell(idle=not moved)
        return moved

    # What is to be moved

    def _errands(self, disks: tuple[Disk, ...]) -> Iterator[_Errand]:
        held = {row.store for row in stock(self._writing.catalog)}
        for disk in disks:
            if disk.store is None or disk.store_id not in held:
                continue
            if disk.order == "draining":
                target = self._target(disks, disk, (disk.tier, "slow" if disk.tier == "fast" else "fast"))
                if target is not None:
                    yield _Errand(disk, target, None)
            elif disk.tier == "fast" and disk.space is not None and disk.space.total_bytes:
                wanted = int(RELIEVED * disk.space.total_bytes) - disk.free_bytes
                target = self._target(disks, disk, ("slow",))
                if disk.free_bytes < FILLED * disk.space.total_bytes and target is not None:
                    yield _Errand(disk, target, wanted)

    def _target(self, disks: tuple[Disk, ...], source: Disk, tiers: tuple[str, ...]) -> Disk | None:
        """Where there is most room."""
        open_ = [disk for disk in disks if disk is not source and disk.state == "ok" and disk.order == "in_use"]
        for tier in tiers:
            roomy = [disk for disk in open_ if disk.tier == tier and disk.free_bytes > ROOM_BYTES]
            if roomy:
                return max(roomy, key=lambda disk: disk.free_bytes)
        return None

    def _lose(self, store: str) -> None:
        """Account for what a disk held that a person has given up; a bite at a time."""
        if any(info.store == store and info.lost_us is not None for info in stores(self._writing.catalog)):
            return
        while self._ask(lambda catalog: lose(catalog, store, LOST_BITE, self._clock.wall_us())):
            if self._stopping.wait(PATIENCE_S):
                raise Stopped

    # Moving

    def _carry_out(self, errand: _Errand) -> int:
        """In batches, oldest first, until done or for a minute: then disks are looked at anew."""
        moved, freed = 0, 0
        until_us = self._clock.mono_us() + 60 * US_PER_S
        while errand.want_bytes is None or freed < errand.want_bytes:
            if self._clock.mono_us() > until_us or errand.target.free_bytes <= ROOM_BYTES:
                break
            batch = self._next(errand)
            if not batch:
                break
            done = self._move(batch, errand.source, errand.target)
            moved, freed = moved + len(done), freed + sum(record.file_bytes for record in done)
        return moved

    def _next(self, errand: _Errand) -> list[SegmentRecord]:
        """The next segments of the stream that has the oldest on the source."""
        catalog, oldest = self._writing.catalog, None
        for row in stock(catalog):
            if row.store != errand.source.store_id:
                continue
            key = (row.camera, row.role)
            numbers = numbers_on(catalog, *key, row.store, from_us=errand.cursors.get(key, 0), limit=BATCH)
            found = [record for number in numbers if (record := catalog.segment(number)) is not None]
            if found and (oldest is None or found[0].start_us < oldest[0].start_us):
                oldest = found
        if oldest:
            errand.cursors[oldest[0].camera, oldest[0].role] = oldest[-1].start_us + 1
        return oldest or []

    def _move(self, batch: list[SegmentRecord], source: Disk, target: Disk) -> list[SegmentRecord]:
        copies: list[Copied] = []
        with ExitStack() as stack:
            reading = stack.enter_context(StoreDirectory.open(source.path, source.store_id, write=False))
            writing = stack.enter_context(CopyTarget(target.path, target.store_id))
            for record in batch:
                began_us = self._clock.mono_us()
                try:
                    copies.append(copy_segment(record, reading, writing, self._between))
                except Corrupt as error:
                    log.warning("segment %d is not moved: %s", record.number, error.code)
                # As long a rest as the work took: half of a disk's time stays for recording and viewing.
                self._stopping.wait(min(2.0, (self._clock.mono_us() - began_us) / US_PER_S))
        done = self._ask(lambda catalog: self._finish(catalog, copies, source, target))
        tally = self._tallies.setdefault((source.store_id, target.store_id), Tally(since_us=self._clock.mono_us()))
        tally.segments += len(done)
        tally.bytes += sum(record.file_bytes for record in done)
        return done

    def _finish(self, catalog: Catalog, copies: list[Copied], source: Disk, target: Disk) -> list[SegmentRecord]:
        """On the writer thread: take in, change over, clear away."""
        store, at_us = target.require(), self._clock.wall_us()
        for copied in copies:
            store.take_in(copied.record.number, copied.made_in)
        records = [copied.record for copied in copies]
        changed = set(change_over(catalog, records, target.store_id, at_us))
        late = [record.number for record in records if record.number not in changed]
        if late:
            # Deleted, or moved elsewhere, while it was copied.
            surplus(catalog, target.store_id, [n for n in late if _store_of(catalog, n) != target.store_id], at_us)
            collect_garbage(catalog, store)
        if source.store is not None:
            collect_garbage(catalog, source.store)
        return [record for record in records if record.number in changed]

    def _between(self, _copied_bytes: int) -> None:
        while self._writing.thread.queued_bytes > PATIENT_BYTES and not self._stopping.is_set():
            self._stopping.wait(PATIENCE_S)
        if self._stopping.is_set():
            raise Stopped

    # Putting in order

    def _mend(self, disks: tuple[Disk, ...]) -> None:
        """Once for each time a disk came; with it, those that name it."""
        came = {disk.store_id: disk.generation for disk in disks if disk.store is not None}
        if came == self._looked:
            return
        with ExitStack() as stack:
            here = {
                disk.store_id: stack.enter_context(StoreDirectory.open(disk.path, disk.store_id, write=False))
                for disk in disks
                if disk.store_id in came
            }
            for store in here.values():
                astray = find_astray(self._writing.catalog, store, here)
                if astray:
                    whole = [record for record in astray.moved if is_whole(store, record)]
                    self._put_in_order(store.store_id, astray, whole)
        self._looked = came

    def _put_in_order(self, store: str, astray: Astray, whole: list[SegmentRecord]) -> None:
        at_us = self._clock.wall_us()

        def change(catalog: Catalog) -> None:
            disk = self._writing.pool.of(store)
            directory = disk.store if disk is not None else None
            if directory is None:
                raise Unavailable("store.absent", "The disk went away again.")
            with catalog.transaction():
                surplus(catalog, store, [n for n in astray.surplus if _store_of(catalog, n) != store], at_us)
                surplus(catalog, store, [n for n in astray.returned if _store_of(catalog, n) is None], at_us)
                changed = change_over(catalog, whole, store, at_us)
            collect_garbage(catalog, directory)
            self._writing.journal.tell(
                "storage.mended",
                store=store,
                surplus=len(astray.surplus),
                returned=len(astray.returned),
                moved=len(changed),
            )

        self._ask(change)

    # Telling

    def _tell(self, *, idle: bool) -> None:
        """Once an hour, or when nothing is left to move: not a line a batch."""
        now_us = self._clock.mono_us()
        for (source, target), tally in list(self._tallies.items()):
            if tally.segments and (idle or now_us - tally.since_us >= TELL_US):
                detail: dict[str, Any] = {"source": source, "target": target}
                detail |= {"segments": tally.segments, "bytes": tally.bytes}
                self._writing.thread.submit(partial(self._writing.journal.tell, "storage.moved", **detail))
                del self._tallies[source, target]

    def _ask(self, question: Callable[[Catalog], Answer]) -> Answer:
        try:
            answer: Answer = self._submit(question).result(CHANGE_TIMEOUT_S)
        except TimeoutError as error:
            raise Unavailable("catalog.locked", "The catalog could not be written in time.") from error
        return answer


def _store_of(catalog: Catalog, number: int) -> str | None:
    record = catalog.segment(number)
    return None if record is None else record.store
