"""The operator's own ground of the map: `<data>/map/base.geojson`, put there by hand, read with limits.

Only what is drawn is passed on: lines, outlines and named points (RFC 7946), whole 1e-7 degrees. Positions are taken to
be CGCS2000, which for a map equals WGS 84.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from mingcha.base.errors import Invalid

SIZE_LIMIT_BYTES = 8 << 20
POINT_LIMIT = 200_000
NAME_LIMIT = 80
E7 = 10_000_000


def path_of(data_dir: Path) -> Path:
    return data_dir / "map" / "base.geojson"


def exists(data_dir: Path) -> bool:
    return path_of(data_dir).is_file()


def load(data_dir: Path) -> dict[str, Any]:
    """`{"lines": [[lon, lat, lon, lat, …]…], "areas": [ring…], "names": [[lon, lat, text]…]}`.

    Raises Invalid (``map.base_missing``, ``map.base_size``, ``map.base_shape``).
    """
    path = path_of(data_dir)
    try:
        state = path.stat()
    except OSError:
        raise Invalid("map.base_missing", "There is no ground for the map.") from None
    if state.st_size > SIZE_LIMIT_BYTES:
        raise Invalid("map.base_size", "The ground of the map is too large.", limit=SIZE_LIMIT_BYTES)
    return _read(path, state.st_mtime_ns)


@lru_cache(maxsize=1)
def _read(path: Path, _mtime_ns: int) -> dict[str, Any]:
    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
        features = list(_features(given))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Invalid("map.base_shape", "The ground of the map is not GeoJSON.") from None
    found: dict[str, Any] = {"lines": [], "areas": [], "names": []}
    left = POINT_LIMIT
    for kind, coordinates, name in features:
        for target, flat in _shapes(kind, coordinates, name):
            left -= len(flat) // 2
            if left < 0:
                raise Invalid("map.base_size", "The ground of the map is too large.", limit=POINT_LIMIT)
            found[target].append(flat)
    return found


def _features(given: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    features = given["features"] if given["type"] == "FeatureCollection" else [given]
    for feature in features:
        geometry = feature["geometry"] if feature["type"] == "Feature" else feature
        properties = feature.get("properties") or {}
        name = properties.get("name:zh") or properties.get("name") or ""
        if geometry:
            yield str(geometry["type"]), geometry.get("coordinates"), str(name)[:NAME_LIMIT]


def _shapes(kind: str, coordinates: Any, name: str) -> Iterator[tuple[str, list[Any]]]:
    """What is drawn of one geometry; kinds that are not drawn are passed over."""
    try:
        match kind:
            case "Point" if name:
                yield "names", [*_position(coordinates), name]
            case "LineString":
                yield "lines", _flat(coordinates)
            case "MultiLineString":
                for line in coordinates:
                    yield "lines", _flat(line)
            case "Polygon":
                for ring in coordinates:
                    yield "areas", _flat(ring)
            case "MultiPolygon":
                for polygon in coordinates:
                    for ring in polygon:
                        yield "areas", _flat(ring)
    except (TypeError, ValueError, IndexError):
        raise Invalid("map.base_shape", "The ground of the map is not GeoJSON.") from None


def _flat(line: Any) -> list[int]:
    return [number for position in line for number in _position(position)]


def _position(position: Any) -> tuple[int, int]:
    lon, lat = float(position[0]), float(position[1])
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError("outside the globe")
    return round(lon * E7), round(lat * E7)
