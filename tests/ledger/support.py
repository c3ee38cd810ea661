"""Trees, keys and logs for tests of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Cosigner, Signer
from mingcha.ledger.tree import Tree

ORIGIN = "mingcha.example/nod_0123456789abcdef"
SIGNER = Signer("mingcha.example/log", SHA256_ED25519.load(bytes(range(32))))
OTHER_SIGNER = Signer("mingcha.example/new", SHA256_ED25519.load(bytes(range(1, 33))))
WITNESS = Cosigner("witness.example", SHA256_ED25519.load(bytes(range(2, 34))))
KEYS = Keys(SIGNER)


def entry(index: int) -> bytes:
    return b"entry %d" % index


def entries(start: int, stop: int) -> list[bytes]:
    return [entry(index) for index in range(start, stop)]


def tree_of(leaves: Sequence[bytes]) -> Tree:
    """A tree whose subtrees are computed from all leaf hashes, the slow and plain way."""
    return Tree(len(leaves), lambda height, index: tree_root(leaves[index << height : (index + 1) << height]))


@cache
def root_of(size: int) -> bytes:
    """Root over the first `size` of `entry(0)`, `entry(1)`, ..."""
    return tree_root([leaf_hash(entry(index)) for index in range(size)])


def log_of(directory: Path, *batches: int) -> Log:
    """A log of `entry(0)`, `entry(1)`, ... appended in batches of these sizes. The caller closes it."""
    log = Log.create(directory, ORIGIN, KEYS)
    for batch in batches:
        log.append(entries(log.size, log.size + batch))
    return log
