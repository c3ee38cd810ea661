"""Access units of one stream into drafts of parts: one GOP, or at most one second of it.

Runs on the event loop and touches no disk: the writer thread makes bytes of the drafts.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.timeline import Timed, Timeline
from mingcha.media.units import VIDEO_CLOCK_HZ, AccessUnit, AudioFormat, VideoFormat

PART_LIMIT_TICKS = VIDEO_CLOCK_HZ
PART_LIMIT_BYTES = 8 << 20


@dataclass(slots=True)
class Draft:
    """Samples of one part, in run media time. `arrived_mono_us` is that of the first sample."""

    samples: list[Sample]
    arrived_mono_us: int
    audio: list[Sample] = field(default_factory=list)
    payload_bytes: int = 0
    damaged: int = 0
    had_bad_data: bool = False

    @property
    def start(self) -> int:
        return self.samples[0].dts

    @property
    def end(self) -> int:
        last = self.samples[-1]
        return last.dts + last.duration

    @property
    def starts_with_key(self) -> bool:
        return self.samples[0].is_key


class Cutter:
    """One run's cutter: begins at its first key frame, where media time 0 is."""

    def __init__(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self._timeline = Timeline(VIDEO_CLOCK_HZ, reorder_depth=video.reorder_depth)
        self._audio = audio
        self._waiting: deque[AccessUnit] = deque()
        self._origin_mono_us: int | None = None
        self._audio_origin: int | None = None
        self._audio_last_pts = 0
        self._draft: Draft | None = None
        self._limit = 0  # where the draft must end
        self._blamed_parts = 0
        self._audio_waiting: list[Sample] = []

    @property
    def has_begun(self) -> bool:
        return self._origin_mono_us is not None

    def blame_bad_data(self) -> None:
        """The camera sent what makes no sense: damage in this part and the next, if there is any, comes of that. (The
        picture that it hit may come after it.)"""
        self._blamed_parts = 2

    def push(self, unit: AccessUnit) -> Draft | None:
        """Take a unit; a finished draft comes back when this unit shows that a part is complete."""
        if unit.is_audio:
            self._push_audio(unit)
            return None
        if self._origin_mono_us is None:
            if not unit.is_key:
                return None
            self._origin_mono_us = unit.arrived_mono_us
        self._waiting.append(unit)
        timed = self._timeline.push(unit.pts)
        return self._add(timed) if timed is not None else None

    def flush(self) -> list[Draft]:
        """What remains when the run ends; the last picture is given the length of the one before."""
        drafts: list[Draft] = []
        for timed in self._timeline.finish():
            draft = self._add(timed)
            if draft is not None:
                drafts.append(draft)
        last = self._take()
        return [*drafts, last] if last is not None else drafts

    def _add(self, timed: Timed) -> Draft | None:
        unit = self._waiting.popleft()
        pts, dts, duration = timed
        is_key = unit.is_key
        finished = None
        draft = self._draft
        if draft is None or is_key or dts + duration > self._limit or draft.payload_bytes > PART_LIMIT_BYTES:
            finished = self._take()
            draft = self._draft = Draft([], unit.arrived_mono_us)
            self._limit = dts + PART_LIMIT_TICKS
        draft.samples.append(Sample(unit.payload, dts, pts, duration, is_key))
        draft.payload_bytes += len(unit.payload)
        if unit.damaged:
            draft.damaged += 1
        return finished

    def _take(self) -> Draft | None:
        draft, self._draft = self._draft, None
        if draft is not None:
            draft.audio, self._audio_waiting = self._audio_waiting, []
            draft.had_bad_data = self._blamed_parts > 0
            self._blamed_parts -= draft.had_bad_data
        return draft

    def _push_audio(self, unit: AccessUnit) -> None:
        """Sound is placed by the arrival of its first frame after the first picture, then runs on its own clock."""
        audio = self._audio
        if audio is None or self._origin_mono_us is None:
            return
        if self._audio_origin is None:
            lead_us = max(0, unit.arrived_mono_us - self._origin_mono_us)
            self._audio_origin = unit.pts - lead_us * audio.sample_rate_hz // 1_000_000
            self._audio_last_pts = unit.pts - (1024 if audio.codec == "aac" else len(unit.payload))
        duration = unit.pts - self._audio_last_pts
        if self._audio_waiting and 0 < duration < audio.sample_rate_hz:
            self._audio_waiting[-1].duration = duration
        self._audio_last_pts = unit.pts
        at = unit.pts - self._audio_origin
        length = 1024 if audio.codec == "aac" else len(unit.payload)
        self._audio_waiting.append(Sample(unit.payload, at, at, length, True))
