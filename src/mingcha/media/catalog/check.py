"""The catalog against the disk, at three depths. Reports; never changes or deletes anything.

May run beside the recorder: what looks wrong is looked at a second time before it is reported, since a segment may
have been sealed or deleted between the two looks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from mingcha.base.errors import Corrupt
from mingcha.base.hashing import sha256
from mingcha.media.catalog.adopt import identity_of, read_exactly
from mingcha.media.catalog.moving import stock_faults
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import SegmentScan, scan_fd
from mingcha.media.container.seal import segment_root
from mingcha.media.store import layout
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.faults import store_errors

_PAGE = 1000

CODES: dict[str, str] = {
    "segment.missing": "The catalog knows this recording, but its file is not there.",
    "segment.unlisted": "This file is a recording by its name, but the catalog does not know it.",
    "segment.size": "The file is longer or shorter than when it was sealed.",
    "segment.header": "The file does not begin like a recording.",
    "segment.foreign": "The file says that it is another recording.",
    "segment.box": "The file has an identity that cannot be read.",
    "segment.format": "The file has an identity of another format.",
    "segment.trailer": "The file has no end, or one that differs from the catalog.",
    "segment.parts": "The parts of the file lie elsewhere than the catalog says.",
    "segment.hash": "The bytes of a part are not those that were recorded.",
    "segment.root": "The hash over the file is not the one in the catalog.",
    "open.missing": "The catalog knows a recording in the making, but its file is not there.",
    "open.unlisted": "A recording in the making is not in the catalog.",
    "garbage.left": "A deletion was begun and not finished.",
    "coverage.wrong": "The time line does not agree with the recordings.",
    "stock.wrong": "What the catalog counts on this disk does not agree with the recordings it lists there.",
    "store.stranger": "This name in the store directory is not ours; it is left alone.",
}


class Depth(IntEnum):
    """How deep to look; each includes those before it."""

    FILES = 1  # rows and files belong to each other
    BOXES = 2  # sizes, boxes, identities and trailers agree
    HASHES = 3  # every byte is what was recorded


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `code`: of `CODES`; `number`: segment or None; `place`: path inside the
    store, or a stream; `detail`: English, for the technician."""

    code: str
    number: int | None = None
    place: str = ""
    detail: str = ""

    @property
    def text(self) -> str:
        """The finding as an English line."""
        return " ".join(
            part for part in (f"{self.place}:" if self.place else "", CODES[self.code], self.detail) if part
        )


@dataclass(slots=True)
class CheckReport:
    """`segments`: how many were looked at; `bytes_read`: of footage, at depth 3. Clean without findings."""

    depth: Depth
    segments: int = 0
    bytes_read: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.findings


def check(
    catalog: CatalogReader,
    store: StoreDirectory,
    depth: Depth = Depth.FILES,
    *,
    progress: Callable[[int], None] = lambda number: None,
) -> CheckReport:
    """Compare the catalog with one store, in order of segment numbers and in bounded memory; `progress` is told each
    number. Raises Unavailable when disk or catalog cannot be read at all."""
    report = CheckReport(depth)
    on_disk = _Sorted(store.numbers())
    for record in _records(catalog, store.store_id):
        for number in on_disk.below(record.number):
            _unlisted(catalog, store, number, report)
        progress(record.number)
        report.segments += 1
        if not on_disk.take(record.number):
            _missing(catalog, store, record, report)
        elif depth >= Depth.BOXES:
            _look_inside(catalog, store, record, depth, report)
    for number in on_disk.below(layout.MAX_NUMBER + 1):
        _unlisted(catalog, store, number, report)
    _check_open(catalog, store, report)
    _check_coverage(catalog, report)
    _check_stock(catalog, store, report)
    _find_strangers(store, report)
    return report


