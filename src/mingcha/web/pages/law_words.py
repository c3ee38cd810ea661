"""Rows of the article table with labels, links and the screens of their part."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from mingcha.law.model import Article, Citation
from mingcha.law.tracing import Answered
from mingcha.records.wording.law import (
    anchor,
    article_label,
    article_url,
    chinese,
    codes,
    instruments,
    item_label,
    label,
    language,
    place_label,
    reader,
    short,
    title,
)
from mingcha.web.pages.law_screens import Screen, screens_of

__all__ = [
    "Row",
    "anchor",
    "article_label",
    "article_url",
    "chinese",
    "codes",
    "instruments",
    "item_label",
    "label",
    "language",
    "place_label",
    "reader",
    "short",
    "title",
]

_REFERS_OUT = "（指引其他规定）"
_SANCTION = re.compile(r"(\d+)(?: para\d+)?(?:\(\d+\))?", re.ASCII)


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
