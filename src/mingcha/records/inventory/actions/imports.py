"""Taking a whole site in from a file, and writing one out. What an import would do is found by doing it and undoing it
again: the preview cannot differ from the act."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from mingcha.base.errors import Conflict
from mingcha.base.keys import node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.actions.import_rows import RowImport
from mingcha.records.inventory.actions.row_results import CHANGED, NEW, REFUSED, UNCHANGED, RowResult
from mingcha.records.inventory.exchange.reading import Parsed, parse
from mingcha.records.inventory.jobs import ParkedImport
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.queries.exchange import Row, site_rows
from mingcha.records.register.actions import Actor, act, enter

PARKED_FOR = timedelta(hours=1)
TOLD_ROWS = 200
"""Refused rows that an entry names; it counts all."""


class _Undone(Exception):
    """Carries what a rehearsal found out of the transaction that is rolled back."""

    def __init__(self, results: list[RowResult]) -> None:
        super().__init__()
        self.results = results


@act("inventory.import_checked")
def _park(*, parked: ParkedImport, actor: Person, at: datetime) -> None:
    ParkedImport.objects.filter(parked_at__lt=at - PARKED_FOR).delete()
    ParkedImport.objects.filter(person=actor).delete()
    parked.save(force_insert=True)
    enter(actor=actor, at=at, subject=parked.site, subject_name=parked.name, detail=_file(parked, parked.preview))


def check_import(*, name: str, data: bytes, site: Site | None, actor: Person, at: datetime) -> ParkedImport:
    """Look at a file without taking it in; it waits an hour for `apply_import`. Raises NotAllowed and Invalid
    (``exchange.*``) for a file that cannot be read at all; what is wrong in its rows stands in the preview."""
    require(actor, Permission.MANAGE_CAMERAS)
    parsed = parse(name, data)
    parked = ParkedImport(person=actor, name=_short(name), sha256=parsed.sha256, size_bytes=len(data), parked_at=at)
    parked.site = site.public_id if site else ""
    sealer = node_sealer(settings.DATA_DIR)
    parked.content = sealer.seal(base64.b64encode(data).decode("ascii"), parked.public_id)
    parked.preview = _preview(parsed, _rehearse(parsed=parsed, site=site, actor=actor, at=at))
    _park(parked=parked, actor=actor, at=at)
    return parked


def apply_import(*, parked: ParkedImport, only_good: bool, actor: Person, at: datetime) -> dict[str, int]:
    """Take the file in: all of it, or `only_good` rows. Returns how many rows are new, changed, unchanged, refused.

    Raises Conflict: ``exchange.refused_rows`` when a row is refused and not only the good ones are wanted;
    ``exchange.stale`` when the inventory changed since the preview, which is then made anew.
    """
    require(actor, Permission.MANAGE_CAMERAS)
    sealed = node_sealer(settings.DATA_DIR).open(parked.content, parked.public_id)
    parsed = parse(parked.name, base64.b64decode(sealed))
    site = Site.objects.filter(public_id=parked.site).first() if parked.site else None
    try:
        return _apply(parsed=parsed, parked=parked, site=site, only_good=only_good, actor=actor, at=at)
    except Conflict as error:
        if error.code == "exchange.stale":
            found = _rehearse(parsed=parsed, site=site, actor=actor, at=at)
            ParkedImport.objects.filter(pk=parked.pk).update(preview=_preview(parsed, found))
        raise


@act("inventory.imported", of_acts=True)
def _apply(
    *, parsed: Parsed, parked: ParkedImport, site: Site | None, only_good: bool, actor: Person, at: datetime
) -> dict[str, int]:
    if ParkedImport.objects.filter(pk=parked.pk).delete()[0] == 0:
        raise Conflict("exchange.gone", "The import was taken in already.")
    results = RowImport(parsed, site=site, actor=actor, at=at).run()
    found = _preview(parsed, results)
    if [_fate(row) for row in found["rows"]] != [_fate(row) for row in parked.preview["rows"]]:
        raise Conflict("exchange.stale", "The inventory changed since the preview.")
    counts: dict[str, int] = found["counts"]
    if counts[REFUSED] and not only_good:
        raise Conflict("exchange.refused_rows", "Some rows are refused.", count=counts[REFUSED])
    subjects = {result.subject for result in results if result.table == "sites" and result.subject}
    subject = subjects.pop() if len(subjects) == 1 else parked.site
    refused = [
        {"table": row.table, "row": row.number, "name": row.label, "code": row.problems[0][1] if row.problems else ""}
        for row in results
        if row.status == REFUSED
    ]
    detail = {**_file(parked, found), "only_good": only_good, "refused_rows": refused[:TOLD_ROWS]}
    enter(actor=actor, at=at, subject=subject, subject_name=parked.name, detail=detail, word="inventory.imported")
    return counts


@act("inventory.imported", of_acts=True, rehearses=True)
def _do_and_undo(*, parsed: Parsed, site: Site | None, actor: Actor, at: datetime) -> None:
    raise _Undone(RowImport(parsed, site=site, actor=actor, at=at).run())


def _rehearse(*, parsed: Parsed, site: Site | None, actor: Actor, at: datetime) -> list[RowResult]:
    try:
        _do_and_undo(parsed=parsed, site=site, actor=actor, at=at)
    except _Undone as undone:
        return undone.results
    raise AssertionError("a rehearsal ends by being undone")


@act("inventory.exported")
def export_site(*, site: Site, form: str, actor: Person, at: datetime) -> dict[str, list[Row]]:
    """The rows of a site for a file; the list of its cameras leaves the house, so the register knows of it. `form`: csv
    or xlsx."""
    require(actor, Permission.MANAGE_CAMERAS)
    rows = site_rows(viewer=actor, site=site)
    detail = {"form": form, "cameras": len(rows["cameras"]), "areas": len(rows["areas"])}
    enter(actor=actor, at=at, subject=site.public_id, subject_name=site.name, detail=detail)
    return rows


def _preview(parsed: Parsed, results: Sequence[RowResult]) -> dict[str, Any]:
    counts = Counter(result.status for result in results)
    return {
        "rows": [result.as_json() for result in results],
        "counts": {status: counts[status] for status in (NEW, CHANGED, UNCHANGED, REFUSED)},
        "ignored": [*parsed.ignored],
        "ignored_columns": [[table.table.key, heading] for table in parsed.tables for heading in table.ignored],
    }


def _fate(row: dict[str, Any]) -> tuple[object, ...]:
    """What a preview promised of a row."""
    changes = [(key, before, after) for key, before, after in row["changes"]]
    return row["table"], row["number"], row["status"], [code for _column, code, *_ in row["problems"]], changes


def _file(parked: ParkedImport, found: dict[str, Any]) -> dict[str, object]:
    return {"file": parked.name, "sha256": parked.sha256, "size_bytes": parked.size_bytes, "rows": found["counts"]}


def _short(name: str) -> str:
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return plain[:200] or "file"
