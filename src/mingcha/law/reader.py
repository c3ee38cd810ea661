"""What a reader of the law asks: articles by instrument and subject, search, and what binds a site on a day and why.

Pure; the pages only lay it out. Links go both ways: `answering` from an article to parameters, questions and the part
of the product, `articles_of` from a part of the product back to its articles.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

from mingcha.law.engine import Law
from mingcha.law.model import SUBJECTS, Article, Citation, Entry, Instrument, MustHave, Reading
from mingcha.law.tracing import Answered, trace

LANGUAGES = ("zh", "en")
_BINDING = ("must_have", "conditions", "filing", "retention", "removal", "duties")


@dataclass(frozen=True, slots=True)
class Binding:
    """One provision that binds a site, the article it stands in, and why it reaches this site (`reason`): the place is
    on the list, it is any public place, it is on no list, or it is a home."""

    instrument: Instrument
    article: Article
    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class Freed:
    """A provision that would bind the site but for an exemption, and the article of that exemption."""

    article: Article
    by: Article


class LawReader:
    """Reads one law. Cheap to make; keep one per `Law` for its index."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._rows = {row.cite: row for row in law.data.articles}
        self._texts = [(row, _plain(f"{row.zh} {row.en} {self._words(row)}")) for row in law.data.articles]
        self._answered = {answered.article.cite: answered for answered in trace(law.data)}

    def instruments(self) -> tuple[Instrument, ...]:
        """All instruments, the highest first."""
        return self._law.data.instruments

    def in_force(self, region: str, on: date, *, drafts: bool = False) -> tuple[Instrument, ...]:
        """Those that apply there on that day. Raises FactError for a bad region."""
        return self._law.regime(region, on, drafts=drafts).instruments

    def articles(
        self, instrument: str | None = None, kind: str | None = None, feature: str | None = None
    ) -> tuple[Article, ...]:
        """The rows of an instrument, of a kind (subject matter), of a part of the product; all when not given."""
        return tuple(
            row
            for row in self._law.data.articles
            if instrument in (None, row.cite.instrument) and kind in (None, row.kind) and feature in (None, row.feature)
        )

    def by_kind(self, instrument: str | None = None) -> dict[str, tuple[Article, ...]]:
        """The rows grouped by subject matter, in the order of the vocabulary; empty groups are left out."""
        groups = {kind: self.articles(instrument, kind) for kind in self._law.data.vocabulary["kind"]}
        return {kind: rows for kind, rows in groups.items() if rows}

    def article(self, instrument: str, number: int, item: str = "") -> Article:
        """One row. Raises KeyError."""
        return self._rows[Citation(instrument, number, item)]

    def search(self, text: str, instrument: str | None = None) -> tuple[Article, ...]:
        """The rows that hold every word of the text, in either language, whatever the case and width."""
        words = _plain(text).split()
        return tuple(
            row
            for row, content in self._texts
            if words and instrument in (None, row.cite.instrument) and all(word in content for word in words)
        )

    def answering(self, cite: Citation) -> Answered:
        """What answers a row. Raises KeyError."""
        return self._answered[cite]

    def readings_of(self, cite: Citation) -> tuple[Reading, ...]:
        """The readings that statements of this row rest on."""
        named = {
            entry.reading
            for parameter in self._law.data.parameters
            for entry in parameter.entries
            if entry.cite == cite
        }
        return tuple(reading for reading in self._law.data.readings if reading.id in named)

    def articles_of(self, feature: str) -> tuple[Article, ...]:
        """The rows a part of the product answers."""
        return self.articles(feature=feature)

    def binds(self, region: str, on: date, place: str, *, drafts: bool = False) -> tuple[Binding, ...]:
        """What binds such a place there on that day, and why. Raises FactError for a bad region."""
        regime = self._law.regime(region, on, drafts=drafts)
        instruments = {instrument.id: instrument for instrument in regime.instruments}
        found: dict[tuple[str, Citation], Binding] = {}
        for subject in _BINDING:
            for entry in regime.binding(SUBJECTS[subject], place):
                row = self._rows[entry.cite]
                listed = regime.is_listed(entry.cite.instrument, place)
                found[subject, entry.cite] = Binding(
                    instruments[entry.cite.instrument], row, subject, _reason(entry, place, listed=listed)
                )
        return tuple(found.values())

    def freed(self, region: str, on: date, place: str, *, drafts: bool = False) -> tuple[Freed, ...]:
        """What would bind such a place but for an exemption. Raises FactError for a bad region."""
        regime = self._law.regime(region, on, drafts=drafts)
        pairs = {
            entry.cite: Freed(self._rows[entry.cite], self._rows[exemption.cite])
            for subject in _BINDING
            for entry, exemption in regime.exempted(SUBJECTS[subject], place)
        }
        return tuple(pairs.values())

    def label(self, group: str, code: str, language: str) -> str:
        """The name of a code in Chinese or English. Raises KeyError."""
        return self._law.data.vocabulary[group][code][LANGUAGES.index(language)]

    def _words(self, row: Article) -> str:
        words = self._law.data.vocabulary
        return " ".join((*words["kind"][row.kind], *words["addressee"][row.addressee], str(row.cite.article)))


def _reason(entry: Entry, place: str, *, listed: bool) -> str:
    if place == "home":
        return "home"
    if isinstance(entry, MustHave) or (entry.scope == "listed" and listed):
        return "listed"
    return "unlisted" if entry.scope == "unlisted" else "public_place"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
