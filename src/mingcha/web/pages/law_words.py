"""The law in the words of a page: article rows with labels, links and the screens of their part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language

from mingcha import law
from mingcha.law.model import Article, Citation, Instrument
from mingcha.law.reader import LawReader
from mingcha.law.tracing import Answered
from mingcha.web.pages.law_screens import Screen, screens_of

_DIGITS = "零一二三四五六七八九"
_PARAGRAPH = re.compile(r"para(\d+)")
_POINT = re.compile(r"\((\d+)\)")
_REFERS_OUT = "（指引其他规定）"
_SANCTION = re.compile(r"(\d+)(?: para\d+)?(?:\(\d+\))?", re.ASCII)


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
class Row:
    """A row of the article table, ready to be read. Texts are in the language of the page."""

    article: Article

    @property
    def instrument(self) -> str:
        return short(instruments()[self.article.cite.instrument])

    @property
    def is_draft(self) -> bool:
        return instruments()[self.article.cite.instrument].status == "draft"

    @property
    def place(self) -> str:
        return place_label(self.article.cite)

    @property
    def item(self) -> str:
        return item_label(self.article.cite.item)

    @property
    def anchor(self) -> str:
        return anchor(self.article.cite.item)

    @property
    def url(self) -> str:
        return article_url(self.article.cite)

    @property
    def says(self) -> str:
        return self.article.zh if language() == "zh" else self.article.en

    @property
    def says_otherwise(self) -> str:
        """The same in the other language."""
        return self.article.en if language() == "zh" else self.article.zh

    @property
    def kind(self) -> str:
        return label("kind", self.article.kind)

    @property
    def addressee(self) -> str:
        return label("addressee", self.article.addressee)

    @property
    def part(self) -> str:
        """The part of the product it concerns; empty when it is not for software."""
        return label("feature", self.article.feature) if self.article.feature else ""

    @property
    def screens(self) -> tuple[Screen, ...]:
        return screens_of(self.article.feature)

    @property
    def sanction(self) -> tuple[str, str] | None:
        """Where its breach is punished: words, and a link when it is one place of the same text."""
        said = self.article.sanction
        found = _SANCTION.match(said)
        if not found:
            return (said, "") if said else None
        cite = Citation(self.article.cite.instrument, int(found[1]), found[0].removeprefix(found[1]).strip())
        words = place_label(cite)
        if found[0] != said:
            words = f"{words}{_REFERS_OUT}" if "refers out" in said and language() == "zh" else said
        return words, reverse("law-article", args=(cite.instrument, cite.article))

    @property
    def answered(self) -> Answered:
        return reader().answering(self.article.cite)

    @property
    def questions(self) -> list[str]:
        return [label("question", question) for question in self.answered.questions]

    @property
    def readings(self) -> list[tuple[str, str, str]]:
        """What was read where the text left a choice: the reading, the alternative, why (the last two in English)."""
        zh = language() == "zh"
        found = reader().readings_of(self.article.cite)
        return [(one.zh if zh else one.en, "" if zh else one.instead, "" if zh else one.why) for one in found]
