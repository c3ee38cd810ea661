"""What becomes of a row of a file: added, changed, as before or refused, and why, at which column."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from mingcha.base.errors import MingchaError, Unlawful
from mingcha.records.inventory.exchange.cells import Problem

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
COLUMN_OF = {
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "camera.name_taken": "name",
    "camera.url": "main_url",
    "camera.gb_code_taken": "gb_code",
    "camera.prohibited": "area",
    "camera.necessity": "necessity",
    "camera.position_half": "longitude",
    "site.name_taken": "name",
    "site.region": "region",
    "site.place": "place",
    "site.installer": "installer",
    "site.told": "region",
    "area.name_taken": "name",
    "area.kind": "kind",
}
_MEASURE = {"lat_e7": "latitude", "lon_e7": "longitude"}


@dataclass(slots=True)
class RowResult:
    """What became of a row. `problems`: column, code of a sentence, its values; `hints`: the same, of what is only odd.
    `changes`: column, before, after, as plain values; a secret shows as true. `citations`: what forbids it. `verdict`:
    what the law says of a camera."""

    table: str
    number: int
    label: str
    status: str = UNCHANGED
    problems: list[Problem] = field(default_factory=list)
    changes: list[tuple[str, object, object]] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)
    citations: list[dict[str, object]] = field(default_factory=list)
    verdict: str = ""
    subject: str = ""

    def refuse(self, error: MingchaError) -> None:
        """Note why the row is refused, at the column it is about."""
        column = COLUMN_OF.get(error.code, "")
        if error.code.startswith("gb_code."):
            column = "gb_code"
        if error.code == "camera.position":
            measure = str(error.params.get("measure", ""))
            column = _MEASURE.get(measure, measure)
        plain = {key: value for key, value in error.params.items() if isinstance(value, str | int)}
        self.status, self.changes = REFUSED, []
        self.problems.append((str(error.params.get("column", column)), error.code, plain))
        if isinstance(error, Unlawful):
            self.verdict = "prohibited" if error.code == "camera.prohibited" else self.verdict
            self.citations = [
                {"instrument": instrument, "article": article, "item": item}
                for instrument, article, item in error.citations
            ]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: days as text."""
        changes = [[key, _plain(before), _plain(after)] for key, before, after in self.changes]
        return {**asdict(self), "changes": changes, "problems": [list(one) for one in self.problems]}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
