"""One entry, ready to be read: for the page, for paper, for files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone

from mingcha.law import Citation
from mingcha.records.accounts.states import Role
from mingcha.records.register.models import Entry
from mingcha.records.register.sentences import actor_name, sentence, title
from mingcha.records.wording.law import Ground, grounds, language
from mingcha.web.pages.detail import readable


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its words in the reader's language. `facts`: label and value."""

    entry: Entry
    title: str
    sentence: str
    facts: list[tuple[str, str]]

    @classmethod
    def of(cls, entry: Entry) -> Line:
        return cls(entry, title(entry.act), sentence(entry), readable(entry))

    @property
    def actor(self) -> str:
        return actor_name(self.entry)

    @staticmethod
    def day(at: datetime | None) -> str:
        """An instant as a day of the reader's calendar; empty for none."""
        return at.astimezone(timezone.get_current_timezone()).date().isoformat() if at else ""

    @property
    def role(self) -> str:
        return str(Role(self.entry.actor_role).label) if self.entry.actor_role in Role.values else ""


def grounds_of(entry: Entry) -> list[Ground]:
    """The articles it rests on, with links."""
    return _read(entry.ground)


def ground_labels(entry: Entry) -> tuple[str, ...]:
    """The articles it rests on, as text."""
    return _labels(entry.ground, language())


def _read(ground: str) -> list[Ground]:
    return grounds(Citation(g["instrument"], g["article"], g.get("item", "")) for g in json.loads(ground))


@lru_cache(maxsize=4096)
def _labels(ground: str, _language: str) -> tuple[str, ...]:
    """A book has few grounds and many entries."""
    return tuple(f"{one.instrument} {one.place}" for one in _read(ground))
