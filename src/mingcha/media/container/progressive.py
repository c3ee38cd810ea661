"""A plain progressive MP4 around parts that stay as they are: `ftyp`, `moov` with sample tables, and one `mdat`
whose content is the stored parts, bit by bit, `moof` and `mdat` boxes and all (docs/design/recorder.md, "Export").

The tables point at the samples inside the parts; an edit list hides what is not to be shown. Memory: about 12 bytes a
picture with steady time stamps, 16 with jittering ones.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from struct import pack

from mingcha.base.errors import Corrupt
from mingcha.media.container.boxes import box, full_box
from mingcha.media.container.stored_format import read_format, sample_entries
from mingcha.media.units import VIDEO_CLOCK_HZ

MOVIE_HZ = VIDEO_CLOCK_HZ
MDAT_HEADER_BYTES = 16

_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_LANGUAGE_UNDETERMINED = 0x55C4
_ENABLED_IN_MOVIE = 3

Piece = bytes | memoryview


class TrackTables:
    """The sample tables of one track. `dts` of the first sample becomes media time 0 of the track; `origin` is that
    dts, in ticks of the track on the file's own time axis."""

    def __init__(self, clock_hz: int) -> None:
        self.clock_hz = clock_hz
        self.origin = 0
        self.end_dts = 0
        self.bytes_listed = 0
        self._sizes = array("I")
        self._durations = array("I")  # pairs of count and duration (stts)
        self._shifts = array("I")  # pairs of count and pts - dts modulo 2^32 (ctts)
        self._keys = array("I")
        self._chunk_offsets = array("Q")
        self._chunk_counts = array("I")
        self._next_offset = -1
        self._last_dts: int | None = None

    @property
    def count(self) -> int:
        return len(self._sizes)

    def add(self, offset: int, size: int, dts: int, pts: int, *, is_key: bool) -> int:
        """List a sample that lies `offset` bytes into the `mdat`. Its dts as it was taken: at least one tick after
        the one before."""
        if self._last_dts is None:
            self.origin = dts
        else:
            shift = pts - dts
            dts = max(dts, self._last_dts + 1)
            pts = dts + shift
            _count(self._durations, dts - self._last_dts)
        self._last_dts = dts
        self._sizes.append(size)
        _count(self._shifts, pts - dts & 0xFFFFFFFF)
        if is_key:
            self._keys.append(len(self._sizes))
        if offset == self._next_offset and self._chunk_counts:
            self._chunk_counts[-1] += 1
        else:
            self._chunk_offsets.append(offset)
            self._chunk_counts.append(1)
        self._next_offset = offset + size
        self.bytes_listed += size
        return dts

    def finish(self, last_duration: int) -> None:
        """No more samples; the last one lasts that long."""
        if self._last_dts is None:
            return
        _count(self._durations, max(1, last_duration))
        self.end_dts = self._last_dts + max(1, last_duration)

    @property
    def duration(self) -> int:
        return self.end_dts - self.origin

    def pieces(self, entry: bytes, base: int | None) -> list[Piece]:
        """The `stbl` box; `entry`: the sample entry; `base`: where in the file the content of the `mdat` begins, None
        to learn the length only. With a base it turns the tables to big-endian in place: ask once."""
        table = [_wrap(b"stsd", [pack(">II", 0, 1), entry])]
        table.append(_wrap(b"stts", [pack(">II", 0, len(self._durations) // 2), _bytes(self._durations, base)]))
        if any(self._shifts[1::2]):
            table.append(_wrap(b"ctts", [pack(">II", 1 << 24, len(self._shifts) // 2), _bytes(self._shifts, base)]))
        if len(self._keys) != self.count:
            table.append(_wrap(b"stss", [pack(">II", 0, len(self._keys)), _bytes(self._keys, base)]))
        chunks = _chunk_runs(self._chunk_counts)
        table.append(_wrap(b"stsc", [pack(">II", 0, len(chunks) // 3), _bytes(chunks, base)]))
        table.append(_wrap(b"stsz", [pack(">III", 0, 0, self.count), _bytes(self._sizes, base)]))
        offsets = array("Q", [(base or 0) + offset for offset in self._chunk_offsets])
        table.append(_wrap(b"co64", [pack(">II", 0, len(offsets)), _bytes(offsets, base)]))
        return _wrap(b"stbl", [piece for pieces in table for piece in pieces])


@dataclass(frozen=True, slots=True)
class Head:
    """What precedes the first part: `ftyp` and what was put behind it, `moov` in pieces, head of the `mdat`."""

    first: bytes
    moov: list[Piece]
    data_head: bytes

    def pieces(self) -> list[Piece]:
        """All of it, in order."""
        return [self.first, *self.moov, self.data_head]


class ProgressiveFile:
    """Collects samples, then gives the bytes that stand before the parts.

    `header`: `ftyp` and `moov` of a segment; its sample entries are taken over as they are. Raises Corrupt.
    """

    def __init__(self, header: bytes) -> None:
        self.video_format, self.audio_format = read_format(header)
        self.video = TrackTables(VIDEO_CLOCK_HZ)
        self.audio = TrackTables(self.audio_format.sample_rate_hz) if self.audio_format is not None else None
        self._entries = [header[entry.start : entry.end] for entry in sample_entries(header)]
        if len(self._entries) < (1 if self.audio is None else 2):
            raise Corrupt("segment.header", "The file does not begin like a recording.")

    def head(self, shown_from: int, shown_to: int, content_bytes: int, room: bytes = b"") -> Head:
        """All that precedes the first part, in pieces to be written one after the other; to be asked once, at the end.

        `shown_from`, `shown_to`: ticks of the file's time axis between which pictures are shown; `content_bytes`: what
        the parts will take; `room`: boxes that stand before `moov`.
        """
        file_type = box(b"ftyp", b"isom", pack(">I", 0x200), b"isom", b"iso6", b"mp41")
        moov = self._moov(shown_from, shown_to, None)
        base = len(file_type) + len(room) + _length(moov) + MDAT_HEADER_BYTES
        moov = self._moov(shown_from, shown_to, base)
        data_head = pack(">I4sQ", 1, b"mdat", MDAT_HEADER_BYTES + content_bytes)
        return Head(file_type + room, moov, data_head)

    def _moov(self, shown_from: int, shown_to: int, base: int | None) -> list[Piece]:
        shown = shown_to - shown_from
        movie = full_box(
            b"mvhd",
            1,
            0,
            pack(">QQIQIHHII", 0, 0, MOVIE_HZ, shown, 0x10000, 0x100, 0, 0, 0),
            _MATRIX,
            bytes(24),
            pack(">I", 3),
        )
        pieces: list[Piece] = [movie]
        video = self.video_format
        edit = _edits([(shown, shown_from - self.video.origin)])
        pieces += _track(1, self.video, b"vide", self._entries[0], edit, shown, (video.width, video.height), base)
        if self.audio is not None and self.audio.count:
            edits = _audio_edits(self.audio, shown_from, shown_to)
            total = sum(duration for duration, _ in edits)
            pieces += _track(2, self.audio, b"soun", self._entries[1], _edits(edits), total, (0, 0), base)
        return _wrap(b"moov", pieces)


def _audio_edits(audio: TrackTables, shown_from: int, shown_to: int) -> list[tuple[int, int]]:
    """Silence until the sound begins, then the sound from where the first shown picture is."""
    begins = audio.origin * MOVIE_HZ // audio.clock_hz
    ends = audio.end_dts * MOVIE_HZ // audio.clock_hz
    silence = min(max(0, begins - shown_from), shown_to - shown_from)
    sound_from = max(shown_from, begins)
    length = min(shown_to, ends) - sound_from
    edits = [(silence, -1)] if silence else []
    if length > 0:
        edits.append((length, (sound_from - begins) * audio.clock_hz // MOVIE_HZ))
    return edits


def _edits(entries: Iterable[tuple[int, int]]) -> bytes:
    """`edts` with (duration in movie ticks, media time or -1 for nothing) entries."""
    entries = list(entries)
    body = b"".join(pack(">QqI", duration, media_time, 0x10000) for duration, media_time in entries)
    return box(b"edts", full_box(b"elst", 1, 0, pack(">I", len(entries)), body))


def _track(
    number: int,
    tables: TrackTables,
    handler: bytes,
    entry: bytes,
    edit: bytes,
    shown: int,
    size: tuple[int, int],
    base: int | None,
) -> list[Piece]:
    is_audio = handler == b"soun"
    volume = 0x100 if is_audio else 0
    head = full_box(
        b"tkhd",
        1,
        _ENABLED_IN_MOVIE,
        pack(">QQIIQ8xHHHH", 0, 0, number, 0, shown, 0, 1 if is_audio else 0, volume, 0),
        _MATRIX,
        pack(">II", size[0] << 16, size[1] << 16),
    )
    media_head = full_box(
        b"mdhd", 1, 0, pack(">QQIQHH", 0, 0, tables.clock_hz, tables.duration, _LANGUAGE_UNDETERMINED, 0)
    )
    handler_box = full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"Audio\0" if is_audio else b"Video\0")
    kind_head = full_box(b"smhd", 0, 0, bytes(4)) if is_audio else full_box(b"vmhd", 0, 1, bytes(8))
    data_info = box(b"dinf", full_box(b"dref", 0, 0, pack(">I", 1), full_box(b"url ", 0, 1)))
    info = _wrap(b"minf", [kind_head, data_info, *tables.pieces(entry, base)])
    return _wrap(b"trak", [head, edit, *_wrap(b"mdia", [media_head, handler_box, *info])])


def _wrap(kind: bytes, pieces: Sequence[Piece]) -> list[Piece]:
    """A box in pieces, so that large tables are not copied."""
    return [pack(">I4s", 8 + _length(pieces), kind), *pieces]


def _length(pieces: Iterable[Piece]) -> int:
    return sum(piece.nbytes if isinstance(piece, memoryview) else len(piece) for piece in pieces)


def _count(runs: array[int], value: int) -> None:
    """Append to pairs of count and value."""
    if runs and runs[-1] == value:
        runs[-2] += 1
    else:
        runs.append(1)
        runs.append(value)


def _chunk_runs(counts: array[int]) -> array[int]:
    """`stsc` triples: first chunk, samples in each, sample entry 1."""
    runs = array("I")
    before = -1
    for number, count in enumerate(counts, 1):
        if count != before:
            runs.extend((number, count, 1))
            before = count
    return runs


def _bytes(values: array[int], base: int | None) -> memoryview:
    """The memory of a table, in big-endian order where it is to be written (`base` given)."""
    if base is not None and sys.byteorder == "little":
        values.byteswap()
    return memoryview(values).cast("B")
