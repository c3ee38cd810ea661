"""RFC 6962 section 2.1 Merkle tree hash, over the hash of a suite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mingcha.base.suites import SHA256_ED25519, Suite

HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Hashing:
    """The tree's hashes. `digest`: of 32 bytes, written H below."""

    digest: Callable[[bytes], bytes]

    def leaf(self, data: bytes) -> bytes:
        """MTH of a one-entry list: H(0x00 || data)."""
        return self.digest(b"\x00" + data)

    def node(self, left: bytes, right: bytes) -> bytes:
        """H(0x01 || left || right)."""
        return self.digest(b"\x01" + left + right)

    def root(self, leaf_hashes: Sequence[bytes]) -> bytes:
        """Root over leaf hashes (already hashed by `leaf`); of no leaves H of nothing."""
        if not leaf_hashes:
            return self.digest(b"")
        level = list(leaf_hashes)
        while len(level) > 1:
            paired = [self.node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            if len(level) % 2:
                paired.append(level[-1])
            level = paired
        return level[0]


def hashing_of(suite: Suite) -> Hashing:
    """The tree of a ledger of that suite."""
    return Hashing(suite.digest)


SHA256 = hashing_of(SHA256_ED25519)

# Roots of segments, certificates and stretches of the register are SHA-256 whatever the ledger's suite.
leaf_hash = SHA256.leaf
node_hash = SHA256.node
tree_root = SHA256.root
