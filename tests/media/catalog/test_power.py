"""Power cuts: blocks that were never written read as zeros, and ends of files are missing."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.media.catalog.check import Depth, check
from mingcha.media.catalog.recover import recover
from mingcha.media.container import fmp4
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import trailer_box
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.store import layout
from tests.media.catalog.film import PART_TICKS, START_US, Film, picture

BLOCK = 512
PARTS = 4


def write(film: Film, with_trailer: bool) -> Path:
    segment, own, header = film.begin()
    hashes = SegmentHashes(header)
    for n in range(PARTS):
        samples = [
            Sample(picture(n * 7 + k, 700), n * PART_TICKS + k * 45_000, n * PART_TICKS + k * 45_000, 45_000, k == 0)
            for k in range(2)
        ]
        data = fmp4.part(n + 1, samples)
        hashes.add(data)
        segment.append(data)
    if with_trailer:
        segment.append(trailer_box(hashes.trailer(own.number, START_US + PARTS * 1_000_000)))
    return film.store.path_of(own.number)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(
    with_trailer=st.booleans(),
    lost_blocks=st.sets(st.integers(0, 14), max_size=6),
    cut=st.integers(0, 8_000),
)
def test_whatever_blocks_are_lost_what_is_sealed_is_true(
    film: Film, with_trailer: bool, lost_blocks: set[int], cut: int
) -> None:
    path = write(film, with_trailer)
    data = bytearray(path.read_bytes())
    for block in lost_blocks:
        piece = data[block * BLOCK : (block + 1) * BLOCK]
        data[block * BLOCK : (block + 1) * BLOCK] = bytes(len(piece))
    path.write_bytes(data[: len(data) - cut] if cut < len(data) else b"")
    number = layout.number_of(path.name)
    done = recover(film.store, film.catalog)
    outcomes = {item.number: item.outcome for item in done}
    assert number is not None
    report = check(film.catalog, film.store, Depth.HASHES)
    if outcomes[number] == "not_ours":
        assert path.exists(), "what cannot be understood is kept"
        path.unlink()
        film.catalog.forget_open(number)
    else:
        assert report.findings == []
        record = film.catalog.segment(number)
        untouched = not lost_blocks and cut == 0
        assert (record is None) == (outcomes[number] == "empty")
        if untouched:
            assert record is not None
            assert record.recovered is not with_trailer
            assert record.media_duration == PARTS * PART_TICKS
