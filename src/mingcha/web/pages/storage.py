"""Does the disk hold what the law asks to keep? A forecast from what the recorder tells, in one plain formula.

    holds  = disk / (sum of the cameras' bytes a day)                       in whole days
    wanted = sum over sites of (bytes a day of the site x days the law asks there)
    lack   = wanted - disk                                                  if above 0

Cameras whose rate is not known count with the mean of those that are; sites of which the law cannot be asked count with
the most days of the others. The whole disk counts, since the oldest recordings make room for new ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.db.models import Count, Sum

from mingcha import law
from mingcha.records.accounts.models import Person
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.lawfulness import cited
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.states import CameraLife
from mingcha.records.wording.law import Ground
from mingcha.web.pages.owed import places

_DAY_S = 86_400
_TENTH_TB = 10**11


@dataclass(frozen=True, slots=True)
class Load:
    """What one site sends. `bits_per_s`: of those cameras whose rate is `known`; `days`: what the law asks, or None."""

    cameras: int
    known: int
    bits_per_s: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """`holds_days`: whole days the disk holds; `floor_days`: the most that the law asks at any site; `lack_bytes`: what
    is missing, 0 when it is enough. None: not known. `guessed`: cameras counted by the mean; `unasked`: sites of which
    the law could not be asked."""

    total_bytes: int | None
    holds_days: int | None
    floor_days: int | None
    lack_bytes: int | None
    guessed: int
    unasked: int

    @property
    def is_short(self) -> bool:
        return bool(self.lack_bytes)

    @property
    def lack_tb(self) -> str:
        """In terabytes as disks are sold, rounded up to a tenth."""
        return f"{ceil((self.lack_bytes or 0) / _TENTH_TB) / 10:.1f}"


def forecast(loads: Iterable[Load], total_bytes: int | None) -> Forecast:
    """The formula above. Pure."""
    found = [load for load in loads if load.cameras]
    known, rate = sum(load.known for load in found), sum(load.bits_per_s for load in found)
    cameras = sum(load.cameras for load in found)
    floor = max((load.days for load in found if load.days is not None), default=None)
    unasked = sum(load.days is None for load in found)
    if not total_bytes or not known or not rate:
        return Forecast(total_bytes or None, None, floor, None, cameras - known, unasked)
    mean = rate / known
    per_day = [(load.bits_per_s + mean * (load.cameras - load.known)) / 8 * _DAY_S for load in found]
    holds = int(total_bytes // sum(per_day))
    if floor is None:
        return Forecast(total_bytes, holds, None, None, cameras - known, unasked)
    days = [floor if load.days is None else load.days for load in found]
    wanted = sum(sent * kept for sent, kept in zip(per_day, days, strict=True))
    return Forecast(total_bytes, holds, floor, max(0, ceil(wanted - total_bytes)), cameras - known, unasked)


def forecast_for(viewer: Person, at: datetime, sites: Iterable[Site]) -> tuple[Forecast, list[Ground]]:
    """The forecast for sites, and the articles that set the days."""
    sent: dict[int, tuple[int, int, int]] = {
        pk: (cameras, known, bits or 0)
        for pk, cameras, known, bits in inventory.cameras(viewer=viewer)
        .filter(state=CameraLife.IN_USE)
        .order_by()
        .values_list("site")
        .annotate(cameras=Count("pk"), known=Count("status__bits_per_s"), bits=Sum("status__bits_per_s"))
        .values_list("site", "cameras", "known", "bits")
    }
    loads, why = [], {}
    for site in sites:
        if site.pk in sent:
            answer = _retention(site, at) if site.is_told else None
            loads.append(Load(*sent[site.pk], None if answer is None else answer["days"]))
            why.update(dict.fromkeys(cited(answer) if answer and answer["days"] else ()))
    status = inventory.store_status()
    return forecast(loads, status.total_bytes if status else None), places(why)


def _retention(site: Site, at: datetime) -> dict[str, Any]:
    instant = at.isoformat()
    facts = {
        "region": site.region,
        "place": site.place,
        "recorded_at": instant,
        "now": instant,
        "key_antiterror": site.key_antiterror,
        "drafts": site.drafts,
    }
    return law.decide("retention", facts)
