"""Which standing duties bind the unit that manages this system?

The duty articles of all five texts; Order 799 art. 9(2) frees other public places from some of its own.
"""

from __future__ import annotations

from functools import lru_cache

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import DutiesFacts
from mingcha.law.model import Citation, Duty, Filing, LogRetention, Retention
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: DutiesFacts) -> Decision:
    """`duties` and `exempt`."""
    holds = {
        "always": True,
        "has_monitoring_room": facts.has_monitoring_room,
        "key_antiterror": facts.key_antiterror,
        "outsourced": facts.outsourced,
    }
    yielded = _yielded(regime, facts.place)
    duties = [rule for rule in regime.binding(Duty, facts.place) if holds[rule.when] and rule.cite not in yielded]
    freed = [(rule, why) for rule, why in regime.exempted(Duty, facts.place) if holds[rule.when]]
    articles = dict.fromkeys((rule.cite.instrument, rule.cite.article) for rule, _ in freed)
    answer: dict[str, object] = {
        "duties": [_duty(regime, rule) for rule in duties],
        "exempt": [{"instrument": instrument, "article": article} for instrument, article in articles],
    }
    return decision(answer, (*duties, *(why for _, why in freed)), *yielded.values())


@lru_cache(maxsize=4096)
def _duty(regime: Regime, rule: Duty) -> dict[str, object]:
    found: dict[str, object] = {"code": rule.code, **rule.cite.as_dict()}
    days = _days(regime, rule)
    if days is not None:
        found["period_days"] = days
    return found


def _days(regime: Regime, rule: Duty) -> int | None:
    held: tuple[Filing | Retention | LogRetention, ...] = ()
    if rule.days_from == "filing":
        held = regime.all(Filing)
    elif rule.days_from == "retention":
        held = regime.all(Retention)
    elif rule.days_from == "log_retention":
        held = regime.all(LogRetention)
    return next((entry.days for entry in held if entry.cite == rule.cite), None)


def _yielded(regime: Regime, place: str) -> dict[Citation, Citation]:
    """Floors that stand back at this place because a higher instrument has one of its own, with the provision why."""
    floors = regime.binding(Retention, place)
    return {
        floor.cite: floor.yields_to
        for floor in floors
        if floor.yields_to is not None
        and any(regime.is_higher(other.cite.instrument, floor.cite.instrument) for other in floors)
    }
