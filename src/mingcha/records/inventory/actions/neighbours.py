"""Telling that a new camera may be one that is there already: the same stream, or the same place."""

from __future__ import annotations

from collections.abc import Iterable

from mingcha.base.positions import E7, Position, distance_m
from mingcha.records.inventory.exchange.cells import Problem
from mingcha.records.inventory.models import Camera

NEAR_M = 0.5
"""Closer than two cameras on one pole usually hang by their drawing."""
_NEAR_E7 = round(NEAR_M / 100_000 * E7)
"""More than that distance in degrees of latitude; a cheap first look."""


class Neighbours:
    """Cameras of one site by stream and by place."""

    def __init__(self, cameras: Iterable[Camera]) -> None:
        self._by_url: dict[str, str] = {}
        self._places: list[tuple[Position, str]] = []
        for camera in cameras:
            self._note(camera)

    def hints(self, camera: Camera) -> list[Problem]:
        """What is odd about a new camera beside those before it; it is one of them from now on."""
        found: list[Problem] = []
        same = self._by_url.get(camera.main_url)
        if same is not None:
            found.append(("main_url", "exchange.same_stream", {"name": same}))
        near = self._near(camera)
        if near:
            found.append(("lat_e7", "exchange.same_place", {"name": near}))
        self._note(camera)
        return found

    def _near(self, camera: Camera) -> str:
        if camera.lat_e7 is None or camera.lon_e7 is None:
            return ""
        here = Position(camera.lat_e7, camera.lon_e7)
        close = (one for one in self._places if abs(one[0].lat_e7 - here.lat_e7) <= _NEAR_E7)
        return next((name for place, name in close if distance_m(place, here) < NEAR_M), "")

    def _note(self, camera: Camera) -> None:
        self._by_url.setdefault(camera.main_url, camera.name)
        if camera.lat_e7 is not None and camera.lon_e7 is not None:
            self._places.append((Position(camera.lat_e7, camera.lon_e7), camera.name))
