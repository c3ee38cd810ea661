"""How long must, and may, this recording be kept? Order 799 arts. 9(2), 17; Hubei 17(6); Wuhan 16(5); Guangzhou 21;
Shenzhen 32.

All floors in force hold together, so the longest governs and no instrument lowers another's. N days are N x 24 hours
after the end of the recording; years keep the local date and time, and 29 February becomes 1 March. The law in force
at `now` governs.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from mingcha.law.decision import Decision
from mingcha.law.facts import FactError, RetentionFacts
from mingcha.law.model import Deletion, Entry, Retention
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: RetentionFacts, local: tzinfo) -> Decision:
    """`days`, `keep_until` (at the offset of `recorded_at`), `deletion`. `local`: the time the law is counted in."""
    floors, days, is_ordered, grounds = _binding(regime, facts.place, facts.important, facts.key_antiterror)
    try:
        until = max((_end(rule, facts.recorded_at, local) for rule in floors), default=None)
    except (OverflowError, ValueError):
        raise FactError("recorded_at", "recorded_at is too late to be counted from") from None
    if until is not None and facts.now < until:
        deletion = "forbidden"
    elif is_ordered and facts.purpose_fulfilled:
        deletion = "required"
    else:
        deletion = "permitted"
    keep_until = None if until is None else until.isoformat()
    return Decision({"days": days, "keep_until": keep_until, "deletion": deletion}, grounds)


def floors_binding(regime: Regime, place: str, *, important: bool, key_antiterror: bool) -> tuple[Retention, ...]:
    """Every floor that holds for such a recording at this place."""
    return _binding(regime, place, important, key_antiterror)[0]


@lru_cache(maxsize=4096)
def _binding(
    regime: Regime, place: str, important: bool, key_antiterror: bool
) -> tuple[tuple[Retention, ...], int | None, bool, tuple[Entry, ...]]:
    """The floors, the most days of them, whether deletion is ordered after them, and the grounds of all this."""
    holds = {"always": True, "important": important, "key_antiterror": key_antiterror}
    floors = tuple(rule for rule in regime.binding(Retention, place) if holds[rule.when])
    days = max((rule.days for rule in floors if rule.days is not None), default=None)
    orders = regime.binding(Deletion, place)
    freed = (exemption for _, exemption in regime.exempted(Retention, place))
    return floors, days, bool(orders), (*floors, *orders, *freed)


def _end(rule: Retention, recorded_at: datetime, local: tzinfo) -> datetime:
    if rule.days is not None:
        return recorded_at + timedelta(days=rule.days)
    at = recorded_at.astimezone(local)
    year = at.year + (rule.years or 0)
    try:
        end = at.replace(year=year)
    except ValueError:  # 29 February of a leap year, counted into a common one
        end = at.replace(year=year, month=3, day=1)
    return end.astimezone(recorded_at.tzinfo)
