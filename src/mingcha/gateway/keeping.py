"""How long each camera's footage is kept: the law's answer for its site, as an order to the recorder."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from mingcha import law
from mingcha.records.inventory.models import Site
from mingcha.wire.plan import RetentionOrder

A_DAY = timedelta(days=1)


def rule_for(site: Site, at: datetime) -> RetentionOrder | None:
    """The rule for what is recorded from `at` on. None while nobody has said where the site is and what it is: then
    nothing of it is deleted (Order 799 art. 17 gives a floor that must not be guessed)."""
    if not site.is_told:
        return None
    return _rule(site.region, site.place, site.key_antiterror, site.drafts, at)


@lru_cache(maxsize=1024)
def _rule(region: str, place: str, key_antiterror: bool, drafts: bool, at: datetime) -> RetentionOrder:
    """Asked twice: for the floor, and for what the law wants once it is over."""
    facts = {
        "region": region,
        "place": place,
        "key_antiterror": key_antiterror,
        "drafts": drafts,
        "recorded_at": at.isoformat(),
    }
    answer = law.decide("retention", {**facts, "now": at.isoformat()})
    days = answer["days"] if isinstance(answer["days"], int) else 0
    floor = timedelta(days=days)
    # The law of today decides, so the day on which the floor is over is given as the day of recording.
    past = {**facts, "recorded_at": (at - floor - A_DAY).isoformat(), "now": at.isoformat()}
    is_ordered = law.decide("retention", past)["deletion"] == "required"
    seconds = int(floor.total_seconds())
    return RetentionOrder(
        floor_s=seconds,
        ceiling_s=seconds if is_ordered else None,
        make_room=not is_ordered,
        ground=_ground(answer["citations"]),
        law_version=str(answer["law_version"]),
    )


def _ground(citations: object) -> tuple[str, ...]:
    assert isinstance(citations, list)
    return tuple(f"{cite['instrument']} {cite['article']} {cite.get('item', '')}".strip() for cite in citations)
