"""Which papers must the archive of a system hold? Order 799 arts. 11, 12, 14, 15; Hubei 10, 11, 17; Wuhan 8, 9, 11, 16;
Guangzhou 8, 13; Shenzhen 13-15, 17, 18, 23, 24.

Where a text orders a deed, the archive asks for the paper that proves it (reading `archive-proof`). All demands hold
together; one paper may answer several.
"""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import ArchiveFacts
from mingcha.law.model import Archive
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: ArchiveFacts) -> Decision:
    """`papers`: for each demand its stage of life, what it is asked of (`per`), and the papers any one of which meets
    it; `exempt`: articles that would ask but for an exemption."""
    holds = {"always": True, "outsourced": facts.outsourced}
    demands = [rule for rule in regime.binding(Archive, facts.place) if holds[rule.when]]
    freed = [(rule, why) for rule, why in regime.exempted(Archive, facts.place) if holds[rule.when]]
    articles = dict.fromkeys((rule.cite.instrument, rule.cite.article) for rule, _ in freed)
    answer: dict[str, object] = {
        "papers": [
            {"stage": rule.stage, "per": rule.per, "papers": sorted(rule.papers), **rule.cite.as_dict()}
            for rule in demands
        ],
        "exempt": [{"instrument": instrument, "article": article} for instrument, article in articles],
    }
    return decision(answer, (*demands, *(why for _, why in freed)))
