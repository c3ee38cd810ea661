"""How long the footage of a site is kept: what the law says, lengthened by the house as far as the law lets.

The house may keep longer where no text orders deletion; where one does, the day on which it does is the last, whatever
the house says: what is still needed is held, piece by piece, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mingcha import law
from mingcha.law.model import Citation
from mingcha.records.inventory.lawfulness import cited
from mingcha.records.inventory.models import Site
from mingcha.records.policies.models import Policy
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LawTerm:
    """`floor_days`: what the law asks at least, 0 where nothing; `orders_deletion`: whether it is deleted then."""

    floor_days: int
    orders_deletion: bool
    citations: tuple[Citation, ...]
    law_version: str

    @property
    def ceiling_days(self) -> int | None:
        """After so many days it is deleted; None where no text orders it."""
        return self.floor_days if self.orders_deletion else None


@dataclass(frozen=True, slots=True)
class Term:
    """`asked_days`: what the house asked for, 0 where it left it to the law."""

    law: LawTerm
    asked_days: int

    @property
    def kept_days(self) -> int:
        """Nothing is deleted before so many days have passed."""
        ceiling = self.law.ceiling_days
        own = self.asked_days if ceiling is None else min(self.asked_days, ceiling)
        return max(self.law.floor_days, own)

    @property
    def is_longer(self) -> bool:
        """Whether the house keeps longer than the law asks."""
        return self.kept_days > self.law.floor_days

    @property
    def is_capped(self) -> bool:
        """Whether the house asked for more than the law lets."""
        return self.asked_days > self.kept_days


def term_of(site: Site, at: datetime) -> Term | None:
    """The term for what is recorded from `at` on; None while nobody has said where the site is and what it is."""
    found = law_term(site, at)
    return None if found is None else Term(found, value_of(PolicyKey.KEEP_DAYS, site=site.public_id, at=at))


def terms_of(sites: Iterable[Site], at: datetime) -> dict[int, Term]:
    """The same for many sites by their keys, with one look at the policies; those not told are left out."""
    own = own_days(at)
    found = {}
    for site in sites:
        said = law_term(site, at)
        if said is not None:
            found[site.pk] = Term(said, own.get(site.public_id, own.get("", 0)))
    return found


@dataclass(frozen=True, slots=True)
class Coming:
    """A shorter term that two persons agreed to: from when, and to how many days. What was recorded before keeps its
    own, which is frozen on it."""

    from_at: datetime
    days: int


def term_coming(site: Site, at: datetime) -> Coming | None:
    """The term that will hold at the site, where the house has shortened its own."""
    rows = {row.scope: row for row in Policy.objects.filter(key=PolicyKey.KEEP_DAYS, scope__in=("", site.public_id))}
    row = rows.get(site.public_id) or rows.get("")
    if row is None or row.next_value is None or row.next_from is None or row.next_from <= at:
        return None
    before, found = term_of(site, at), law_term(site, row.next_from)
    if before is None or found is None:
        return None
    days = Term(found, row.next_value).kept_days
    return Coming(row.next_from, days) if days != before.kept_days else None


def terms_coming(sites: Iterable[Site], at: datetime) -> list[tuple[Site, Coming]]:
    """The same for many sites; only those with a shorter term to come, and without a query where there is none."""
    scopes = set(Policy.objects.filter(key=PolicyKey.KEEP_DAYS, next_from__gt=at).values_list("scope", flat=True))
    found = ((site, term_coming(site, at)) for site in sites if scopes and ("" in scopes or site.public_id in scopes))
    return [(site, coming) for site, coming in found if coming is not None]


def own_days(at: datetime) -> dict[str, int]:
    """What the house asks for at this instant, by scope: public ids of sites, '' everywhere else."""
    return {row.scope: row.value_at(at) for row in Policy.objects.filter(key=PolicyKey.KEEP_DAYS)}


def law_term(site: Site, at: datetime) -> LawTerm | None:
    """What the law says of ordinary footage of the site."""
    if not site.is_told:
        return None
    # Laws begin and end with a day: all questions of one day are one.
    day = at.astimezone(law.current().data.offset).replace(hour=0, minute=0, second=0, microsecond=0)
    return _law_term(site.region, site.place, site.key_antiterror, site.drafts, day)


@lru_cache(maxsize=1024)
def _law_term(region: str, place: str, key_antiterror: bool, drafts: bool, at: datetime) -> LawTerm:
    """Asked twice: for the floor, and for what the law wants once it is over."""
    facts: dict[str, Any] = {"region": region, "place": place, "key_antiterror": key_antiterror, "drafts": drafts}
    now = at.isoformat()
    answer: dict[str, Any] = law.decide("retention", {**facts, "recorded_at": now, "now": now})
    days = answer["days"] if isinstance(answer["days"], int) else 0
    # The law of today decides, so the day on which the floor is over is given as the day of recording.
    past = (at - timedelta(days=days) - A_DAY).isoformat()
    is_ordered = law.decide("retention", {**facts, "recorded_at": past, "now": now})["deletion"] == "required"
    return LawTerm(days, is_ordered, tuple(cited(answer)), str(answer["law_version"]))
