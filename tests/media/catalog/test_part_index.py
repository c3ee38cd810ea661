"""The packed part index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt
from mingcha.media.catalog.part_index import pack, unpack
from mingcha.media.container.scan import PartInfo

ROWS = st.lists(
    st.tuples(st.integers(0, 1 << 40), st.integers(0, 1 << 32), st.integers(0, 10_000), st.booleans(), st.booleans()),
    max_size=50,
)


def parts(rows: list[tuple[int, int, int, bool, bool]], header_bytes: int) -> list[PartInfo]:
    made, offset, media_time = [], header_bytes, 0
    for size, duration, frames, has_key, starts_with_key in rows:
        made.append(PartInfo(offset, size, media_time, duration, frames, has_key, starts_with_key))
        offset += size
        media_time += duration
    return made


@given(ROWS, st.integers(1, 1 << 20))
def test_it_comes_back_as_it_went(rows: list[tuple[int, int, int, bool, bool]], header_bytes: int) -> None:
    wanted = parts(rows, header_bytes)
    assert unpack(pack(wanted), header_bytes) == wanted


def test_it_takes_some_five_bytes_a_part() -> None:
    rows = [(250_000 + n * 37 % 9_000, 90_000, 25, True, True) for n in range(60)]
    assert len(pack(parts(rows, 900))) <= 5 * 60 + 8


def test_a_hole_in_media_time_is_counted_to_the_part_before() -> None:
    first, second = parts([(10, 100, 1, True, True), (10, 100, 1, True, True)], 5)
    late = PartInfo(second.offset, second.size, 250, 100, 1, True, True)
    assert [(item.media_time, item.duration) for item in unpack(pack([first, late]), 5)] == [(0, 250), (250, 100)]


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = unpack(data, 10)
    except Corrupt:
        return
    assert len(found) * 3 <= len(data)


def test_a_cut_index_is_refused() -> None:
    whole = pack(parts([(1000, 90_000, 25, True, True)] * 3, 5))
    for size in range(len(whole)):
        with pytest.raises(Corrupt):
            unpack(whole[:size], 5)
