"""Clocks and the texts of instants."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base import clock
from mingcha.base.clock import US_PER_S, KernelClock, ManualClock, SystemClock, from_datetime, isoformat, to_datetime
from tests.support.clock import us


def test_the_system_clock_tells_microseconds() -> None:
    system = SystemClock()
    assert abs(system.wall_us() - time.time_ns() // 1000) < 60_000_000
    first = system.mono_us()
    assert 0 <= system.mono_us() - first < 60_000_000


def test_time_passing_moves_both_clocks_and_a_step_only_the_wall() -> None:
    clock = ManualClock(wall_us=1_000, mono_us=5)
    clock.advance(10)
    clock.step_wall(-300)
    assert (clock.wall_us(), clock.mono_us()) == (710, 15)


def test_an_instant_keeps_its_microseconds_as_text() -> None:
    assert isoformat(us("2026-11-21T12:00:00.000001+08:00")) == "2026-11-21T04:00:00.000001Z"


def test_offsets_mean_the_same_instant() -> None:
    beijing = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=8)))
    assert from_datetime(beijing) == from_datetime(datetime(2026, 11, 21, 4, tzinfo=UTC))


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        from_datetime(datetime(2026, 11, 21))  # noqa: DTZ001 - the fault under test


@given(st.integers(min_value=-2_000_000_000_000_000, max_value=10_000_000_000_000_000))
def test_an_instant_survives_the_way_to_a_datetime_and_back(instant_us: int) -> None:
    assert from_datetime(to_datetime(instant_us)) == instant_us


def test_the_kernel_answers() -> None:
    kernel = KernelClock()
    assert kernel.since_boot_us() > 0
    assert kernel.wall_us() > 1_790_000_000 * US_PER_S
    assert isinstance(kernel.is_synchronised(), bool)
    assert kernel.boot() == kernel.boot()


def test_a_machine_without_these_answers_is_not_taken_to_be_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none(name: object, use_errno: bool) -> object:
        raise OSError

    monkeypatch.setattr(clock.ctypes, "CDLL", none)
    monkeypatch.setattr(clock, "_BOOT_ID", tmp_path / "none")
    assert not KernelClock().is_synchronised()
    assert KernelClock().boot() == ""
