"""The part index of a segment, packed: where each part lies and what it holds, some 5 bytes a part.

Unsigned LEB128 varints: version (1), number of parts, then for each part its size in bytes; its duration as zigzag
difference to the part before (ticks of 1/90000 s); ``frames << 2 | starts_with_key << 1 | has_key``. Offsets
follow from the sizes, media times from the durations.
"""

from __future__ import annotations

from collections.abc import Iterable

from mingcha.base.errors import Corrupt
from mingcha.media.container.scan import PartInfo

VERSION = 1
_MAX_VARINT_BYTES = 9


def _put(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def pack(parts: Iterable[PartInfo]) -> bytes:
    """The index of parts that follow each other in the file, as `unpack` reads it. A hole in media time between two
    parts (lost pictures) is counted to the part before it."""
    rows = list(parts)
    out = bytearray()
    _put(out, VERSION)
    _put(out, len(rows))
    before = 0
    for at, row in enumerate(rows):
        duration = rows[at + 1].media_time - row.media_time if at + 1 < len(rows) else row.duration
        _put(out, row.size)
        step = duration - before
        _put(out, step << 1 if step >= 0 else -step << 1 | 1)
        _put(out, row.frames << 2 | row.starts_with_key << 1 | row.has_key)
        before = duration
    return bytes(out)


def unpack(data: bytes, header_bytes: int) -> list[PartInfo]:
    """The parts of a file whose header is `header_bytes` long. Raises Corrupt."""
    numbers = _numbers(data)
    if len(numbers) < 2 or numbers[0] != VERSION:
        raise Corrupt("catalog.part_index", "A part index is of an unknown version.")
    if len(numbers) != 2 + 3 * numbers[1]:
        raise Corrupt("catalog.part_index", "A part index is too short or too long.")
    parts = []
    offset, media_time, duration = header_bytes, 0, 0
    for at in range(2, len(numbers), 3):
        size, step, bits = numbers[at : at + 3]
        duration += -(step >> 1) if step & 1 else step >> 1
        parts.append(PartInfo(offset, size, media_time, duration, bits >> 2, bits & 1 == 1, bits & 2 == 2))
        offset += size
        media_time += duration
    return parts


def _numbers(data: bytes) -> list[int]:
    numbers = []
    value = shift = 0
    for byte in data:
        if byte < 128:
            numbers.append(value | byte << shift)
            value = shift = 0
        else:
            value |= (byte & 127) << shift
            shift += 7
            if shift > 7 * _MAX_VARINT_BYTES:
                raise Corrupt("catalog.part_index", "A part index holds a number that is too long.")
    if shift:
        raise Corrupt("catalog.part_index", "A part index ends inside a number.")
    return numbers
