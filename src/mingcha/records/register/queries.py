"""Reads of the register. Who may read is decided by the caller's permission; the register knows no persons.

A search becomes stretches of `Posting`, each of one key, merged: the driving keys are those with the fewest entries,
what else is asked is looked up by primary key or read beside the key. Nothing counts or skips what a page does not
show, so page 10,000 costs as much as the first. Order is by the instant of the act, the later one first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Invalid, NotAllowed
from mingcha.records.register import keys
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry, EntryName

NAMES_LIMIT = 200
COUNT_LIMIT = 1000
_PROBE = 2000
_BATCH = 500
_CURSOR = re.compile(r"(-?\d{1,18})\.(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields do not narrow. `act`: a word, or an area with its dot (``camera.``); `words`: any
    of these; `ref`, `also_ref`: ids of a person, camera, site, viewing …; `text`: a piece of a name; `since` <= at <
    `until`; `up_to`: no entry with a higher number, so that the same search finds the same later."""

    act: str = ""
    words: tuple[str, ...] = ()
    ref: str = ""
    also_ref: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in the order of the book; written ``at_us.number`` in addresses."""

    at_us: int
    number: int

    def __str__(self) -> str:
        return f"{self.at_us}.{self.number}"

    @classmethod
    def of(cls, entry: Entry) -> Place:
        return cls(from_datetime(entry.at), entry.pk)

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises Invalid (``register.place``)."""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise Invalid("register.place", "This page of the book cannot be read.")
        return cls(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Found:
    """One page, newest first. `older`, `newer`: where the neighbouring pages begin; None: there is none."""

    entries: tuple[Entry, ...]
    older: Place | None
    newer: Place | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many: exact up to the limit, `is_more` beyond it."""

    number: int
    is_more: bool


def find(search: Search, *, limit: int, before: Place | None = None, after: Place | None = None) -> Found:
    """One page: the newest; what stands before (older than) a place; or the page just after (newer than) one. Raises
    Invalid (``register.text_wide``)."""
    question = _question(search)
    places = question.places(limit + 1, before=before, after=after) if question else []
    more, places = len(places) > limit, places[:limit]
    if after is not None:
        places.reverse()
    has_older, has_newer = (bool(places), more) if after is not None else (more, bool(places) and before is not None)
    return Found(
        _entries(places), places[-1] if has_older and places else None, places[0] if has_newer and places else None
    )


def count(search: Search, *, limit: int = COUNT_LIMIT) -> Count:
    """How many entries match, exact up to `limit`."""
    question = _question(search)
    number = question.count(limit + 1) if question else 0
    return Count(min(number, limit), number > limit)


def every(search: Search, *, start: Place | None = None, end: Place | None = None) -> Iterator[Entry]:
    """All matching entries, oldest first, a few hundred at a time; from `start` to `end`, both included."""
    question = _question(search)
    place = Place(start.at_us, start.number - 1) if start else Place(-(1 << 62), 0)
    while question:
        places = question.places(_BATCH, after=place)
        if not places:
            return
        for entry in _entries(places):
            if end is not None and (from_datetime(entry.at), entry.pk) > (end.at_us, end.number):
                return
            yield entry
        place = places[-1]


def newest_number() -> int:
    """Number of the newest entry; 0 for an empty book."""
    return Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def entry_for(number: int) -> Entry:
    """One entry by its number. Raises NotAllowed (``register.unknown``)."""
    entry = Entry.objects.filter(pk=number).first() if number < 1 << 62 else None
    if entry is None:
        raise NotAllowed("register.unknown", "There is no entry with this number.")
    return entry


def entered_from(sources: Iterable[str]) -> set[str]:
    """Which of these facts of the recorder are in the book already."""
    return {
        source for source in Entry.objects.filter(source__in=list(sources)).values_list("source", flat=True) if source
    }


def entries_about(refs: Sequence[str], words: Iterable[str]) -> list[Entry]:
    """The entries with one of these words about any of these ids that have few entries each (viewings), any order."""
    if not refs:
        return []
    codes = [keys.act_code(word) for word in words]
    where = _Stretch((_In("key", tuple(keys.of_ref(ref) for ref in refs)), _In("act", tuple(codes))))
    sql, values = where.sql()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT entry_id FROM register_posting p WHERE {sql}", values)  # noqa: S608 - no values in it
        return list(Entry.objects.filter(pk__in=[number for (number,) in cursor.fetchall()]))


@dataclass(frozen=True, slots=True)
class _In:
    column: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Conditions on one row of the postings `p`. `beside`: sets of keys of which the entry has one, too."""

    within: tuple[_In, ...]
    since_us: int | None = None
    until_us: int | None = None
    up_to: int | None = None
    beside: tuple[tuple[int, ...], ...] = ()

    def sql(self) -> tuple[str, list[int]]:
        """SQL after WHERE, and its values."""
        parts: list[str] = []
        values: list[int] = []
        for condition in self.within:
            parts.append(f"p.{condition.column} IN ({_marks(condition.values)})")
            values += condition.values
        for text, value in (
            ("p.at_us >= %s", self.since_us),
            ("p.at_us < %s", self.until_us),
            ("p.entry_id <= %s", self.up_to),
        ):
            if value is not None:
                parts.append(text)
                values.append(value)
        for found in self.beside:
            parts.append(
                f"EXISTS (SELECT 1 FROM register_posting o WHERE o.key IN ({_marks(found)}) "  # noqa: S608
                "AND o.at_us = p.at_us AND o.entry_id = p.entry_id)"
            )
            values += found
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class _Question:
    """A search as postings: one stretch for each of the driving keys."""

    driving: tuple[int, ...]
    rest: _Stretch

    def places(self, limit: int, *, before: Place | None = None, after: Place | None = None) -> list[Place]:
        """The first places in reading order: downwards from `before`, or upwards from `after`."""
        order = "ASC" if after is not None else "DESC"
        sql, values = self._branches(f"ORDER BY p.at_us {order}, p.entry_id {order} LIMIT {limit}", before, after)
        whole = f"SELECT DISTINCT at_us, entry_id FROM ({sql}) q ORDER BY at_us {order}, entry_id {order} LIMIT {limit}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(whole if len(self.driving) > 1 else sql, values)
            return [Place(at_us, number) for at_us, number in cursor.fetchall()]

    def count(self, limit: int) -> int:
        """How many, at most `limit`; with several keys an entry may be met twice."""
        sql, values = self._branches(f"LIMIT {limit}", None, None)
        distinct = "DISTINCT " if len(self.driving) > 1 else ""
        whole = f"SELECT count(*) FROM (SELECT {distinct}at_us, entry_id FROM ({sql}) q LIMIT {limit}) r"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(whole, values)
            return int(cursor.fetchone()[0])

    def _branches(self, tail: str, before: Place | None, after: Place | None) -> tuple[str, list[int]]:
        edge, edge_values = "", []
        if after is not None:
            edge = " AND p.at_us >= %s AND (p.at_us > %s OR p.entry_id > %s)"
            edge_values = [after.at_us, after.at_us, after.number]
        elif before is not None:
            edge = " AND p.at_us <= %s AND (p.at_us < %s OR p.entry_id < %s)"
            edge_values = [before.at_us, before.at_us, before.number]
        selects: list[str] = []
        values: list[int] = []
        for key in self.driving:
            stretch = replace(self.rest, within=(_In("key", (key,)), *self.rest.within))
            sql, own = stretch.sql()
            selects.append(f"SELECT p.at_us, p.entry_id FROM register_posting p WHERE {sql}{edge} {tail}")  # noqa: S608
            values += [*own, *edge_values]
        if len(selects) == 1:
            return selects[0], values
        return " UNION ALL ".join(f"SELECT * FROM ({select}) b" for select in selects), values  # noqa: S608


def _question(search: Search) -> _Question | None:
    """How to look it up; None when nothing can match."""
    words = _words(search)
    codes = (_In("act", tuple(keys.act_code(word) for word in words)),) if words is not None else ()
    rest = _Stretch(
        codes,
        from_datetime(search.since) if search.since else None,
        from_datetime(search.until) if search.until else None,
        search.up_to,
    )
    narrowing = _narrowing(search)
    if words == () or () in narrowing:
        return None
    if len(narrowing) > 1:
        # The rarest leads; probing stops early, so that this costs little.
        narrowing.sort(key=lambda found: _Question(found, replace(rest, within=())).count(_PROBE))
    refs = [ref for ref in (search.ref, search.also_ref) if ref]
    if words is not None and not narrowing:
        return _Question(tuple(keys.of_act(word) for word in words), replace(rest, within=()))
    leads = len(refs) == 1 and narrowing[0] == (keys.of_ref(refs[0]),) and keys.is_filed_by_act(refs[0])
    if words is not None and leads:
        driving = tuple(keys.of_ref_and_act(refs[0], word) for word in words)
        return _Question(driving, replace(rest, within=(), beside=tuple(narrowing[1:])))
    leading = narrowing[0] if narrowing else (keys.ALL,)
    return _Question(leading, replace(rest, beside=tuple(narrowing[1:])))


def _narrowing(search: Search) -> list[tuple[int, ...]]:
    """Sets of keys; an entry that matches has one of each. An empty set: nothing matches."""
    refs = sorted({ref for ref in (search.ref, search.also_ref) if ref})
    paired = len(refs) == 2 and all(map(keys.is_filed_by_act, refs)) and any(ref.startswith("per_") for ref in refs)
    found: list[tuple[int, ...]] = [(keys.of_pair(*refs),)] if paired else [(keys.of_ref(ref),) for ref in refs]
    text = keys.fold(search.text)
    if text:
        names = list(EntryName.objects.filter(text__contains=text).values_list("text", flat=True)[: NAMES_LIMIT + 1])
        if len(names) > NAMES_LIMIT:
            raise Invalid("register.text_wide", "Too many names hold this; write more of it.", limit=NAMES_LIMIT)
        found.append(tuple(keys.of_name(name) for name in names))
    return found


def _words(search: Search) -> tuple[str, ...] | None:
    """The words asked for; None: any."""
    chosen = set(search.words) or None
    if search.act:
        of_area = {word for word in ACTS if word.startswith(search.act)} if search.act.endswith(".") else {search.act}
        chosen = of_area if chosen is None else chosen & of_area
    return None if chosen is None else tuple(sorted(chosen))


def _entries(places: Sequence[Place]) -> tuple[Entry, ...]:
    found = Entry.objects.in_bulk([place.number for place in places])
    return tuple(found[place.number] for place in places)


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
