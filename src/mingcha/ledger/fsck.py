"""The whole log checked: every entry hashed, every tile recomputed, the root compared with the checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.ledger.checkpoints import Checkpoint
from mingcha.ledger.reader import LogReader
from mingcha.ledger.tiles import TILE_WIDTH, Tile, levels_of, tile_at
from mingcha.ledger.tree import Tree


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: stable word; `path`: the file, relative to the log; `message`: English sentence."""

    code: str
    path: str
    message: str


@dataclass(slots=True)
class Result:
    """`entries`: how many were read and hashed. No findings means: the log is what the checkpoint signs."""

    entries: int = 0
    findings: list[Finding] = field(default_factory=list)


def check(
    directory: Path,
    checkpoint: Checkpoint,
    earlier: Iterable[Checkpoint] = (),
    progress: Callable[[int], None] = lambda entries: None,
) -> Result:
    """Check the log against a checkpoint whose signature was checked before, and against `earlier` ones a witness or an
    auditor kept: they must be its beginnings. Memory: some 32 bytes per 256 entries. Never writes.

    Entries are compared with their tile, each tile with those below it, the top with the checkpoint, so that a finding
    names the very file that is wrong and one damaged file is one finding.
    """
    result = Result()
    reader = LogReader(directory, checkpoint.size)
    level_hashes = list(_leaf_tiles(reader, result, progress))
    for level in levels_of(checkpoint.size)[1:]:
        level_hashes = list(_upper_tiles(reader, level, level_hashes, result))
    _check_root(reader.tree, checkpoint, "checkpoint", result)
    for kept in earlier:
        if kept.size > checkpoint.size:
            text = f"An earlier checkpoint says {kept.size} entries; the log has {checkpoint.size}."
            result.findings.append(Finding("ledger.shrunk", "checkpoint", text))
        else:
            _check_root(reader.at(kept.size), kept, f"checkpoint of size {kept.size}", result)
    return result


def _check_root(tree: Tree, checkpoint: Checkpoint, path: str, result: Result) -> None:
    try:
        if tree.root() != checkpoint.root:
            text = f"The tree of {checkpoint.size} entries has not the root that was signed."
            result.findings.append(Finding("ledger.root", path, text))
    except (Corrupt, Unavailable) as error:
        result.findings.append(Finding(error.code, path, error.message))


def _leaf_tiles(reader: LogReader, result: Result, progress: Callable[[int], None]) -> Iterator[bytes]:
    """Check bundles against level 0; yield the hash of each full tile."""
    for index in range(-(-reader.size // TILE_WIDTH)):
        bundle, tile = tile_at(reader.size, None, index), tile_at(reader.size, 0, index)
        stated = _hashes(reader, tile, result)
        computed: list[bytes] | None = None
        try:
            computed = [reader.hashing.leaf(entry) for entry in reader.read_entries(bundle)]
            result.entries += len(computed)
        except (Corrupt, Unavailable) as error:
            result.findings.append(Finding(error.code, bundle.path, error.message))
        if stated and computed and stated != computed:
            first = index * TILE_WIDTH + [a == b for a, b in zip(stated, computed, strict=True)].index(False)
            text = f"Entry {first} does not have the hash its tile states."
            result.findings.append(Finding("ledger.entry", bundle.path, text))
        progress(result.entries)
        if tile.width == TILE_WIDTH:
            yield reader.hashing.root(stated or computed or [])


def _upper_tiles(reader: LogReader, level: int, below: list[bytes], result: Result) -> Iterator[bytes]:
    """Check a level against the hashes of the full tiles below it; yield the hash of each full tile."""
    for index in range(-(-len(below) // TILE_WIDTH)):
        tile = tile_at(reader.size, level, index)
        computed = below[index * TILE_WIDTH : index * TILE_WIDTH + tile.width]
        stated = _hashes(reader, tile, result)
        if stated and stated != computed:
            text = "The tile does not hold the hashes of the tiles below it."
            result.findings.append(Finding("ledger.tile_hash", tile.path, text))
        if tile.width == TILE_WIDTH:
            yield reader.hashing.root(computed)


def _hashes(reader: LogReader, tile: Tile, result: Result) -> list[bytes]:
    """The hashes of a tile, or none and a finding."""
    try:
        return reader.read_hashes(tile)
    except (Corrupt, Unavailable) as error:
        result.findings.append(Finding(error.code, tile.path, error.message))
        return []
