"""First pass over a range: which parts go into which file, and where each picture will lie and be shown.

Rules: a picture belongs to the copy when its wall instant lies in [from, to). What a decoder needs before the first
of them is copied too, as pre-roll, and hidden. Gaps are closed up on the file's time axis; a hole of at most
`MAX_HELD_HOLE` inside a run stays, as a picture that stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mingcha.base.errors import Conflict, Corrupt
from mingcha.base.timerange import TimeRange
from mingcha.media.container.fmp4 import AUDIO_TRACK
from mingcha.media.container.progressive import ProgressiveFile
from mingcha.media.container.samples import SampleEntry, TrackSamples, video_of
from mingcha.media.container.scan import PartInfo, read_part_samples
from mingcha.media.container.stored_format import read_format
from mingcha.media.footage.archive import Footage, StoredSegment, Stretch
from mingcha.media.units import VIDEO_CLOCK_HZ

MAX_HELD_HOLE = 2 * VIDEO_CLOCK_HZ
# Pictures may be stored a little after others that are shown later; no camera reorders over more than this.
MAX_REORDER = VIDEO_CLOCK_HZ

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Span:
    """Parts `first` to `last` of a segment, in the order in which they are copied. Kept small: a day has 1,440."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """From `file_ticks` on the file's time axis, the picture's wall instant is `wall_us` and goes on evenly for
    `duration_us`."""

    file_ticks: int
    wall_us: int
    duration_us: int


@dataclass
class FilePlan:
    """One file to be. Ticks are 1/90000 s on the file's time axis, which begins at its first stored picture."""

    movie: ProgressiveFile
    spans: list[Span] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    content_bytes: int = 0
    pictures: int = 0
    preroll_pictures: int = 0
    shown_from: int | None = None
    shown_to: int = 0

    @property
    def preroll_us(self) -> int:
        return ((self.shown_from or 0) - self.movie.video.origin) * 1_000_000 // VIDEO_CLOCK_HZ


@dataclass
class Survey:
    """What a range comes to. `covered`: wall ranges whose pictures are in the files, joined; `damaged`: wall ranges of
    parts or files that could not be read."""

    asked: TimeRange
    files: list[FilePlan] = field(default_factory=list)
    covered: list[TimeRange] = field(default_factory=list)
    damaged: list[TimeRange] = field(default_factory=list)

    @property
    def content_bytes(self) -> int:
        return sum(file.content_bytes for file in self.files)

    def cover(self, start_us: int, end_us: int) -> None:
        start_us, end_us = max(start_us, self.asked.start_us), min(end_us, self.asked.end_us)
        if start_us >= end_us:
            return
        if self.covered and start_us <= self.covered[-1].end_us:
            last = self.covered.pop()
            start_us, end_us = last.start_us, max(last.end_us, end_us)
        self.covered.append(TimeRange(start_us, end_us))


def survey(footage: Footage, camera: str, role: str, asked: TimeRange, check: Check = lambda: None) -> Survey:
    """Plan the copy. `check` is called often and may raise to stop. Raises Conflict ``export.nothing`` when nothing
    was recorded in the range."""
    surveyor = _Surveyor(footage, Survey(asked), check)
    for segment in footage.segments(camera, role, asked):
        check()
        surveyor.take(segment)
    surveyor.finish()
    if not surveyor.result.files:
        raise Conflict("export.nothing", "Nothing was recorded in this range.")
    return surveyor.result


