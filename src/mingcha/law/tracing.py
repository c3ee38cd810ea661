"""What answers an article: its parameters, the questions whose rules read them, and the part of the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mingcha.law import rules as _rules_package
from mingcha.law.dataset import Dataset
from mingcha.law.model import SUBJECTS, Article, Citation, Entry
from mingcha.law.rules import (
    access,
    archive,
    duties,
    filing,
    log_retention,
    placement,
    publication,
    removal,
    retention,
    retrieval_record,
    sanction,
)

_RULES = (
    *(placement, filing, retention, log_retention, access, publication, removal, sanction, duties, archive),
    retrieval_record,
)
INSTRUMENTS = "instruments"  # the file that says where and from when a text applies
_BY_PLACE = ("archive", "duties", "filing", "placement", "removal", "retention")


@dataclass(frozen=True, slots=True)
class Answered:
    """One article row with the parameters that cite it and the questions that read them (both may be empty)."""

    article: Article
    parameters: tuple[str, ...]
    questions: tuple[str, ...]


@cache
def questions_by_subject() -> dict[str, tuple[str, ...]]:
    """Which questions read which subject: the entry types each rule module imports (a linter refuses unused ones)."""
    package = f"{_rules_package.__name__}."
    found: dict[str, tuple[str, ...]] = {}
    for subject, kind in SUBJECTS.items():
        readers = (module.__name__.removeprefix(package) for module in _RULES if kind in vars(module).values())
        found[subject] = tuple(sorted(readers))
    # The regime itself applies exemptions, for every question about a place.
    found["exemptions"] = _BY_PLACE
    return found


def citations_of(entry: Entry) -> Iterator[Citation]:
    """What an entry cites: its own place, and the provision by which it stands back."""
    yield entry.cite
    yields_to = getattr(entry, "yields_to", None)
    if yields_to is not None:
        yield yields_to


def trace(data: Dataset) -> tuple[Answered, ...]:
    """Every row of the article table with what answers it."""
    parameters: dict[Citation, dict[str, None]] = {}
    questions: dict[Citation, set[str]] = {}
    for instrument in data.instruments:
        for said in (instrument.commencement, instrument.territory_by):
            if said is not None:
                parameters.setdefault(said, {})[f"{instrument.id}/{INSTRUMENTS}"] = None
                questions.setdefault(said, set()).update(module.__name__.rpartition(".")[2] for module in _RULES)
    for parameter in data.parameters:
        for entry in parameter.entries:
            for cite in citations_of(entry):
                parameters.setdefault(cite, {})[parameter.id] = None
                questions.setdefault(cite, set()).update(questions_by_subject()[parameter.subject])
    return tuple(
        Answered(row, tuple(parameters.get(row.cite, ())), tuple(sorted(questions.get(row.cite, ()))))
        for row in data.articles
    )
