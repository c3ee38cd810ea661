"""The law in the words of a page: names of its codes, places in its texts, links to its reader."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language

from mingcha import law
from mingcha.law.model import Article, Citation, Instrument
from mingcha.law.reader import LawReader

_DIGITS = "零一二三四五六七八九"
_PARAGRAPH = re.compile(r"para(\d+)")
_POINT = re.compile(r"\((\d+)\)")


@cache
def reader() -> LawReader:
    """The reader of this release's law."""
    return LawReader(law.current())


def language() -> str:
    """``zh`` or ``en``: the language of the page, as the law calls it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


@cache
def instruments() -> dict[str, Instrument]:
    """By id, the highest first."""
    return {instrument.id: instrument for instrument in reader().instruments()}


def label(group: str, code: str) -> str:
    """The name of one of the law's codes in the language of the page, as a heading begins."""
    return capfirst(reader().label(group, code, language()))


def codes(group: str) -> tuple[str, ...]:
    """The codes of a group of the law's vocabulary, in its order."""
    return tuple(law.current().data.vocabulary[group])


def choices(group: str) -> list[tuple[str, str]]:
    """Codes of a group with their names, for a form."""
    return [(code, label(group, code)) for code in codes(group)]


def title(instrument: Instrument) -> str:
    return instrument.zh if language() == "zh" else instrument.en


def short(instrument: Instrument) -> str:
    return instrument.short_zh if language() == "zh" else instrument.short_en


def article_label(number: int) -> str:
    """``第十四条`` or ``Art. 14``."""
    return f"第{chinese(number)}条" if language() == "zh" else f"Art. {number}"


def item_label(item: str) -> str:
    """The paragraph and point of an item of the article table, without the word that tells halves apart."""
    paragraphs, points = _PARAGRAPH.findall(item), _POINT.findall(item)
    if language() == "zh":
        return "".join([f"第{chinese(int(n))}款" for n in paragraphs] + [f"第（{chinese(int(n))}）项" for n in points])
    return " ".join([f"para. {n}" for n in paragraphs] + [f"({n})" for n in points])


def place_label(cite: Citation) -> str:
    """``第十四条第一款`` or ``Art. 14 para. 1``."""
    parts = (article_label(cite.article), item_label(cite.item))
    return "".join(parts) if language() == "zh" else " ".join(part for part in parts if part)


def anchor(item: str) -> str:
    """The id of an item's place on its article's page."""
    return re.sub(r"[^a-z0-9]+", "-", item.lower()).strip("-") or "whole"


def article_url(cite: Citation) -> str:
    return f"{reverse('law-article', args=(cite.instrument, cite.article))}#{anchor(cite.item)}"


def chinese(number: int) -> str:
    """1 to 99 as Chinese texts number their articles."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{'' if tens == 1 else _DIGITS[tens]}十{_DIGITS[ones] if ones else ''}"


@dataclass(frozen=True, slots=True)
class Ground:
    """A place in a text, ready to be read and followed: short name of the text, label, link, and what it says."""

    cite: Citation
    instrument: str
    place: str
    url: str
    says: str


def grounds(citations: Iterable[Citation | tuple[str, int, str]]) -> list[Ground]:
    """The places of these citations, in their order; a citation this release's law does not know is left out, since
    old decisions may name texts that have been replaced."""
    words = language()
    found = (_ground(Citation(*cite), words) for cite in citations)
    return [ground for ground in found if ground is not None]


@lru_cache(maxsize=4096)
def _ground(cite: Citation, words: str) -> Ground | None:
    """`words`: the language of the page, for which it is remembered."""
    row = _row(cite)
    if row is None:
        return None
    says = row.zh if words == "zh" else row.en
    return Ground(cite, short(instruments()[cite.instrument]), place_label(cite), article_url(cite), says)


def _row(cite: Citation) -> Article | None:
    try:
        return reader().article(*cite)
    except KeyError:
        return None
