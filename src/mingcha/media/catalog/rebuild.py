"""The catalog from the files alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mingcha.base.errors import Corrupt
from mingcha.media.catalog.adopt import formats_in, identity_of, scan_number, sealed_record
from mingcha.media.catalog.writer import Catalog
from mingcha.media.container.identity import Identity, Trailer
from mingcha.media.container.scan import SegmentScan
from mingcha.media.store.directory import StoreDirectory

log = logging.getLogger(__name__)

MAX_ADOPTED = 20_000
"""Some minutes of reading; two hours of a hundred cameras."""
_BATCH = 200
_RUN_MARGIN = 100_000
"""The newest files need not hold the newest run, but one near it."""


@dataclass(slots=True)
class Rebuilt:
    """`adopted`: how many files got their rows back; `left_alone`: (number, error code) of files that say they are
    something else or cannot be read."""

    adopted: int = 0
    left_alone: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    store: str
    own: Identity
    scan: SegmentScan
    trailer: Trailer


def rebuild(
    store: StoreDirectory,
    catalog: Catalog,
    *,
    others: Mapping[str, StoreDirectory] | None = None,
    progress: Callable[[int], None] = lambda number: None,
) -> Rebuilt:
    """Enter every sealed file of one store that the catalog does not know; it may be empty or hold some already. One
    that lies in one of `others` too (by their ids), since a move was broken off, goes to the garbage. Other files stay
    as they are. `progress` is told each number. `restore` does more, for all stores; recovery of ``open`` comes after.
    Raises Unavailable."""
    result = Rebuilt()
    catalog.add_store(store.store_id)
    catalog.reserve_numbers(store.newest_number())
    leaving = {item.number for item in catalog.garbage() if item.store == store.store_id}
    batch: list[_Found] = []
    for directory in store.directories():
        numbers = store.numbers_in(directory)
        known = _stores_of(catalog, numbers)
        for number in numbers:
            progress(number)
            if known.get(number) == store.store_id or number in leaving:
                continue
            found = _read(store, number, result)
            if found is None:
                continue
            if number in known:
                _second(catalog, found, result, others or {})
            else:
                batch.append(found)
            if len(batch) >= _BATCH:
                _enter(catalog, batch, result)
    _enter(catalog, batch, result)
    return result


def _stores_of(catalog: Catalog, numbers: list[int]) -> dict[int, str]:
    """Where those that the catalog knows lie."""
    if not numbers:
        return {}
    with catalog.reading() as connection:
        rows = connection.execute(
            """SELECT number, store.store FROM segment JOIN store ON store.id = segment.store
            WHERE number BETWEEN ? AND ?""",
            (numbers[0], numbers[-1]),
        )
        return dict(rows.fetchall())


def _second(catalog: Catalog, found: _Found, result: Rebuilt, others: Mapping[str, StoreDirectory]) -> None:
    """The catalog knows the number in another store. Where that holds the same recording, one of the two goes."""
    number, known = found.own.number, catalog.segment(found.own.number)
    other = others.get(known.store) if known is not None else None
    if known is None or other is None or known.root != found.trailer.root or not other.is_there(number):
        result.left_alone.append((number, "catalog.number_used"))
        return
    with catalog.transaction() as connection:
        values = (number, catalog.add_store(found.store), known.end_us)
        connection.execute("INSERT OR IGNORE INTO garbage (number, store, since_us) VALUES (?, ?, ?)", values)


def adopt_newer(store: StoreDirectory, catalog: Catalog, known: int | None = None) -> list[int]:
    """Enter sealed files newer than `known`, the newest the catalog knew at the start (it was restored from a backup,
    lost its last commits, or was locked until the recorder ended); their numbers. Numbers on the disk are never given
    out again. More than `MAX_ADOPTED` are left to `rebuild`: recording must not wait for hours."""
    newest = store.newest_number()
    known = catalog.newest_known() if known is None else known
    if newest <= known:
        return []
    result = Rebuilt()
    if newest - known > MAX_ADOPTED:
        log.error("the catalog lacks some %d recordings on the disk; run 'mingcha check --rebuild'", newest - known)
        _keep_clear(store, catalog, newest, result)
        return []
    numbers: list[int] = []
    batch: list[_Found] = []
    entered = _stores_of(catalog, [known + 1, newest])
    for number in _newer(store, known):
        found = _read(store, number, result) if number not in entered else None
        if found is not None:
            batch.append(found)
            numbers.append(number)
        if len(batch) >= _BATCH:
            _enter(catalog, batch, result)
    _enter(catalog, batch, result)
    catalog.reserve_numbers(newest)
    return numbers


def _keep_clear(store: StoreDirectory, catalog: Catalog, newest: int, result: Rebuilt) -> None:
    """Give out no number that the files not yet entered may bear, nor any of their runs."""
    runs = [catalog.next_run() - 1]
    for directory in store.directories()[-1:]:
        sample = (_read(store, number, result) for number in store.numbers_in(directory)[-_BATCH:])
        runs += [found.own.run for found in sample if found is not None]
    with catalog.transaction():
        catalog.reserve_numbers(newest)
        catalog.reserve_runs(max(runs) + _RUN_MARGIN)


def _newer(store: StoreDirectory, known: int) -> Iterator[int]:
    for directory in store.directories():
        if int(directory, 16) >= known // 4096:
            yield from (number for number in store.numbers_in(directory) if number > known)


def _read(store: StoreDirectory, number: int, result: Rebuilt) -> _Found | None:
    try:
        scan = scan_number(store, number)
        own = identity_of(scan, store, number)
        if scan.trailer is None or scan.trailer.number != number or not scan.parts:
            raise Corrupt("segment.trailer", "A sealed file has no end.")
    except Corrupt as error:
        log.warning("file %010x in the store is left alone: %s", number, error.code)
        result.left_alone.append((number, error.code))
        return None
    return _Found(store.store_id, own, scan, scan.trailer)


def _enter(catalog: Catalog, batch: list[_Found], result: Rebuilt) -> None:
    with catalog.transaction():
        for found in batch:
            own = found.own
            video, audio = formats_in(found.scan.header)
            catalog.adopt_run(own.run, own.camera, own.role, own.run_start_us, video, audio)
            record = sealed_record(found.scan, own, found.trailer, found.scan.file_bytes, found.store)
            catalog.seal_segment(record, found.scan.parts)
    result.adopted += len(batch)
    batch.clear()
