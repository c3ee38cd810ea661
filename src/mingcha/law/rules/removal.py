"""What must come before a camera is moved or removed? Order 799 arts. 14, 23(2); Hubei 11, 18(1); Wuhan 10;
Guangzhou 22; Shenzhen 19, 29(3).

"30 days before" is read as at least 30 days ahead.
"""

from __future__ import annotations

from datetime import timedelta

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import FactError, RemovalFacts
from mingcha.law.model import MustHave, Removal
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: RemovalFacts) -> Decision:
    """`mandated`, `replacement_plan`, `notice_by`, `change_filing`."""
    named = regime.binding(MustHave, facts.place)
    rules = regime.binding(Removal, facts.place)
    kinds = {rule.kind for rule in rules}
    ahead = max((rule.days for rule in rules if rule.kind == "notice" and rule.days is not None), default=None)
    try:
        notice_by = None if ahead is None else (facts.planned_on - timedelta(days=ahead)).isoformat()
    except OverflowError:
        raise FactError("planned_on", "planned_on is too early to be counted from") from None
    return decision(
        {
            "mandated": bool(named),
            "replacement_plan": "replacement_plan" in kinds,
            "notice_by": notice_by,
            "change_filing": "change_filing" in kinds,
        },
        (*named, *rules),
    )
