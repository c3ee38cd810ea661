"""What must be written down of each retrieval of footage? Order 799 art. 16; Hubei 17; Wuhan 16; Guangzhou 21; Shenzhen
24, 35.

The place does not matter: a register that says more than an exempt place owes does no harm, and one form serves all
sites of a unit.
"""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import RetrievalRecordFacts
from mingcha.law.model import RetrievalRecord
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: RetrievalRecordFacts) -> Decision:
    """`fields`: all that is asked for, the highest text's first, each in the order of its text; `records`: which text
    asks for which, and of whose retrievals only (`of`)."""
    holds = {"always": True, "has_monitoring_room": facts.has_monitoring_room}
    rules = [rule for rule in regime.all(RetrievalRecord) if holds[rule.when]]
    answer: dict[str, object] = {
        "fields": list(dict.fromkeys(field for rule in rules for field in rule.fields)),
        "records": [{"fields": list(rule.fields), "of": sorted(rule.of), **rule.cite.as_dict()} for rule in rules],
    }
    return decision(answer, rules)
