"""Presentation times to decoding times and durations, one track, as units stream by.

Cameras give presentation times only. Decoding times are the presentation times sorted: the n-th unit in decoding
order gets the n-th smallest presentation time (this reproduces x264's own decoding times exactly). With B pictures a
time is known once `reorder_depth` more units have come; composition offsets may be negative (`trun` version 1).
"""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import NamedTuple

MAX_STEP_S = 10
"""A longer step between neighbours is no slow camera but a broken time stamp (a 149 h segment came of one)."""


class Timed(NamedTuple):
    """Times of one unit, in ticks of the track. `pts` may differ from what was pushed: nudged or rebased."""

    pts: int
    dts: int
    duration: int


class Timeline:
    """`push` each unit's pts in decoding order; times come out in the same order, one for each, later.

    Without B pictures (`reorder_depth` 0) one unit later, else `reorder_depth` + 1 units later; `finish` gives the
    rest. dts rise strictly. `nudged` counts pts that did not rise and were moved by a tick; `jumps` counts steps
    beyond `MAX_STEP_S` either way, which are closed up (later units are rebased to follow the last one), so that
    no duration is ever absurd; whoever keeps wall time begins a new run when `jumps` rises.
    """

    __slots__ = ("_dts", "_heap", "_hold", "_max_step", "_newest", "_nominal", "_pending", "_shift", "jumps", "nudged")

    def __init__(self, clock_hz: int, *, reorder_depth: int = 0, nominal_duration: int = 0) -> None:
        """`nominal_duration`: ticks to take for a unit nothing is known of, 1/25 s if 0."""
        self._hold = max(0, reorder_depth)
        self._max_step = MAX_STEP_S * clock_hz
        self._nominal = nominal_duration or max(1, clock_hz // 25)
        self._pending: deque[int] = deque()  # pts in decoding order whose dts is not yet given out
        self._heap: list[int] = []
        self._dts: int | None = None  # of the oldest pending unit, known but waiting for its duration
        self._newest: int | None = None  # largest pts so far
        self._shift = 0
        self.nudged = 0
        self.jumps = 0

    @property
    def duration(self) -> int:
        """The last duration seen: the best guess for a unit whose next one is not here yet."""
        return self._nominal

    def push(self, pts: int) -> Timed | None:
        """Take the next unit's presentation time; return the times of an earlier unit, when they are now known."""
        waiting = self._dts
        if waiting is not None and not self._hold:
            duration = pts + self._shift - waiting
            if 1 < duration <= self._max_step:  # as nearly always
                self._dts = self._newest = self._pending[0] = waiting + duration
                self._nominal = duration
                return Timed(waiting, waiting, duration)
        pts = self._sane(pts + self._shift)
        self._pending.append(pts)
        if not self._hold:
            return self._give(pts)
        heappush(self._heap, pts)
        if len(self._heap) <= self._hold:
            return None
        return self._give(heappop(self._heap))

    def finish(self) -> list[Timed]:
        """Times of all units still held; the last gets the duration before it. The timeline is then empty."""
        rest = [timed for timed in (self._give(heappop(self._heap)) for _ in range(len(self._heap))) if timed]
        if self._dts is not None and self._pending:
            rest.append(Timed(self._pending.popleft(), self._dts, self._nominal))
            self._newest = max(self._newest or 0, self._dts)
            self._dts = None
        return rest

    def _sane(self, pts: int) -> int:
        newest = self._newest
        if newest is None:
            self._newest = pts
            return pts
        step = pts - newest
        if not -self._max_step <= step <= self._max_step:
            self.jumps += 1
            self._shift += newest + self._nominal - pts
            pts = newest + self._nominal
        elif step <= 0 and not self._hold:
            self.nudged += 1
            pts = newest + 1
        if pts > newest:
            self._newest = pts
        return pts

    def _give(self, dts: int) -> Timed | None:
        """`dts` belongs to the unit after the one waiting, whose duration it so settles."""
        waiting = self._dts
        if waiting is None:
            self._dts = dts
            return None
        if dts <= waiting:
            self.nudged += 1
            dts = waiting + 1
        self._dts = dts
        duration = dts - waiting
        if duration > 1:
            self._nominal = duration
        return Timed(self._pending.popleft(), waiting, duration)
