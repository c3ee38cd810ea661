"""Reading entries, hashes and proofs of a tree of one size from a log directory, also while it grows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.identity import IDENTITY, read_identity
from mingcha.ledger.merkle import SHA256, Hashing, hashing_of
from mingcha.ledger.tiles import (
    CHECKPOINT_PATH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    decode_bundle,
    split_hashes,
    tile_at,
)
from mingcha.ledger.tree import Tree

CACHED_TILES = 64
"""8 KiB each: enough for all tiles that neighbouring proofs share."""


def read_checkpoint(
    directory: Path,
    origin: str,
    log_keys: list[notes.Verifier],
    witness_keys: list[notes.Verifier] | None = None,
) -> checkpoints.SignedCheckpoint:
    """The published checkpoint, its signature checked. Raises Corrupt."""
    try:
        data = (directory / CHECKPOINT_PATH).read_bytes()
    except OSError as error:
        raise Corrupt("ledger.checkpoint_missing", "The log has no readable checkpoint.") from error
    return checkpoints.open_signed(data, origin, log_keys, witness_keys or [])


def hashing_in(directory: Path) -> Hashing:
    """How a log directory says that it is hashed: by RFC 6962 where it says nothing, as other people's logs. Raises
    Corrupt."""
    return hashing_of(read_identity(directory).suite) if (directory / IDENTITY).exists() else SHA256


class LogReader:
    """A tree of `size` entries, for which there must have been a checkpoint. What it reads is checked for shape only;
    proofs are what checks content. `at(smaller)` gives root and proofs of any smaller size. Without `hashing` the tree
    is hashed as the directory says."""

    def __init__(self, directory: Path, size: int, hashing: Hashing | None = None) -> None:
        self.directory = directory
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()
        self.size = size
        self.hashing = hashing_in(directory) if hashing is None else hashing
        self.tree = Tree(size, self.node, self.hashing)

    def at(self, smaller: int) -> Tree:
        """The tree as it was of a size not above this one's."""
        return Tree(smaller, self.node, self.hashing)

    def _read(self, tile: Tile) -> tuple[Tile, bytes]:
        """A tile or bundle, or the full one that took its place: partial ones go only when that is there."""
        for candidate in (tile, tile.full):
            try:
                return candidate, (self.directory / candidate.path).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                text = f"{candidate.path} of the log cannot be read: {error.strerror}."
                raise Unavailable("ledger.unreadable", text) from error
        raise Corrupt("ledger.missing", f"The log lacks {tile.path}.")

    def read_hashes(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile, from disk. Raises Corrupt or Unavailable."""
        found, data = self._read(tile)
        return split_hashes(data, found.width)[: tile.width]

    def read_entries(self, bundle: Tile) -> list[bytes]:
        """The entries of a bundle, from disk. Raises Corrupt or Unavailable."""
        found, data = self._read(bundle)
        return decode_bundle(data, found.width)[: bundle.width]

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile as it is in this tree."""
        key = (level, index)
        if key in self._tiles:
            self._tiles.move_to_end(key)
            return self._tiles[key]
        hashes = self.read_hashes(tile_at(self.size, level, index))
        self._tiles[key] = hashes
        if len(self._tiles) > CACHED_TILES:
            self._tiles.popitem(last=False)
        return hashes

    def node(self, height: int, index: int) -> bytes:
        """Hash of the complete subtree of that height and number."""
        level, above = divmod(height, TILE_HEIGHT)
        tile, first = divmod(index << above, TILE_WIDTH)
        return self.hashing.root(self.hashes(level, tile)[first : first + (1 << above)])

    def bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle as it is in this tree."""
        return self.read_entries(tile_at(self.size, None, index))

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Entries [start, stop) in order. Raises Invalid outside the tree."""
        if not 0 <= start <= stop <= self.size:
            raise Invalid("ledger.index", f"The log has no entries {start} to {stop}; its size is {self.size}.")
        while start < stop:
            index, first = divmod(start, TILE_WIDTH)
            found = self.bundle(index)[first : first + stop - start]
            yield from found
            start += len(found)

    def entry(self, index: int) -> bytes:
        """One entry. Raises Invalid outside the tree."""
        return next(self.entries(index, index + 1))