class _Surveyor:
    def __init__(self, footage: Footage, result: Survey, check: Check) -> None:
        self.result = result
        self._footage = footage
        self._check = check
        self._file: FilePlan | None = None
        self._before: StoredSegment | None = None
        self._base = 0  # run ticks minus file ticks
        self._end = 0  # file ticks at which the last stored picture ends
        self._last_duration = VIDEO_CLOCK_HZ // 25
        self._last_audio_duration = 0

    def take(self, segment: StoredSegment) -> None:
        """Add what of a segment belongs to the range."""
        try:
            self._take(segment)
        except (Corrupt, OSError):
            self._damaged(segment.range)

    def finish(self) -> None:
        if self._file is not None:
            movie = self._file.movie
            movie.video.finish(self._last_duration)
            if movie.audio is not None:
                movie.audio.finish(self._last_audio_duration)
            if self._file.shown_from is not None:
                self.result.files.append(self._file)
        self._file = None

    def _take(self, segment: StoredSegment) -> None:
        header = self._footage.header(segment)
        follows = self._before is not None and segment.follows(self._before)
        if self._file is not None and not follows and self._formats_differ(header):
            self.finish()
        first = self._first_part(segment)
        if first is None:
            return
        stretches = [Stretch(segment, first, len(segment.parts) - 1)]
        if not follows:
            *earlier, own = self._footage.from_key(segment, first)
            stretches = [*earlier, Stretch(segment, own.first, len(segment.parts) - 1)]
        if self._file is None:
            self._file = FilePlan(ProgressiveFile(header))
            self._end = 0
        if not follows:
            start = stretches[0]
            self._base = start.segment.media_offset + start.segment.parts[start.first].media_time - self._end
        for stretch in stretches[:-1]:
            try:
                self._take_stretch(stretch)
            except Corrupt:
                continue  # pre-roll that is gone: the first pictures cannot be decoded, the rest can
        self._take_stretch(stretches[-1])
        self._before = segment

    def _first_part(self, segment: StoredSegment) -> int | None:
        """The part with the first picture of the range; None when the range begins behind the last picture. So that no
        pre-roll is taken for a picture that was shown before the range and only lasts into it."""
        asked = self.result.asked
        if segment.start_us >= asked.start_us:
            return 0
        first = segment.part_at(segment.ticks_at(asked.start_us))
        following = segment.parts[first + 1] if first + 1 < len(segment.parts) else None
        if following is not None and not following.starts_with_key:
            return first
        with self._footage.opened(segment) as fd:
            video = video_of(read_part_samples(fd, segment.parts[first]))
        if video is not None and any(segment.wall_us(entry.pts) >= asked.start_us for entry in video.samples):
            return first
        return first + 1 if following is not None else None

    def _formats_differ(self, header: bytes) -> bool:
        assert self._file is not None
        movie = self._file.movie
        return read_format(header) != (movie.video_format, movie.audio_format)

    def _take_stretch(self, stretch: Stretch) -> None:
        segment = stretch.segment
        to_ticks = segment.ticks_at(self.result.asked.end_us)
        with self._footage.opened(segment) as fd:
            for index in range(stretch.first, stretch.last + 1):
                part = segment.parts[index]
                late = part.media_time >= to_ticks
                if late and (part.starts_with_key or part.media_time >= to_ticks + MAX_REORDER):
                    break
                self._check()
                try:
                    tracks = read_part_samples(fd, part)
                except Corrupt:
                    self._damaged(Stretch(segment, index, index).range)
                    continue
                if not self._take_part(segment, index, part, tracks, is_late=late):
                    break

    def _take_part(
        self,
        segment: StoredSegment,
        index: int,
        part: PartInfo,
        tracks: tuple[TrackSamples, ...],
        *,
        is_late: bool,
    ) -> bool:
        """List the samples of a part; False when none is wanted because the range is over."""
        video = video_of(tracks)
        samples = video.samples if video is not None else ()
        keep = _wanted(segment, samples, self.result.asked)
        if is_late and keep == 0:
            return False
        assert self._file is not None
        hole = segment.media_offset + part.media_time - self._base - self._end
        if hole > MAX_HELD_HOLE:
            self._base += hole
        at = self._file.content_bytes
        self._list_video(segment, at, samples[:keep])
        for track in tracks:
            if track.track == AUDIO_TRACK:
                self._list_audio(segment, at, track.samples)
        self._file.content_bytes += part.size
        self._add_span(segment.number, index)
        return True

    def _list_video(self, segment: StoredSegment, at: int, samples: tuple[SampleEntry, ...]) -> None:
        plan, asked = self._file, self.result.asked
        assert plan is not None
        shift = segment.media_offset - self._base
        first_ticks: int | None = None
        last_ticks = 0
        for entry in samples:
            dts = plan.movie.video.add(
                at + entry.offset, entry.size, entry.dts + shift, entry.pts + shift, is_key=entry.is_key
            )
            self._end, self._last_duration = dts + entry.duration, entry.duration
            at_us = segment.wall_us(entry.pts)
            if not asked.contains(at_us):
                plan.preroll_pictures += at_us < asked.start_us
                continue
            plan.pictures += 1
            first_ticks = entry.pts if first_ticks is None else min(first_ticks, entry.pts)
            last_ticks = max(last_ticks, entry.pts + entry.duration)
        if first_ticks is None:
            return
        last_ticks = min(last_ticks, segment.ticks_at(asked.end_us))
        shown_from = first_ticks + shift
        plan.shown_from = shown_from if plan.shown_from is None else min(plan.shown_from, shown_from)
        plan.shown_to = max(plan.shown_to, last_ticks + shift)
        self._anchor(plan, segment, first_ticks, last_ticks, shift)

    def _anchor(self, plan: FilePlan, segment: StoredSegment, first: int, last: int, shift: int) -> None:
        """Note which wall time was covered; parts of one segment that follow each other share an anchor."""
        start_us, end_us = segment.wall_us(first), segment.wall_us(last)
        self.result.cover(start_us, end_us)
        if plan.anchors and plan.spans and plan.spans[-1].number == segment.number:
            known = plan.anchors[-1]
            if known.wall_us + known.duration_us >= start_us:
                plan.anchors[-1] = Anchor(
                    known.file_ticks, known.wall_us, max(known.duration_us, end_us - known.wall_us)
                )
                return
        plan.anchors.append(Anchor(first + shift, start_us, end_us - start_us))

    def _list_audio(self, segment: StoredSegment, at: int, samples: tuple[SampleEntry, ...]) -> None:
        assert self._file is not None
        tables = self._file.movie.audio
        if tables is None:
            return
        shift = (segment.media_offset - self._base) * tables.clock_hz // VIDEO_CLOCK_HZ
        for entry in samples:
            if segment.wall_us(entry.dts * VIDEO_CLOCK_HZ // tables.clock_hz) >= self.result.asked.end_us:
                break
            tables.add(at + entry.offset, entry.size, entry.dts + shift, entry.dts + shift, is_key=True)
            self._last_audio_duration = entry.duration

    def _add_span(self, number: int, index: int) -> None:
        assert self._file is not None
        spans = self._file.spans
        if spans and spans[-1].number == number and spans[-1].last == index - 1:
            spans[-1] = Span(number, spans[-1].first, index)
        else:
            spans.append(Span(number, index, index))

    def _damaged(self, where: TimeRange) -> None:
        cut = where.intersect(self.result.asked)
        if cut is not None:
            self.result.damaged.append(cut)


def _wanted(segment: StoredSegment, samples: tuple[SampleEntry, ...], asked: TimeRange) -> int:
    """How many of the samples to list: up to the last, in decoding order, that is shown before the range's end."""
    for index in range(len(samples) - 1, -1, -1):
        if segment.wall_us(samples[index].pts) < asked.end_us:
            return index + 1
    return 0


def spans_of(plan: FilePlan, footage: Footage) -> Iterator[tuple[StoredSegment, Span]]:
    """The segments of a plan again, for the second pass. Raises Conflict when one is gone meanwhile."""
    for span in plan.spans:
        segment = footage.segment(span.number)
        if segment is None or span.last >= len(segment.parts):
            raise Conflict("export.footage_gone", "Footage of this range was deleted while it was being copied.")
        yield segment, span


__all__ = ["Anchor", "FilePlan", "Span", "Survey", "spans_of", "survey"]
