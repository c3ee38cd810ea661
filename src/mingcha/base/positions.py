"""Positions on the earth: the datums in use in China, converted both ways, with the error of each said.

Stored positions are CGCS2000 (GB/T 28181 and Order 799's records want the national system) as integers of 1e-7 degree,
about 1.1 cm. What is taken in may be in any of four datums:

- **CGCS2000**, the national system since 2008: ITRF97 at epoch 2000.0 (GB 22021).
- **WGS-84**, what GNSS receivers give. Same ellipsoid to a tenth of a millimetre; today's WGS-84 follows the moving
  plate while CGCS2000 stays at the year 2000, and mainland China moves 3 to 4 cm a year. Passed through unchanged:
  wrong by decimetres, by now up to about 1 m, less than any receiver in a telephone is.
- **GCJ-02**, what Chinese maps must show. Its true formula is not published. The one used here is the approximation
  that became known as "eviltransform" (around 2010; its constants a = 6378245 m, e² = 0.00669342162296594323 are those
  of the Krasovsky ellipsoid). It agrees with what maps show within a few metres. Outside China nothing is shifted.
- **BD-09**, Baidu's further shift of GCJ-02, by a formula as widely known and as little official.

The inverses are found by iteration to far below 1e-7 degree, so a round trip gives back what went in; the stated errors
are those of the formulas themselves, and are estimates of ours, not official figures.

Degrees here are floats in decimal degrees, latitude first; nothing is rounded before `Position`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

E7 = 10_000_000
"""Stored units in one degree."""

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG); great circles on it are within 0.6 % of geodesics."""


class Datum(StrEnum):
    """How a pair of degrees is meant."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


ERROR_CM: dict[Datum, int] = {Datum.CGCS2000: 0, Datum.WGS84: 100, Datum.GCJ02: 500, Datum.BD09: 1000}
"""How far a conversion to or from CGCS2000 may be off, besides the error of what was measured. Estimates, see above."""


class Degrees(NamedTuple):
    """Latitude and longitude in decimal degrees, of whatever datum the caller knows."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Position:
    """A place in CGCS2000, in units of 1e-7 degree."""

    lat_e7: int
    lon_e7: int

    @property
    def degrees(self) -> Degrees:
        return Degrees(self.lat_e7 / E7, self.lon_e7 / E7)


class Converted(NamedTuple):
    """A position and how far the conversion may be off, in centimetres."""

    position: Position
    error_cm: int


def to_stored(given: Degrees, datum: Datum) -> Converted:
    """CGCS2000 of degrees in `datum`. Degrees out of range are the caller's fault (see `position_text`)."""
    lat, lon = _TO_WGS84[datum](given)
    shifted = datum in (Datum.GCJ02, Datum.BD09) and not in_shifted_region(Degrees(lat, lon))
    error_cm = ERROR_CM[Datum.WGS84] if shifted and datum is Datum.GCJ02 else ERROR_CM[datum]
    return Converted(Position(round(lat * E7), round(lon * E7)), error_cm)


def from_stored(position: Position, datum: Datum) -> Degrees:
    """What a map or a form in `datum` is to show for a stored position."""
    return _FROM_WGS84[datum](position.degrees)


def in_shifted_region(at: Degrees) -> bool:
    """Whether GCJ-02 shifts there, by the rectangle that belongs to the public formula. It is coarser than the border:
    a place abroad but inside the rectangle is shifted too, as by everybody who uses this formula."""
    return 0.8293 <= at.lat <= 55.8271 and 72.004 <= at.lon <= 137.8347


# GCJ-02 and BD-09 ---------------------------------------------------------------------------------------------------

_A_M = 6_378_245.0
_E2 = 0.006_693_421_622_965_943_23
_BD_TURN = math.pi * 3000 / 180
_ROUNDS = 12


