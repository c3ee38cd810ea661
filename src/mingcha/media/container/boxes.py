"""ISO base media file format boxes: building them, and walking bytes that may be torn or hostile."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct, pack
from typing import NamedTuple

Buffer = bytes | bytearray | memoryview

HEADER_BYTES = 8
LARGE_HEADER_BYTES = 16

_SIZE_TYPE = Struct(">I4s")
_U64 = Struct(">Q")


class Box(NamedTuple):
    """One box inside a buffer: `start` of its header, `body` of its payload, `end` behind it."""

    kind: bytes
    start: int
    body: int
    end: int


def box(kind: bytes, *payload: bytes) -> bytes:
    """A box of up to 4 GiB."""
    body = b"".join(payload)
    return _SIZE_TYPE.pack(HEADER_BYTES + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    """A box with version and flags (ISO/IEC 14496-12 section 4.2)."""
    return box(kind, pack(">I", version << 24 | flags), *payload)


def read_header(data: Buffer, offset: int = 0) -> tuple[bytes, int, int] | None:
    """(kind, header length, box length) of the box header at `offset`; None where there is none.

    Length 0 ("until the end of the file") is refused: we never write it, and a zeroed tail after a power cut
    looks like it. So is a length smaller than its own header.
    """
    if len(data) - offset < HEADER_BYTES:
        return None
    size, kind = _SIZE_TYPE.unpack_from(data, offset)
    header = HEADER_BYTES
    if size == 1:
        if len(data) - offset < LARGE_HEADER_BYTES:
            return None
        (size,) = _U64.unpack_from(data, offset + HEADER_BYTES)
        header = LARGE_HEADER_BYTES
    if size < header:
        return None
    return kind, header, size


def walk(data: Buffer, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes lying in data[start:end], ending silently at the first that does not fit."""
    limit = len(data) if end is None else min(end, len(data))
    while start < limit:
        found = read_header(data, start)
        if found is None:
            return
        kind, header, size = found
        if size > limit - start:
            return
        yield Box(kind, start, start + header, start + size)
        start += size


def find(data: Buffer, path: tuple[bytes, ...], start: int = 0, end: int | None = None) -> Box | None:
    """The first box at a path such as (b"trak", b"mdia"), or None."""
    for child in walk(data, start, end):
        if child.kind == path[0]:
            return child if len(path) == 1 else find(data, path[1:], child.body, child.end)
    return None
