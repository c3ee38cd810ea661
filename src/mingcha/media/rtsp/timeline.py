"""RTP time stamps of 32 bits made into presentation times that never wrap, never jump and are never negative."""

from __future__ import annotations

from typing import Final

from mingcha.base.clock import US_PER_S

START_S: Final = 1  # presentation times begin here, so that B pictures before the first reference do not fall below 0
MAX_AHEAD_S: Final = 10  # a stamp may run this far ahead of the packets' arrival before it counts as a jump
MAX_REORDER_S: Final = 2  # B pictures may lie this far back


class Timeline:
    """Presentation times of one track.

    All tracks of a session share `zero_mono_us`, the arrival of the session's first unit, so that sound and picture
    agree as well as their arrivals do. `lost` tells of a jump after the last `place`.
    """

    def __init__(self, clock_hz: int) -> None:
        self._clock_hz = clock_hz
        self._stamp = -1
        self._arrived_mono_us = 0
        self._pts = 0  # of the last unit
        self._highest = 0

    def place(self, stamp: int, arrived_mono_us: int, zero_mono_us: int, reorders: bool) -> tuple[int, float]:
        """(pts in ticks, seconds jumped) of the unit with this 32-bit stamp. `reorders`: whether times may go back a
        little, as with B pictures. Seconds jumped are 0.0 unless the stamp went back, or ran ahead of arrival by more
        than `MAX_AHEAD_S`; the pts then goes on from the last one by the time that passed."""
        hz = self._clock_hz
        if self._stamp < 0:
            pts = START_S * hz + max(0, arrived_mono_us - zero_mono_us) * hz // US_PER_S
            self._keep(stamp, arrived_mono_us, pts)
            return pts, 0.0
        step = (stamp - self._stamp) & 0xFFFFFFFF
        if 0 < step <= MAX_AHEAD_S * hz:
            pts = self._pts + step
            self._keep(stamp, arrived_mono_us, pts)
            return pts, 0.0
        if step >= 0x80000000:
            step -= 0x100000000
        pts = self._pts + step
        passed = max(0, arrived_mono_us - self._arrived_mono_us) * hz // US_PER_S
        jumped = 0.0
        if step == 0:
            pts = self._highest + 1  # a second picture with the same stamp
        elif step < 0:
            if not reorders or pts < 0 or pts < self._highest - MAX_REORDER_S * hz:
                jumped = step / hz
        elif step > passed + MAX_AHEAD_S * hz:
            jumped = step / hz
        if jumped:
            pts = self._highest + max(1, passed)
        self._keep(stamp, arrived_mono_us, pts)
        return pts, jumped

    def _keep(self, stamp: int, arrived_mono_us: int, pts: int) -> None:
        self._stamp = stamp
        self._arrived_mono_us = arrived_mono_us
        self._pts = pts
        if pts > self._highest:
            self._highest = pts
