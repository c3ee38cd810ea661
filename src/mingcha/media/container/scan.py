"""Walking a segment file that may be whole, still growing, torn by a crash, or not ours at all.

No length in it is trusted; memory is bounded by `MAX_HEADER_BYTES` and `MAX_MOOF_BYTES`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from mingcha.base.errors import Corrupt
from mingcha.media.container.boxes import LARGE_HEADER_BYTES, find, read_header, walk
from mingcha.media.container.identity import (
    IDENTITY_UUID,
    TRAILER_UUID,
    Identity,
    Trailer,
    parse_identity,
    parse_trailer,
)
from mingcha.media.container.samples import TrackSamples, read_samples, video_of
from mingcha.media.units import VIDEO_CLOCK_HZ

MAX_HEADER_BYTES = 1 << 20
MAX_MOOF_BYTES = 4 << 20
MAX_TRAILER_BYTES = 16 << 20


class PartInfo(NamedTuple):
    """One part. `offset`, `size`: bytes of `moof` and `mdat` in the file; `media_time`, `duration`: 90 kHz ticks of
    the video (of the audio, rescaled, in a part without video); `frames`: pictures."""

    offset: int
    size: int
    media_time: int
    duration: int
    frames: int
    has_key: bool
    starts_with_key: bool


@dataclass(slots=True)
class SegmentScan:
    """What lies in a file, in order. `header_bytes`: length of `ftyp` and `moov`; `header`: these bytes;
    `torn_bytes`: what follows the last whole box and belongs to nothing; `file_bytes`: length of the file.
    """

    file_bytes: int
    header: bytes = b""
    identity: Identity | None = None
    parts: list[PartInfo] = field(default_factory=list)
    trailer: Trailer | None = None
    torn_bytes: int = 0

    @property
    def header_bytes(self) -> int:
        return len(self.header)

    @property
    def media_duration(self) -> int:
        """90 kHz ticks from media time 0 to the end of the last part."""
        return max((item.media_time + item.duration for item in self.parts), default=0)

    @property
    def frames(self) -> int:
        return sum(item.frames for item in self.parts)

    @property
    def parts_end(self) -> int:
        """Where the last whole part ends: a recovered file is cut here."""
        return self.parts[-1].offset + self.parts[-1].size if self.parts else self.header_bytes


def scan(path: Path) -> SegmentScan:
    """Read the structure of a file: a few small reads a part. Raises Corrupt when it does not begin like a segment
    (``segment.header``) or an identity cannot be read, OSError when it cannot be opened."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return scan_fd(fd)
    finally:
        os.close(fd)


def scan_fd(fd: int) -> SegmentScan:
    """`scan` of an open file."""
    result = SegmentScan(file_bytes=os.fstat(fd).st_size)
    audio_hz = _read_start(fd, result)
    at = result.header_bytes
    while at < result.file_bytes:
        length = _read_next(fd, at, result, audio_hz)
        if length is None:
            break
        at += length
    result.torn_bytes = result.file_bytes - at
    return result


def _head(fd: int, at: int, result: SegmentScan) -> tuple[bytes, int, int] | None:
    """The box header at `at` when its whole box lies in the file."""
    found = read_header(os.pread(fd, LARGE_HEADER_BYTES, at))
    return found if found is not None and found[2] <= result.file_bytes - at else None


def _read_start(fd: int, result: SegmentScan) -> int:
    """Take in `ftyp` and `moov`; return the audio clock (0 without audio)."""
    not_ours = Corrupt("segment.header", "The file does not begin like a recording.")
    at = 0
    for kind in (b"ftyp", b"moov"):
        found = _head(fd, at, result)
        if found is None or found[0] != kind or at + found[2] > MAX_HEADER_BYTES:
            raise not_ours
        at += found[2]
    result.header = os.pread(fd, at, 0)
    if len(result.header) != at:
        raise not_ours
    top = find(result.header, (b"moov",))
    if top is None:
        raise not_ours
    audio_hz = 0
    for child in walk(result.header, top.body, top.end):
        if child.kind == b"uuid":
            result.identity = parse_identity(result.header[child.body : child.end]) or result.identity
        elif child.kind == b"trak":
            audio_hz = _audio_clock(result.header[child.body : child.end]) or audio_hz
    return audio_hz


def _audio_clock(trak: bytes) -> int:
    handler = find(trak, (b"mdia", b"hdlr"))
    head = find(trak, (b"mdia", b"mdhd"))
    if handler is None or head is None or trak[handler.body + 8 : handler.body + 12] != b"soun":
        return 0
    return int.from_bytes(trak[head.body + 12 : head.body + 16], "big")


def _read_next(fd: int, at: int, result: SegmentScan, audio_hz: int) -> int | None:
    """Take in the part or trailer at `at`; its length, or None where the file is torn."""
    found = _head(fd, at, result)
    if found is None or result.trailer is not None:
        return None
    kind, head_bytes, size = found
    if kind == b"moof" and size <= MAX_MOOF_BYTES:
        data = _head(fd, at + size, result)
        if data is None or data[0] != b"mdat":
            return None
        info = _part(os.pread(fd, size, at), at, size + data[2], audio_hz)
        if info is None:
            return None
        result.parts.append(info)
        return info.size
    if kind == b"uuid" and size <= MAX_TRAILER_BYTES:
        return _take_trailer(os.pread(fd, size - head_bytes, at + head_bytes), size, result)
    return None


def _take_trailer(body: bytes, size: int, result: SegmentScan) -> int | None:
    try:
        result.trailer = parse_trailer(body)
    except Corrupt:
        return None  # half written when the machine died: torn, and written anew by recovery
    return size if result.trailer is not None else None


def _part(moof: bytes, offset: int, size: int, audio_hz: int) -> PartInfo | None:
    try:
        tracks = read_samples(moof)
    except Corrupt:
        return None
    if any(entry.offset + entry.size > size for track in tracks for entry in track.samples):
        return None
    video = video_of(tracks)
    if video is not None and video.samples:
        keys = [entry.is_key for entry in video.samples]
        return PartInfo(offset, size, video.media_time, video.duration, len(keys), any(keys), keys[0])
    return _sound_part(tracks, offset, size, audio_hz)


def _sound_part(tracks: tuple[TrackSamples, ...], offset: int, size: int, audio_hz: int) -> PartInfo | None:
    if not tracks or not audio_hz:
        return None
    start = tracks[0].media_time * VIDEO_CLOCK_HZ // audio_hz
    end = (tracks[0].media_time + tracks[0].duration) * VIDEO_CLOCK_HZ // audio_hz
    return PartInfo(offset, size, start, end - start, 0, False, False)


def read_part_samples(fd: int, info: PartInfo) -> tuple[TrackSamples, ...]:
    """The sample tables of a part of an open file, for export. Raises Corrupt."""
    found = read_header(os.pread(fd, LARGE_HEADER_BYTES, info.offset))
    if found is None or found[0] != b"moof" or found[2] > min(info.size, MAX_MOOF_BYTES):
        raise Corrupt("segment.part", "A part of a segment file has tables that cannot be read.")
    return read_samples(os.pread(fd, found[2], info.offset))


__all__ = [
    "IDENTITY_UUID",
    "TRAILER_UUID",
    "PartInfo",
    "SegmentScan",
    "read_part_samples",
    "scan",
    "scan_fd",
]
