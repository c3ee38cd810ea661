"""Reading an uploaded file into rows: CSV in the encodings and separators people have, XLSX that nobody vouches for.

Everything is bounded: bytes, rows, columns, what a compressed file grows to. A file above the bounds is refused as a
whole, never cut.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from mingcha.base.errors import Invalid
from mingcha.records.inventory.exchange.cells import text_of
from mingcha.records.inventory.exchange.columns import Table, columns_of, table_named, table_of

MAX_BYTES: Final = 4 << 20
MAX_ROWS: Final = 1000
"""Rows of all tables together, a large site three times over: they are applied in one transaction."""
MAX_COLUMNS: Final = 80
MAX_GROWN_BYTES: Final = 40 << 20
MAX_MEMBERS: Final = 200
REMARK: Final = "##"
"""A row whose first cell begins so is a remark."""

_SECTION = re.compile(r"^\[(.{1,60})\]$")
_GUARDED = re.compile(r"^'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands: its number in the sheet or file from 1, and its cells by keys of columns."""

    number: int
    cells: dict[str, object]


@dataclass(slots=True)
class RawTable:
    """One table. `ignored`: headings that are no column of it."""

    table: Table
    rows: list[RawRow] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file. `ignored`: sheets or sections that are no table."""

    sha256: str
    tables: tuple[RawTable, ...]
    ignored: tuple[str, ...]

    def rows(self, key: str) -> list[RawRow]:
        return [row for table in self.tables if table.table.key == key for row in table.rows]

    @property
    def count(self) -> int:
        return sum(len(table.rows) for table in self.tables)


def parse(name: str, data: bytes) -> Parsed:
    """The rows of a file. Raises Invalid ``exchange.*`` for what is no such file, or is too big."""
    if len(data) > MAX_BYTES:
        raise Invalid("exchange.too_big", "The file is too big.", limit_mib=MAX_BYTES >> 20)
    if data[:4] == b"PK\x03\x04":
        tables, ignored = _collect(_sheets(data))
    elif data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Invalid("exchange.old_excel", "This is an old .xls file; save it as .xlsx or CSV.")
    else:
        tables, ignored = _collect(_sections(_decoded(data)))
    if not any(table.rows for table in tables):
        raise Invalid("exchange.empty", f"{name[:60]} holds no rows.", sheets=", ".join(ignored)[:200])
    return Parsed(hashlib.sha256(data).hexdigest(), tuple(tables), tuple(ignored))


Line = tuple[int, Sequence[object]]


def _collect(parts: Iterable[tuple[str, Table | None, Iterable[Line]]]) -> tuple[list[RawTable], list[str]]:
    found: list[RawTable] = []
    ignored: list[str] = []
    seen = 0
    for name, table, lines in parts:
        if table is None:
            ignored.append(name)
            continue
        filled = (line for line in lines if any(text_of(cell) for cell in line[1]))
        usable = (line for line in filled if not text_of(line[1][0]).startswith(REMARK))
        header = next(usable, None)
        if header is None:
            continue
        made = _with_header(table, header[1])
        columns = columns_of(table, [text_of(cell) for cell in header[1]])
        for number, cells in usable:
            seen += 1
            if seen > MAX_ROWS:
                raise Invalid("exchange.too_many", f"More than {MAX_ROWS} rows.", limit=MAX_ROWS)
            pairs = zip(columns, [*cells, *[""] * len(columns)], strict=False)
            made.rows.append(RawRow(number, {column.key: cell for column, cell in pairs if column is not None}))
        found.append(made)
    return found, ignored


def _with_header(table: Table, header: Sequence[object]) -> RawTable:
    headings = [text_of(cell) for cell in header]
    if len(headings) > MAX_COLUMNS:
        raise Invalid("exchange.too_wide", f"More than {MAX_COLUMNS} columns.", limit=MAX_COLUMNS)
    columns = columns_of(table, headings)
    keys = [column.key for column in columns if column is not None]
    if "name" not in keys and "vendor" not in keys:
        raise Invalid("exchange.header", "The first row has to name the columns.", table=table.name("en"))
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise Invalid("exchange.column_twice", f"The column {twice} stands there twice.", column=twice)
    unknown = zip(headings, columns, strict=True)
    return RawTable(table, ignored=[heading[:60] for heading, column in unknown if column is None and heading])


# CSV ----------------------------------------------------------------------------------------------------------------


def _decoded(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else GB 18030, which holds GBK and GB 2312."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("exchange.encoding", "This is no text file in UTF-8 or GB 18030, and no XLSX.")


def _sections(text: str) -> Iterator[tuple[str, Table | None, Iterable[Line]]]:
    """The parts between lines like ``[cameras]``; a file without any is one table of cameras."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    name, table, lines = "", table_of("cameras"), list[Line]()
    try:
        for row in reader:
            cells = [cell[1:] if _GUARDED.match(cell) else cell for cell in row]
            first = cells[0].strip() if cells else ""
            match = _SECTION.match(first)
            if match and not any(cell.strip() for cell in cells[1:]):
                yield name, table, lines
                name, table, lines = match[1], table_named(match[1]), []  # type: ignore[assignment]
            elif cells:
                lines.append((reader.line_num, cells))
            if len(lines) > 2 * MAX_ROWS:
                raise Invalid("exchange.too_many", f"More than {MAX_ROWS} rows.", limit=MAX_ROWS)
    except csv.Error as error:
        raise Invalid("exchange.csv", f"Line {reader.line_num} cannot be read.", line=reader.line_num) from error
    yield name, table, lines


def _separator(text: str) -> str:
    """Comma, semicolon or tab: what stands most often in the first lines outside of quotes."""
    lines = [line for line in text[:20_000].splitlines() if line.strip() and not line.startswith(("[", REMARK))]
    head = re.sub(r'"[^"]*"', "", lines[0]) if lines else ""
    return max(",;\t", key=lambda mark: (head.count(mark), mark == ","))


# XLSX ---------------------------------------------------------------------------------------------------------------


def _sheets(data: bytes) -> Iterator[tuple[str, Table | None, Iterable[Line]]]:
    wrong = Invalid("exchange.xlsx", "This XLSX file cannot be read.")
    _require_modest(data, wrong)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            single = len(book.worksheets) == 1
            for sheet in book.worksheets:
                named = table_named(sheet.title)
                table = table_of("cameras") if named is None and single else named
                yield sheet.title[:60], table, _lines(sheet)
        finally:
            book.close()
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, TypeError, OSError) as error:
        raise wrong from error


def _lines(sheet: Any) -> Iterator[Line]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1):
        if number > 10 * MAX_ROWS:
            raise Invalid("exchange.too_many", f"More than {MAX_ROWS} rows.", limit=MAX_ROWS)
        kept = list(cells)
        while kept and kept[-1] is None:
            kept.pop()
        if kept:
            yield number, kept


def _require_modest(data: bytes, wrong: Invalid) -> None:
    """What is packed must not grow beyond reason: sizes stand in the archive, and reading never goes beyond them."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise wrong from error
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_GROWN_BYTES:
        raise Invalid("exchange.too_big", "The file is too big.", limit_mib=MAX_GROWN_BYTES >> 20)
    if any(member.flag_bits & 1 for member in members) or "[Content_Types].xml" not in {
        one.filename for one in members
    }:
        raise wrong
