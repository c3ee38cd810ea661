"""May this clip be made public? Order 799 arts. 22, 23(1); Hubei 18(3); Wuhan 20, 21; Guangzhou 16; Shenzhen 30, 31."""

from __future__ import annotations

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import PublicationFacts
from mingcha.law.model import Publication
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: PublicationFacts) -> Decision:
    """`allowed` (null where nothing is in force) and `missing`."""
    if not regime.instruments:
        return decision({"allowed": None, "missing": []}, ())
    shown = frozenset(facts.shows)
    demands = [rule for rule in regime.all(Publication) if not rule.shows or not rule.shows.isdisjoint(shown)]
    missing = {rule.code for rule in demands if not _is_met(rule, facts, shown)}
    return decision({"allowed": not missing, "missing": sorted(missing)}, demands)


def _is_met(rule: Publication, facts: PublicationFacts, shown: frozenset[str]) -> bool:
    if rule.met_by == "masked":
        return (rule.shows & shown).issubset(facts.masked)
    return bool(getattr(facts, rule.met_by))
