"""One segment: every byte hashed again, and the result compared with what the catalog and the ledger were told."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.proofs import verify_inclusion
from mingcha.ledger.reader import LogReader
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import PartInfo, scan_fd
from mingcha.media.store.directory import StoreDirectory

CODES = {
    "file.missing": "The recording's file is not there.",
    "file.unreadable": "The recording's file cannot be read.",
    "file.changed": "The recording's bytes are not those that were recorded.",
    "ledger.missing": "The ledger has no entry of this recording.",
    "ledger.differs": "The ledger says something else of this recording than the catalog.",
    "ledger.broken": "The ledger's entry of this recording does not lead to its signed root.",
    "ledger.deleted": "The ledger says that this recording was deleted, and it is still there.",
    "archive.vanished": "The ledger knows this recording; it is neither kept nor was it deleted.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: of `CODES`, or an error of the ledger; `parts`: numbers of damaged parts, from 1, 0 being the header;
    `ranges`: where they lie in the file, first and last byte; `detail`: English, for the technician."""

    code: str
    number: int
    camera: str
    start_us: int
    parts: tuple[int, ...] = ()
    detail: str = ""
    end_us: int = 0
    role: str = "main"
    store: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    of_parts: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking at one segment came to. `parts`: as the file has them, where the catalog did not know."""

    bytes_read: int
    findings: tuple[Finding, ...]
    parts: tuple[PartInfo, ...] = ()


def finding_of(record: SegmentRecord, code: str, detail: str = "") -> Finding:
    """A finding about the whole of a segment."""
    return Finding(
        *(code, record.number, record.camera, record.start_us, (), detail, record.end_us, record.role, record.store)
    )


def look(record: SegmentRecord, parts: Sequence[PartInfo], store: StoreDirectory) -> Seen:
    """Hash one segment and compare with the catalog's root; `parts`: as the catalog knows them, none where it was made
    again and does not. Raises Unavailable when the disk is gone."""
    try:
        fd = store.open_file(record.number)
    except Corrupt:
        return Seen(0, (finding_of(record, "file.missing"),))
    try:
        found = () if parts else tuple(scan_fd(fd).parts)
        return Seen(record.file_bytes, tuple(_compared(fd, record, parts or found)), found)
    except Corrupt as error:
        return Seen(record.file_bytes, (finding_of(record, "file.changed", error.message),))
    except OSError as error:
        return Seen(record.file_bytes, (finding_of(record, "file.unreadable", error.strerror or ""),))
    finally:
        os.close(fd)


def _compared(fd: int, record: SegmentRecord, parts: Sequence[PartInfo]) -> list[Finding]:
    hashes = _hashes(fd, record, parts)
    if tree_root([leaf_hash(digest) for digest in hashes]) == record.root:
        return []
    damaged = _damaged(fd, hashes)
    pieces = [(0, record.header_bytes), *((part.offset, part.size) for part in parts)]
    ranges = tuple((pieces[n][0], pieces[n][0] + pieces[n][1] - 1) for n in damaged)
    return [
        Finding(
            "file.changed",
            record.number,
            record.camera,
            record.start_us,
            damaged,
            _places(ranges),
            record.end_us,
            record.role,
            record.store,
            ranges,
            len(parts),
        )
    ]


def _hashes(fd: int, record: SegmentRecord, parts: Sequence[PartInfo]) -> list[bytes]:
    """SHA-256 of the header and of each part, read in the order in which they lie."""
    pieces = [(0, record.header_bytes), *((part.offset, part.size) for part in parts)]
    hashes = [hashlib.sha256(os.pread(fd, size, offset)).digest() for offset, size in pieces]
    # A verification of everything must not push out of memory what viewers are looking at.
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    return hashes


def _damaged(fd: int, hashes: list[bytes]) -> tuple[int, ...]:
    """Which pieces differ from the file's own list; all of them where that list is damaged too."""
    try:
        trailer = scan_fd(fd).trailer
    except Corrupt:
        trailer = None
    if trailer is None:
        return tuple(range(len(hashes)))
    recorded = (trailer.header_hash, *trailer.part_hashes)
    if len(recorded) != len(hashes):
        return tuple(range(len(hashes)))
    return tuple(n for n, (one, other) in enumerate(zip(hashes, recorded, strict=True)) if one != other)


def _places(ranges: Sequence[tuple[int, int]]) -> str:
    """Byte ranges of the damaged pieces, the first few."""
    told = ", ".join(f"{first}-{last}" for first, last in ranges[:5])
    more = f" and {len(ranges) - 5} more" if len(ranges) > 5 else ""
    return f"bytes {told}{more}" if ranges else "the list at its end"


class Ledger:
    """The signed ledger as it stood when the verification began. Not for two threads at once."""

    def __init__(self, reader: LogReader, root: bytes) -> None:
        self.reader = reader
        self._root = root

    def check(self, record: SegmentRecord, place: int | None, *, waits: bool = False) -> Finding | None:
        """What is wrong with the entry of a segment; `place`: its index as the catalog has it; `waits`: it is on its
        way there."""
        if place is None and waits:
            return None
        code, detail = self._compare(record, place)
        return finding_of(record, code, detail) if code else None

    def _compare(self, record: SegmentRecord, place: int | None) -> tuple[str, str]:
        if place is None:
            return "ledger.missing", ""
        reader = self.reader
        if place >= reader.size:
            return "", ""  # entered after this verification began
        try:
            entry = reader.entry(place)
            proof = reader.tree.inclusion_proof(place)
            leaf = reader.hashing.leaf(entry)
            verify_inclusion(leaf, place, reader.size, proof, self._root, reader.hashing)
            told = json.loads(entry)
        except (Corrupt, Invalid, Unavailable, ValueError) as error:
            return "ledger.broken", str(error)
        wanted = ("segment", record.number, record.camera, record.root.hex(), record.start_us, record.end_us)
        found = tuple(told.get(key) for key in ("kind", "number", "camera", "root", "start_us", "end_us"))
        return ("", "") if found == wanted else ("ledger.differs", f"entry {place}")
