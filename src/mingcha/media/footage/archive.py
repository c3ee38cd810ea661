"""Which stored segments answer a range, and where in them a wall instant lies.

Everything here is blocking file and database work: call it in a thread or a worker process, never on the loop.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.moving import stretches_on
from mingcha.media.catalog.records import Gap, OpenSegmentRecord, SegmentRecord
from mingcha.media.container.scan import PartInfo, scan_fd
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.units import VIDEO_CLOCK_HZ

US_PER_S = 1_000_000
# A GOP may reach over several segments that were sealed by force; a camera that sends a key frame more seldom than
# this is shown from where the search ended.
MAX_SEGMENTS_BACK = 4


@dataclass(frozen=True)
class StoredSegment:
    """A segment and its parts. Ticks are 1/90000 s, counted from media time 0 of the file.

    `root`: None while the file is still being written; then `end_us` is the end of its last whole part.
    """

    number: int
    store: str
    camera: str
    role: str
    run: int
    start_us: int
    end_us: int
    media_offset: int
    media_duration: int
    header_bytes: int
    parts: tuple[PartInfo, ...]
    root: bytes | None

    @property
    def range(self) -> TimeRange:
        return TimeRange(self.start_us, self.end_us)

    def wall_us(self, ticks: int) -> int:
        """Wall instant of a media time: the segment's wall length is spread evenly over its media length."""
        return self.start_us + ticks * (self.end_us - self.start_us) // self.media_duration

    def ticks_at(self, at_us: int) -> int:
        """Media time of a wall instant: the smallest whose `wall_us` is not before it."""
        span_us = self.end_us - self.start_us
        return -((self.start_us - at_us) * self.media_duration // span_us)

    def part_at(self, ticks: int) -> int:
        """Index of the part that holds a media time; the nearest where it lies outside."""
        return max(0, bisect_right(self._part_times, ticks) - 1)

    def key_part_at(self, index: int) -> int | None:
        """Index of the last part up to `index` that begins with a key frame."""
        return next((at for at in range(index, -1, -1) if self.parts[at].starts_with_key), None)

    def follows(self, other: StoredSegment) -> bool:
        """Whether this segment goes on where `other` ended, in the same run, without a hole."""
        return self.run == other.run and self.media_offset == other.media_offset + other.media_duration

    @cached_property
    def _part_times(self) -> list[int]:
        return [part.media_time for part in self.parts]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Parts `first` to `last` (both included) of a segment."""

    segment: StoredSegment
    first: int
    last: int

    @property
    def parts(self) -> tuple[PartInfo, ...]:
        return self.segment.parts[self.first : self.last + 1]

    @property
    def size_bytes(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def range(self) -> TimeRange:
        first, last = self.segment.parts[self.first], self.segment.parts[self.last]
        start_us = self.segment.wall_us(first.media_time)
        return TimeRange(start_us, max(start_us + 1, self.segment.wall_us(last.media_time + last.duration)))


class Footage:
    """`store_of`: the open store directory for a store id; raises Unavailable where that disk is not here.

    With several disks, what lies on one that is away is left out of `segments` and told by `gaps`; with one, whoever
    reads is told that it is away.
    """

    def __init__(self, catalog: CatalogReader, store_of: Callable[[str], StoreDirectory]) -> None:
        self.catalog = catalog
        self._store_of = store_of

    def segments(self, camera: str, role: str, range_: TimeRange) -> Iterator[StoredSegment]:
        """Segments that reach into the range, in order of time, one being written last. Their part indexes are read
        one by one, so that a day takes no more memory than a minute."""
        # The open ones are asked for first: one that is sealed between the two questions is then met twice, not never.
        growing = [row for row in self.catalog.open_segments() if (row.camera, row.role) == (camera, role)]
        sealed = self.catalog.segments(camera, role, range_)
        numbers = {record.number for record in sealed}
        away = self.away()
        for record in sealed:
            segment = self._sealed(record) if record.store not in away else None
            if segment is not None:
                yield segment
        for row in growing:
            if row.number in numbers or row.start_us >= range_.end_us:
                continue
            found = self._growing(row)
            if found is not None and found.end_us > range_.start_us:
                yield found

    def away(self) -> frozenset[str]:
        """Disks that hold footage and are not here, while others are; none where there is but one."""
        known = self.catalog.stores()
        return frozenset() if len(known) < 2 else frozenset(store for store in known if not self._is_here(store))

    def _is_here(self, store: str) -> bool:
        try:
            self._store_of(store)
        except Unavailable:
            return False
        return True

    def gaps(self, cameras: Iterable[str], range_: TimeRange, *, role: str = "main") -> dict[str, list[Gap]]:
        """The catalog's gaps, and what lies on a disk that is away (reason ``disk_away``), in order."""
        wanted = list(cameras)
        found = self.catalog.gaps(wanted, range_, role=role)
        if away := sorted(self.away()):
            for camera in wanted:
                hidden = stretches_on(self.catalog, camera, role, away, range_.start_us, range_.end_us)
                gaps = [Gap(0, camera, role, start, end, "disk_away") for start, end in hidden]
                found[camera] = sorted([*found[camera], *gaps], key=lambda gap: gap.start_us)
        return found

    def coverage(
        self, cameras: Iterable[str], range_: TimeRange, *, role: str = "main", open_until_us: int | None = None
    ) -> dict[str, list[TimeRange]]:
        """The catalog's coverage, less what lies on a disk that is away."""
        wanted = list(cameras)
        found = self.catalog.coverage(wanted, range_, role=role, open_until_us=open_until_us)
        if away := sorted(self.away()):
            for camera in wanted:
                hidden = stretches_on(self.catalog, camera, role, away, range_.start_us, range_.end_us)
                found[camera] = _without(found[camera], hidden)
        return found

    def segment(self, number: int) -> StoredSegment | None:
        """One segment, sealed or being written."""
        for _ in range(2):
            record = self.catalog.segment(number)
            if record is not None:
                return self._sealed(record)
            row = next((row for row in self.catalog.open_segments() if row.number == number), None)
            if row is not None:
                return self._growing(row)
        return None

    def segment_at(self, camera: str, role: str, at_us: int) -> StoredSegment | None:
        """The segment that holds a wall instant, or None in a gap."""
        return next(self.segments(camera, role, TimeRange(at_us, at_us + 1)), None)

    def newest(self, camera: str, role: str) -> StoredSegment | None:
        """The newest segment of a stream that holds a part."""
        for row in sorted(self.catalog.open_segments(), key=lambda row: -row.start_us):
            if (row.camera, row.role) == (camera, role):
                found = self._growing(row)
                if found is not None:
                    return found
        end_us = self.catalog.last_end(camera, role)
        record = self.catalog.segment_before(camera, role, end_us) if end_us is not None else None
        return self._sealed(record) if record is not None else None

    def before(self, segment: StoredSegment) -> StoredSegment | None:
        """The segment that this one follows without a hole."""
        record = self.catalog.segment_before(segment.camera, segment.role, segment.start_us - 1)
        found = self._sealed(record) if record is not None else None
        return found if found is not None and segment.follows(found) else None

    def from_key(self, segment: StoredSegment, index: int) -> list[Stretch]:
        """What a decoder needs before it can show part `index`: from the key frame at or before it up to that part,
        over as many segments as it takes. Begins without a key frame where there is none."""
        first = segment.key_part_at(index)
        found = [Stretch(segment, first or 0, index)]
        while first is None and len(found) <= MAX_SEGMENTS_BACK:
            earlier = self.before(found[0].segment)
            if earlier is None:
                break
            last = len(earlier.parts) - 1
            first = earlier.key_part_at(last)
            found.insert(0, Stretch(earlier, first or 0, last))
        return found

    def open_file(self, segment: StoredSegment) -> int:
        """A read-only descriptor of the segment's file; the caller closes it. Raises Corrupt and Unavailable."""
        try:
            return self._store_of(segment.store).open_file(segment.number)
        except Corrupt:
            # It may have been moved to another disk, or sealed, since it was looked up.
            record = self.catalog.segment(segment.number)
            if record is None or record.store == segment.store:
                raise
            return self._store_of(record.store).open_file(segment.number)

    @contextmanager
    def opened(self, segment: StoredSegment) -> Iterator[int]:
        """`open_file` for a ``with`` block."""
        fd = self.open_file(segment)
        try:
            yield fd
        finally:
            os.close(fd)

    def header(self, segment: StoredSegment) -> bytes:
        """The file's `ftyp` and `moov`."""
        with self.opened(segment) as fd:
            return read_exactly(fd, segment.header_bytes, 0)

    def _sealed(self, record: SegmentRecord) -> StoredSegment | None:
        parts = tuple(self.catalog.part_index(record.number)) or self._parts_in_file(record)
        if not parts:
            return None
        return StoredSegment(
            number=record.number,
            store=record.store,
            camera=record.camera,
            role=record.role,
            run=record.run,
            start_us=record.start_us,
            end_us=record.end_us,
            media_offset=record.media_offset,
            media_duration=record.media_duration,
            header_bytes=record.header_bytes,
            parts=parts,
            root=record.root,
        )

    def _parts_in_file(self, record: SegmentRecord) -> tuple[PartInfo, ...]:
        """Of a segment whose row was made again from the ledger: where its parts lie, only the file knows."""
        try:
            fd = self._store_of(record.store).open_file(record.number)
        except (Corrupt, Unavailable):
            return ()
        try:
            return tuple(scan_fd(fd).parts)
        except (Corrupt, OSError):
            return ()
        finally:
            os.close(fd)

    def _growing(self, row: OpenSegmentRecord) -> StoredSegment | None:
        """A file that is being written, up to its last whole part; None while it holds none."""
        try:
            fd = self._store_of(row.store).open_file(row.number)
        except (Corrupt, Unavailable):
            # Its row precedes the file, and an empty one is removed again; or the disk is away.
            return None
        try:
            scanned = scan_fd(fd)
        except (Corrupt, OSError):
            return None
        finally:
            os.close(fd)
        duration = scanned.media_duration
        if not scanned.parts or duration <= 0:
            return None
        segment = StoredSegment(
            number=row.number,
            store=row.store,
            camera=row.camera,
            role=row.role,
            run=row.run,
            start_us=row.start_us,
            end_us=row.start_us + max(1, duration * US_PER_S // VIDEO_CLOCK_HZ),
            media_offset=row.media_offset,
            media_duration=duration,
            header_bytes=scanned.header_bytes,
            parts=tuple(scanned.parts),
            root=None,
        )
        return segment if row.end_us is None else replace(segment, end_us=max(row.end_us, row.start_us + 1))


def _without(stretches: list[TimeRange], hidden: list[tuple[int, int]]) -> list[TimeRange]:
    """What of the stretches, rising, lies outside the hidden ones, rising too."""
    left = []
    for stretch in stretches:
        start_us = stretch.start_us
        for first, last in hidden:
            if last <= start_us or first >= stretch.end_us:
                continue
            if first > start_us:
                left.append(TimeRange(start_us, first))
            start_us = max(start_us, last)
        if start_us < stretch.end_us:
            left.append(TimeRange(start_us, stretch.end_us))
    return left


def read_exactly(fd: int, size: int, offset: int) -> bytes:
    """That many bytes of a file. Raises Corrupt when it is shorter, Unavailable when the disk fails."""
    try:
        data = os.pread(fd, size, offset)
        while len(data) < size:
            more = os.pread(fd, size - len(data), offset + len(data))
            if not more:
                raise Corrupt("segment.short", "A recording is shorter than the catalog says.")
            data += more
    except OSError as error:
        raise Unavailable(
            "store.io", "The recording disk cannot be read. Try again; if it persists, see the disk's state."
        ) from error
    return data
