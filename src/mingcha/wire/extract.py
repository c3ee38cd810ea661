"""The extract of the register that goes into a copy: entries as they are hashed, each with its way to the root of its
stretch.

The ledger holds the root of each stretch (`register` entries); the recorder encloses those records with their proofs.
Format: docs/ref/register-extract.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from mingcha.ledger.merkle import leaf_hash, node_hash
from mingcha.ledger.tree import Tree

FORMAT = "mingcha.register-extract/1"
NAME = "register.json"


@dataclass(frozen=True, slots=True)
class QuotedStretch:
    """Entries `first` to `last` of the register, `entries` of them, whose root is at `index` in the ledger."""

    first: int
    last: int
    entries: int
    index: int


@dataclass(frozen=True, slots=True)
class QuotedEntry:
    """`entry`: the canonical text; `position`: among the entries of its stretch, from 0; `proof`: RFC 6962 audit path
    (hex, from the leaf up); `said`: language to sentence, for people, not part of what is hashed."""

    number: int
    entry: str
    stretch: QuotedStretch
    position: int
    proof: tuple[str, ...]
    said: Mapping[str, str] = field(default_factory=dict)


def audit_paths(entries: Sequence[str], positions: Sequence[int]) -> tuple[list[tuple[str, ...]], str]:
    """The audit paths of some entries of a stretch, given the canonical texts of all of them; and its root (hex)."""
    levels = [[leaf_hash(entry.encode()) for entry in entries]]
    while len(below := levels[-1]) > 1:
        levels.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])
    tree = Tree(len(entries), lambda height, index: levels[height][index])
    paths = [tuple(item.hex() for item in tree.inclusion_proof(position)) for position in positions]
    return paths, tree.root().hex()


def dump(export: str, entries: Sequence[QuotedEntry]) -> bytes:
    """``register.json``; the same entries always give the same bytes."""
    message = {"format": FORMAT, "export": export, "entries": [asdict(entry) for entry in entries]}
    return json.dumps(message, ensure_ascii=False, sort_keys=True, indent=1).encode()
