"""From a file to its catalog row: what recovery and rebuilding share."""

from __future__ import annotations

import os

from mingcha.base.errors import Corrupt
from mingcha.base.hashing import CHUNK_BYTES
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.identity import Identity, Trailer
from mingcha.media.container.scan import PartInfo, SegmentScan, scan_fd
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.container.stored_format import read_format
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.units import AudioFormat, VideoFormat


def ticks_to_us(ticks: int) -> int:
    """Microseconds of 90 kHz ticks."""
    return ticks * 100 // 9


def identity_of(scan: SegmentScan, store: StoreDirectory, number: int) -> Identity:
    """The file's identity when it bears this number and was made in this store, or moved here from one of the same
    recorder. Raises Corrupt ``segment.foreign``."""
    found = scan.identity
    if found is None or not store.may_hold(found.store) or found.number != number:
        raise Corrupt("segment.foreign", "A file in the store says that it is another recording.", number=number)
    return found


def scan_number(store: StoreDirectory, number: int) -> SegmentScan:
    """Scan a file of the store. Raises Corrupt, Unavailable."""
    fd = store.open_file(number)
    try:
        return scan_fd(fd)
    finally:
        os.close(fd)


def hash_parts(fd: int, header: bytes, parts: list[PartInfo]) -> SegmentHashes:
    """Hash the parts of an open file, a part at a time."""
    hashes = SegmentHashes(header)
    for part in parts:
        hashes.add(read_exactly(fd, part.size, part.offset))
    return hashes


def read_exactly(fd: int, size: int, offset: int) -> bytes:
    """`size` bytes at `offset`; fewer only where the file ends."""
    pieces = []
    while size > 0:
        piece = os.pread(fd, min(size, 64 * CHUNK_BYTES), offset)
        if not piece:
            break
        pieces.append(piece)
        size -= len(piece)
        offset += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def sealed_record(
    scan: SegmentScan, own: Identity, trailer: Trailer, file_bytes: int, store: str = ""
) -> SegmentRecord:
    """The catalog row of a file with this identity and trailer; `store`: where it lies, if not where it was made."""
    return SegmentRecord(
        number=own.number,
        store=store or own.store,
        camera=own.camera,
        role=own.role,
        run=own.run,
        start_us=trailer.start_us or own.start_us,
        end_us=trailer.end_us,
        media_offset=own.media_offset,
        media_duration=max(1, scan.media_duration),
        file_bytes=file_bytes,
        header_bytes=scan.header_bytes,
        frames=scan.frames,
        root=trailer.root,
        starts_with_key=own.starts_with_key,
        recovered=trailer.recovered,
    )


def formats_in(header: bytes) -> tuple[VideoFormat | None, AudioFormat | None]:
    """The formats a header declares; none where it cannot be read: the footage still counts."""
    try:
        return read_format(header)
    except Corrupt:
        return None, None