def _gcj_shift(at: Degrees) -> Degrees:
    """The shift in degrees that the public formula gives for a WGS-84 place."""
    x, y = at.lon - 105.0, at.lat - 35.0
    waves = (20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north_m += (20 * math.sin(math.pi * y) + 40 * math.sin(math.pi * y / 3)) * 2 / 3
    north_m += (160 * math.sin(math.pi * y / 12) + 320 * math.sin(math.pi * y / 30)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east_m += (20 * math.sin(math.pi * x) + 40 * math.sin(math.pi * x / 3)) * 2 / 3
    east_m += (150 * math.sin(math.pi * x / 12) + 300 * math.sin(math.pi * x / 30)) * 2 / 3
    phi = math.radians(at.lat)
    magic = 1 - _E2 * math.sin(phi) ** 2
    meridian_m = _A_M * (1 - _E2) / (magic * math.sqrt(magic))
    parallel_m = _A_M / math.sqrt(magic) * math.cos(phi)
    return Degrees(math.degrees(north_m / meridian_m), math.degrees(east_m / parallel_m))


def _shifted(at: Degrees) -> Degrees:
    shift = _gcj_shift(at)
    return Degrees(at.lat + shift.lat, at.lon + shift.lon)


def _wgs84_to_gcj02(at: Degrees) -> Degrees:
    return _shifted(at) if in_shifted_region(at) else at


def _gcj02_to_wgs84(at: Degrees) -> Degrees:
    """The place that is shifted to `at`; `at` itself when that would lie outside the region."""
    if not (0 <= at.lat <= 57 and 71 <= at.lon <= 139):
        return at
    found = _inverse(_shifted, at)
    return found if in_shifted_region(found) else at


def _gcj02_to_bd09(at: Degrees) -> Degrees:
    lat, lon = at
    far = math.hypot(lon, lat) + 0.000_02 * math.sin(lat * _BD_TURN)
    turn = math.atan2(lat, lon) + 0.000_003 * math.cos(lon * _BD_TURN)
    return Degrees(far * math.sin(turn) + 0.006, far * math.cos(turn) + 0.0065)


def _bd09_to_gcj02(at: Degrees) -> Degrees:
    return _inverse(_gcj02_to_bd09, at)


def _inverse(forward: Callable[[Degrees], Degrees], wanted: Degrees) -> Degrees:
    """The place that `forward` brings to `wanted`. Both shifts change by less than a fiftieth of a step, so each round
    wins more than a digit and a half, and the rounds win more than a float holds."""
    found = wanted
    for _ in range(_ROUNDS):
        got = forward(found)
        found = Degrees(found.lat + (wanted.lat - got.lat), found.lon + (wanted.lon - got.lon))
    return found


def _same(at: Degrees) -> Degrees:
    return at


_TO_WGS84: dict[Datum, Callable[[Degrees], Degrees]] = {
    Datum.CGCS2000: _same,
    Datum.WGS84: _same,
    Datum.GCJ02: _gcj02_to_wgs84,
    Datum.BD09: lambda at: _gcj02_to_wgs84(_bd09_to_gcj02(at)),
}
_FROM_WGS84: dict[Datum, Callable[[Degrees], Degrees]] = {
    Datum.CGCS2000: _same,
    Datum.WGS84: _same,
    Datum.GCJ02: _wgs84_to_gcj02,
    Datum.BD09: lambda at: _gcj02_to_bd09(_wgs84_to_gcj02(at)),
}

# Distances ----------------------------------------------------------------------------------------------------------


def distance_m(one: Position, other: Position) -> float:
    """Metres along the great circle (haversine, which is exact for near places too)."""
    lat_1, lon_1, lat_2, lon_2 = (math.radians(value) for value in (*one.degrees, *other.degrees))
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def bearing_deg(start: Position, goal: Position) -> float:
    """Direction in which the great circle to `goal` begins: degrees clockwise from north, 0 <= b < 360."""
    lat_1, lon_1, lat_2, lon_2 = (math.radians(value) for value in (*start.degrees, *goal.degrees))
    east = math.sin(lon_2 - lon_1) * math.cos(lat_2)
    north = math.cos(lat_1) * math.sin(lat_2) - math.sin(lat_1) * math.cos(lat_2) * math.cos(lon_2 - lon_1)
    return math.degrees(math.atan2(east, north)) % 360.0 % 360.0


def destination(start: Position, bearing_deg: float, distance_m: float) -> Position:
    """The place that far away in that direction."""
    lat, lon = (math.radians(value) for value in start.degrees)
    way, turn = distance_m / EARTH_RADIUS_M, math.radians(bearing_deg)
    lat_2 = math.asin(math.sin(lat) * math.cos(way) + math.cos(lat) * math.sin(way) * math.cos(turn))
    lon_2 = lon + math.atan2(
        math.sin(turn) * math.sin(way) * math.cos(lat), math.cos(way) - math.sin(lat) * math.sin(lat_2)
    )
    wrapped = (math.degrees(lon_2) + 540) % 360 - 180
    return Position(round(math.degrees(lat_2) * E7), round(wrapped * E7))


def cone(at: Position, *, bearing_cdeg: int, fov_cdeg: int, range_m: float, step_cdeg: int = 1000) -> list[Position]:
    """The ground a camera covers, as a polygon: the camera, then the arc from left to right. `*_cdeg`: centidegrees
    (bearing clockwise from north, whole opening angle); an opening of the full circle leaves the camera out."""
    fov_cdeg = min(max(fov_cdeg, 1), 36_000)
    steps = max(1, math.ceil(fov_cdeg / step_cdeg))
    left = bearing_cdeg - fov_cdeg / 2
    is_round = fov_cdeg == 36_000
    arc = [destination(at, (left + fov_cdeg * step / steps) / 100, range_m) for step in range(steps + (not is_round))]
    return arc if is_round else [at, *arc]
