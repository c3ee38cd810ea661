"""Waiting times between attempts: doubling, capped, with jitter, for ever."""

from __future__ import annotations

from collections.abc import Callable

FIRST_S = 0.5
CAP_S = 30.0
REFUSED_FIRST_S = 10.0
REFUSED_CAP_S = 300.0
"""After a wrong password cameras lock the account; asking less often gives it time to open again."""
SETTLED_AFTER_S = 5.0
"""A session that gave pictures for so long counts as good, and the next attempt comes quickly."""

_REFUSALS = frozenset({"camera.unauthorised", "camera.not_found", "camera.codec", "camera.not_rtsp", "camera.url"})


class Backoff:
    """`uniform` gives a random number between its two arguments (random.uniform)."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._failures = 0
        self._refusals = 0

    def after(self, code: str, delivered_s: float) -> float:
        """Seconds to wait after a session that gave pictures for so long and ended with this code. Refusals are counted
        apart: a camera that starts up is long not there, then refuses once, and must not be left alone for minutes."""
        if delivered_s >= SETTLED_AFTER_S:
            self._failures = self._refusals = 0
        if code in _REFUSALS:
            bound_s = min(REFUSED_CAP_S, REFUSED_FIRST_S * 2.0 ** min(self._refusals, 16))
            self._refusals += 1
        else:
            bound_s = min(CAP_S, FIRST_S * 2.0 ** min(self._failures, 16))
            self._failures += 1
            self._refusals = 0
        return self._uniform(bound_s / 2, bound_s)
