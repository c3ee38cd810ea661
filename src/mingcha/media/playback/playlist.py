"""The HLS playlist of a range (RFC 8216): which pieces, in what order, at what wall time. No file is opened for it.

A piece is what lies between two key frames, or several such stretches while they are shorter than `piece_s`. Media
time is continuous within a run; a new run, a hole or another format is a discontinuity.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mingcha.base.clock import to_datetime
from mingcha.base.timerange import TimeRange
from mingcha.media.footage.archive import Footage, StoredSegment, Stretch
from mingcha.media.units import VIDEO_CLOCK_HZ

SHORT_RANGE_US = 3600 * 1_000_000
SHORT_PIECE_S = 1.0
# A day in pieces of a second would be a playlist of several megabytes.
LONG_PIECE_S = 4.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A media piece of the playlist. `is_new`: does not follow the piece before. `starts_with_key`: can be decoded
    by itself."""

    stretch: Stretch
    is_new: bool
    starts_with_key: bool

    @property
    def duration_s(self) -> float:
        first, last = self.stretch.parts[0], self.stretch.parts[-1]
        return (last.media_time + last.duration - first.media_time) / VIDEO_CLOCK_HZ


def pieces(footage: Footage, camera: str, role: str, asked: TimeRange) -> Iterator[Piece]:
    """The pieces of a range, from the key frame at or before its start."""
    piece_s = SHORT_PIECE_S if asked.duration_us <= SHORT_RANGE_US else LONG_PIECE_S
    before: StoredSegment | None = None
    for segment in footage.segments(camera, role, asked):
        first = segment.part_at(segment.ticks_at(asked.start_us)) if segment.start_us < asked.start_us else 0
        end_ticks = segment.ticks_at(asked.end_us)
        last = len(segment.parts) - 1
        while last > first and segment.parts[last].media_time >= end_ticks:
            last -= 1
        stretches = [Stretch(segment, first, last)]
        if before is None or not segment.follows(before):
            *earlier, own = footage.from_key(segment, first)
            stretches = [*earlier, Stretch(segment, own.first, last)]
        for stretch in stretches:
            is_new = before is None or not stretch.segment.follows(before)
            for piece in _cut(stretch, piece_s):
                yield Piece(piece, is_new, piece.parts[0].starts_with_key)
                is_new = False
            before = stretch.segment


def _cut(stretch: Stretch, piece_s: float) -> Iterator[Stretch]:
    parts = stretch.segment.parts
    begin = stretch.first
    for index in range(stretch.first + 1, stretch.last + 1):
        long_enough = parts[index].media_time - parts[begin].media_time >= piece_s * VIDEO_CLOCK_HZ
        if parts[index].starts_with_key and long_enough:
            yield Stretch(stretch.segment, begin, index - 1)
            begin = index
    yield Stretch(stretch.segment, begin, stretch.last)


def allowed_parts(footage: Footage, segment: StoredSegment, allowed: TimeRange) -> range:
    """Indexes of the parts of a segment that may be sent for a range: those that reach into it, and those before them
    from the last key frame on, without which the first picture could not be decoded."""
    if segment.start_us >= allowed.end_us:
        return range(0)
    stop = len(segment.parts)
    while stop and segment.wall_us(segment.parts[stop - 1].media_time) >= allowed.end_us:
        stop -= 1
    if segment.start_us >= allowed.start_us:
        return range(stop)
    if segment.end_us > allowed.start_us:
        first = segment.part_at(segment.ticks_at(allowed.start_us))
        return range(segment.key_part_at(first) or 0, stop)
    # Wholly before the range: needed only where a segment was begun by force inside a GOP that reaches into it.
    begun = footage.segment_at(segment.camera, segment.role, allowed.start_us)
    needed = footage.from_key(begun, begun.part_at(begun.ticks_at(allowed.start_us))) if begun is not None else []
    own = next((stretch for stretch in needed if stretch.segment.number == segment.number), None)
    return range(own.first, own.last + 1) if own is not None else range(0)


def playlist(listed: list[Piece], asked: TimeRange, queries: Mapping[int, str], *, shown: str = "") -> str:
    """The text. `queries`: by run, what is put behind the addresses of its pieces; `shown`: "transcoded" or
    "masked" where some of what is shown was made anew."""
    target_s = max((math.ceil(piece.duration_s) for piece in listed), default=1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target_s}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    if listed and all(piece.starts_with_key for piece in listed):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    if shown:
        lines.append(f"#EXT-X-MINGCHA-SHOWN:{shown}")
    if listed:
        preroll_s = max(0, asked.start_us - listed[0].stretch.range.start_us) / 1e6
        lines.append(f"#EXT-X-START:TIME-OFFSET={preroll_s:.6f},PRECISE=YES")
    number = -1
    for index, piece in enumerate(listed):
        segment = piece.stretch.segment
        query = queries[segment.run]
        if piece.is_new:
            if index:
                lines.append("#EXT-X-DISCONTINUITY")
            lines.append(f'#EXT-X-MAP:URI="init/{segment.number}.mp4{query}"')
        if segment.number != number:
            number = segment.number
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date_time(piece.stretch.range.start_us)}")
        lines.append(f"#EXTINF:{piece.duration_s:.6f},")
        lines.append(f"piece/{number}/{piece.stretch.first}-{piece.stretch.last}.m4s{query}")
    lines.append("#EXT-X-ENDLIST\n")
    return "\n".join(lines)


def _date_time(at_us: int) -> str:
    """To the millisecond, which is all that browsers read."""
    at = to_datetime(at_us)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
