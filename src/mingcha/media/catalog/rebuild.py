"""The catalog from the files alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from mingcha.base.errors import Corrupt
from mingcha.base.timerange import TimeRange
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
_ALL_TIME = TimeRange(0, 1 << 62)


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
    store: StoreDirectory, catalog: Catalog, *, progress: Callable[[int], None] = lambda number: None
) -> Rebuilt:
    """Enter every sealed file that the catalog does not know; it may be empty or hold some already. Holes between
    the footage found become gaps with the reason ``reason_lost``. Files stay as they are. `progress` is told each
    number. Afterwards run recovery for what lies in ``open``. Raises Unavailable."""
    result = Rebuilt()
    touched: set[tuple[str, str]] = set()
    catalog.add_store(store.store_id)
    catalog.reserve_numbers(store.newest_number())
    leaving = {item.number for item in catalog.garbage()}
    batch: list[_Found] = []
    for number in store.numbers():
        progress(number)
        known = catalog.segment(number)
        if known is not None and known.store != store.store_id:
            result.left_alone.append((number, "catalog.number_used"))
        elif known is None and number not in leaving:
            found = _read(store, number, result)
            if found is not None:
                batch.append(found)
        if len(batch) >= _BATCH:
            _enter(catalog, batch, result, touched)
    _enter(catalog, batch, result, touched)
    for camera, role in sorted(touched):
        _name_holes(catalog, camera, role)
    return result


def adopt_newer(store: StoreDirectory, catalog: Catalog, known: int | None = None) -> list[int]:
    """Enter sealed files newer than `known`, the newest the catalog knew at the start (it was restored from a backup, lost its last commits,
    or was locked until the recorder ended); their numbers. Numbers on the disk are never given out again. More than
    `MAX_ADOPTED` are left to `rebuild`: recording must not wait for hours."""
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
    for number in _newer(store, known):
        found = _read(store, number, result)
        if found is not None:
            batch.append(found)
            numbers.append(number)
        if len(batch) >= _BATCH:
            _enter(catalog, batch, result, set())
    _enter(catalog, batch, result, set())
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


def _enter(catalog: Catalog, batch: list[_Found], result: Rebuilt, touched: set[tuple[str, str]]) -> None:
    with catalog.transaction():
        for found in batch:
            own = found.own
            video, audio = formats_in(found.scan.header)
            catalog.adopt_run(own.run, own.camera, own.role, own.run_start_us, video, audio)
            record = sealed_record(found.scan, own, found.trailer, found.scan.file_bytes, found.store)
            catalog.seal_segment(record, found.scan.parts)
            touched.add((own.camera, own.role))
    result.adopted += len(batch)
    batch.clear()


def _name_holes(catalog: Catalog, camera: str, role: str) -> None:
    """Every hole between stretches of footage is a gap with a reason, be it that the reason is lost."""
    stretches = catalog.coverage([camera], _ALL_TIME, role=role)[camera]
    with catalog.transaction():
        for before, after in pairwise(stretches):
            catalog.add_gap(camera, role, before.end_us, after.start_us, "reason_lost")
