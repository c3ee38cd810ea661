"""Reading cells: from what stands in a file to values of the inventory, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Final

from django.utils.translation import override

from mingcha import law
from mingcha.base.errors import Invalid
from mingcha.base.position_text import read_degrees, read_pair, write_degrees
from mingcha.base.positions import E7, Datum, to_stored
from mingcha.law import regions
from mingcha.records.inventory import states
from mingcha.records.inventory.exchange.columns import Column, Table

CELL_LIMIT: Final = 2000
Values = dict[str, object]
Problem = tuple[str, str, Mapping[str, object]]
"""Key of a column (or empty), code of an error, values for its sentence."""

_YES = frozenset({"1", "y", "yes", "true", "是", "有", "√", "✓", "对"})
_NO = frozenset({"", "0", "n", "no", "false", "否", "无", "×", "不", "不是"})
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]0{1,2}:00(?::00)?(?:\.0+)?)?")
_DECIMAL = re.compile(r"-?\d{1,6}(?:\.\d+)?")
_ROUNDED = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_CHOICES: Final = {
    "camera_kind": states.CameraKind,
    "transport": states.Transport,
    "engine": states.Engine,
    "purpose": states.Purpose,
}


def text_of(value: object) -> str:
    """A cell as text: whole numbers without a fraction, days as they are written, trimmed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value)
    return unicodedata.normalize("NFC", str(value)).strip()


def read_cells(table: Table, cells: Mapping[str, object]) -> tuple[Values, list[Problem]]:
    """The values of a row, by keys of columns, and what cannot be read. A column that the file does not have has no
    value. Latitude, longitude and datum become ``lat_e7``, ``lon_e7``, ``datum_given``, ``position_error_cm``."""
    values: Values = {}
    problems: list[Problem] = []
    for key, cell in cells.items():
        column = table.column(key)
        try:
            read = _READERS.get(column.kind.partition(":")[0])
            if read is not None:
                values[key] = read(column, cell)
        except Invalid as error:
            problems.append((key, error.code, dict(error.params)))
    if "latitude" in cells:
        try:
            values |= _position(cells)
        except Invalid as error:
            column_key = "datum" if error.code.startswith("exchange.datum") else "latitude"
            problems.append((column_key, error.code, dict(error.params)))
    return values, problems


def written(column: Column, value: object, language: str) -> object:
    """A value as it stands in a file: text, or a number where it is one."""
    kind, _, group = column.kind.partition(":")
    if value is None or value == "":
        return ""
    if kind == "flag":
        return ("是", "yes")[language != "zh"] if value else ("否", "no")[language != "zh"]
    if kind == "centi" and isinstance(value, int):
        return value / 100
    if kind == "choice":
        return _labels(group).get(str(value), {}).get(language, str(value))
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def choices_of(column: Column, language: str) -> list[str]:
    """What may stand in a column of choices; empty for others."""
    kind, _, group = column.kind.partition(":")
    return [names[language] for names in _labels(group).values()] if kind == "choice" else []


def written_degrees(value_e7: int | None) -> str:
    """A stored angle as text, with all its places."""
    return "" if value_e7 is None else write_degrees(value_e7 / E7)


def _position(cells: Mapping[str, object]) -> Values:
    latitude, longitude = text_of(cells.get("latitude")), text_of(cells.get("longitude"))
    names = ("lat_e7", "lon_e7", "datum_given", "position_error_cm")
    if not latitude and not longitude:
        return dict(zip(names, (None, None, "", None), strict=True))
    given = read_degrees(latitude, longitude) if longitude else read_pair(latitude)
    said = re.sub(r"[\s\-_/]", "", unicodedata.normalize("NFKC", text_of(cells.get("datum")))).casefold()
    if not said:
        raise Invalid("exchange.datum_missing", "Say in which datum the position is.")
    found = {"wgs": "wgs84", "gcj": "gcj02", "bd": "bd09", "cgcs": "cgcs2000", "bd09ll": "bd09", "国家2000": "cgcs2000"}
    try:
        datum = Datum(found.get(said, said))
    except ValueError as error:
        raise Invalid("exchange.datum", "This datum is not known.", found=said[:40]) from error
    position, error_cm = to_stored(given, datum)
    return dict(zip(names, (position.lat_e7, position.lon_e7, datum.value, error_cm), strict=True))


