"""How fast footage went out, measured where it is sent and not asked of the page.

A player fills its buffer as fast as the line allows and then asks for a piece whenever there is room, so that from
there on the footage sent in a second is the footage shown in a second. What belongs to that first rush is left out of
the measure; a look too short to leave it has no speed. Pictures (winding at 16x and backwards, scrubbing) come one by
one, and their instants say it themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from mingcha.base.clock import US_PER_S

RUSH_GAP_S = 0.8
"""Pieces that follow each other faster fill a buffer…"""
RUSH_LONGEST_S = 3.0
"""…for no longer than this: at 4x they always come that fast."""
RUSH_FOOTAGE_US = 15 * US_PER_S
"""The first of a look is buffer in any case: our page keeps 12 s and a piece in hand, be it fast or slow to come."""
MEASURED_S = 1.0
"""A speed is told from so much time on."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`speed_permille`: footage per time in thousandths, 1000 as it happened, negative backwards; None: too short to
    tell, or to and fro by hand. `pictures`: single pictures that were sent, 0 where video was."""

    speed_permille: int | None = None
    pictures: int = 0


UNKNOWN = Pace()


class VideoPace:
    """Measures one viewer at one camera, piece by piece; made anew after a jump."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._began_us = 0
        self._is_rush = True
        self._mark_s, self._mark_us = 0.0, 0
        self._last_s, self._last_us = 0.0, 0

    def piece(self, now_s: float, end_us: int) -> None:
        """Video up to `end_us` was sent at this second of a steady clock."""
        if self._began_s is None:
            self._began_s, self._began_us = now_s, end_us
        elif self._is_rush:
            is_filling = now_s - self._last_s < RUSH_GAP_S and now_s - self._began_s < RUSH_LONGEST_S
            self._is_rush = is_filling or end_us - self._began_us < RUSH_FOOTAGE_US
        if self._is_rush:
            self._mark_s, self._mark_us = now_s, end_us
        self._last_s, self._last_us = now_s, max(end_us, self._last_us)

    def told(self) -> Pace:
        """The pace since it was asked last."""
        pace = Pace(_speed(self._last_us - self._mark_us, self._last_s - self._mark_s))
        self._mark_s, self._mark_us = self._last_s, self._last_us
        return pace


class PicturePace:
    """The same of single pictures."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._last = (0.0, 0)
        self._directions: set[bool] = set()
        self._pictures = 0

    def picture(self, now_s: float, at_us: int) -> None:
        """The picture of this instant was sent."""
        if self._first is None:
            self._first = (now_s, at_us)
        elif at_us != self._last[1]:
            self._directions.add(at_us > self._last[1])
        self._last = (now_s, at_us)
        self._pictures += 1

    def told(self) -> Pace:
        """The pace of all of them. To and fro has none."""
        if self._first is None or len(self._directions) != 1:
            return Pace(None, self._pictures)
        return Pace(_speed(self._last[1] - self._first[1], self._last[0] - self._first[0]), self._pictures)


def _speed(footage_us: int, took_s: float) -> int | None:
    return round(footage_us * 1000 / (took_s * US_PER_S)) if took_s >= MEASURED_S and footage_us else None
