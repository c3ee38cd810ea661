"""What changes for a unit between two dates: the standing answers of both days laid side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mingcha.law.engine import Law
from mingcha.law.model import Citation, Deletion, Duty, Entry, Exemption, Filing, MustHave, Removal
from mingcha.law.regime import Regime
from mingcha.law.rules.retention import floors_binding

# The same place asked about on both days; a date of the question itself would change the answer by passing.
_FLOORS = {
    "retention": {"important": False, "key_antiterror": False},
    "retention_key_antiterror": {"important": False, "key_antiterror": True},
    "retention_important": {"important": True, "key_antiterror": False},
}


@dataclass(frozen=True, slots=True)
class Change:
    """`subject`: instrument, must_have, duty, filing, removal, deletion, exemption or one of the retention floors.
    `sign`: "+" begins, "-" ends, "~" changes. `cite` is None for an instrument itself and a changed floor."""

    sign: str
    subject: str
    what: str
    cite: Citation | None = None


def changes(
    law: Law, region: str, place: str, before: date, after: date, *, drafts: bool = False
) -> tuple[Change, ...]:
    """What begins, ends and changes for a unit at such a place from the one day to the other. Raises FactError."""
    law.decide("duties", {"region": region, "on": after.isoformat(), "place": place})
    old, new = (law.regime(region, day, drafts=drafts) for day in (before, after))
    found = _instruments(old, new)
    for subject, kind in _KINDS.items():
        found += _entries(subject, _said(old, kind, place), _said(new, kind, place))
    for subject, facts in _FLOORS.items():
        was, now = _floor(old, place, facts), _floor(new, place, facts)
        if was != now:
            found.append(Change("~", subject, f"{was} -> {now}"))
    return tuple(found)


_KINDS: dict[str, type[Entry]] = {
    "must_have": MustHave,
    "duty": Duty,
    "filing": Filing,
    "removal": Removal,
    "deletion": Deletion,
    "exemption": Exemption,
}


def _instruments(old: Regime, new: Regime) -> list[Change]:
    was = [instrument.id for instrument in old.instruments]
    now = [instrument.id for instrument in new.instruments]
    ended = [Change("-", "instrument", name) for name in was if name not in now]
    return ended + [Change("+", "instrument", name) for name in now if name not in was]


def _said(regime: Regime, kind: type[Entry], place: str) -> dict[tuple[Citation, str], None]:
    entries = regime.binding(kind, place)
    return {(entry.cite, str(getattr(entry, "code", getattr(entry, "kind", "")))): None for entry in entries}


def _entries(
    subject: str, was: Mapping[tuple[Citation, str], None], now: Mapping[tuple[Citation, str], None]
) -> list[Change]:
    ended = [Change("-", subject, what, cite) for cite, what in was if (cite, what) not in now]
    return ended + [Change("+", subject, what, cite) for cite, what in now if (cite, what) not in was]


def _floor(regime: Regime, place: str, facts: Mapping[str, bool]) -> str:
    """The longest floor in words: years stand above days."""
    floors = floors_binding(regime, place, important=facts["important"], key_antiterror=facts["key_antiterror"])
    years = max((floor.years for floor in floors if floor.years is not None), default=None)
    days = max((floor.days for floor in floors if floor.days is not None), default=None)
    if years is not None:
        return f"{years} years"
    return "none" if days is None else f"{days} days"
