"""A copy takes memory by the picture, not by the byte."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

from mingcha.base.timerange import TimeRange
from mingcha.media.export.copying import export_range
from mingcha.media.store import layout
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

SEGMENT_US = 10_000_000
PICTURES = 250


def _grow(archive: Archive, segments: int) -> None:
    """One run of so many segments, all with the same pictures."""
    first = archive.record(clip(seconds=10, gop=50), segment_s=10)
    record = archive.catalog.segment(first.numbers[0])
    assert record is not None
    parts = archive.catalog.part_index(record.number)
    data = archive.store.path_of(record.number).read_bytes()
    for index in range(1, segments):
        start_us, offset = record.start_us + index * SEGMENT_US, index * record.media_duration
        number = archive.catalog.open_segment(record.store, CAMERA, "main", record.run, start_us, offset)
        name = archive.store.path / layout.SEGMENTS_NAME / layout.directory_name(number) / layout.file_name(number)
        name.write_bytes(data)
        row = replace(record, number=number, start_us=start_us, end_us=start_us + SEGMENT_US, media_offset=offset)
        archive.catalog.seal_segment(row, parts)


def _peak_bytes(archive: Archive, segments: int, out: Path) -> tuple[int, int]:
    asked = TimeRange(at(0), at(segments * 10))
    tracemalloc.start()
    try:
        result = export_range(archive.footage, CAMERA, "main", asked, out, min_free_bytes=0)
        return tracemalloc.get_traced_memory()[1], result.files[0].pictures
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_beyond_the_tables(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "a")
    with archive.catalog.transaction():
        _grow(archive, 20)
    short, short_pictures = _peak_bytes(archive, 4, tmp_path / "short")
    long, long_pictures = _peak_bytes(archive, 20, tmp_path / "long")
    assert (short_pictures, long_pictures) == (4 * PICTURES, 20 * PICTURES)
    assert (long - short) / (long_pictures - short_pictures) < 24
    archive.close()
