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
    "ledger.missing": "The ledger has no entry of this recording yet.",
    "ledger.differs": "The ledger says something else of this recording than the catalog.",
    "ledger.broken": "The ledger's entry of this recording does not lead to its signed root.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: of `CODES`, or an error of the ledger; `parts`: numbers of damaged parts, from 1, 0 being the header;
    `detail`: byte ranges and the like, English."""

    code: str
    number: int
    camera: str
    start_us: int
    parts: tuple[int, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking at one segment came to."""

    bytes_read: int
    findings: tuple[Finding, ...]


def look(record: SegmentRecord, parts: Sequence[PartInfo], store: StoreDirectory) -> Seen:
    """Hash one segment and compare with the catalog's root. Raises Unavailable when the disk is gone."""
    findings: list[Finding] = []

    def find(code: str, detail: str = "", damaged: tuple[int, ...] = ()) -> None:
        findings.append(Finding(code, record.number, record.camera, record.start_us, damaged, detail))

    read = 0
    try:
        fd = store.open_file(record.number)
    except Corrupt:
        find("file.missing")
    else:
        try:
            read = record.file_bytes
            hashes = _hashes(fd, record, parts)
            if tree_root([leaf_hash(digest) for digest in hashes]) != record.root:
                damaged = _damaged(fd, hashes)
                find("file.changed", _places(damaged, record, parts), damaged)
        except OSError as error:
            find("file.unreadable", error.strerror or "")
        finally:
            os.close(fd)
    return Seen(read, tuple(findings))


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


def _places(damaged: tuple[int, ...], record: SegmentRecord, parts: Sequence[PartInfo]) -> str:
    """Byte ranges of the damaged pieces, the first few."""
    ranges = []
    for n in damaged[:5]:
        offset, size = (0, record.header_bytes) if n == 0 else (parts[n - 1].offset, parts[n - 1].size)
        ranges.append(f"{offset}-{offset + size - 1}")
    more = f" and {len(damaged) - 5} more" if len(damaged) > 5 else ""
    return f"bytes {', '.join(ranges)}{more}" if ranges else "the list at its end"


class Ledger:
    """The signed ledger as it stood when the verification began. Not for two threads at once."""

    def __init__(self, reader: LogReader, root: bytes) -> None:
        self._reader = reader
        self._root = root

    def check(self, record: SegmentRecord, place: int | None) -> Finding | None:
        """What is wrong with the entry of a segment; `place`: its index as the catalog has it."""
        code, detail = self._compare(record, place)
        return Finding(code, record.number, record.camera, record.start_us, detail=detail) if code else None

    def _compare(self, record: SegmentRecord, place: int | None) -> tuple[str, str]:
        if place is None:
            return "ledger.missing", ""
        if place >= self._reader.size:
            return "", ""  # entered after this verification began
        try:
            entry = self._reader.entry(place)
            proof = self._reader.tree.inclusion_proof(place)
            hashing = self._reader.hashing
            verify_inclusion(hashing.leaf(entry), place, self._reader.size, proof, self._root, hashing)
            told = json.loads(entry)
        except (Corrupt, Invalid, Unavailable, ValueError) as error:
            return "ledger.broken", str(error)
        wanted = ("segment", record.number, record.camera, record.root.hex(), record.start_us, record.end_us)
        found = tuple(told.get(key) for key in ("kind", "number", "camera", "root", "start_us", "end_us"))
        return ("", "") if found == wanted else ("ledger.differs", f"entry {place}")
