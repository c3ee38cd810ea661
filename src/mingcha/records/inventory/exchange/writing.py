"""Writing tables as CSV or XLSX, so that no program takes a cell for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.workbook.child import _WorkbookChild

from mingcha.records.inventory.exchange.cells import choices_of, written
from mingcha.records.inventory.exchange.columns import Column, Table, tables
from mingcha.records.inventory.exchange.reading import REMARK

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_JOINT = ("、", ", ")
_GUIDE = ("说明", "Guide")

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table, each by keys of columns."""


def csv_file(rows: Rows, language: str) -> bytes:
    """One section for each table, in UTF-8 with a mark, so that spreadsheets show Chinese."""
    lines: list[list[str]] = []
    for table in tables():
        lines += [[f"[{table.name(language)}]"], [column.name(language) for column in table.columns]]
        lines += [[_guarded(value) for value in _values(table, row, language)] for row in rows.get(table.key, ())]
        lines.append([])
    return _csv(lines)


def csv_template(language: str) -> bytes:
    """Every table with its headings, explained in remarks, with an example."""
    lines: list[list[str]] = []
    for table in tables():
        columns = read_columns(table)
        lines.append([f"[{table.name(language)}]"])
        lines += [
            [f"{REMARK} {column.name(language)}{_star(column)}", column.says[language != "zh"]] for column in columns
        ]
        example = [_guarded(column.example[language != "zh"]) for column in columns]
        lines.append([f"{REMARK} {('例', 'Example')[language != 'zh']}", *example[1:]])
        lines += [[column.name(language) for column in columns], []]
    return _csv(lines)


def xlsx_file(rows: Rows, language: str, made_at: datetime) -> bytes:
    """One sheet for each table. Everything but numbers is text, also what begins with ``=``."""
    book = _book(made_at)
    for table in tables():
        sheet = book.create_sheet(table.name(language))
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, column.name(language), bold=True) for column in table.columns])
        for row in rows.get(table.key, ()):
            sheet.append([_cell(sheet, value) for value in _values(table, row, language)])
    return _saved(book)


def xlsx_template(language: str, made_at: datetime) -> bytes:
    """Empty sheets with their headings, and a first sheet that explains each column and gives an example."""
    book = _book(made_at)
    guide = book.create_sheet(_GUIDE[language != "zh"])
    guide.column_dimensions["A"].width, guide.column_dimensions["B"].width = 16, 28
    guide.column_dimensions["C"].width, guide.column_dimensions["D"].width = 60, 32
    guide.column_dimensions["E"].width = 60
    heads = (("表", "列", "填什么", "例", "可选值"), ("Table", "Column", "What to write", "Example", "Choices"))
    guide.append([_cell(guide, head, bold=True) for head in heads[language != "zh"]])
    for table in tables():
        for column in read_columns(table):
            said = [table.name(language), column.name(language) + _star(column)]
            said += [column.says[language != "zh"], column.example[language != "zh"]]
            said.append(_JOINT[language != "zh"].join(choices_of(column, language)))
            guide.append([_cell(guide, text) for text in said])
    for table in tables():
        sheet = book.create_sheet(table.name(language))
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, column.name(language), bold=True) for column in read_columns(table)])
    return _saved(book)


def read_columns(table: Table) -> list[Column]:
    """Columns that are read when a file is taken in."""
    return [column for column in table.columns if column.kind != "told"]


def _values(table: Table, row: Mapping[str, object], language: str) -> Iterable[object]:
    return (written(column, row.get(column.key), language) for column in table.columns)


def _star(column: Column) -> str:
    return " *" if column.needed else ""


def _guarded(value: object) -> str:
    """Text that no spreadsheet takes for a formula; `reading` takes the mark off again."""
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _csv(lines: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode("utf-8-sig")


def _book(made_at: datetime) -> Workbook:
    book = Workbook(write_only=True)
    book.properties.creator = "Mingcha"
    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    return book


def _cell(sheet: _WorkbookChild, value: object, *, bold: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value=value if isinstance(value, int | float) else str(value))
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = Alignment(vertical="top", wrap_text=bold)
    if bold:
        cell.font = Font(bold=True)
    return cell


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
