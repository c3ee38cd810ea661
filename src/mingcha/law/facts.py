"""The facts of each question: names, kinds and defaults, and the check that refuses everything else.

Region, day and drafts choose the regime; the remaining facts are a named tuple per question, handed to its rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from mingcha.base.errors import Invalid
from mingcha.law.dataset import Dataset

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_REGION = re.compile(r"\d{6}", re.ASCII)
_REQUIRED = object()
_MEMORY = 65_536  # distinct dates and regions remembered


class FactError(Invalid):
    """A fact is unknown, missing or ill-typed. `field` names it; the message says what to give."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("law.facts", message, field=field)
        self.field = field


class PlacementFacts(NamedTuple):
    place: str
    area: str
    installer: str
    for_public_security: bool
    near_confidential_unit: bool
    confidential_unit_consent: bool
    captures_passwords: bool


class FilingFacts(NamedTuple):
    on: date
    place: str
    in_use_on: date
    accepted_on: date | None
    personnel_changed_on: date | None


class RetentionFacts(NamedTuple):
    place: str
    recorded_at: datetime
    now: datetime
    key_antiterror: bool
    important: bool
    purpose_fulfilled: bool


class LogRetentionFacts(NamedTuple):
    """Nothing but region, day and drafts matters."""


class AccessFacts(NamedTuple):
    requester: str
    mode: str
    staff: int
    shown: tuple[str, ...]
    registered: bool
    statutory_duty: bool
    emergency: bool
    own_sector: bool
    unit_consent: bool
    police_approval: bool
    relationship: str
    protects: str
    urgent: bool
    authorised: bool
    reason_recorded: bool


class PublicationFacts(NamedTuple):
    shows: tuple[str, ...]
    masked: tuple[str, ...]
    irreversible: bool
    lawful_basis: bool


class RemovalFacts(NamedTuple):
    place: str
    planned_on: date


class SanctionFacts(NamedTuple):
    breach: str
    actor: str
    refused_correction: bool
    serious: bool


class DutiesFacts(NamedTuple):
    place: str
    has_monitoring_room: bool
    key_antiterror: bool
    outsourced: bool


class ArchiveFacts(NamedTuple):
    place: str
    outsourced: bool


class RetrievalRecordFacts(NamedTuple):
    has_monitoring_room: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name, what turns JSON into its value, what to say when that raises, and its default.

    `check` raises ValueError, KeyError or TypeError, and is a C function where it can be.
    """

    name: str
    check: Callable[[Any], object]
    wanted: str
    default: object = _REQUIRED

    @property
    def is_required(self) -> bool:
        return self.default is _REQUIRED


class Question:
    """A question with its facts: those that choose the regime first, then those of its tuple, in their order."""

    def __init__(
        self, name: str, shape: type[tuple[object, ...]], where_and_when: tuple[Fact, ...], facts: tuple[Fact, ...]
    ) -> None:
        self.name = name
        self.facts = (*where_and_when, *facts)
        self._shape = shape
        self._leading = len(where_and_when)
        # A filing's own tuple begins with the day it is asked for.
        self._wants_day = "on" in shape.__annotations__
        self._required = frozenset(fact.name for fact in self.facts if fact.is_required)
        self._defaults = [fact.default for fact in self.facts]
        self._checks = {fact.name: (number, fact.check) for number, fact in enumerate(self.facts)}

    def checked(self, raw: Mapping[str, object]) -> tuple[str, date | None, bool, Any]:
        """Region, day (None where the question has none), drafts, and the question's own tuple. Raises FactError.

        Only the facts given are looked at: a batch spends a third of its time here.
        """
        values: list[Any] = self._defaults.copy()
        checks = self._checks
        try:
            for name, value in raw.items():
                number, check = checks[name]
                values[number] = check(value)
        except (ValueError, KeyError, TypeError):
            raise next(self._faults(raw)) from None
        if not self._required <= raw.keys():
            raise next(self._faults(raw))
        on = values[1] if self._leading > 2 else None
        rest = values[self._leading :]
        if self._wants_day:
            rest.insert(0, on)
        return values[0], on, values[self._leading - 1], tuple.__new__(self._shape, rest)

    def _faults(self, raw: Mapping[str, object]) -> Iterator[FactError]:
        """What is wrong: unknown facts, then ill-typed and missing ones in the question's order."""
        for name in raw:
            if name not in self._checks:
                yield FactError(str(name), f"{name} is not a fact of {self.name}")
        for fact in self.facts:
            if fact.name in raw:
                try:
                    fact.check(raw[fact.name])
                except (ValueError, KeyError, TypeError):
                    yield FactError(fact.name, f"{fact.name} {fact.wanted}")
            elif fact.is_required:
                yield FactError(fact.name, f"{fact.name} is missing")


def truth(raw: object) -> bool:
    """A JSON boolean; 0, 1 and "yes" are refused."""
    if raw is True or raw is False:
        return raw
    raise ValueError


def count(raw: object) -> int:
    """A whole number that is not negative."""
    if type(raw) is int and raw >= 0:
        return raw
    raise ValueError


