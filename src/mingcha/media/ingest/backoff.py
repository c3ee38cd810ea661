"""Waiting times between attempts: doubling, capped, with jitter, for ever."""

from __future__ import annotations

from collections.abc import Callable

FIRST_S = 0.5
CAP_S = 30.0
REFUSED_FIRST_S = 10.0
REFUSED_CAP_S = 300.0
"""After a wrong password cameras lock the account; asking less often gives it time to open again."""
SETTLED_AFTER_S = 20.0
"""A session that lasted so long counts as good, and the next attempt comes quickly."""

_REFUSALS = frozenset({"camera.unauthorised", "camera.not_found", "camera.codec", "camera.not_rtsp", "camera.url"})


class Backoff:
    """`uniform` gives a random number between its two arguments (random.uniform)."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._failures = 0

    def after(self, code: str, lasted_s: float) -> float:
        """Seconds to wait after a session that lasted so long and ended with this code."""
        if lasted_s >= SETTLED_AFTER_S:
            self._failures = 0
        first, cap = (REFUSED_FIRST_S, REFUSED_CAP_S) if code in _REFUSALS else (FIRST_S, CAP_S)
        bound_s = min(cap, first * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return self._uniform(bound_s / 2, bound_s)