class _Sorted:
    """A rising stream of numbers, looked at beside another one."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._next = next(numbers, None)

    def below(self, number: int) -> Iterator[int]:
        """Take those below."""
        while self._next is not None and self._next < number:
            yield self._next
            self._next = next(self._numbers, None)

    def take(self, number: int) -> bool:
        """Take this one, if it is there."""
        if self._next != number:
            return False
        self._next = next(self._numbers, None)
        return True


def _records(catalog: CatalogReader, store: str) -> Iterator[SegmentRecord]:
    after = 0
    while page := catalog.segments_after(after, _PAGE):
        yield from (record for record in page if record.store == store)
        after = page[-1].number


def _place(number: int, parent: str = layout.SEGMENTS_NAME) -> str:
    if parent == layout.OPEN_NAME:
        return f"{parent}/{layout.file_name(number)}"
    return f"{parent}/{layout.directory_name(number)}/{layout.file_name(number)}"


# Rows and files


def _missing(catalog: CatalogReader, store: StoreDirectory, record: SegmentRecord, report: CheckReport) -> None:
    if catalog.segment(record.number) is not None and not store.is_there(record.number):
        report.findings.append(Finding("segment.missing", record.number, _place(record.number), record.camera))


def _unlisted(catalog: CatalogReader, store: StoreDirectory, number: int, report: CheckReport) -> None:
    record = catalog.segment(number)
    if (record is not None and record.store == store.store_id) or not store.is_there(number):
        return
    if any(item.number == number for item in catalog.garbage()):
        report.findings.append(Finding("garbage.left", number, _place(number)))
    elif not any(item.number == number for item in catalog.open_segments()):
        report.findings.append(Finding("segment.unlisted", number, _place(number)))


def _check_open(catalog: CatalogReader, store: StoreDirectory, report: CheckReport) -> None:
    def look() -> tuple[set[int], set[int]]:
        rows = {row.number for row in catalog.open_segments() if row.store == store.store_id}
        files = set(store.open_numbers())
        # A row comes before its file and goes after its file has been moved.
        return {n for n in rows - files if not store.is_there(n)}, files - rows

    first, second = look(), look()
    for number in sorted(first[0] & second[0]):
        report.findings.append(Finding("open.missing", number, _place(number, layout.OPEN_NAME)))
    for number in sorted(first[1] & second[1]):
        report.findings.append(Finding("open.unlisted", number, _place(number, layout.OPEN_NAME)))


def _check_coverage(catalog: CatalogReader, report: CheckReport) -> None:
    for camera, role in catalog.coverage_faults():
        report.findings.append(Finding("coverage.wrong", None, f"{camera}/{role}"))


def _check_stock(catalog: CatalogReader, store: StoreDirectory, report: CheckReport) -> None:
    for camera, place in stock_faults(catalog):
        if place == store.store_id:
            report.findings.append(Finding("stock.wrong", None, camera))


def _find_strangers(store: StoreDirectory, report: CheckReport) -> None:
    ours = {*layout.OUR_NAMES, "lost+found"}
    with store_errors():
        for entry in _listed(store.path):
            if entry not in ours:
                report.findings.append(Finding("store.stranger", None, entry))
        for entry in _listed(store.path / layout.OPEN_NAME):
            if layout.number_of(entry) is None and layout.copy_number_of(entry) is None:
                report.findings.append(Finding("store.stranger", None, f"{layout.OPEN_NAME}/{entry}"))
        for directory in _listed(store.path / layout.SEGMENTS_NAME):
            _strangers_in(store, directory, report)


def _strangers_in(store: StoreDirectory, directory: str, report: CheckReport) -> None:
    place = f"{layout.SEGMENTS_NAME}/{directory}"
    path = store.path / place
    if not layout.is_directory_name(directory) or not path.is_dir():
        report.findings.append(Finding("store.stranger", None, place))
        return
    for entry in _listed(path):
        number = layout.number_of(entry)
        if number is None or layout.directory_name(number) != directory:
            report.findings.append(Finding("store.stranger", None, f"{place}/{entry}"))


def _listed(path: Path) -> list[str]:
    try:
        return sorted(os.listdir(path))
    except FileNotFoundError:  # a directory that became empty goes with its last segment
        return []


# Inside a file


def _look_inside(
    catalog: CatalogReader, store: StoreDirectory, record: SegmentRecord, depth: Depth, report: CheckReport
) -> None:
    try:
        fd = store.open_file(record.number)
    except Corrupt:
        _missing(catalog, store, record, report)
        return
    try:
        for code, detail in _faults(fd, catalog, store, record, depth, report):
            report.findings.append(Finding(code, record.number, _place(record.number), detail))
    finally:
        os.close(fd)


def _faults(
    fd: int, catalog: CatalogReader, store: StoreDirectory, record: SegmentRecord, depth: Depth, report: CheckReport
) -> Iterator[tuple[str, str]]:
    with store_errors():
        size = os.fstat(fd).st_size
        if size != record.file_bytes:
            yield "segment.size", f"{size} bytes instead of {record.file_bytes}."
        try:
            scan = scan_fd(fd)
            own = identity_of(scan, store, record.number)
        except Corrupt as error:
            yield error.code, ""
            return
        if (own.camera, own.role, own.run) != (record.camera, record.role, record.run):
            yield "segment.foreign", ""
        yield from _table_faults(scan, catalog, record)
        if depth >= Depth.HASHES:
            yield from _hash_faults(fd, scan, record, report)


def _table_faults(scan: SegmentScan, catalog: CatalogReader, record: SegmentRecord) -> Iterator[tuple[str, str]]:
    if scan.trailer is None or (scan.trailer.root, scan.trailer.end_us) != (record.root, record.end_us):
        yield "segment.trailer", ""
    if scan.torn_bytes:
        yield "segment.parts", f"{scan.torn_bytes} bytes at the end belong to nothing."
    try:
        listed = catalog.part_index(record.number)
    except Corrupt:
        listed = []
    if scan.header_bytes != record.header_bytes or [(part.offset, part.size) for part in scan.parts] != [
        (part.offset, part.size) for part in listed
    ]:
        yield "segment.parts", f"{len(scan.parts)} parts in the file, {len(listed)} in the catalog."


def _hash_faults(fd: int, scan: SegmentScan, record: SegmentRecord, report: CheckReport) -> Iterator[tuple[str, str]]:
    digests = []
    for part in scan.parts:
        digests.append(sha256(read_exactly(fd, part.size, part.offset)))
        report.bytes_read += part.size
    header_hash = sha256(scan.header)
    if scan.trailer is not None:
        for place, (found, told) in enumerate(zip(digests, scan.trailer.part_hashes, strict=False), start=1):
            if found != told:
                yield "segment.hash", f"Part {place} of {len(digests)}."
    if segment_root(header_hash, tuple(digests)) != record.root:
        yield "segment.root", ""