@lru_cache(maxsize=_MEMORY)
def day(raw: str) -> date:
    """A calendar date, YYYY-MM-DD."""
    if _DAY.fullmatch(raw):
        return date.fromisoformat(raw)
    raise ValueError


def day_or_none(raw: Any) -> date | None:
    """A calendar date or null."""
    return None if raw is None else day(raw)


def instant(raw: Any) -> datetime:
    """An ISO 8601 instant with an offset."""
    found = datetime.fromisoformat(raw)
    if found.tzinfo is None:
        raise ValueError
    return found


def _flag(name: str, default: bool = False) -> Fact:
    return Fact(name, truth, "must be true or false", default)


def _code(name: str, group: Mapping[str, object], default: object = _REQUIRED) -> Fact:
    return Fact(name, {code: code for code in group}.__getitem__, f"must be one of: {', '.join(group)}", default)


def _codes(name: str, group: Mapping[str, object], default: object = _REQUIRED) -> Fact:
    def check(raw: object) -> object:
        if type(raw) is list and all(item in group for item in raw):
            return tuple(sorted(set(raw)))
        raise ValueError

    return Fact(name, check, f"must be a list out of: {', '.join(group)}", default)


def _day(name: str) -> Fact:
    return Fact(name, day, "must be a date written YYYY-MM-DD")


def _day_or_none(name: str) -> Fact:
    return Fact(name, day_or_none, "must be a date written YYYY-MM-DD, or null", None)


def _instant(name: str) -> Fact:
    return Fact(name, instant, "must be an ISO 8601 time with an offset, such as 2025-05-01T12:00:00+08:00")


def _region(provinces: frozenset[str]) -> Fact:
    @lru_cache(maxsize=_MEMORY)
    def check(raw: str) -> str:
        if _REGION.fullmatch(raw) and raw[:2] in provinces:
            return raw
        raise ValueError

    return Fact("region", check, "must be a GB/T 2260 code of six digits")


def questions(data: Dataset) -> dict[str, Question]:
    """Every question with its facts, checked against the codes of the data set."""
    words = data.vocabulary
    region, drafts, place = _region(data.provinces), _flag("drafts"), _code("place", words["place"])
    usual = (region, _day("on"), drafts)
    found = (
        _question("placement", PlacementFacts, usual, place, *_placement_facts(words)),
        _question(
            "filing",
            FilingFacts,
            usual,
            *(place, _day("in_use_on"), _day_or_none("accepted_on"), _day_or_none("personnel_changed_on")),
        ),
        _question(
            "retention",
            RetentionFacts,
            (region, drafts),
            *(place, _instant("recorded_at"), _instant("now")),
            *(_flag("key_antiterror"), _flag("important"), _flag("purpose_fulfilled", True)),
        ),
        _question("log_retention", LogRetentionFacts, usual),
        _question("access", AccessFacts, usual, *_access_facts(words)),
        _question(
            "publication",
            PublicationFacts,
            usual,
            *(_codes("shows", words["shows"]), _codes("masked", words["shows"])),
            *(_flag("irreversible"), _flag("lawful_basis")),
        ),
        _question("removal", RemovalFacts, usual, place, _day("planned_on")),
        _question(
            "sanction",
            SanctionFacts,
            usual,
            *(_code("breach", words["breach"]), _code("actor", words["actor"])),
            *(_flag("refused_correction"), _flag("serious")),
        ),
        _question(
            "duties",
            DutiesFacts,
            usual,
            *(place, _flag("has_monitoring_room"), _flag("key_antiterror"), _flag("outsourced")),
        ),
        _question("archive", ArchiveFacts, usual, place, _flag("outsourced")),
        _question("retrieval_record", RetrievalRecordFacts, usual, _flag("has_monitoring_room")),
    )
    return {one.name: one for one in found}


def _question(name: str, shape: type[tuple[object, ...]], when: tuple[Fact, ...], *facts: Fact) -> Question:
    return Question(name, shape, when, facts)


def _placement_facts(words: Mapping[str, Mapping[str, object]]) -> tuple[Fact, ...]:
    return (
        _code("area", words["area"], "general"),
        _code("installer", words["installer"], "managing_unit"),
        _flag("for_public_security", True),
        _flag("near_confidential_unit"),
        _flag("confidential_unit_consent"),
        _flag("captures_passwords"),
    )


def _access_facts(words: Mapping[str, Mapping[str, object]]) -> tuple[Fact, ...]:
    return (
        _code("requester", words["requester"]),
        _code("mode", words["mode"]),
        Fact("staff", count, "must be a whole number, 0 or more", 0),
        _codes("shown", words["document"], ()),
        _flag("registered"),
        _flag("statutory_duty"),
        _flag("emergency"),
        _flag("own_sector", True),
        _flag("unit_consent"),
        _flag("police_approval"),
        _code("relationship", words["relationship"], "none"),
        _code("protects", words["protects"], "none"),
        _flag("urgent"),
        _flag("authorised"),
        _flag("reason_recorded"),
    )
