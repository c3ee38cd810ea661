"""How long are system logs kept? Shenzhen draft art. 32; the other texts give no time."""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import LogRetentionFacts
from mingcha.law.model import LogRetention
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: LogRetentionFacts) -> Decision:
    """`days`: the longest time in force, or null."""
    rules = regime.all(LogRetention)
    return decision({"days": max((rule.days for rule in rules), default=None)}, rules)
