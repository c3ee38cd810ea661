"""What follows from this breach? Order 799 arts. 13, 26-31; Hubei 20; Wuhan 22-24; Guangzhou 24-28; Shenzhen 38-45.

Measures are those the article names for the breach; the fine is that of the actor asked about, null where the article
fines somebody else or nobody (yet).
"""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import SanctionFacts
from mingcha.law.model import Sanction
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: SanctionFacts) -> Decision:
    """`sanctions`: one for each article that answers the breach."""
    rules = [rule for rule in regime.all(Sanction) if facts.breach in rule.breaches]
    return decision({"sanctions": [_sanction(rule, facts) for rule in rules]}, rules)


def _sanction(rule: Sanction, facts: SanctionFacts) -> dict[str, object]:
    holds = {
        "always": True,
        "refused": facts.refused_correction,
        "serious": facts.serious,
        "refused_or_serious": facts.refused_correction or facts.serious,
    }
    measures: dict[str, None] = {}
    fine: tuple[int, ...] = ()
    for step in rule.steps:
        if holds[step.when]:
            measures |= dict.fromkeys(step.measures)
            fine = getattr(step, facts.actor) or fine
    if not fine:
        measures.pop("fine", None)
    return {
        "instrument": rule.cite.instrument,
        "article": rule.cite.article,
        "measures": list(measures),
        "fine": {"min": fine[0], "max": fine[1]} if fine else None,
    }
