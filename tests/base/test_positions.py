"""Datums and distances. Check points: those that public implementations of the same formulas print for themselves
(eviltransform's own tests; wandergis/coordtransform's printed results), not official ones, which do not exist."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mingcha.base.positions import (
    E7,
    ERROR_CM,
    Datum,
    Degrees,
    Position,
    bearing_deg,
    cone,
    destination,
    distance_m,
    from_stored,
    in_shifted_region,
    to_stored,
)

WUHAN = Position(305_867_000, 1_142_871_000)

china = st.builds(
    Degrees,
    st.floats(min_value=3.5, max_value=53.6, allow_nan=False),
    st.floats(min_value=73.5, max_value=135.1, allow_nan=False),
)
anywhere = st.builds(Position, st.integers(-89 * E7, 89 * E7), st.integers(-180 * E7, 180 * E7))


def stored(lat: float, lon: float) -> Position:
    return Position(round(lat * E7), round(lon * E7))


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
        ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ],
)
def test_gcj02_agrees_with_published_points_both_ways(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert from_stored(stored(*wgs), Datum.GCJ02) == pytest.approx(gcj, abs=2e-7)
    found = to_stored(Degrees(*gcj), Datum.GCJ02).position.degrees
    assert found == pytest.approx(wgs, abs=2e-7)


def test_bd09_agrees_with_published_points() -> None:
    """GCJ-02 116.404, 39.915 is BD-09 116.41036949371029, 39.92133699351021 everywhere."""
    place = to_stored(Degrees(39.915, 116.404), Datum.GCJ02).position
    assert from_stored(place, Datum.BD09) == pytest.approx((39.92133699351021, 116.41036949371029), abs=3e-7)
    same = to_stored(Degrees(39.92133699351021, 116.41036949371029), Datum.BD09).position
    assert (same.lat_e7, same.lon_e7) == pytest.approx((place.lat_e7, place.lon_e7), abs=3)


@given(china, st.sampled_from(list(Datum)))
def test_what_goes_in_comes_back(at: Degrees, datum: Datum) -> None:
    """To a stored unit: rounding takes half of one, the inverse nothing to speak of."""
    place = to_stored(at, datum).position
    assert from_stored(place, datum) == pytest.approx(at, abs=1.5e-7)


@given(china, st.sampled_from(list(Datum)))
def test_what_is_shown_is_stored_again_unchanged(at: Degrees, datum: Datum) -> None:
    place = stored(*at)
    assert to_stored(from_stored(place, datum), datum).position == place


@given(anywhere)
def test_nothing_is_shifted_abroad(place: Position) -> None:
    lat, lon = place.degrees
    assume(not (0.7 <= lat <= 56 and 71.9 <= lon <= 138))
    assert from_stored(place, Datum.GCJ02) == place.degrees
    assert to_stored(place.degrees, Datum.GCJ02) == (place, ERROR_CM[Datum.WGS84])
    assert not in_shifted_region(place.degrees)


@given(china)
def test_the_shift_of_gcj02_is_at_most_a_kilometre(at: Degrees) -> None:
    place = stored(*at)
    shown = stored(*from_stored(place, Datum.GCJ02))
    assert 1 < distance_m(place, shown) < 1500


def test_the_stated_errors_grow_with_each_step() -> None:
    errors = [to_stored(Degrees(30.5867, 114.2871), datum).error_cm for datum in Datum]
    assert errors == [0, 100, 500, 1000]


def test_a_degree_of_the_meridian_is_111_kilometres() -> None:
    assert distance_m(stored(30, 114), stored(31, 114)) == pytest.approx(111_195, abs=1)
    assert distance_m(WUHAN, WUHAN) == 0


def test_wuhan_to_beijing_is_as_far_as_atlases_say() -> None:
    """About 1,055 km between the two stations, heading a little east of north."""
    beijing = stored(39.9042, 116.4074)
    assert distance_m(WUHAN, beijing) == pytest.approx(1_053_000, rel=0.01)
    assert bearing_deg(WUHAN, beijing) == pytest.approx(10, abs=1)


@given(china, st.floats(0, 359.99), st.floats(0.5, 5000))
def test_a_destination_lies_as_far_and_in_the_direction_asked(at: Degrees, bearing: float, way_m: float) -> None:
    start = stored(*at)
    goal = destination(start, bearing, way_m)
    assert distance_m(start, goal) == pytest.approx(way_m, abs=0.03)
    if way_m > 100:
        assert abs((bearing_deg(start, goal) - bearing + 180) % 360 - 180) < 0.05


def test_a_destination_beyond_the_date_line_stays_in_range() -> None:
    goal = destination(stored(0, 179.9999), 90, 1000)
    assert goal.lon_e7 < 0


@given(st.integers(-36_000, 72_000), st.integers(1, 35_999), st.integers(1, 300))
def test_a_cone_begins_at_the_camera_and_reaches_its_range(bearing: int, fov: int, range_m: int) -> None:
    at, *arc = cone(WUHAN, bearing_cdeg=bearing, fov_cdeg=fov, range_m=range_m)
    assert at == WUHAN
    assert len(arc) >= 2
    assert all(distance_m(WUHAN, point) == pytest.approx(range_m, abs=0.05) for point in arc)


def test_a_round_camera_covers_a_circle_without_its_middle() -> None:
    ring = cone(WUHAN, bearing_cdeg=0, fov_cdeg=36_000, range_m=50)
    assert WUHAN not in ring
    assert len(ring) == len(set(ring)) == 36


def test_a_cone_looks_where_the_camera_looks() -> None:
    _, left, right = cone(WUHAN, bearing_cdeg=9000, fov_cdeg=6000, range_m=100, step_cdeg=6000)
    assert bearing_deg(WUHAN, left) == pytest.approx(60, abs=0.1)
    assert bearing_deg(WUHAN, right) == pytest.approx(120, abs=0.1)
    assert math.isclose(distance_m(left, right), 100, rel_tol=0.01)
