"""`manifest.json`: what a copy holds, where it came from, and what is missing. Format: docs/ref/export-manifest.md.

It is written as the copying goes, one part a line, so that a day's worth never lies in memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from mingcha import __version__
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.records import Gap
from mingcha.media.container.progressive import ProgressiveFile
from mingcha.media.export.survey import FilePlan
from mingcha.media.footage.archive import StoredSegment
from mingcha.media.units import VIDEO_CLOCK_HZ

FORMAT = "mingcha.export/1"
NAME = "manifest.json"
US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class ExportGap:
    """A stretch of the range that is not in the copy. `reason`: of catalog.reasons, or ``not_yet_recorded``,
    ``unknown``."""

    from_us: int
    to_us: int
    reason: str


def missing(asked: TimeRange, covered: Sequence[TimeRange], known: Sequence[Gap], damaged: Sequence[TimeRange],
            now_us: int) -> list[ExportGap]:  # fmt: skip
    """The parts of `asked` outside `covered`, each with its reason; holes shorter than a picture are none."""
    holes: list[TimeRange] = []
    at_us = asked.start_us
    for stretch in [*covered, TimeRange(asked.end_us, asked.end_us + 1)]:
        if stretch.start_us - at_us > US_PER_S // 5:
            holes.append(TimeRange(at_us, stretch.start_us))
        at_us = max(at_us, stretch.end_us)
    found: list[ExportGap] = []
    for hole in holes:
        found += _explained(hole, known, damaged, now_us)
    return found


def _explained(hole: TimeRange, known: Sequence[Gap], damaged: Sequence[TimeRange], now_us: int) -> list[ExportGap]:
    reasons: list[tuple[int, int, str]] = [(gap.start_us, gap.end_us or now_us, gap.reason) for gap in known]
    reasons += [(lost.start_us, lost.end_us, "footage_lost") for lost in damaged]
    reasons.append((now_us, hole.end_us, "not_yet_recorded"))
    found: list[ExportGap] = []
    at_us = hole.start_us
    for start_us, end_us, reason in sorted(reasons):
        start_us, end_us = max(start_us, at_us), min(end_us, hole.end_us)
        if start_us >= end_us:
            continue
        if start_us > at_us:
            found.append(ExportGap(at_us, start_us, "unknown"))
        found.append(ExportGap(start_us, end_us, reason))
        at_us = end_us
    if at_us < hole.end_us:
        found.append(ExportGap(at_us, hole.end_us, "unknown"))
    return found


class ManifestWriter:
    """Writes the object in the order of the copying. `head` first, then for each file `begin_file`, `begin_segment`,
    `part`…, `end_file`, and `end`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._files = 0
        self._segments = 0
        self._parts = 0

    def head(self, fields: dict[str, Any], gaps: Sequence[ExportGap]) -> None:
        listed = [{"from_us": gap.from_us, "to_us": gap.to_us, "reason": gap.reason} for gap in gaps]
        head = {"format": FORMAT, "software": f"mingcha {__version__}", **fields, "gaps": listed}
        self._out.write(_text(head)[:-1] + ',\n"files": [')

    def begin_file(self, name: str, plan: FilePlan) -> None:
        origin = plan.shown_from or 0
        anchors = [
            {
                "media_us": (anchor.file_ticks - origin) * US_PER_S // VIDEO_CLOCK_HZ,
                "wall_us": anchor.wall_us,
                "duration_us": anchor.duration_us,
            }
            for anchor in plan.anchors
        ]
        fields = {
            "name": name,
            **describe(plan.movie),
            "pictures": plan.pictures,
            "duration_us": (plan.shown_to - origin) * US_PER_S // VIDEO_CLOCK_HZ,
            "preroll_pictures": plan.preroll_pictures,
            "preroll_us": plan.preroll_us,
            "map": anchors,
        }
        self._out.write((",\n" if self._files else "\n") + _text(fields)[:-1] + ',\n"segments": [')
        self._files += 1
        self._segments = 0

    def begin_segment(self, segment: StoredSegment, header_sha256: bytes) -> None:
        if self._segments:
            self._out.write("\n]},")
        fields = {
            "number": segment.number,
            "store": segment.store,
            "run": segment.run,
            "start_us": segment.start_us,
            "end_us": segment.end_us,
            "header_sha256": header_sha256.hex(),
            "root": segment.root.hex() if segment.root is not None else None,
            "parts_in_segment": len(segment.parts) if segment.root is not None else None,
        }
        self._out.write("\n" + _text(fields)[:-1] + ',\n"parts": [')
        self._segments += 1
        self._parts = 0

    def part(self, number: int, offset: int, size: int, sha256: bytes, wall_us: int, intact: bool | None) -> None:
        """`number`: from 1, as the leaves of the segment's tree; `intact`: whether the hash is the one taken while
        recording, None while the segment is not sealed."""
        fields = {"part": number, "offset": offset, "bytes": size, "sha256": sha256.hex(), "wall_us": wall_us,
                  "intact": intact}  # fmt: skip
        self._out.write((",\n" if self._parts else "\n") + _text(fields))
        self._parts += 1

    def end_file(self, size: int, sha256: bytes, head_bytes: int, head_sha256: bytes, *, has_c2pa: bool) -> None:
        """`head_bytes`: where the first part begins; what is before it was made for the copy."""
        fields = {
            "bytes": size,
            "sha256": sha256.hex(),
            "head_bytes": head_bytes,
            "head_sha256": head_sha256.hex(),
            "c2pa": has_c2pa,
        }
        self._out.write(("\n]}" if self._segments else "") + "\n], " + _text(fields)[1:])

    def end(self) -> None:
        self._out.write("\n]}\n")


def describe(movie: ProgressiveFile) -> dict[str, Any]:
    """The formats of a file."""
    video, audio = movie.video_format, movie.audio_format
    return {
        "video": {
            "codec": video.codec,
            "codec_string": video.codec_string,
            "width": video.width,
            "height": video.height,
        },
        "audio": None
        if audio is None or movie.audio is None or not movie.audio.count
        else {"codec": audio.codec, "sample_rate_hz": audio.sample_rate_hz, "channels": audio.channels},
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
