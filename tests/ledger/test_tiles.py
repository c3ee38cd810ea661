"""Coordinates and encodings of C2SP tlog-tiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt, Invalid
from mingcha.ledger.tiles import (
    Tile,
    count_at,
    decode_bundle,
    encode_bundle,
    index_path,
    levels_of,
    right_edge,
    split_hashes,
    tile_at,
    tiles_of,
)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "000"),
        (67, "067"),
        (999, "999"),
        (1000, "x001/000"),
        (1234067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
    ],
)
def test_numbers_are_written_in_groups_of_three_digits(index: int, path: str) -> None:
    assert index_path(index) == path


def test_paths_say_level_number_and_width() -> None:
    assert Tile(0, 0).path == "tile/0/000"
    assert Tile(1, 1234067, 17).path == "tile/1/x001/x234/067.p/17"
    assert Tile(None, 273, 112).path == "tile/entries/273.p/112"
    assert Tile(None, 273, 112).full == Tile(None, 273)


def test_a_tree_of_70_000_entries_has_the_tiles_the_format_says() -> None:
    tiles = set(tiles_of(70_000))
    assert {tile.path for tile in tiles if tile.width < 256} == {
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    assert len([tile for tile in tiles if tile.level == 0]) == 274
    assert set(right_edge(70_000)) == {tile for tile in tiles if tile.width < 256}


@pytest.mark.parametrize(
    ("size", "levels"), [(0, 0), (1, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 3), (16_777_216, 4)]
)
def test_a_level_begins_with_its_first_full_tile_below(size: int, levels: int) -> None:
    assert len(levels_of(size)) == levels
    assert all(count_at(size, level) > 0 for level in levels_of(size))
    assert count_at(size, levels) == 0 or size == 0


def test_a_full_tree_has_no_right_edge_but_at_the_top() -> None:
    assert [tile.path for tile in right_edge(65_536)] == ["tile/2/000.p/1"]
    assert list(right_edge(0)) == []
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(("level", "index"), [(0, 1), (None, 1), (1, 0), (0, 9)])
def test_a_tile_beyond_the_tree_is_refused(level: int | None, index: int) -> None:
    with pytest.raises(Invalid):
        tile_at(200, level, index)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_a_bundle_is_lengths_in_two_bytes_and_entries() -> None:
    assert encode_bundle([b"ab", b"", b"c" * 300]) == b"\x00\x02ab" + b"\x00\x00" + b"\x01\x2c" + b"c" * 300


@pytest.mark.parametrize(
    ("data", "width"),
    [(b"\x00", 1), (b"\x00\x02a", 1), (b"\x00\x01a", 2), (b"\x00\x01a", 0), (b"", 1), (b"\x00\x01aX", 1)],
)
def test_a_torn_or_miscounted_bundle_is_refused(data: bytes, width: int) -> None:
    with pytest.raises(Corrupt) as caught:
        decode_bundle(data, width)
    assert caught.value.code == "ledger.bundle"


def test_a_tile_of_a_wrong_length_is_refused() -> None:
    assert split_hashes(b"a" * 32 + b"b" * 32, 2) == [b"a" * 32, b"b" * 32]
    for data in (b"", b"a" * 63, b"a" * 65, b"a" * 32):
        with pytest.raises(Corrupt) as caught:
            split_hashes(data, 2)
        assert caught.value.code == "ledger.tile"
