"""Which items of a personnel file the law demands for a post: asked of `mingcha.law`, read by file_items.yaml.

Nothing here knows a number, a place or a list of the law. A region that is not told is asked about under national rules
alone; a place that is not told is taken for one that must have a system, since most duties bind there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from mingcha import law
from mingcha.records.personnel.states import Item, PostKind

SOURCE = Path(__file__).with_name("file_items.yaml")
Cite = tuple[str, int, str]
"""Instrument, article, item."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of file_items.yaml."""

    cite: Cite
    duty: str
    items: tuple[Item, ...]
    posts: frozenset[PostKind]
    read: date


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a site the law is asked by. `region` and `place` empty: not told."""

    region: str = ""
    place: str = ""
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Demands:
    """Items the law demands, each with its provisions, in the order of `Item`."""

    items: tuple[tuple[Item, tuple[Cite, ...]], ...]
    law_version: str

    def citations_of(self, item: Item) -> tuple[Cite, ...]:
        """The provisions that demand the item; none: it is not demanded."""
        return dict(self.items).get(item, ())


@cache
def readings() -> dict[Cite, Reading]:
    """The rows by provision; of two rows for one, the later in the file."""
    found: dict[Cite, Reading] = {}
    for row in _source()["rows"]:
        instrument, article, item = row["cite"]
        cite: Cite = (instrument, int(article), item)
        posts = frozenset(PostKind(kind) for kind in row["posts"])
        found[cite] = Reading(cite, row["duty"], tuple(Item(code) for code in row["items"]), posts, row["read"])
    return found


def duties_of_the_unit() -> frozenset[str]:
    """Duty codes that touch staff but are no matter of one person's file."""
    return frozenset(_source()["of_the_unit"])


@lru_cache(maxsize=4096)
def demands(kind: PostKind, site: Circumstances, on: date) -> Demands:
    """What the file of whoever holds such a post at such a site must hold on a day."""
    duties, version = _duties(site, on)
    found: dict[Item, list[Cite]] = {}
    for cite in duties:
        reading = readings().get(cite)
        if reading is None or kind not in reading.posts:
            continue
        for item in reading.items:
            found.setdefault(item, []).append(cite)
    return Demands(tuple((item, tuple(found[item])) for item in Item if item in found), version)


def _duties(site: Circumstances, on: date) -> tuple[tuple[Cite, ...], str]:
    data = law.current().data
    facts = {
        "region": site.region or f"{min(data.provinces)}0000",
        "place": site.place or _place_of_most_duties(),
        "on": on.isoformat(),
        "drafts": site.drafts,
    }
    answer = law.decide("duties", facts)
    rows: Any = answer["duties"]
    # Which local rules bind is unknown while the region is; the national ones bind in any.
    binding = {found.id for found in data.instruments if site.region or not found.territory}
    cites = tuple((row["instrument"], row["article"], row.get("item", "")) for row in rows)
    return tuple(cite for cite in cites if cite[0] in binding), str(answer["law_version"])


@cache
def _place_of_most_duties() -> str:
    """A place on the national list of those that must have a system."""
    national = {instrument.id for instrument in law.current().data.instruments if not instrument.territory}
    for parameter in law.current().data.parameters:
        if parameter.instrument in national and parameter.subject == "must_have":
            return min(place for entry in parameter.entries for place in entry.places)
    raise RuntimeError("the law names no place that must have a system")


@cache
def _source() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return loaded
