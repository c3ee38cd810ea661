"""Instants and clocks for tests."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.clock import ManualClock, from_datetime

NOON = "2026-11-21T12:00:00+08:00"


def us(text: str) -> int:
    """Wall instant in microseconds of an ISO 8601 text that has an offset."""
    return from_datetime(datetime.fromisoformat(text))


def manual_clock(at: str = NOON) -> ManualClock:
    """A clock that stands at `at` until told to move."""
    return ManualClock(wall_us=us(at), mono_us=1_000_000)
