"""Reading the sample tables of one part. Bytes are not trusted: what does not fit raises Corrupt."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct, unpack_from
from struct import error as _StructError
from typing import NamedTuple

from mingcha.base.errors import Corrupt
from mingcha.media.container.boxes import walk
from mingcha.media.container.fmp4 import VIDEO_TRACK

MAX_SAMPLES = 1 << 16
_U32 = Struct(">I")
_NON_SYNC = 0x00010000

_TFHD_BASE_OFFSET, _TFHD_DESCRIPTION = 0x000001, 0x000002
_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS = 0x000008, 0x000010, 0x000020
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x000001, 0x000004
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x000100, 0x000200, 0x000400, 0x000800


class SampleEntry(NamedTuple):
    """Where one sample lies: `offset` from the start of its part (its `moof`); times in ticks of its track."""

    offset: int
    size: int
    dts: int
    pts: int
    duration: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """One coded picture read back from a file. `payload`: NAL units behind 4-byte lengths. `pts`: 90 kHz ticks."""

    payload: bytes
    pts: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class TrackSamples:
    """The samples of one track of a part, in decoding order. `media_time`: dts of the first; `duration`: their sum."""

    track: int
    media_time: int
    duration: int
    samples: tuple[SampleEntry, ...]


def _bad() -> Corrupt:
    return Corrupt("segment.part", "A part of a segment file has tables that cannot be read.")


def read_samples(moof: bytes) -> tuple[TrackSamples, ...]:
    """The sample tables of a part; `moof` are the bytes of its `moof` box (more may follow). Raises Corrupt."""
    top = next(walk(moof), None)
    if top is None or top.kind != b"moof":
        raise _bad()
    return tuple(
        _read_track(moof[child.body : child.end]) for child in walk(moof, top.body, top.end) if child.kind == b"traf"
    )


def _read_track(traf: bytes) -> TrackSamples:
    try:
        track, defaults, time = 0, (0, 0, 0), -1
        entries: list[SampleEntry] = []
        for child in walk(traf):
            body = traf[child.body : child.end]
            if child.kind == b"tfhd":
                track, defaults = _read_head(body)
            elif child.kind == b"tfdt":
                time = unpack_from(">Q" if body[0] else ">I", body, 4)[0]
            elif child.kind == b"trun":
                if time < 0 or not track:
                    raise _bad()
                start = entries[-1].dts + entries[-1].duration if entries else time
                entries += _read_run(body, start, defaults)
    except (IndexError, ValueError, _StructError) as error:
        raise _bad() from error
    if time < 0 or not track:
        raise _bad()
    return TrackSamples(track, time, sum([entry.duration for entry in entries]), tuple(entries))


def _read_head(body: bytes) -> tuple[int, tuple[int, int, int]]:
    """Track and default (duration, size, flags)."""
    flags, track = unpack_from(">II", body)
    at = 8 + (8 if flags & _TFHD_BASE_OFFSET else 0) + (4 if flags & _TFHD_DESCRIPTION else 0)
    found = []
    for bit in (_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS):
        if flags & bit:
            found.append(_U32.unpack_from(body, at)[0])
            at += 4
        else:
            found.append(0)
    return track, (found[0], found[1], found[2])


def _read_run(body: bytes, dts: int, defaults: tuple[int, int, int]) -> list[SampleEntry]:
    version_flags, count = unpack_from(">II", body)
    at, offset, first_flags = 8, 0, None
    if version_flags & _TRUN_OFFSET:
        (offset,) = unpack_from(">i", body, at)
        at += 4
    if version_flags & _TRUN_FIRST_FLAGS:
        (first_flags,) = _U32.unpack_from(body, at)
        at += 4
    present = [bit for bit in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION) if version_flags & bit]
    if count > MAX_SAMPLES or offset < 0 or at + 4 * len(present) * count > len(body):
        raise _bad()
    numbers = iter(unpack_from(f">{len(present) * count}I", body, at))
    signed = version_flags >> 24
    entries = []
    for index in range(count):
        duration = next(numbers) if version_flags & _TRUN_DURATION else defaults[0]
        size = next(numbers) if version_flags & _TRUN_SIZE else defaults[1]
        flags = next(numbers) if version_flags & _TRUN_FLAGS else defaults[2]
        if not index and first_flags is not None:
            flags = first_flags
        shift = next(numbers) if version_flags & _TRUN_COMPOSITION else 0
        if signed and shift >= 1 << 31:
            shift -= 1 << 32
        entries.append(SampleEntry(offset, size, dts, dts + shift, duration, not flags & _NON_SYNC))
        offset += size
        dts += duration
    return entries


def video_of(tracks: tuple[TrackSamples, ...]) -> TrackSamples | None:
    """The video track of a part, or None."""
    return next((track for track in tracks if track.track == VIDEO_TRACK), None)