def _text(column: Column, cell: object) -> str:
    said = text_of(cell)
    if len(said) > CELL_LIMIT:
        raise Invalid("text.long", "The text is too long.", limit=CELL_LIMIT)
    if column.key == "gb_code" and ((isinstance(cell, int | float) and cell >= 1e15) or _ROUNDED.fullmatch(said)):
        raise Invalid("exchange.rounded", "The spreadsheet rounded this number; format the column as text.")
    return said


def _secret(column: Column, cell: object) -> str:
    if isinstance(cell, str):
        if len(cell) > CELL_LIMIT:
            raise Invalid("text.long", "The text is too long.", limit=CELL_LIMIT)
        return cell
    return text_of(cell)


def _flag(_column: Column, cell: object) -> bool:
    said = unicodedata.normalize("NFKC", text_of(cell)).casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise Invalid("exchange.flag", "Write yes or no.", found=said[:40])


def _day(_column: Column, cell: object) -> date | None:
    said = unicodedata.normalize("NFKC", text_of(cell))
    if not said:
        return None
    match = _DAY.fullmatch(said)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise Invalid("exchange.day", "Write a day as 2025-04-20.", found=said[:40])


def _number(cell: object, scale: int) -> int | None:
    said = unicodedata.normalize("NFKC", text_of(cell))
    if not said:
        return None
    if not _DECIMAL.fullmatch(said):
        raise Invalid("exchange.number", "Write a number.", found=said[:40])
    return round(float(said) * scale)


def _whole(_column: Column, cell: object) -> int | None:
    found = _number(cell, 1)
    if found is not None and float(unicodedata.normalize("NFKC", text_of(cell))) != found:
        raise Invalid("exchange.whole", "Write a whole number.", found=text_of(cell)[:40])
    return found


def _region(_column: Column, cell: object) -> str:
    said = text_of(cell)
    if not said:
        return ""
    found = regions.matching(said)
    if len(found) != 1:
        code = "exchange.region_many" if found else "site.region"
        raise Invalid(code, "A region is a GB/T 2260 code of six digits.", found=said[:40])
    return found[0]


def _choice(column: Column, cell: object) -> str:
    said = text_of(cell)
    if not said:
        return ""
    group = column.kind.partition(":")[2]
    code = _words(group).get(_plain(said))
    if code is None:
        raise Invalid("exchange.choice", f"{said[:40]} is not one of the choices.", found=said[:40])
    return code


@cache
def _labels(group: str) -> dict[str, dict[str, str]]:
    """Code to names in both languages, of a group of the law's or the inventory's."""
    if group in _CHOICES:
        found: dict[str, dict[str, str]] = {}
        for language, tag in (("zh", "zh-hans"), ("en", "en")):
            with override(tag):
                for code, label in _CHOICES[group].choices:
                    found.setdefault(str(code), {})[language] = str(label)
        return found
    vocabulary = law.current().data.vocabulary[group]
    return {code: {"zh": chinese, "en": english} for code, (chinese, english) in vocabulary.items()}


@cache
def _words(group: str) -> dict[str, str]:
    words = {_plain(name): code for code, names in _labels(group).items() for name in names.values()}
    return words | {_plain(code): code for code in _labels(group)}


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", text)).casefold()


_READERS: Final[dict[str, Callable[[Column, object], object]]] = {
    "text": _text,
    "secret": _secret,
    "flag": _flag,
    "day": _day,
    "centi": lambda _column, cell: _number(cell, 100),
    "whole": _whole,
    "region": _region,
    "choice": _choice,
}
"""Latitude, longitude and datum are read together; what is told is never read."""
