"""Time sources. Logic takes a `Clock`; only this module reads the machine's clocks.

Wall instants are integer microseconds since 1970-01-01T00:00:00Z (`*_us`); monotonic instants are integer
microseconds of an arbitrary origin (`*_mono_us`). Local time exists on screens only.
"""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

US_PER_S = 1_000_000
_TIME_ERROR = 5
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Wall and monotonic time, both in integer microseconds."""

    def wall_us(self) -> int: ...

    def mono_us(self) -> int: ...


class SystemClock:
    """The machine's clocks."""

    def wall_us(self) -> int:
        return time.time_ns() // 1000

    def mono_us(self) -> int:
        return time.monotonic_ns() // 1000


class KernelClock:
    """What the kernel knows of time besides: since when it runs, and whether somebody keeps its wall clock."""

    def wall_us(self) -> int:
        return time.time_ns() // 1000

    def since_boot_us(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000

    def boot(self) -> str:
        try:
            return _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            return ""

    def is_synchronised(self) -> bool:
        """By adjtimex(2): TIME_ERROR says that nobody keeps the clock."""
        buffer = ctypes.create_string_buffer(512)  # struct timex is 208 bytes; zeroed, it only asks
        try:
            state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
        except (OSError, AttributeError):
            return False
        return state not in (-1, _TIME_ERROR)


class ManualClock:
    """A clock that moves only when told; for tests and simulations."""

    def __init__(self, wall_us: int = 1_790_000_000 * US_PER_S, mono_us: int = 0) -> None:
        self._wall_us = wall_us
        self._mono_us = mono_us

    def wall_us(self) -> int:
        return self._wall_us

    def mono_us(self) -> int:
        return self._mono_us

    def advance(self, us: int) -> None:
        """Let time pass: both clocks move."""
        self._wall_us += us
        self._mono_us += us

    def step_wall(self, us: int) -> None:
        """Set the wall clock forward or back without time passing, as NTP or a person does."""
        self._wall_us += us


def to_datetime(us: int) -> datetime:
    """Aware UTC datetime of a wall instant in microseconds."""
    return datetime.fromtimestamp(us // US_PER_S, UTC).replace(microsecond=us % US_PER_S)


def from_datetime(at: datetime) -> int:
    """Wall instant in microseconds of an aware datetime. Naive datetimes raise ValueError."""
    if at.tzinfo is None:
        raise ValueError("naive datetime")
    whole = at.replace(microsecond=0)
    return int(whole.timestamp()) * US_PER_S + at.microsecond


def isoformat(us: int) -> str:
    """RFC 3339 text in UTC with microseconds, e.g. 2026-11-21T22:29:34.000000Z."""
    return to_datetime(us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
