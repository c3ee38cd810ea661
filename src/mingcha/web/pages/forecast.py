"""Do the disks hold what the law asks to keep, and until when? A pure reckoning, day by day.

    must(t) = sum over cameras of rate x min(t, floor) + held x young(t)      what must not be deleted in t days
    all(t)  = the same with the time after which it is deleted; without one nothing goes by itself
    young(t) = share of today's archive that will still be within its time: min(age, time - t) / age

An archive that is younger than its floor still grows, so the day on which the room ends is known weeks before it comes.
Rates are measured over whole days, nights and weekends included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

HORIZON_DAYS = 400
"""Further than any floor reaches; what holds so long holds on."""
TENTH_TB = 10**11
DAY_S = 86_400
HALF_A_BYTE = 0.5
"""What sums of fractions may be off by."""


@dataclass(frozen=True, slots=True)
class Load:
    """Cameras alike. `rate`: bytes a day; `held`: bytes now; `age_days`: of the oldest of them; `floor_days`: kept at
    least, `law_days` of it by law; `ceiling_days`: deleted then, None where only room decides."""

    rate: float
    held: float
    age_days: float
    floor_days: int
    law_days: int
    ceiling_days: int | None
    cameras: int = 1


@dataclass(frozen=True, slots=True)
class Outlook:
    """Days from today, None: not within the horizon. `full_in`: the room ends and, where the time of the oldest is
    over, footage begins to make room; `breaks_in`: what must be kept has no room; then recording has to stop. `lack`:
    bytes to add so that it never does. `by_law`: the law's own time breaks, not only what the house added."""

    room: int
    holds_days: int | None
    full_in: int | None
    breaks_in: int | None
    lack: int
    by_law: bool

    @property
    def lack_tb(self) -> str:
        """In terabytes as disks are sold, rounded up to a tenth."""
        return f"{ceil(self.lack / TENTH_TB) / 10:.1f}"


def outlook(loads: Iterable[Load], room: int) -> Outlook:
    """`room`: bytes that recordings have or may take. Without any rate nothing can be said: `holds_days` is None."""
    found = [load for load in loads if load.rate or load.held]
    rate = sum(load.rate for load in found)
    if not rate:
        return Outlook(room, None, None, None, 0, by_law=False)
    must = list(_days(found, "floor"))
    all_ = list(_days(found, "ceiling"))
    by_law = max(_days([replace(load, floor_days=load.law_days) for load in found], "floor")) > room + HALF_A_BYTE
    peak = max(must)
    return Outlook(
        room=room,
        holds_days=int(room // rate),
        full_in=_first_above(all_, room),
        breaks_in=_first_above(must, room),
        lack=max(0, ceil(peak - room - HALF_A_BYTE)),
        by_law=by_law,
    )


def _days(loads: Iterable[Load], which: str) -> Iterator[float]:
    """Bytes that are there on each day of the horizon."""
    found = list(loads)
    for day in range(HORIZON_DAYS + 1):
        yield sum(_on(load, day, load.floor_days if which == "floor" else load.ceiling_days) for load in found)


def _on(load: Load, day: int, limit: int | None) -> float:
    if limit is None:
        return load.held + load.rate * day
    if load.age_days <= 0:
        return load.rate * min(day, limit) + (load.held if day < limit else 0)
    young = min(1.0, max(0.0, limit - day) / load.age_days)
    return load.rate * min(day, limit) + load.held * young


def _first_above(days: list[float], room: int) -> int | None:
    return next((day for day, size in enumerate(days) if size > room + HALF_A_BYTE), None)
