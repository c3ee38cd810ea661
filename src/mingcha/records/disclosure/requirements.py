"""What the law asks for before somebody from outside may see, copy or take over: asked of `mingcha.law`, never known.

`law.access` says what must be shown; `law.retrieval_record` what must be written down of the one who sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mingcha import law
from mingcha.base.errors import Unlawful
from mingcha.law import Citation
from mingcha.law.model import AccessDemand, AccessGrant

NAMED = "retriever_name"
MODE = "mode_not_granted"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the law asks for. `code`: of the law's group `missing`, or `retriever_name` of `record_field`.
    `papers`: which of the law's documents would do, for all provisions that ask for it."""

    code: str
    group: str
    is_met: bool
    citations: tuple[Citation, ...]
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the law says. `allowed` null: nothing in force. `missing`: exactly its codes; `unwritten`: what the register
    of retrievals asks for and nobody has said yet."""

    facts: Mapping[str, object]
    allowed: bool | None
    missing: tuple[str, ...]
    unwritten: tuple[str, ...]
    lines: tuple[Line, ...]
    citations: tuple[Citation, ...]
    law_version: str

    @property
    def is_granted_by_law(self) -> bool:
        return self.allowed is True

    def citations_of(self, codes: frozenset[str]) -> tuple[Citation, ...]:
        """The provisions that ask for these; all when they name none."""
        found = dict.fromkeys(cite for line in self.lines if line.code in codes for cite in line.citations)
        return tuple(found) or self.citations


def ask(facts: Mapping[str, object], *, is_named: bool, has_monitoring_room: bool) -> Answer:
    """Ask both questions. `is_named`: whether somebody who is to see the pictures is known by name. May raise
    FactError."""
    answer = law.decide("access", facts)
    allowed, missing = answer["allowed"], answer["missing"]
    assert allowed is None or isinstance(allowed, bool)
    assert isinstance(missing, list)
    lines = _lines(facts, frozenset(missing))
    record = _record_line(facts, is_named=is_named, has_monitoring_room=has_monitoring_room)
    return Answer(
        facts=dict(facts),
        allowed=allowed,
        missing=tuple(missing),
        unwritten=() if record is None or record.is_met else (record.code,),
        lines=(*lines, *([record] if record else [])),
        citations=_cites(answer["citations"]),
        law_version=str(answer["law_version"]),
    )


def require_allowed(answer: Answer, *, may_owe: bool) -> None:
    """Raise Unlawful unless the law allows it and knows who is to see the pictures."""
    if answer.allowed is None:
        raise Unlawful("disclosure.nothing_in_force", "No rule in force grants this.", citations=())
    lacks = (*answer.missing, *(() if may_owe else answer.unwritten))
    if lacks:
        citations = tuple((*cite,) for cite in answer.citations_of(frozenset(lacks)))
        raise Unlawful(
            "disclosure.not_allowed",
            f"The law asks for more: {', '.join(lacks)}.",
            citations=citations,
            codes=answer.missing,
            unwritten=answer.unwritten,
        )


def compensation(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """The provisions, in the articles a take-over rests on, by which authorities make good what it cost."""
    articles = {(cite.instrument, cite.article) for cite in citations}
    rows = (row for row in law.articles() if row.kind == "government" and row.addressee == "government")
    return tuple(row.cite for row in rows if (row.cite.instrument, row.cite.article) in articles)


def _lines(facts: Mapping[str, object], missing: frozenset[str]) -> tuple[Line, ...]:
    """The grant of the mode, then each demand once, with all provisions that make it."""
    _regime, made = law.current().consider("access", facts)
    demands: dict[str, list[Citation]] = {}
    accepted: dict[str, frozenset[str]] = {}
    modes: list[Citation] = []
    for entry in made.grounds:
        if isinstance(entry, AccessGrant):
            modes.append(entry.cite)
        elif isinstance(entry, AccessDemand):
            demands.setdefault(entry.code, []).append(entry.cite)
            accepted[entry.code] = accepted.get(entry.code, entry.any_of) & entry.any_of
    modes += demands.pop(MODE, [])
    # Where no text in force speaks of the requester at all, that is what is missing, with nothing to cite.
    is_asked = bool(made.grounds) or MODE in missing
    first = [Line(MODE, "missing", MODE not in missing, tuple(dict.fromkeys(modes)))] if is_asked else []
    documents = law.current().data.vocabulary["document"]
    return (
        *first,
        *(
            Line(code, "missing", code not in missing, tuple(cites), tuple(p for p in documents if p in accepted[code]))
            for code, cites in demands.items()
        ),
    )


def _record_line(facts: Mapping[str, object], *, is_named: bool, has_monitoring_room: bool) -> Line | None:
    """Whether the texts in force want the name of whoever sees the pictures written down."""
    asked = {key: facts[key] for key in ("region", "on", "drafts")}
    answer = law.decide("retrieval_record", {**asked, "has_monitoring_room": has_monitoring_room})
    records = answer["records"]
    assert isinstance(records, list)
    speaking = [row for row in records if NAMED in row["fields"] and (not row["of"] or facts["requester"] in row["of"])]
    return Line(NAMED, "record_field", is_named, _cites(speaking)) if speaking else None


def _cites(rows: object) -> tuple[Citation, ...]:
    assert isinstance(rows, list)
    return tuple(Citation(row["instrument"], int(row["article"]), row.get("item", "")) for row in rows)
