"""Which law holds at a place on a day: the instruments in force and their entries, ready for the rules.

A regime is the same object for all places and days that share their law, so decisions can be remembered by it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar, cast

from mingcha.law.dataset import Dataset, first_days
from mingcha.law.model import SUBJECTS, Citation, Entry, Exemption, Instrument, MustHave

E = TypeVar("E", bound=Entry)
_SUBJECT_OF: dict[type[Entry], str] = {cls: subject for subject, cls in SUBJECTS.items()}


class Regime:
    """The instruments in force and what they say, the highest first. Compared and hashed by identity."""

    def __init__(self, instruments: tuple[Instrument, ...], entries: Mapping[str, tuple[Entry, ...]]) -> None:
        self.instruments = instruments
        self._entries = entries
        self._binding: dict[tuple[type[Entry], str], tuple[Entry, ...]] = {}
        self._freeing: dict[str, tuple[Exemption, ...]] = {}
        self._exempted: dict[tuple[type[Entry], str], tuple[tuple[Entry, Exemption], ...]] = {}
        self._order = {instrument.id: number for number, instrument in enumerate(instruments)}
        self._lists: dict[str, dict[str, str]] = {instrument.id: {} for instrument in instruments}
        for entry in self.all(MustHave):
            for place in entry.places:
                self._lists[entry.cite.instrument][place] = entry.cite.item

    def all(self, kind: type[E]) -> tuple[E, ...]:
        """Every entry of that kind in force here."""
        return cast("tuple[E, ...]", self._entries.get(_SUBJECT_OF[kind], ()))

    def binding(self, kind: type[E], place: str) -> tuple[E, ...]:
        """The entries of that kind that bind this place: in scope and not set aside by an exemption."""
        found = self._binding.get((kind, place))
        if found is None:
            found = tuple(
                entry for entry in self.all(kind) if self._covers(entry, place) and not self.exemption(entry, place)
            )
            self._binding[kind, place] = found
        return cast("tuple[E, ...]", found)

    def exempted(self, kind: type[E], place: str) -> tuple[tuple[E, Exemption], ...]:
        """The entries of that kind that would bind this place but for an exemption, with it."""
        found = self._exempted.get((kind, place))
        if found is None:
            pairs = ((entry, self.exemption(entry, place)) for entry in self.all(kind) if self._covers(entry, place))
            found = tuple((entry, exemption) for entry, exemption in pairs if exemption is not None)
            self._exempted[kind, place] = found
        return cast("tuple[tuple[E, Exemption], ...]", found)

    def exemption(self, entry: Entry, place: str) -> Exemption | None:
        """The exemption of the entry's own instrument that sets it aside at this place. Nothing else can: a higher
        text's exemption frees from that text only."""
        freeing = self._freeing.get(place)
        if freeing is None:
            freeing = tuple(exemption for exemption in self.all(Exemption) if self._covers(exemption, place))
            self._freeing[place] = freeing
        for exemption in freeing:
            for article in exemption.articles:
                if entry.cite[:2] == article[:2] and entry.cite.item.startswith(article.item):
                    return exemption
        return None

    def is_listed(self, instrument: str, place: str) -> bool:
        """Whether that instrument names the place as one that must have a system."""
        return place in self._lists[instrument]

    def is_higher(self, instrument: str, other: str) -> bool:
        """Whether `instrument` stands above `other`."""
        ranks = {found.id: found.rank for found in self.instruments}
        return ranks[instrument] < ranks[other]

    def in_order(self, citations: Iterable[Citation]) -> tuple[Citation, ...]:
        """Without repeats; the higher instrument first, then by article, then as given."""
        unique = dict.fromkeys(citations)
        return tuple(sorted(unique, key=lambda cite: (self._order[cite.instrument], cite.article)))

    def _covers(self, entry: Entry, place: str) -> bool:
        if place == "home" or entry.scope == "home":
            return place == entry.scope
        if isinstance(entry, MustHave):
            return place in entry.places
        item = self._lists[entry.cite.instrument].get(place)
        return (
            (entry.scope == "public" or (entry.scope == "listed") == (item is not None))
            and (not entry.places or place in entry.places)
            and place not in entry.except_places
            and (not entry.list_items or item in entry.list_items)
        )


class Regimes:
    """Finds the regime of a region and day. Remembers each, so equal law is one object."""

    def __init__(self, data: Dataset) -> None:
        self._data = data
        self._days = first_days(data)
        self._depth = max((len(instrument.territory) for instrument in data.instruments), default=0)
        self._found: dict[tuple[str, int, bool], Regime] = {}
        self._by_law: dict[tuple[tuple[str, ...], int], Regime] = {}

    def at(self, region: str, on: date, drafts: bool) -> Regime:
        """The law at a six-digit region on a day; drafts join only when asked for."""
        era = bisect_right(self._days, on)
        key = (region[: self._depth], era, drafts)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._make(region, on, drafts, era)
        return found

    def _make(self, region: str, on: date, drafts: bool, era: int) -> Regime:
        instruments = tuple(
            instrument
            for instrument in self._data.instruments
            if region.startswith(instrument.territory)
            and (drafts if instrument.in_force_from is None else instrument.in_force_from <= on)
        )
        law = (tuple(instrument.id for instrument in instruments), era)
        if law not in self._by_law:
            self._by_law[law] = Regime(instruments, self._values(instruments, on))
        return self._by_law[law]

    def _values(self, instruments: tuple[Instrument, ...], on: date) -> dict[str, tuple[Entry, ...]]:
        found: dict[str, tuple[Entry, ...]] = {}
        for instrument in instruments:
            for parameter in self._data.parameters:
                if parameter.instrument != instrument.id:
                    continue
                current: tuple[Entry, ...] = ()
                for day, entries in parameter.values:
                    if day is None or day <= on:
                        current = entries
                found[parameter.subject] = found.get(parameter.subject, ()) + current
        return found
