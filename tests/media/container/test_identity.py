"""The uuid boxes that say who a file is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.container.boxes import walk
from mingcha.media.container.identity import (
    IDENTITY_UUID,
    Identity,
    Trailer,
    identity_box,
    parse_identity,
    parse_trailer,
    trailer_box,
)
from mingcha.media.container.seal import SegmentHashes

OWN = Identity("sto_0000000000000001", "cam_0000000000000001", "main", 7, 3, 1_790_000_000_000_000, 1, 5_400_000, False)
END = Trailer(7, 1_790_000_060_000_000, bytes(32), (b"\x01" * 32, b"\x02" * 32), b"\x03" * 32, True, 5)


def body(box: bytes) -> bytes:
    found = next(walk(box))
    assert found.end == len(box)
    return box[found.body :]


def test_identity_and_trailer_come_back_as_they_went() -> None:
    assert parse_identity(body(identity_box(OWN))) == OWN
    assert parse_trailer(body(trailer_box(END))) == END


def test_a_uuid_box_of_somebody_else_is_nobody() -> None:
    assert parse_identity(bytes(16) + b"{}") is None
    assert parse_trailer(body(identity_box(OWN))) is None


@pytest.mark.parametrize(
    "change",
    [
        {"number": "7"},
        {"number": -1},
        {"number": True},
        {"number": 1 << 64},
        {"camera": None},
        {"extra": 1},
        {"format": "mingcha.segment/2"},
    ],
)
def test_it_refuses_an_identity_that_is_not_exactly_one(change: dict[str, object]) -> None:
    raw = json.loads(body(identity_box(OWN))[16:])
    with pytest.raises(Corrupt):
        parse_identity(IDENTITY_UUID + json.dumps({**raw, **change}).encode())


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(Corrupt):
        parse_identity(IDENTITY_UUID + data)


def test_the_root_is_the_tree_over_header_and_parts() -> None:
    hashes = SegmentHashes(b"header")
    digests = [hashes.add(bytes([n]) * 10) for n in range(5)]
    trailer = hashes.trailer(7, 60, start_us=1)
    assert trailer.part_hashes == tuple(digests)
    assert trailer.root == tree_root([leaf_hash(item) for item in (trailer.header_hash, *digests)])
    assert (trailer.number, trailer.start_us, trailer.end_us, trailer.recovered) == (7, 1, 60, False)
