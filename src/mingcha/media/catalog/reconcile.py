"""Files that lie on another disk than their rows say, or that should not be there any more.

A move that a crash broke off leaves a second copy; a catalog restored from a backup knows less of moves than the disks;
a disk restored from one brings back what was deleted. Looking reads names only, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mingcha.base.errors import Corrupt
from mingcha.media.catalog.adopt import identity_of, scan_number
from mingcha.media.catalog.moving import places_of, was_deleted
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.layout import SEGMENTS_PER_DIRECTORY


@dataclass(slots=True)
class Astray:
    """`surplus`: numbers of files whose segments lie on another disk, whole or not; `returned`: of such as were deleted
    by their rule; `moved`: rows of segments that are here, and not where the row says."""

    surplus: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    moved: list[SegmentRecord] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.surplus or self.returned or self.moved)


def find_astray(catalog: CatalogReader, store: StoreDirectory, here: Mapping[str, StoreDirectory]) -> Astray:
    """Compare the names on one disk with the rows, a directory at a time. `here`: all disks that are here; of a segment
    whose row names one that is away nothing is said. Raises Unavailable."""
    found = Astray()
    for directory in store.directories():
        first = int(directory, 16) * SEGMENTS_PER_DIRECTORY
        numbers = store.numbers_in(directory)
        # The rows are read after the names: a file sealed in between has its row by then.
        rows = places_of(catalog, first, first + SEGMENTS_PER_DIRECTORY - 1)
        for number in numbers:
            place = rows.get(number)
            if place is None:
                _look_at_unlisted(catalog, store, number, found)
            elif place != store.store_id and place in here:
                _look_at_second(catalog, here[place], number, found)
    return found


def _look_at_second(catalog: CatalogReader, named: StoreDirectory, number: int, found: Astray) -> None:
    """The row names another disk that is here: does it have the file?"""
    record = catalog.segment(number)
    if record is None or record.store != named.store_id:
        return
    if named.has(number):
        found.surplus.append(number)
    else:
        found.moved.append(record)


def _look_at_unlisted(catalog: CatalogReader, store: StoreDirectory, number: int, found: Astray) -> None:
    """No row: only what its rule is known to have deleted is named; `check` tells of all others."""
    try:
        scan = scan_number(store, number)
        own = identity_of(scan, store, number)
    except Corrupt:
        return
    if scan.trailer is None or catalog.segment(number) is not None:
        return
    start_us = scan.trailer.start_us or own.start_us
    if was_deleted(catalog, own.camera, own.role, start_us, scan.trailer.end_us):
        found.returned.append(number)
