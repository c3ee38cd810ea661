"""The tables and columns of the exchange file (columns.yaml), and finding them by any of their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `names`, `says` and `example`: in Chinese and English; `also`: further headings that are understood;
    `kind`: how a cell is read (`cells`)."""

    key: str
    kind: str
    names: tuple[str, str]
    says: tuple[str, str]
    example: tuple[str, str]
    also: tuple[str, ...] = ()
    needed: bool = False

    def name(self, language: str) -> str:
        return self.names[language != "zh"]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file. `key`: sites, areas, models or cameras."""

    key: str
    names: tuple[str, str]
    also: tuple[str, ...]
    columns: tuple[Column, ...]

    def name(self, language: str) -> str:
        return self.names[language != "zh"]

    def column(self, key: str) -> Column:
        return _by_key(self)[key]


@cache
def tables() -> tuple[Table, ...]:
    """All tables, in the order of the file: what is referred to comes first."""
    given = yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text(encoding="utf-8"))
    return tuple(
        Table(
            key,
            (table["name"][0], table["name"][1]),
            tuple(table.get("also", ())),
            tuple(_column(name, said) for name, said in table["columns"].items()),
        )
        for key, table in given.items()
    )


def table_of(key: str) -> Table:
    return next(table for table in tables() if table.key == key)


def table_named(text: str) -> Table | None:
    """The table of a sheet or a ``[section]``; None for any other name."""
    wanted = plain(text)
    return next((one for one in tables() if wanted in {plain(name) for name in (one.key, *one.names, *one.also)}), None)


def columns_of(table: Table, headings: Iterable[str]) -> list[Column | None]:
    """The column of each heading; None for one that is not known."""
    names = _by_name(table)
    return [names.get(plain(heading)) for heading in headings]


def plain(text: str) -> str:
    """A heading without width, case, blanks, stars and what stands in brackets."""
    half = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*＊_:：]", "", re.sub(r"\([^)]*\)", "", half))


def _column(key: str, said: Mapping[str, Any]) -> Column:
    def pair(name: str) -> tuple[str, str]:
        chinese, english = said[name]
        return chinese, english

    also = tuple(said.get("also", ()))
    return Column(key, str(said["kind"]), pair("name"), pair("says"), pair("example"), also, bool(said.get("needed")))


@cache
def _by_key(table: Table) -> dict[str, Column]:
    return {column.key: column for column in table.columns}


@cache
def _by_name(table: Table) -> dict[str, Column]:
    """Own names win over the further ones of other columns."""
    found: dict[str, Column] = {}
    for column in table.columns:
        for name in (column.key, *column.names):
            found[plain(name)] = column
    for column in table.columns:
        for name in column.also:
            found.setdefault(plain(name), column)
    return found
