"""Wall time of segments from media time (docs/design/recorder.md, Time).

The wall clock is read once per run; within it the monotonic clock and the camera's own media time carry on. A part's
delay (arrival less media time) is never less than the true one, so the least delay seen in a segment tells where media
time really stands: bursts and network jitter only ever make it larger.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.base.clock import US_PER_S, Clock

MAX_SLEW_PPM = 500
"""Quartz in cameras is off by up to some 100 ppm; more than 500 is a fault, not drift."""
BREAK_US = 2 * US_PER_S
"""Beyond this difference media time is not believed any more and a new run begins."""


@dataclass(frozen=True, slots=True)
class SegmentTimes:
    """Wall times of a segment now ending. `breaks` says that the run cannot go on, with `why` (clock_step, drift)."""

    start_us: int
    end_us: int
    breaks: bool
    why: str
    error_us: int


class RunClock:
    """One run's clock. Media times are microseconds from the run's start."""

    def __init__(self, clock: Clock, *, arrived_mono_us: int, not_before_us: int) -> None:
        self._clock = clock
        self._wall_minus_mono_us = clock.wall_us() - clock.mono_us()
        self._not_before_us = not_before_us
        self._least_delay_us: int | None = None
        self._first = True
        self._media_start_us = 0
        self._start_us = max(not_before_us, self._wall_minus_mono_us + arrived_mono_us)

    @property
    def start_us(self) -> int:
        """Wall start of the present segment: in the first of a run a first estimate, final when it ends."""
        return self._start_us

    def observe(self, media_us: int, arrived_mono_us: int) -> None:
        """Note when the unit of this media time came in."""
        delay_us = arrived_mono_us - media_us
        if self._least_delay_us is None or delay_us < self._least_delay_us:
            self._least_delay_us = delay_us

    def end_segment(self, media_end_us: int) -> SegmentTimes:
        """Close the present segment at this media time; the next one begins at its end."""
        length_us = max(1, media_end_us - self._media_start_us)
        linear_us = self._start_us + length_us
        true_end_us = linear_us
        if self._least_delay_us is not None:
            true_end_us = self._wall_minus_mono_us + self._least_delay_us + media_end_us
        step_us = self._clock.wall_us() - self._clock.mono_us() - self._wall_minus_mono_us
        if self._first:
            self._start_us = max(self._not_before_us, true_end_us - length_us)
            linear_us = true_end_us = max(true_end_us, self._start_us + 1)
        error_us = true_end_us - linear_us
        breaks = abs(error_us) > BREAK_US
        if not breaks:
            slew_us = length_us * MAX_SLEW_PPM // US_PER_S
            end_us = linear_us + max(-slew_us, min(slew_us, error_us))
        else:
            end_us = max(self._start_us + 1, true_end_us)
        why = "drift" if breaks else ""
        if abs(step_us) > BREAK_US:
            breaks, why, error_us = True, "clock_step", step_us
        times = SegmentTimes(self._start_us, end_us, breaks, why, error_us)
        self._begin_next(media_end_us, end_us)
        return times

    def _begin_next(self, media_us: int, wall_us: int) -> None:
        self._first = False
        self._media_start_us = media_us
        self._start_us = wall_us
        self._least_delay_us = None
