"""The simulated head: it moves by the clock, stops by itself, and its picture shows where it looks."""

from __future__ import annotations

import pytest

from mingcha.base.clock import US_PER_S
from mingcha.media.sim.panorama import Panorama, small_world
from mingcha.media.sim.strip import read_strip
from mingcha.media.sim.turret import TILT_MOST, ZOOM_MOST, Aim, Turret
from tests.support.clock import manual_clock


def test_it_turns_as_long_as_it_is_told_and_then_stops_by_itself() -> None:
    clock = manual_clock()
    turret = Turret(clock)
    turret.move(0.5, 0, 0, timeout_s=1)
    clock.advance(US_PER_S // 2)
    assert turret.look().pan == pytest.approx(15)
    assert turret.is_moving
    clock.advance(10 * US_PER_S)
    assert turret.look().pan == pytest.approx(30)
    assert not turret.is_moving


def test_a_stop_ends_a_movement_at_once() -> None:
    clock = manual_clock()
    turret = Turret(clock)
    turret.move(1, 0, 0, timeout_s=5)
    clock.advance(US_PER_S)
    turret.stop()
    clock.advance(US_PER_S)
    assert turret.look().pan == pytest.approx(60)


def test_it_stays_within_its_bounds_and_goes_round() -> None:
    clock = manual_clock()
    turret = Turret(clock, Aim(350, 0, 1))
    turret.move(1, 1, 1, timeout_s=100)
    clock.advance(30 * US_PER_S)
    aim = turret.look()
    assert 0 <= aim.pan < 360
    assert (aim.tilt, aim.zoom) == (TILT_MOST, ZOOM_MOST)


def test_a_preset_is_reached_the_short_way_round() -> None:
    clock = manual_clock()
    turret = Turret(clock, Aim(350, 0, 1))
    turret.go_to(Aim(10, 0, 1))
    clock.advance(US_PER_S // 10)
    assert turret.look().pan == pytest.approx(356)
    clock.advance(US_PER_S)
    assert turret.look() == Aim(10, 0, 1)
    assert not turret.is_moving


def test_the_picture_shows_where_it_looks() -> None:
    panorama = Panorama(small_world())
    first, second = panorama.planes(Aim(40), 0), panorama.planes(Aim(130), 0)
    height = first.shape[0] * 2 // 3
    assert read_strip(first[:height]) == 4_000
    assert read_strip(second[:height]) == 13_000
    assert abs(first[100:300].astype(int) - second[100:300]).mean() > 5
