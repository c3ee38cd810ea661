"""By when must what be filed? Order 799 arts. 9(2), 14; Hubei 11, 17(2); Wuhan 9, 16(2); Shenzhen 18.

"Within N days from D" ends on the calendar day D+N. A system is existing for an instrument when it was put in use
before that instrument's first day; where that day is open (a draft), it may be either.
"""

from __future__ import annotations

from datetime import date, timedelta

from mingcha.law.decision import Decision, decision
from mingcha.law.facts import FilingFacts
from mingcha.law.model import Filing
from mingcha.law.regime import Regime


def decide(regime: Regime, facts: FilingFacts) -> Decision:
    """`duties`, `earliest` (the first due date or null), `overdue` at `on`."""
    starts = {instrument.id: instrument.in_force_from for instrument in regime.instruments}
    due: list[tuple[Filing, date | None]] = []
    for rule in regime.binding(Filing, facts.place):
        first_day = starts[rule.cite.instrument]
        if not _concerns(rule, facts, first_day):
            continue
        start = first_day if rule.start == "in_force_from" else getattr(facts, rule.start)
        due.append((rule, None if start is None or rule.days is None else _after(start, rule.days)))
    dates = [day for _, day in due if day is not None]
    earliest = min(dates, default=None)
    answer: dict[str, object] = {
        "duties": [
            {
                "kind": rule.kind,
                "due": None if day is None else day.isoformat(),
                "instrument": rule.cite.instrument,
                "article": rule.cite.article,
            }
            for rule, day in due
        ],
        "earliest": None if earliest is None else earliest.isoformat(),
        "overdue": earliest is not None and facts.on > earliest,
    }
    freed = regime.exempted(Filing, facts.place)
    return decision(answer, (*(rule for rule, _ in due), *(exemption for _, exemption in freed)))


def _concerns(rule: Filing, facts: FilingFacts, first_day: date | None) -> bool:
    if rule.start == "personnel_changed_on" and facts.personnel_changed_on is None:
        return False
    if rule.systems == "any" or first_day is None:
        return True
    return (rule.systems == "new") == (_started(rule, facts) >= first_day)


def _started(rule: Filing, facts: FilingFacts) -> date:
    """The day that makes a system new or existing: the one the rule counts from, else the day of use."""
    if rule.start == "accepted_on" and facts.accepted_on is not None:
        return facts.accepted_on
    return facts.in_use_on


def _after(start: date, days: int) -> date | None:
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return None
