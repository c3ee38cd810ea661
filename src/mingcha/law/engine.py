"""Puts the pieces together: checked facts -> regime -> rule -> answer with citations and law version.

Rules are pure, so their answers to questions without a running date are remembered as text; a batch mostly looks up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

from mingcha.base.errors import Invalid
from mingcha.law.dataset import Dataset
from mingcha.law.decision import Decision
from mingcha.law.facts import FactError, Question, questions
from mingcha.law.model import Citation, Entry
from mingcha.law.regime import Regime, Regimes
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

Rule = Callable[[Regime, Any], Decision]
# Answers remembered per law; the facts of these questions are codes and flags, so they repeat.
_MEMORY = 1 << 14
_DATED = frozenset({"filing", "retention", "removal"})


class Law:
    """A data set and its rules."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.version = data.digest
        self.regimes = Regimes(data)
        self.questions = questions(data)
        self._rules: dict[str, Rule] = {
            "placement": placement.decide,
            "filing": filing.decide,
            "retention": lambda regime, facts: retention.decide(regime, facts, data.offset),
            "log_retention": log_retention.decide,
            "access": access.decide,
            "publication": publication.decide,
            "removal": removal.decide,
            "sanction": sanction.decide,
            "duties": duties.decide,
            "archive": archive.decide,
            "retrieval_record": retrieval_record.decide,
        }
        self._encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
        self._texts = {
            name: partial(self._text, name) if name in _DATED else lru_cache(maxsize=_MEMORY)(partial(self._text, name))
            for name in self.questions
        }
        self._grounds = lru_cache(maxsize=_MEMORY)(self._grounds_text)

    def decide(self, question: str, facts: Mapping[str, object]) -> dict[str, object]:
        """The answer with `citations` and `law_version`. Raises FactError."""
        answer: dict[str, object] = json.loads(self._answer_text(question, facts))
        return answer

    def decide_batch(self, lines: Iterable[str]) -> Iterator[str]:
        """Lines {"id", "question", "facts"} -> lines {"id", "answer"}, in order; blank lines are passed over. A case
        with bad facts gets {"error": {"field", "message"}} as its answer (and as `error`), and the run goes on."""
        for line in lines:
            if line and not line.isspace():
                yield self._batch_line(line)

    def regime(self, region: str, on: date, *, drafts: bool = False) -> Regime:
        """The law in force at a place on a day. Raises FactError for a bad region."""
        self.questions["log_retention"].checked({"region": region, "on": on.isoformat()})
        return self.regimes.at(region, on, drafts)

    def consider(self, question: str, facts: Mapping[str, object]) -> tuple[Regime, Decision]:
        """The law that governs the facts, and the decision with the entries it rests on; for explanations."""
        name, regime, checked = self._check(question, facts)
        return regime, self._rules[name](regime, checked)

    def _check(self, name: object, raw: object) -> tuple[str, Regime, Any]:
        """The question, the law that governs it, and its checked facts. Raises FactError."""
        question = self._question(name)
        if not isinstance(raw, Mapping):
            raise FactError("facts", "facts must be an object")
        region, on, drafts, checked = question.checked(raw)
        # The law in force at `now` governs a recording.
        return question.name, self.regimes.at(region, on or self._local_day(checked.now), drafts), checked

    def _answer_text(self, name: object, raw: object) -> str:
        question, regime, facts = self._check(name, raw)
        return self._texts[question](regime, facts)

    def _local_day(self, at: Any) -> date:
        try:
            day: date = at.astimezone(self.data.offset).date()
        except OverflowError:
            raise FactError("now", "now is outside the calendar") from None
        return day

    def _question(self, name: object) -> Question:
        question = self.questions.get(name) if isinstance(name, str) else None
        if question is None:
            raise FactError("question", f"question must be one of: {', '.join(self.questions)}")
        return question

    def _text(self, name: str, regime: Regime, facts: Any) -> str:
        """The answer as JSON; citations and version, which repeat much, are remembered apart."""
        made = self._rules[name](regime, facts)
        return f"{self._encode(made.answer)[:-1]},{self._grounds(regime, made.grounds, made.further)}}}"

    def _grounds_text(self, regime: Regime, grounds: tuple[Entry, ...], further: tuple[Citation, ...]) -> str:
        citations = regime.in_order((*(entry.cite for entry in grounds), *further))
        return f'"citations":[{",".join(map(_citation_text, citations))}],"law_version":"{self.version}"'

    def _batch_line(self, line: str) -> str:
        case_id: object = None
        try:
            case = _case(line)
            case_id = case.get("id")
            text = self._answer_text(case.get("question"), case.get("facts"))
        except FactError as error:
            body = error_body(error)
            return self._encode({"id": case_id, "answer": body, **body})
        return f'{{"id":{self._encode(case_id)},"answer":{text}}}'


@cache
def _citation_text(cite: Citation) -> str:
    return json.dumps(cite.as_dict(), separators=(",", ":"))


_read_json = json.JSONDecoder().raw_decode


def _case(line: str) -> dict[str, object]:
    text = line.strip("\ufeff \t\r\n")  # a file may begin with a byte order mark
    try:
        case, end = _read_json(text)
    except (ValueError, RecursionError):
        raise FactError("line", "the line is not JSON") from None
    if end != len(text) or not isinstance(case, dict):
        raise FactError("line", 'the line must be one object with "id", "question" and "facts"')
    return case


def error_body(error: Invalid) -> dict[str, object]:
    """``{"error": {"field", "message"}}`` of bad facts."""
    return {"error": {"field": error.params.get("field", ""), "message": error.message}}
