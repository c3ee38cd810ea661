"""After a crash, a power cut or a lost disk: every file that was being written becomes a sealed segment, or is
accounted for. Nothing is deleted but files of ours without a single part.

The steps of making a segment are: open row, file in ``open``, parts, trailer, fdatasync, rename, row sealed. Whatever
the step at which it ended, `Recovery` finishes it. `survey` is quick (it reads tables, not pictures), so that recording
can begin at once; `finish` hashes and may run beside it.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Literal

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Corrupt
from mingcha.media.catalog.adopt import (
    formats_in,
    hash_parts,
    identity_of,
    scan_number,
    sealed_record,
    ticks_to_us,
)
from mingcha.media.catalog.reasons import reason_of
from mingcha.media.catalog.rebuild import adopt_newer
from mingcha.media.catalog.records import OpenSegmentRecord
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.catalog.writer import Catalog
from mingcha.media.container.identity import Identity, trailer_box
from mingcha.media.container.scan import SegmentScan, scan_fd
from mingcha.media.container.seal import segment_root
from mingcha.media.container.soundness import drop_unsound_tail
from mingcha.media.store.directory import StoreDirectory

log = logging.getLogger(__name__)

Outcome = Literal["sealed", "completed", "empty", "not_ours"]
_MAX_HEADERLESS_BYTES = 1 << 20
KEPT_TOLERANCE_US = US_PER_S
"""In a file that was given up the start stands as it was first estimated."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one file. `outcome`: ``sealed`` (trailer written now), ``completed`` (only the row was missing),
    ``empty`` (no part, file removed), ``not_ours`` (left alone). `torn_bytes`: cut off the end."""

    number: int
    outcome: Outcome
    camera: str = ""
    role: str = ""
    end_us: int = 0
    frames: int = 0
    torn_bytes: int = 0


@dataclass(slots=True)
class Unsealed:
    """A file with footage that waits to be sealed."""

    own: Identity
    scan: SegmentScan
    end_us: int
    torn_bytes: int


class Recovery:
    """One pass over what was left behind in a store. `active`: numbers being written right now, left alone.
    `left`: files given up in this process, with the error code that was why."""

    def __init__(
        self,
        store: StoreDirectory,
        catalog: Catalog,
        *,
        active: frozenset[int] = frozenset(),
        left: dict[int, str] | None = None,
    ) -> None:
        self.store = self._store = store
        self._left = {} if left is None else left
        self._catalog = catalog
        self._active = active
        self._expected: dict[int, int | None] = {}
        self.done: list[Recovered] = []

    def survey(self, *, at_start: bool = True, known: int | None = None) -> list[Unsealed]:
        """Finish broken-off deletions, clear what is empty, complete what was sealed, and say what is still to be
        sealed; the ends found are in the catalog, so `last_end` is right from here on. At the start of the recorder
        files newer than `known` are entered; `begin_gaps` follows once all disks were surveyed. Raises Unavailable."""
        collect_garbage(self._catalog, self._store)
        self._catalog.add_store(self._store.store_id)
        if at_start:
            self.done += [Recovered(number, "completed") for number in adopt_newer(self._store, self._catalog, known)]
        self._expected = {row.number: row.end_us for row in self._rows()}
        rows = set(self._expected)
        on_disk = set(self._store.open_numbers())
        left = []
        with self._catalog.transaction():  # one commit for all: a hundred would take seconds on a slow disk
            for number in sorted(rows - on_disk - self._active):
                self._complete(number)
            for number in sorted(on_disk - self._active):
                unsealed = self._look(number, has_row=number in rows)
                if unsealed is not None:
                    left.append(unsealed)
        return left

    def _rows(self) -> list[OpenSegmentRecord]:
        return [row for row in self._catalog.open_segments() if row.store == self._store.store_id]

    def _complete(self, number: int) -> None:
        """An open row without a file in ``open``: the file was renamed already, or never made."""
        if self._catalog.segment(number) is not None:
            self._catalog.forget_open(number)
            return
        try:
            scan = scan_number(self._store, number)
            own = identity_of(scan, self._store, number)
        except Corrupt as error:
            if error.code != "segment.missing":
                self._leave(number, error)
                return
            self._drop_empty(number)
            return
        trailer = scan.trailer
        if trailer is None or trailer.number != number:
            self._leave(number, Corrupt("segment.trailer", "A sealed file has no end."))
            return
        self._ensure_run(own, scan)
        self._catalog.seal_segment(sealed_record(scan, own, trailer, scan.file_bytes, self._store.store_id), scan.parts)
        self.done.append(
            Recovered(number, "completed", own.camera, own.role, trailer.end_us, scan.frames, scan.torn_bytes)
        )

    def _look(self, number: int, *, has_row: bool) -> Unsealed | None:
        """A file in ``open``, with a row or (the catalog was restored) without."""
        if self._catalog.segment(number) is not None:
            self._leave(number, Corrupt("segment.twice", "The same number is sealed already."))
            return None
        fd = self._store.open_file(number)
        try:
            scan = scan_fd(fd)
            own = identity_of(scan, self._store, number)
            torn = scan.torn_bytes + drop_unsound_tail(fd, scan)
        except Corrupt as error:
            if has_row and error.code == "segment.header" and _holds_nothing(fd):
                self._drop_empty(number)  # it died before the header was on the disk
            else:
                self._leave(number, error)
            return None
        finally:
            os.close(fd)
        if not scan.parts or not scan.media_duration:
            self._drop_empty(number, own)
            return None
        trailer = scan.trailer
        end_us = trailer.end_us if trailer is not None else own.start_us + ticks_to_us(scan.media_duration)
        self._ensure_run(own, scan)
        self._catalog.adopt_open(own, end_us)
        self._name_loss(number, own.camera, own.role, end_us)
        return Unsealed(own, scan, end_us, torn)

    def _name_loss(self, number: int, camera: str, role: str, kept_us: int) -> None:
        """A file that was given up with its disk had been written up to where its row says; what the disk did not
        keep of it is a gap."""
        expected_us = self._expected.get(number)
        if expected_us is not None and kept_us < expected_us - KEPT_TOLERANCE_US:
            reason = reason_of(self._left.pop(number, "footage.lost"))
            self._catalog.add_gap(camera, role, kept_us, expected_us, reason, "the disk did not keep it")

    def _drop_empty(self, number: int, own: Identity | None = None) -> None:
        row = next((row for row in self._rows() if row.number == number), None)
        if row is not None:
            self._name_loss(number, row.camera, row.role, row.start_us)
        self._store.discard_open(number)
        self._catalog.forget_open(number)
        self.done.append(Recovered(number, "empty", own.camera if own else "", own.role if own else ""))

    def _leave(self, number: int, error: Corrupt) -> None:
        log.warning("file %010x in the store is left alone: %s", number, error.code)
        self.done.append(Recovered(number, "not_ours"))

    def _ensure_run(self, own: Identity, scan: SegmentScan) -> None:
        video, audio = formats_in(scan.header)
        self._catalog.adopt_run(own.run, own.camera, own.role, own.run_start_us, video, audio)

    def finish(self, item: Unsealed) -> Recovered:
        """Cut, hash, seal and enter one file. Raises Unavailable; then it can be tried again."""
        number, scan = item.own.number, item.scan
        if number not in self._store.open_numbers():  # an earlier attempt sealed it and found the catalog locked
            with self._catalog.transaction():
                self._complete(number)
            return Recovered(number, "completed", item.own.camera, item.own.role, item.end_us, scan.frames)
        fd = self._store.open_file(number)
        try:
            hashes = hash_parts(fd, scan.header, scan.parts)
        finally:
            os.close(fd)
        trailer = hashes.trailer(number, item.end_us, start_us=item.own.start_us, recovered=True)
        earlier = scan.trailer
        if (
            earlier is not None
            and not item.torn_bytes
            and earlier.part_hashes == trailer.part_hashes
            and earlier.root == segment_root(trailer.header_hash, trailer.part_hashes)
        ):
            trailer = earlier  # it died between trailer and rename: nothing is lost, the file stays as it is
            segment = self._store.reopen_segment(number, scan.file_bytes)
            size = segment.seal(b"")
        else:
            segment = self._store.reopen_segment(number, scan.parts_end)
            size = segment.seal(trailer_box(trailer))
        self._catalog.seal_segment(sealed_record(scan, item.own, trailer, size), scan.parts)
        done = Recovered(number, "sealed", item.own.camera, item.own.role, trailer.end_us, scan.frames, item.torn_bytes)
        self.done.append(done)
        return done


def begin_gaps(catalog: Catalog, reason: str = "recorder_killed") -> None:
    """A stream is being recorded or has an open gap that begins where its footage ends. A killed recorder could not
    write the one, and may not have come to closing the one before."""
    with catalog.transaction():
        for camera, role in catalog.streams():
            end_us = catalog.last_end(camera, role)
            if end_us is None:
                continue
            gap = catalog.open_gap_of(camera, role)
            if gap is not None and gap.start_us < end_us:
                catalog.close_gap(camera, role, catalog.footage_from(camera, role, gap.start_us) or end_us)
                gap = None
            if gap is None:
                catalog.open_gap(camera, role, end_us, reason)


def _holds_nothing(fd: int) -> bool:
    """Whether a file without a header is too short for footage and has no sign of a part."""
    return os.fstat(fd).st_size < _MAX_HEADERLESS_BYTES and b"moof" not in os.pread(fd, _MAX_HEADERLESS_BYTES, 0)


def recover(
    store: StoreDirectory,
    catalog: Catalog,
    *,
    active: frozenset[int] = frozenset(),
    at_start: bool = True,
    reason: str = "recorder_killed",
) -> list[Recovered]:
    """Everything at once: before recording begins, or (`at_start` False) when a disk has come back. Raises
    Unavailable; then call it again later."""
    recovery = Recovery(store, catalog, active=active)
    left = recovery.survey(at_start=at_start)
    if at_start:
        begin_gaps(catalog, reason)
    for item in left:
        recovery.finish(item)
    return recovery.done
