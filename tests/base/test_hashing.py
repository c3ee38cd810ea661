"""SHA-256 of bytes and files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.hashing import sha256, sha256_file

# FIPS 180-4, "abc" and the empty message.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_it_agrees_with_the_standard() -> None:
    assert sha256(b"abc").hex() == ABC
    assert sha256().hex() == NOTHING


@given(st.lists(st.binary(max_size=50), max_size=6))
def test_pieces_hash_as_if_joined(pieces: list[bytes]) -> None:
    mixed = [bytearray(piece) if i % 2 else memoryview(piece) for i, piece in enumerate(pieces)]
    assert sha256(*mixed) == hashlib.sha256(b"".join(pieces)).digest()


def test_a_file_hashes_as_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "segment"
    file.write_bytes(b"x" * 3_000_001)
    assert sha256_file(file) == sha256(b"x" * 3_000_001)
