"""The one place that knows the law: five texts as dated, cited data, and pure rules over them.

    decide("retention", {"region": "110101", "place": "mall", "recorded_at": "…", "now": "…"})

Facts in, decision out; no database, clock or network. The questions and their facts are listed in docs/guide/en/law.md,
the choices the texts left open in docs/law/readings.md, and what answers each article in docs/law/trace.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from mingcha.law.dataset import SHIPPED, read, shipped
from mingcha.law.engine import Law
from mingcha.law.facts import FactError
from mingcha.law.grounds import duty_citations
from mingcha.law.model import Article, Citation, Instrument
from mingcha.law.schema import DataError

__all__ = [
    "Article",
    "Citation",
    "DataError",
    "FactError",
    "Instrument",
    "Law",
    "articles",
    "current",
    "decide",
    "decide_batch",
    "duty_grounds",
    "law_with",
    "version",
]


@cache
def current() -> Law:
    """The law of this release, read once."""
    return Law(shipped())


def law_with(*directories: Path) -> Law:
    """The shipped law and further instruments laid beside it. Raises DataError."""
    return Law(read((SHIPPED, *directories)))


def decide(question: str, facts: Mapping[str, object]) -> dict[str, object]:
    """The answer to one question, with `citations` and `law_version`. Raises FactError(field, message)."""
    return current().decide(question, facts)


def decide_batch(lines: Iterable[str]) -> Iterator[str]:
    """Lines {"id", "question", "facts"} -> lines {"id", "answer"}, in order and without holding them all."""
    return current().decide_batch(lines)


def version() -> str:
    """SHA-256 (hex) of the law data: decisions carry it as `law_version`."""
    return current().version


def articles() -> tuple[Article, ...]:
    """The article table of all instruments, in the order of the texts."""
    return current().data.articles


def duty_grounds(code: str, at: datetime, region: str = "") -> tuple[Citation, ...]:
    """The articles that state a standing duty at an instant; only national ones without a region."""
    return _duty_grounds(code, at.astimezone(current().data.offset).date(), region)


@lru_cache(maxsize=4096)
def _duty_grounds(code: str, on: date, region: str) -> tuple[Citation, ...]:
    return duty_citations(current().data, code, on, region)
