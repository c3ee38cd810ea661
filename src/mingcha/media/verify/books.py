"""Catalog against ledger, both ways, without reading footage: is everything that was sealed kept, deleted by its rule,
or told as lost; and is nothing kept that the ledger does not know?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mingcha.ledger.reader import LogReader
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.disks import Disks, Numbers
from mingcha.media.catalog.leaves import segment_places, waiting_among
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.verify.segments import Finding, finding_of

PAGE = 1_000


@dataclass(slots=True)
class Compared:
    """`entries`: of the ledger that were read; `segments`: rows of the catalog; `unreachable`: on disks not here."""

    entries: int = 0
    segments: int = 0
    unreachable: int = 0
    findings: list[Finding] = field(default_factory=list)


def compare(
    catalog: CatalogReader,
    ledger: LogReader,
    newer: Callable[[], LogReader],
    disks: Disks | None = None,
    *,
    on_step: Callable[[str, int], None] = lambda what, done: None,
) -> Compared:
    """Compare. `newer`: the ledger as it is when that is called, since deletions go on meanwhile; `disks`: also look
    whether each file is there; `on_step` is told now and then, may wait, and may raise to stop. Raises Corrupt."""
    done, kept = Compared(), Numbers()
    for entry in ledger.entries(0, ledger.size):
        done.entries += 1
        _take(kept, _told(entry))
        if done.entries % PAGE == 0:
            on_step("entries", done.entries)
    extra = list(_rows(catalog, kept, disks, done, on_step))
    fresh = newer()
    later = [*(_told(entry) for entry in fresh.entries(ledger.size, fresh.size)), *_waiting(catalog)]
    for told in later:
        _take(kept, told)
    known = {told["number"] for told in later if told is not None and told["kind"] == "segment"}
    done.findings += [finding for finding in extra if finding.number not in known]
    if kept.count:
        done.findings += list(_vanished(catalog, kept, ledger))
    return done


def _told(entry: bytes) -> dict[str, Any] | None:
    """What concerns segments."""
    if b'"kind":"segment"' in entry or b'"kind":"deletion"' in entry or b'"kind":"loss"' in entry:
        told: dict[str, Any] = json.loads(entry)
        return told
    return None


def _take(kept: Numbers, told: dict[str, Any] | None) -> None:
    if told is None:
        return
    if told["kind"] == "segment":
        kept.add(told["number"])
    else:
        for first, last in told["numbers"]:
            for number in range(first, last + 1):
                kept.discard(number)


def _rows(
    catalog: CatalogReader,
    kept: Numbers,
    disks: Disks | None,
    done: Compared,
    on_step: Callable[[str, int], None],
) -> Iterator[Finding]:
    """Rows are taken out of `kept`; findings for those that were not in it."""
    after = 0
    while page := catalog.segments_after(after, PAGE):
        after = page[-1].number
        strange = [record for record in page if not kept.discard(record.number)]
        if strange:
            yield from _strange(catalog, strange)
        if disks is not None:
            yield from _missing(catalog, page, disks, done)
        done.segments += len(page)
        on_step("segments", done.segments)


def _strange(catalog: CatalogReader, records: list[SegmentRecord]) -> Iterator[Finding]:
    numbers = [record.number for record in records]
    with catalog.reading() as connection:
        waiting, places = waiting_among(connection, numbers), segment_places(connection, numbers)
    for record in records:
        if places.get(record.number) is not None:
            yield finding_of(record, "ledger.deleted")
        elif record.number not in waiting:
            yield finding_of(record, "ledger.missing")


def _missing(catalog: CatalogReader, records: list[SegmentRecord], disks: Disks, done: Compared) -> Iterator[Finding]:
    here = {store.store_id for store in disks.stores}
    for record in records:
        if record.store not in here:
            done.unreachable += 1
        elif disks.store_of(record.number) is not None or _is_anywhere(disks, record.number):
            continue
        elif catalog.segment(record.number) == record:
            yield finding_of(record, "file.missing")


def _is_anywhere(disks: Disks, number: int) -> bool:
    """Directories were listed a while ago: one that was sealed since is looked for by itself."""
    return any(disks.is_there(store, number) for store in disks.stores)


def _waiting(catalog: CatalogReader) -> list[dict[str, Any] | None]:
    with catalog.reading() as connection:
        return [_told(body.encode()) for (body,) in connection.execute("SELECT body FROM leaf ORDER BY id")]


def _vanished(catalog: CatalogReader, kept: Numbers, ledger: LogReader) -> Iterator[Finding]:
    for entry in ledger.entries(0, ledger.size):
        if b'"kind":"segment"' not in entry:
            continue
        told = json.loads(entry)
        if kept.discard(told["number"]) and catalog.segment(told["number"]) is None:
            yield Finding(
                "archive.vanished",
                told["number"],
                told["camera"],
                told["start_us"],
                (),
                f"root {told['root'][:16]}",
                told["end_us"],
                told["role"],
                told.get("store", ""),
            )
