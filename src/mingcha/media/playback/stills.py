"""Choosing and reading what one JPEG needs: a preview (a key frame, small) or a snapshot (the exact picture)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never

from mingcha.base.timerange import TimeRange
from mingcha.media.container.samples import StoredPicture
from mingcha.media.container.scan import PartInfo
from mingcha.media.footage.archive import Footage, StoredSegment, Stretch
from mingcha.media.footage.pictures import read_pictures, video_format
from mingcha.media.gate.http import NotFound
from mingcha.media.units import VideoFormat

# A "newest" picture older than this would show a lost camera as if it were live.
NEWEST_MAX_AGE_US = 30_000_000


@dataclass(frozen=True, slots=True)
class Still:
    """What a worker is given: pictures from a key frame on, and the `pts` (ticks of the run) of the one to show."""

    video: VideoFormat
    units: list[StoredPicture]
    pts: int
    segment: StoredSegment

    def wall_us(self, pts: int) -> int:
        """Wall instant of a picture of this run."""
        return self.segment.wall_us(pts - self.segment.media_offset)


def key_still(footage: Footage, camera: str, role: str, at_us: int, allowed: TimeRange) -> Still:
    """The last key frame at or before an instant; the exact picture where that key frame lies before what the ticket
    allows. Raises NotFound in a gap."""
    segment, index = _at(footage, camera, role, at_us)
    stretch = footage.from_key(segment, index)[0]
    part = stretch.segment.parts[stretch.first]
    if not part.starts_with_key or not allowed.contains(stretch.segment.wall_us(part.media_time)):
        return exact_still(footage, camera, role, at_us, allowed)
    units = read_pictures(footage, [Stretch(stretch.segment, stretch.first, stretch.first)])[:1]
    return _still(footage, stretch.segment, units, units[0].pts) if units else _none()


def exact_still(footage: Footage, camera: str, role: str, at_us: int, allowed: TimeRange) -> Still:
    """The picture shown at an instant: the last not later, or the first one after it when that lies before what the
    ticket allows. Raises NotFound in a gap."""
    segment, index = _at(footage, camera, role, at_us)
    stretches = footage.from_key(segment, index)
    units = read_pictures(footage, [*stretches, *_next_part(segment, index)])
    shown = sorted(unit.pts for unit in units)
    wall = {pts: segment.wall_us(pts - segment.media_offset) for pts in shown}
    best = [pts for pts in shown if wall[pts] <= at_us and wall[pts] >= allowed.start_us]
    later = [pts for pts in shown if allowed.contains(wall[pts])]
    if not best and not later:
        return _none()
    return _still(footage, segment, units, best[-1] if best else later[0])


def newest_still(footage: Footage, camera: str, role: str, now_us: int) -> Still:
    """The last stored picture, which is at most a part (one second) old while the camera is recorded. Raises NotFound
    when there is none of the last half minute."""
    segment = footage.newest(camera, role)
    if segment is None or segment.end_us < now_us - NEWEST_MAX_AGE_US:
        return _none()
    units = read_pictures(footage, footage.from_key(segment, len(segment.parts) - 1))
    return _still(footage, segment, units, max(unit.pts for unit in units)) if units else _none()


def _at(footage: Footage, camera: str, role: str, at_us: int) -> tuple[StoredSegment, int]:
    segment = footage.segment_at(camera, role, at_us)
    if segment is None:
        return _none()
    return segment, segment.part_at(segment.ticks_at(at_us + 1) - 1)


def _next_part(segment: StoredSegment, index: int) -> list[Stretch]:
    """With B pictures, one that is shown before the end of a part may lie in the next."""
    following: tuple[PartInfo, ...] = segment.parts[index + 1 : index + 2]
    return [Stretch(segment, index + 1, index + 1)] if following and not following[0].starts_with_key else []


def _still(footage: Footage, segment: StoredSegment, units: list[StoredPicture], pts: int) -> Still:
    return Still(video_format(footage, segment), units, pts, segment)


def _none() -> Never:
    raise NotFound("picture.none", "Nothing was recorded at this instant.")
