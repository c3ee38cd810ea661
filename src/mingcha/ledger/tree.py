"""Roots and proofs of an RFC 6962 tree, computed from the hashes of its complete subtrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mingcha.base.errors import Invalid
from mingcha.ledger.merkle import SHA256, Hashing

NodeSource = Callable[[int, int], bytes]
"""``(height, index)`` -> hash of the complete subtree over leaves ``[index << height, (index + 1) << height)``."""


def largest_power_below(n: int) -> int:
    """The split point `k` of RFC 6962: the largest power of two smaller than `n` (for n > 1)."""
    return 1 << ((n - 1).bit_length() - 1)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of `size` leaves whose complete subtrees `node` yields."""

    size: int
    node: NodeSource
    hashing: Hashing = SHA256

    def root(self) -> bytes:
        """Merkle tree hash of all leaves; of no leaves the hash of nothing."""
        return self.range_root(0, self.size) if self.size else self.hashing.root([])

    def range_root(self, start: int, stop: int) -> bytes:
        """Hash of the subtree over leaves [start, stop), a range as RFC 6962's recursion makes them: `start` is a
        multiple of the smallest power of two not below the length."""
        pieces: list[bytes] = []
        while start < stop:
            height = (stop - start).bit_length() - 1
            pieces.append(self.node(height, start >> height))
            start += 1 << height
        right = pieces.pop()
        while pieces:
            right = self.hashing.node(pieces.pop(), right)
        return right

    def inclusion_proof(self, index: int) -> list[bytes]:
        """PATH(index, D[size]) of RFC 6962 section 2.1.1, lowest sibling first. Raises Invalid."""
        if not 0 <= index < self.size:
            raise Invalid("ledger.index", f"The log has no entry {index}; its size is {self.size}.")
        path: list[bytes] = []
        start, stop = 0, self.size
        while stop - start > 1:
            middle = start + largest_power_below(stop - start)
            if index < middle:
                path.append(self.range_root(middle, stop))
                stop = middle
            else:
                path.append(self.range_root(start, middle))
                start = middle
        return path[::-1]

    def consistency_proof(self, old_size: int) -> list[bytes]:
        """PROOF(old_size, D[size]) of RFC 6962 section 2.1.2. Raises Invalid for an old size of 0 or beyond ours."""
        if not 0 < old_size <= self.size:
            raise Invalid("ledger.size", f"There is no proof from size {old_size} to size {self.size}.")
        path: list[bytes] = []
        start, stop = 0, self.size
        while stop != old_size:
            middle = start + largest_power_below(stop - start)
            if old_size <= middle:
                path.append(self.range_root(middle, stop))
                stop = middle
            else:
                path.append(self.range_root(start, middle))
                start = middle
        if start:
            path.append(self.range_root(start, stop))
        return path[::-1]
