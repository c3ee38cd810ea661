"""The extract of the register: what it quotes leads to the root of its stretch, and nothing else does."""

from __future__ import annotations

import json

import pytest

from mingcha.base.errors import Corrupt
from mingcha.ledger.merkle import leaf_hash
from mingcha.ledger.proofs import verify_inclusion
from mingcha.wire.extract import FORMAT, QuotedEntry, QuotedStretch, audit_paths, dump


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_every_entry_of_a_stretch_leads_to_its_root(count: int) -> None:
    entries = [f"entry {n}" for n in range(count)]
    paths, root = audit_paths(entries, range(count))
    for position, path in enumerate(paths):
        proof = [bytes.fromhex(item) for item in path]
        verify_inclusion(leaf_hash(entries[position].encode()), position, count, proof, bytes.fromhex(root))
        if count > 1:
            with pytest.raises(Corrupt):
                verify_inclusion(leaf_hash(b"another"), position, count, proof, bytes.fromhex(root))


def test_the_file_says_the_same_in_the_same_bytes() -> None:
    quoted = QuotedEntry(7, "entry", QuotedStretch(5, 9, 5, 41), 2, ("ab",), {"zh-hans": "记", "en": "x"})
    data = dump("exp_0000000000000001", [quoted])
    assert data == dump("exp_0000000000000001", [quoted])
    told = json.loads(data)
    assert (told["format"], told["export"]) == (FORMAT, "exp_0000000000000001")
    assert told["entries"][0]["stretch"] == {"first": 5, "last": 9, "entries": 5, "index": 41}
