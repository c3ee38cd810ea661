"""Rows of the catalog as other parts see them. Instants are wall time in microseconds UTC, ticks are 1/90000 s."""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.base.timerange import TimeRange


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A sealed segment. `media_offset`: ticks from the run's start to media time 0 of the file."""

    number: int
    store: str
    camera: str
    role: str
    run: int
    start_us: int
    end_us: int
    media_offset: int
    media_duration: int
    file_bytes: int
    header_bytes: int
    frames: int
    root: bytes
    starts_with_key: bool = True
    recovered: bool = False

    @property
    def range(self) -> TimeRange:
        return TimeRange(self.start_us, self.end_us)


@dataclass(frozen=True, slots=True)
class OpenSegmentRecord:
    """A segment being written, or left behind by a crash: then `end_us` is set once recovery has looked at it."""

    number: int
    store: str
    camera: str
    role: str
    run: int
    start_us: int
    media_offset: int
    end_us: int | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """An unbroken stretch in one picture format."""

    run: int
    camera: str
    role: str
    start_us: int
    codec: str
    codec_string: str
    width: int
    height: int
    audio_codec: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without recording. `end_us` is None while it lasts; `reason`: a word of `reasons.REASONS`."""

    gap: int
    camera: str
    role: str
    start_us: int
    end_us: int | None
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Garbage:
    """A segment on its way out: its file may or may not be there any more."""

    number: int
    store: str
    since_us: int
