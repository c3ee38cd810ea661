"""Copying a segment to another disk and holding the copy against the root it was sealed with. No row changes here.

    copy, fsync | read back, hash | take in (rename, fsync) | catalog changes over, old file to the garbage | unlink

The first two are done here, beside recording; the rest on the writer thread. A crash after any of them leaves the
segment where its row says, whole: a copy in the making is cleared at the next start, one taken in without a row by
`catalog.reconcile`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.hashing import sha256
from mingcha.media.catalog.adopt import hash_parts, read_exactly
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import scan_fd
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.relocation import CHUNK_BYTES, CopyTarget

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copied:
    """A segment whose copy lies whole in the target's ``open``. `made_in`: the store its header names. `is_damaged`:
    the original was no longer what was sealed; the copy is the same, byte for byte."""

    record: SegmentRecord
    made_in: str
    is_damaged: bool = False


def copy_segment(
    record: SegmentRecord, source: StoreDirectory, target: CopyTarget, between: Callable[[int], None]
) -> Copied:
    """Copy one segment and verify the copy by what the disk gives back. Raises Unavailable when a disk fails, or does
    not give back what was written; Corrupt ``segment.missing`` when there is no such file (any more)."""
    source_fd = source.open_file(record.number)
    try:
        fd = target.copy(source_fd, record.number, between)
        try:
            made_in = _made_in(fd, record)
            if made_in:
                return Copied(record, made_in)
            if not _same(source_fd, fd):
                raise Unavailable("store.io", "The disk did not give back what was written to it.")
            log.error("segment %d is damaged; it is moved as it is", record.number)
            return Copied(record, record.store, is_damaged=True)
        except BaseException:
            target.discard(record.number)
            raise
        finally:
            os.close(fd)
    finally:
        os.close(source_fd)


def _made_in(fd: int, record: SegmentRecord) -> str:
    """The store that the copy's header names, when its every byte is what was sealed; else ''."""
    if os.fstat(fd).st_size != record.file_bytes:
        return ""
    try:
        scan = scan_fd(fd)
    except Corrupt:
        return ""
    own, trailer = scan.identity, scan.trailer
    if own is None or trailer is None or scan.torn_bytes or own.number != record.number:
        return ""
    made = hash_parts(fd, scan.header, scan.parts).trailer(record.number, trailer.end_us)
    same = (made.root, made.part_hashes, made.header_hash) == (record.root, trailer.part_hashes, trailer.header_hash)
    return own.store if same and trailer.root == record.root else ""


def is_whole(store: StoreDirectory, record: SegmentRecord) -> bool:
    """Whether the store holds this segment as it was sealed. Raises Unavailable."""
    try:
        fd = store.open_file(record.number)
    except Corrupt:
        return False
    try:
        return bool(_made_in(fd, record))
    finally:
        os.close(fd)


def _same(one: int, other: int) -> bool:
    size = os.fstat(one).st_size
    return size == os.fstat(other).st_size and all(
        sha256(read_exactly(one, CHUNK_BYTES, offset)) == sha256(read_exactly(other, CHUNK_BYTES, offset))
        for offset in range(0, size, CHUNK_BYTES)
    )
