"""A search result as a file: a ZIP of ``register.csv`` and ``manifest.json``, made while it is sent.

The last column of the CSV is the canonical text of the entry, so that its hash and that of each sheet can be checked
with nothing but the file. Memory holds one batch, however long the file.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.utils import timezone
from django.utils.translation import get_language, gettext, override

from mingcha.records.register.canonical import digest
from mingcha.records.register.models import Entry
from mingcha.records.register.sheets import BEGINNING, Sheet, sheet_of
from mingcha.web.pages.book_line import Line, ground_labels

SHEET = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: those that begin like one get an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def zipped(entries: Iterable[Entry], *, export: int, finish: Callable[[Sheet, int], None]) -> Iterator[bytes]:
    """The bytes of the ZIP. `finish` is told the last sheet and the number of entries once all but the end is sent."""
    sink, rest, language = _Sink(), iter(entries), get_language()
    made: list[Sheet] = []
    archive = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)
    with archive.open("register.csv", "w", force_zip64=True) as member:
        with override(language):
            member.write(("\ufeff" + _rows([_head()])).encode())
        while chunk := list(islice(rest, SHEET)):
            numbered = [(entry.pk, entry.as_canonical()) for entry in chunk]
            made.append(sheet_of(len(made) + 1, numbered, made[-1].chain if made else BEGINNING))
            with override(language):
                rows = [_row(entry, text, made[-1].number) for entry, (_, text) in zip(chunk, numbered, strict=True)]
            member.write(_rows(rows).encode())
            yield sink.taken()
    archive.writestr("manifest.json", _manifest(made, export))
    archive.close()
    finish(made[-1], sum(sheet.count for sheet in made))
    yield sink.taken()


def _head() -> list[str]:
    return [
        gettext("No."), gettext("When"), gettext("Act"), gettext("What happened"), gettext("Who"), gettext("Role"),
        gettext("Post"), gettext("Unit"), gettext("To whom or what"), gettext("Details"), gettext("Articles"),
        gettext("Law version"), gettext("Sheet"), "SHA-256", "canonical",
    ]  # fmt: skip


def _row(entry: Entry, text: str, sheet: int) -> list[str]:
    line = Line.of(entry)
    at = entry.at.astimezone(timezone.get_current_timezone()).isoformat(timespec="microseconds")
    facts = "; ".join(f"{label}: {value}" for label, value in line.facts)
    said = [at, line.title, line.sentence, line.actor, line.role, entry.post, entry.unit, entry.subject_name, facts]
    proof = [", ".join(ground_labels(entry)), entry.law_version, str(sheet), digest(text), text]
    return [str(entry.pk), *said, *proof]


def _rows(rows: Iterable[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _manifest(made: list[Sheet], export: int) -> str:
    told = {
        "format": "mingcha-register-export-1",
        "export": export,
        "entries": sum(sheet.count for sheet in made),
        "sha256": made[-1].chain if made else BEGINNING,
        "how": "digest: SHA-256 of the canonical column of the sheet's lines, each ended by a line feed. chain: "
        "SHA-256 of the chain before (64 zeros at first), a line feed, the digest, a line feed. sha256: last chain.",
        "sheets": [
            {"number": s.number, "first": s.first, "last": s.last, "entries": s.count, "digest": s.digest,
             "chain": s.chain} for s in made
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1)


class _Sink(io.RawIOBase):
    """Takes what the archive writes and hands it on; cannot seek, so the archive asks for nothing twice."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        return len(part)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
