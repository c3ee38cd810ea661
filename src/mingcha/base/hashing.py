"""SHA-256 of bytes and files."""

from __future__ import annotations

import hashlib
from pathlib import Path

CHUNK_BYTES = 1 << 20


def sha256(*pieces: bytes | bytearray | memoryview) -> bytes:
    """Digest (32 bytes) of the pieces as if joined."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def sha256_file(path: Path) -> bytes:
    """Digest (32 bytes) of a file, in bounded memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
