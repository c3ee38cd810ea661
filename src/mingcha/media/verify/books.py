"""Catalog against ledger, both ways, without reading footage: is everything that was sealed kept, deleted by its rule,
or told as lost; and is nothing kept that the ledger does not know?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mingcha.ledger.reader import LogReader
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.disks import Disks, Numbers
from mingcha.media.catalog.leaves import segment_number, segment_places, waiting_among
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
        _take(kept, entry)
        if done.entries % PAGE == 0:
            on_step("entries", done.entries)
    extra = list(_rows(catalog, kept, disks, done, on_step))
    fresh = newer()
    later = [*fresh.entries(ledger.size, fresh.size), *_waiting(catalog)]
    for entry in later:
        _take(kept, entry)
    known = {segment_number(entry) for entry in later}
    done.findings += [finding for finding in extra if finding.number not in known]
    if kept.count:
        done.findings += list(_vanished(catalog, kept, ledger))
    return done


def _take(kept: Numbers, entry: bytes) -> None:
    """What an entry says of segments: one more, or some that are no more."""
    number = segment_number(entry)
    if number is not None:
        kept.add(number)
    elif b'"kind":"deletion"' in entry or b'"kind":"loss"' in entry:
        for first, last in json.loads(entry)["numbers"]:
            for gone in range(first, last + 1):
                kept.discard(gone)


def _rows(
    catalog: CatalogReader,
    kept: Numbers,
    disks: Disks | None,
    done: Compared,
    on_step: Callable[[str, int], None],
) -> Iterator[Finding]:
    """Rows are taken out of `kept`; findings for those that were not in it."""
    after = 0
    while page := catalog.places_after(after, PAGE):
        after = page[-1][0]
        strange = [number for number, _ in page if not kept.discard(number)]
        if strange:
            yield from _strange(catalog, strange)
        if disks is not None:
            yield from _missing(catalog, page, disks, done)
        done.segments += len(page)
        on_step("segments", done.segments)


def _strange(catalog: CatalogReader, numbers: list[int]) -> Iterator[Finding]:
    with catalog.reading() as connection:
        waiting, places = waiting_among(connection, numbers), segment_places(connection, numbers)
    for number in numbers:
        code = "ledger.deleted" if places.get(number) is not None else "ledger.missing"
        record = catalog.segment(number)
        if record is not None and (code == "ledger.deleted" or number not in waiting):
            yield finding_of(record, code)


def _missing(catalog: CatalogReader, page: list[tuple[int, str]], disks: Disks, done: Compared) -> Iterator[Finding]:
    here = {store.store_id for store in disks.stores}
    for number, store in page:
        if store not in here:
            done.unreachable += 1
        elif disks.store_of(number) is not None or _is_anywhere(disks, number):
            continue
        elif (record := catalog.segment(number)) is not None and record.store == store:
            yield finding_of(record, "file.missing")


def _is_anywhere(disks: Disks, number: int) -> bool:
    """Directories were listed a while ago: one that was sealed since is looked for by itself."""
    return any(store.is_there(number) for store in disks.stores)


def _waiting(catalog: CatalogReader) -> list[bytes]:
    with catalog.reading() as connection:
        return [body.encode() for (body,) in connection.execute("SELECT body FROM leaf ORDER BY id")]


def _vanished(catalog: CatalogReader, kept: Numbers, ledger: LogReader) -> Iterator[Finding]:
    for entry in ledger.entries(0, ledger.size):
        number = segment_number(entry)
        if number is not None and kept.discard(number) and catalog.segment(number) is None:
            told = json.loads(entry)
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
