"""Wall times of segments from media time: drift, bursts, clock steps."""

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.ingest.runclock import MAX_SLEW_PPM, RunClock

MINUTE_US = 60 * US_PER_S


def record(clock: ManualClock, run: RunClock, media_us: int, seconds: int, *, camera_ppm: int = 0) -> int:
    """Let `seconds` of wall time pass, a unit each second; returns the media time reached."""
    for _ in range(seconds):
        run.observe(media_us, clock.mono_us())
        clock.advance(US_PER_S)
        media_us += US_PER_S + camera_ppm
    return media_us


def test_segments_of_a_run_follow_each_other_without_hole_or_overlap() -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    media_us, previous_end = 0, None
    for _ in range(10):
        media_us = record(clock, run, media_us, 60)
        times = run.end_segment(media_us)
        assert previous_end in (None, times.start_us)
        assert not times.breaks
        previous_end = times.end_us


@pytest.mark.parametrize("ppm", [-400, -60, 60, 400])
def test_a_camera_clock_that_drifts_does_not_carry_archive_time_away_in_a_day(ppm: int) -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    media_us, end_us = 0, 0
    for _ in range(24 * 60):
        media_us = record(clock, run, media_us, 60, camera_ppm=ppm)
        end_us = run.end_segment(media_us).end_us
    assert abs(end_us - clock.wall_us()) < US_PER_S // 5


def test_it_never_corrects_by_more_than_the_slew_limit() -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    media_us = record(clock, run, 0, 60)
    run.end_segment(media_us)
    clock.advance(US_PER_S)
    times = run.end_segment(record(clock, run, media_us, 60))
    assert not times.breaks
    assert times.end_us - times.start_us == MINUTE_US + MINUTE_US * MAX_SLEW_PPM // US_PER_S


def test_a_burst_of_buffered_frames_is_dated_back_to_when_it_was_filmed() -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    for second in range(5):
        run.observe(second * US_PER_S, clock.mono_us())
    began_us = clock.wall_us()
    media_us = record(clock, run, 5 * US_PER_S, 55)
    times = run.end_segment(media_us)
    assert times.start_us == began_us - 5 * US_PER_S
    assert not times.breaks


def test_a_burst_does_not_reach_back_into_what_is_already_recorded() -> None:
    clock = ManualClock()
    not_before_us = clock.wall_us() - US_PER_S
    run = RunClock(clock, arrived_mono_us=0, not_before_us=not_before_us)
    for second in range(5):
        run.observe(second * US_PER_S, clock.mono_us())
    times = run.end_segment(record(clock, run, 5 * US_PER_S, 55))
    assert times.start_us == not_before_us
    assert times.end_us == clock.wall_us()


def test_jitter_only_ever_delays_and_is_not_taken_for_drift() -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    run.end_segment(record(clock, run, 0, 60))
    for second in range(60):
        late_us = 800_000 if second % 3 else 0
        run.observe(60 * US_PER_S + second * US_PER_S, clock.mono_us() + late_us)
        clock.advance(US_PER_S)
    assert run.end_segment(120 * US_PER_S).error_us == 0


@pytest.mark.parametrize("step_s", [3600, -3600, 86400, -86400])
def test_a_step_of_the_wall_clock_ends_the_run_and_is_told(step_s: int) -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    media_us = record(clock, run, 0, 60)
    run.end_segment(media_us)
    media_us = record(clock, run, media_us, 30)
    clock.step_wall(step_s * US_PER_S)
    media_us = record(clock, run, media_us, 30)
    times = run.end_segment(media_us)
    assert (times.breaks, times.why, times.error_us) == (True, "clock_step", step_s * US_PER_S)
    assert times.end_us - times.start_us == MINUTE_US


def test_a_camera_whose_rate_is_wrong_breaks_the_run_and_keeps_true_ends() -> None:
    clock = ManualClock()
    run = RunClock(clock, arrived_mono_us=0, not_before_us=0)
    media_us = record(clock, run, 0, 60)
    run.end_segment(media_us)
    media_us = record(clock, run, media_us, 60, camera_ppm=100_000)
    times = run.end_segment(media_us)
    assert (times.breaks, times.why) == (True, "drift")
    assert abs(times.end_us - clock.wall_us()) <= US_PER_S
