"""Where a tree lies in files: tiles of 256 hashes and bundles of 256 entries, after C2SP tlog-tiles.

Tile (level, index) holds the hashes of the complete subtrees of height ``8 * level`` numbered from ``256 * index``. A
tile of fewer than 256 hashes is partial, and its width stands in its path; so no file ever changes its content.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mingcha.base.errors import Corrupt, Invalid
from mingcha.ledger.merkle import HASH_BYTES

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_ENTRY_BYTES = 0xFFFF
"""An entry's length is written in two bytes."""

CHECKPOINT_PATH = "checkpoint"


def index_path(index: int) -> str:
    """Groups of three digits, all but the last behind an ``x``: 1234067 is ``x001/x234/067``."""
    path = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        path = f"x{index % 1000:03d}/{path}"
    return path


@dataclass(frozen=True, slots=True)
class Tile:
    """Coordinates of a tile; `level` None means a bundle of entries. `width` is 1 to 256."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        kind = "entries" if self.level is None else str(self.level)
        suffix = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{index_path(self.index)}{suffix}"

    @property
    def full(self) -> Tile:
        """The tile this one grows into."""
        return Tile(self.level, self.index)


def count_at(size: int, level: int | None) -> int:
    """How many hashes (entries for None) a tree of `size` leaves has at a tile level."""
    return size >> (TILE_HEIGHT * (level or 0))


def tile_at(size: int, level: int | None, index: int) -> Tile:
    """The tile as it is in a tree of `size` leaves. Raises Invalid when that tree has none there."""
    width = min(TILE_WIDTH, count_at(size, level) - index * TILE_WIDTH)
    if width < 1:
        raise Invalid("ledger.tile_coordinates", f"A tree of {size} entries has no tile {index} at level {level}.")
    return Tile(level, index, width)


def levels_of(size: int) -> range:
    """Tile levels that have any hash."""
    return range(-(-size.bit_length() // TILE_HEIGHT))


def tiles_of(size: int) -> Iterator[Tile]:
    """Every bundle and tile of a tree of `size` leaves, bundles first, level by level."""
    for level in (None, *levels_of(size)):
        for index in range(-(-count_at(size, level) // TILE_WIDTH)):
            yield tile_at(size, level, index)


def right_edge(size: int) -> Iterator[Tile]:
    """The partial tiles of a tree of `size` leaves: all that a later tree replaces."""
    for level in (None, *levels_of(size)):
        count = count_at(size, level)
        if count % TILE_WIDTH:
            yield tile_at(size, level, count // TILE_WIDTH)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one behind the other, each behind its length in two bytes, big-endian."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Exactly `width` entries; raises Corrupt otherwise."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        body = at + 2
        (length,) = struct.unpack(">H", data[at:body]) if body <= len(data) else (len(data),)
        if body + length > len(data):
            raise Corrupt("ledger.bundle", "A bundle of log entries ends in the middle of an entry.")
        entries.append(data[body : body + length])
        at = body + length
    if len(entries) != width:
        raise Corrupt("ledger.bundle", f"A bundle of log entries holds {len(entries)} entries, not {width}.")
    return entries


def split_hashes(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile; raises Corrupt when there are not exactly `width`."""
    if len(data) != width * HASH_BYTES:
        raise Corrupt("ledger.tile", f"A tile of the log is {len(data)} bytes long, not {width * HASH_BYTES}.")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
