"""Scanning files that are whole, growing, torn or hostile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingcha.base.errors import Corrupt
from mingcha.media.container import fmp4
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import Identity, Trailer, trailer_box
from mingcha.media.container.samples import read_samples
from mingcha.media.container.scan import read_part_samples, scan
from mingcha.media.container.soundness import drop_unsound_tail, is_sound
from mingcha.media.units import AudioFormat
from tests.media.catalog.film import FRAMES, PART_TICKS, VIDEO, part, picture

OWN = Identity("sto_0000000000000001", "cam_0000000000000001", "main", 7, 3, 1_790_000_000_000_000, 1, 0)
END = Trailer(7, 1_790_000_060_000_000, bytes(32), (b"\x01" * 32,), b"\x03" * 32)
HEADER = fmp4.header(VIDEO, None, OWN)
PARTS = [part(1), part(2), part(3)]
WHOLE = HEADER + b"".join(PARTS) + trailer_box(END)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_whole_file_is_understood(tmp_path: Path) -> None:
    found = scan(write(tmp_path / "a.mp4", WHOLE))
    assert found.identity == OWN
    assert found.trailer == END
    assert found.header == HEADER
    assert found.torn_bytes == 0
    assert [item.size for item in found.parts] == [len(item) for item in PARTS]
    assert [item.media_time for item in found.parts] == [0, PART_TICKS, 2 * PART_TICKS]
    assert all(item.starts_with_key and item.frames == FRAMES for item in found.parts)
    assert (found.media_duration, found.frames) == (3 * PART_TICKS, 3 * FRAMES)
    assert found.parts_end == len(HEADER) + sum(len(item) for item in PARTS)


def test_wherever_a_file_is_torn_its_whole_parts_are_found(tmp_path: Path) -> None:
    ends = [len(HEADER)]
    for item in PARTS:
        ends.append(ends[-1] + len(item))
    near = {end + step for end in ends for step in range(-20, 60)}
    for size in sorted(near | set(range(0, len(WHOLE), 41))):
        if not len(HEADER) <= size < len(WHOLE):
            continue
        found = scan(write(tmp_path / "a.mp4", WHOLE[:size]))
        whole = sum(1 for end in ends[1:] if end <= size)
        assert len(found.parts) == whole
        assert found.trailer is None
        assert found.torn_bytes == size - ends[whole]
        assert found.parts_end == ends[whole]


@pytest.mark.parametrize("size", [0, 7, 8, 31, len(HEADER) - 1])
def test_a_file_without_a_whole_header_is_no_recording(tmp_path: Path, size: int) -> None:
    with pytest.raises(Corrupt) as caught:
        scan(write(tmp_path / "a.mp4", HEADER[:size]))
    assert caught.value.code == "segment.header"


def test_a_tail_of_zeros_is_torn(tmp_path: Path) -> None:
    found = scan(write(tmp_path / "a.mp4", HEADER + PARTS[0] + bytes(5_000)))
    assert len(found.parts) == 1
    assert found.torn_bytes == 5_000


def test_bytes_behind_the_trailer_are_torn(tmp_path: Path) -> None:
    found = scan(write(tmp_path / "a.mp4", WHOLE + PARTS[0]))
    assert len(found.parts) == 3
    assert found.torn_bytes == len(PARTS[0])


def test_a_huge_box_length_is_not_believed(tmp_path: Path) -> None:
    evil = bytearray(HEADER + PARTS[0])
    evil[len(HEADER) : len(HEADER) + 4] = b"\xff\xff\xff\xff"
    assert scan(write(tmp_path / "a.mp4", bytes(evil))).parts == []


def test_parts_whose_pictures_were_never_written_are_dropped_from_the_tail(tmp_path: Path) -> None:
    hollow = bytearray(PARTS[2])
    mdat = hollow.index(b"mdat") + 4
    hollow[mdat:] = bytes(len(hollow) - mdat)
    path = write(tmp_path / "a.mp4", HEADER + PARTS[0] + PARTS[1] + bytes(hollow))
    found = scan(path)
    fd = os.open(path, os.O_RDONLY)
    try:
        assert [is_sound(fd, item) for item in found.parts] == [True, True, False]
        assert drop_unsound_tail(fd, found) == len(hollow)
    finally:
        os.close(fd)
    assert len(found.parts) == 2


def test_sample_tables_lead_to_the_very_bytes(tmp_path: Path) -> None:
    audio = AudioFormat("aac", 16_000, 1, b"\x14\x08")
    video = [Sample(picture(n, 100 + n), n * 3600, n * 3600 - 1800 * (n == 2), 3600, n == 0) for n in range(4)]
    sound = [Sample(bytes([n]) * (20 + n), n * 1024, n * 1024, 1024, True) for n in range(3)]
    data = fmp4.part(1, video, sound)
    path = write(tmp_path / "a.mp4", fmp4.header(VIDEO, audio, OWN) + data)
    info = scan(path).parts[0]
    fd = os.open(path, os.O_RDONLY)
    try:
        tracks = read_part_samples(fd, info)
    finally:
        os.close(fd)
    assert [track.track for track in tracks] == [fmp4.VIDEO_TRACK, fmp4.AUDIO_TRACK]
    for track, samples in zip(tracks, (video, sound), strict=True):
        for entry, sample in zip(track.samples, samples, strict=True):
            assert data[entry.offset : entry.offset + entry.size] == sample.payload
            assert (entry.dts, entry.pts, entry.duration) == (sample.dts, sample.pts, sample.duration)
            assert entry.is_key == sample.is_key


def test_a_part_of_sound_alone_counts_in_video_ticks(tmp_path: Path) -> None:
    audio = AudioFormat("pcma", 8_000, 1)
    sound = [Sample(bytes(160), 8_000 + n * 160, 8_000 + n * 160, 160, True) for n in range(50)]
    info = scan(write(tmp_path / "a.mp4", fmp4.header(VIDEO, audio, OWN) + fmp4.part(1, (), sound))).parts[0]
    assert (info.media_time, info.duration, info.frames, info.has_key) == (90_000, 90_000, 0, False)


def test_patched_decode_times_move_and_nothing_else_does() -> None:
    audio_samples = [Sample(b"abc", 5, 5, 1024, True)]
    data = fmp4.part(9, [Sample(picture(1), 11, 11, 3600, True)], audio_samples)
    moved = fmp4.patch_tfdt(data, 90_000, 16_000)
    before, after = read_samples(data), read_samples(moved)
    assert [track.media_time for track in after] == [11 + 90_000, 5 + 16_000]
    assert [entry.offset for track in before for entry in track.samples] == [
        entry.offset for track in after for entry in track.samples
    ]
    assert fmp4.patch_tfdt(moved, -90_000, -16_000) == data
    moof_bytes = int.from_bytes(data[:4], "big")
    assert fmp4.patch_tfdt(data[:moof_bytes], 90_000, 16_000) == moved[:moof_bytes]


_fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@_fuzz
@given(cuts=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=12)), min_size=1, max_size=6))
def test_a_file_with_flipped_bytes_is_read_or_refused(tmp_path: Path, cuts: list[tuple[int, bytes]]) -> None:
    evil = bytearray(WHOLE)
    for at, replacement in cuts:
        evil[at : at + len(replacement)] = replacement
    _read_or_refuse(tmp_path / "a.mp4", bytes(evil))


@_fuzz
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_behind_a_header_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    _read_or_refuse(tmp_path / "a.mp4", HEADER + data)
    _read_or_refuse(tmp_path / "a.mp4", data)


def _read_or_refuse(path: Path, data: bytes) -> None:
    try:
        found = scan(write(path, data))
    except Corrupt:
        return
    assert 0 <= found.torn_bytes <= len(data)
    assert found.parts_end <= len(data)
    at = found.header_bytes
    for item in found.parts:
        assert item.offset == at
        at += item.size
    fd = os.open(path, os.O_RDONLY)
    try:
        for item in found.parts:
            for track in read_part_samples(fd, item):
                assert all(entry.offset + entry.size <= item.size for entry in track.samples)
        drop_unsound_tail(fd, found)
    finally:
        os.close(fd)


@given(st.binary(max_size=400))
def test_arbitrary_sample_tables_are_read_or_refused(data: bytes) -> None:
    head = (len(data) + 8).to_bytes(4, "big") + b"moof"
    traf = (len(data) + 8).to_bytes(4, "big") + b"traf"
    for moof in (data, head + data, (len(data) + 16).to_bytes(4, "big") + b"moof" + traf + data):
        try:
            read_samples(moof)
        except Corrupt:
            continue
