"""The growing right edge of a tree: what of it is not yet in full tiles, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from mingcha.ledger.merkle import SHA256, Hashing
from mingcha.ledger.reader import LogReader
from mingcha.ledger.tiles import TILE_WIDTH, Tile, count_at, encode_bundle, levels_of


@dataclass(slots=True)
class Edge:
    """`levels[n]`: hashes of the unfinished tile at level n. `bundle`: entries of the unfinished bundle."""

    size: int = 0
    bundle: list[bytes] = field(default_factory=list)
    levels: list[list[bytes]] = field(default_factory=list)
    hashing: Hashing = SHA256

    @classmethod
    def load(cls, reader: LogReader) -> Self:
        """The edge of a tree on disk. Raises Corrupt."""
        edge = cls(reader.size, hashing=reader.hashing)
        full, begun = divmod(reader.size, TILE_WIDTH)
        edge.bundle = reader.bundle(full) if begun else []
        for level in levels_of(reader.size):
            full, begun = divmod(count_at(reader.size, level), TILE_WIDTH)
            edge.levels.append(list(reader.hashes(level, full)) if begun else [])
        return edge

    def copy(self) -> Self:
        return type(self)(self.size, list(self.bundle), [list(level) for level in self.levels], self.hashing)

    def root(self) -> bytes:
        """Root of the whole tree: each level's loose hashes, and what is loose below as the last of them."""
        below: bytes | None = None
        for level in self.levels:
            hashes = level if below is None else [*level, below]
            if hashes:
                below = self.hashing.root(hashes)
        return self.hashing.root([]) if below is None else below

    def add(self, entries: Sequence[bytes]) -> dict[Tile, bytes]:
        """Take entries in; the bundles and tiles that change by it, in the order in which they fill."""
        files: dict[Tile, bytes] = {}
        changed: set[int] = set()
        for entry in entries:
            self.bundle.append(entry)
            index = self.size // TILE_WIDTH
            self.size += 1
            if len(self.bundle) == TILE_WIDTH:
                files[Tile(None, index)] = encode_bundle(self.bundle)
                self.bundle = []
            self._push(0, self.hashing.leaf(entry), files, changed)
        if self.bundle:
            files[Tile(None, self.size // TILE_WIDTH, len(self.bundle))] = encode_bundle(self.bundle)
        for level in sorted(changed):
            hashes = self.levels[level]
            if hashes:
                index = count_at(self.size, level) // TILE_WIDTH
                files[Tile(level, index, len(hashes))] = b"".join(hashes)
        return files

    def _push(self, level: int, item: bytes, files: dict[Tile, bytes], changed: set[int]) -> None:
        if level == len(self.levels):
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(item)
        changed.add(level)
        if len(hashes) == TILE_WIDTH:
            index = count_at(self.size, level) // TILE_WIDTH - 1
            files[Tile(level, index)] = b"".join(hashes)
            self.levels[level] = []
            self._push(level + 1, self.hashing.root(hashes), files, changed)
