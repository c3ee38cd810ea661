"""May this requester see, copy or take over? Order 799 arts. 16, 20, 21; Hubei 15-17; Wuhan 14-16; Guangzhou 18, 19;
Shenzhen 30, 33-35.

A mode is granted when some instrument in force grants it to this requester; the demands of every instrument in force
that speaks of this requester hold together.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import compress
from operator import attrgetter
from typing import get_type_hints

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import AccessFacts
from mingcha.law.model import AccessDemand, AccessGrant
from mingcha.law.regime import Regime

_FLAGS = tuple(name for name, kind in get_type_hints(AccessFacts).items() if kind is bool)
_flag_values = attrgetter(*_FLAGS)


def decide(regime: Regime, facts: AccessFacts) -> Decision:
    """`allowed` (null where nothing is in force) and `missing`."""
    if not regime.instruments:
        return decision({"allowed": None, "missing": []}, ())
    granted, demands, grounds = _speaking(regime, facts.requester, facts.mode)
    shown = _shown(facts)
    missing = {rule.code for rule in demands if not _is_met(rule, facts, shown)}
    if not granted:
        missing.add("mode_not_granted")
    return decision({"allowed": not missing, "missing": sorted(missing)}, grounds)


@lru_cache(maxsize=1024)
def _speaking(
    regime: Regime, requester: str, mode: str
) -> tuple[bool, tuple[AccessDemand, ...], tuple[AccessGrant | AccessDemand, ...]]:
    """Whether the mode is granted, what is demanded for it, and the grounds of both."""
    grants = tuple(rule for rule in regime.all(AccessGrant) if requester in rule.requesters)
    granted = tuple(rule for rule in grants if mode in rule.modes)
    demands = tuple(
        rule
        for rule in regime.all(AccessDemand)
        if requester in rule.requesters and (not rule.modes or mode in rule.modes)
    )
    return bool(granted), demands, (*(granted or grants), *demands)


def _shown(facts: AccessFacts) -> frozenset[str]:
    """The documents shown, and the facts that hold."""
    held = [*facts.shown, *compress(_FLAGS, _flag_values(facts))]
    held += [name for name in ("relationship", "protects") if getattr(facts, name) != "none"]
    return frozenset(held)


def _is_met(rule: AccessDemand, facts: AccessFacts, shown: frozenset[str]) -> bool:
    return facts.staff >= rule.officers if rule.officers else not rule.any_of.isdisjoint(shown)
