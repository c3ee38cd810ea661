"""A catalog made again: from the ledger what was known, from the disks what is there, and what is neither, as lost."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from mingcha.base.errors import Unavailable
from mingcha.base.ids import new_id
from mingcha.media.catalog.disks import Disks, Numbers
from mingcha.media.catalog.holds import await_holds, take_holds
from mingcha.media.catalog.holes import name_holes
from mingcha.media.catalog.keeping import keep_mark, read_mark
from mingcha.media.catalog.leaves import ledger_size, segment_number
from mingcha.media.catalog.part_index import pack
from mingcha.media.catalog.rebuild import Rebuilt, rebuild
from mingcha.media.catalog.replay import NEVER_US, Replay, Replayed
from mingcha.media.catalog.writer import Catalog
from mingcha.media.container.scan import PartInfo
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.facts import Fact
from mingcha.wire.holds import Hold

log = logging.getLogger(__name__)

BATCH = 10_000
"""Entries in one transaction: rows of one stream lie together, so more of them share a page that is written."""
_CACHE_KIB = 64 << 10
"""What a transaction touches must stay in memory, or each page is written and read again many times."""
PROTECTED_US = 7 * 86_400_000_000
"""How long nothing goes after a catalog was made without a ledger: until the office has told its holds and rules."""


class Told(Protocol):
    """The ledger, its signature and root checked (`ledger.reader.LogReader`)."""

    size: int

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Entries [start, stop) in order."""


@dataclass(slots=True)
class Restored:
    """`told`: what came from the ledger, None without one; `adopted`: recordings only the disks knew; `holes`: gaps
    whose reason is lost."""

    told: Replayed | None = None
    adopted: int = 0
    left_alone: list[tuple[int, str]] = field(default_factory=list)
    holes: int = 0


def restore(
    catalog: Catalog,
    stores: Sequence[StoreDirectory],
    ledger: Told | None,
    *,
    at_us: int,
    given_up: Collection[str] = (),
    progress: Callable[[str, int], None] = lambda what, done: None,
) -> Restored:
    """Bring a new or older catalog up to what ledger and disks know. Afterwards run recovery for what lies in ``open``.

    Raises Unavailable ``catalog.disks_missing`` (`params["stores"]`) while recordings lie on disks that are not among
    `stores` and not `given_up`: they may come back, so nothing is put down as lost; Corrupt for a ledger that cannot
    be read. Either may be mended and this called again.
    """
    done = Restored()
    for store in stores:
        catalog.add_store(store.store_id)
    before = _waiting(catalog)
    if ledger is not None:
        done.told = _replay(catalog, stores, ledger, at_us, given_up, progress)
    others = {store.store_id: store for store in stores}
    for store in stores:
        found: Rebuilt = rebuild(store, catalog, others=others, progress=lambda number: progress("files", number))
        done.adopted += found.adopted
        done.left_alone += found.left_alone
    with catalog.transaction() as connection:
        for (stream,) in connection.execute("SELECT id FROM stream").fetchall():
            done.holes += name_holes(connection, stream)
        if ledger is None:
            _protect(catalog, at_us)
        if done.told is None or not _is_repetition(done, before):
            await_holds(connection)
            catalog.add_fact(Fact(new_id("fct"), "catalog.rebuilt", at_us, "", _detail(done)))
    return done


def _replay(
    catalog: Catalog,
    stores: Sequence[StoreDirectory],
    ledger: Told,
    at_us: int,
    given_up: Collection[str],
    progress: Callable[[str, int], None],
) -> Replayed:
    with catalog.reading() as connection:
        at = first = min(ledger_size(connection), ledger.size)
    replay, entries = Replay(catalog, Disks(stores)), ledger.entries(first, ledger.size)
    with _large_cache(catalog):
        while batch := list(islice(entries, BATCH)):
            replay.take(at, batch)
            at += len(batch)
            progress("entries", at)
    lost = list(_entries_of(replay.lost_numbers(), ledger.entries(first, ledger.size)))
    here = {store.store_id for store in stores} | set(given_up)
    missing = sorted({one["store"] for one in lost if one.get("store", next(iter(here), "")) not in here})
    if missing or (lost and not stores):
        names = ", ".join(missing) or "all"
        raise Unavailable(
            "catalog.disks_missing",
            f"Recordings lie on disks that are not here ({names}). Connect them, or give them up by name.",
            stores=missing,
        )
    return replay.finish(ledger.size, lost, at_us)


@contextmanager
def _large_cache(catalog: Catalog) -> Iterator[None]:
    with catalog.transaction() as connection:
        (before,) = connection.execute("PRAGMA cache_size").fetchone()
        connection.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = {before}")


def _entries_of(numbers: Numbers, entries: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    if not numbers.count:
        return
    for entry in entries:
        number = segment_number(entry)
        if number is not None and number in numbers:
            yield json.loads(entry)


def put_parts(catalog: Catalog, number: int, parts: Sequence[PartInfo]) -> None:
    """Where the parts of a segment lie, read from its file again; nothing when the segment is gone by now."""
    with catalog.transaction() as connection:
        connection.execute(
            """INSERT OR IGNORE INTO segment_index SELECT ?1, ?2
            WHERE EXISTS (SELECT 1 FROM segment WHERE number = ?1)""",
            (number, pack(parts)),
        )


def highest_in(ledger: Told, last: int = 5_000) -> tuple[int, int]:
    """The highest segment and run numbers among the last entries; 0 where there are none."""
    number = run = 0
    for entry in ledger.entries(max(0, ledger.size - last), ledger.size):
        if segment_number(entry) is not None:
            told = json.loads(entry)
            number, run = max(number, told["number"]), max(run, told["run"])
    return number, run


def _protect(catalog: Catalog, at_us: int) -> None:
    """Without a ledger nobody here knows of holds and of longer rules: nothing goes until the office has told them,
    and a clock that nobody vouches for deletes nothing."""
    cameras = sorted({camera for camera, _ in catalog.streams()})
    until_us = at_us + PROTECTED_US
    take_holds(catalog, [Hold(new_id("hld"), camera, 0, at_us, until_us) for camera in cameras], at_us)
    if cameras and read_mark(catalog) is None:
        keep_mark(catalog, NEVER_US, "", 0)


def _waiting(catalog: Catalog) -> int:
    with catalog.reading() as connection:
        (count,) = connection.execute("SELECT count(*) FROM leaf").fetchone()
    return int(count)


def _is_repetition(done: Restored, waiting: int) -> bool:
    """Whether the ledger only had what was waiting for it: the recorder ended between telling it and noting that."""
    told = done.told or Replayed()
    return bool(told.entries <= waiting and not (told.segments or told.lost or done.adopted or done.holes))


def _detail(done: Restored) -> dict[str, object]:
    told = done.told or Replayed()
    return {
        "from_ledger": done.told is not None,
        "entries": told.entries,
        "segments": told.segments + done.adopted,
        "adopted": done.adopted,
        "holds": told.holds,
        "gaps": told.gaps,
        "lost": sum(len(loss.numbers) for loss in told.lost),
        "left_alone": len(done.left_alone) + len(told.unreadable),
        "reasons_lost": done.holes,
    }
