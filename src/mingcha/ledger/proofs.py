"""Checking proofs, with nothing but the proof: RFC 9162 sections 2.1.3.2 and 2.1.4.2 (the trees are those of RFC 6962,
over the hash of the log's suite).

All functions return nothing and raise Corrupt when the proof does not prove it: a result cannot be overlooked.
"""

from __future__ import annotations

from collections.abc import Sequence

from mingcha.base.errors import Corrupt
from mingcha.ledger.merkle import HASH_BYTES, SHA256, Hashing


def _refuse(what: str) -> Corrupt:
    return Corrupt("ledger.proof", f"The proof does not hold: {what}.")


def _require_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(item) != HASH_BYTES for item in hashes):
        raise _refuse("a hash in it has a wrong length")


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, hashing: Hashing = SHA256
) -> None:
    """That the leaf hash `leaf` is entry `index` of the tree of `size` entries with that `root`. Raises Corrupt."""
    _require_hashes((leaf, root, *proof))
    if not 0 <= index < size:
        raise _refuse("the entry lies outside the tree")
    node, last, here = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _refuse("it is too long")
        if node & 1 or node == last:
            here = hashing.node(sibling, here)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            here = hashing.node(here, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise _refuse("it is too short")
    if here != root:
        raise _refuse("the entry is not in the tree with this root")


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes], hashing: Hashing = SHA256
) -> None:
    """That the tree of `old_size` with `old_root` begins the tree of `size` with `root`. Raises Corrupt."""
    _require_hashes((old_root, root, *proof))
    if not 0 < old_size <= size:
        raise _refuse("the sizes are in the wrong order")
    if old_size == size:
        if proof or old_root != root:
            raise _refuse("two trees of one size differ")
        return
    _climb(old_size, old_root, size, root, proof, hashing)


def _climb(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes], hashing: Hashing) -> None:
    node, last = old_size - 1, size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    # An old tree that is a complete subtree of the new one is its own first piece.
    path = list(proof) if node else [old_root, *proof]
    if not path:
        raise _refuse("it is too short")
    old_here = here = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _refuse("it is too long")
        if node & 1 or node == last:
            old_here = hashing.node(sibling, old_here)
            here = hashing.node(sibling, here)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            here = hashing.node(here, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise _refuse("it is too short")
    if old_here != old_root or here != root:
        raise _refuse("the later tree does not begin with the earlier one")
