"""The hashes of a segment while it grows, and the trailer they become."""

from __future__ import annotations

from mingcha.base.hashing import sha256
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.container.identity import Trailer


def segment_root(header_hash: bytes, part_hashes: tuple[bytes, ...]) -> bytes:
    """RFC 6962 root: leaf 0 is the header, leaf n part n, each leaf the hash of `ftyp`+`moov` or of the part."""
    return tree_root([leaf_hash(digest) for digest in (header_hash, *part_hashes)])


class SegmentHashes:
    """SHA-256 of the header and of each part, taken once from the bytes that are written."""

    __slots__ = ("_header_hash", "_parts")

    def __init__(self, header: bytes) -> None:
        self._header_hash = sha256(header)
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> bytes:
        """Hash the next part; its digest."""
        digest = sha256(part)
        self._parts.append(digest)
        return digest

    def add_digest(self, digest: bytes) -> None:
        """The next part's digest, where the bytes were hashed while they were read."""
        self._parts.append(digest)

    def trailer(self, number: int, end_us: int, *, start_us: int = 0, recovered: bool = False) -> Trailer:
        """The trailer of the file as it stands; `start_us` (0: as the header says) and `end_us`: wall instants."""
        parts = tuple(self._parts)
        root = segment_root(self._header_hash, parts)
        return Trailer(number, end_us, self._header_hash, parts, root, recovered, start_us)
