"""The whole archive, or a sample of it: in order of segment numbers, to be taken up again anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256

from mingcha.base.errors import Unavailable
from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.leaves import segment_places, waiting_among
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import PartInfo
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.verify.segments import Finding, Ledger, Seen, look

PAGE = 200
THREADS = 2
"""One waits for the disk while the other hashes; hashlib lets go of the interpreter's lock."""
WHOLE = 10_000

StoreOf = Callable[[str], StoreDirectory]
OnSeen = Callable[[SegmentRecord, Seen], None]


@dataclass(slots=True)
class Progress:
    """`through`: the last segment number done, to go on after; `bytes_read`: of footage; `unreachable`: segments on
    disks that are not here."""

    through: int = 0
    segments: int = 0
    bytes_read: int = 0
    unreachable: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(
    catalog: CatalogReader,
    store_of: StoreOf,
    ledger: Ledger | None,
    *,
    after: int = 0,
    is_chosen: Callable[[int], bool] = lambda number: True,
    threads: int = THREADS,
    on_seen: OnSeen = lambda record, seen: None,
    on_page: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Verify every segment above `after` that is chosen. `on_page` is told of the progress after each page of numbers,
    may keep it, and may raise to stop; so may `on_seen`, told of each segment. Without threads one segment is read at a
    time, and only after `on_seen` of the one before returned.

    A segment that is deleted while it is looked at is no finding; one on a disk that is away is counted.
    """
    progress = Progress(through=after)
    with ExitStack() as stack:
        mapped = map
        if threads:
            pool = stack.enter_context(ThreadPoolExecutor(threads, thread_name_prefix="verify"))
            mapped = pool.map  # type: ignore[assignment]
        for page in _pages(catalog, after):
            chosen = [record for record in page if is_chosen(record.number)]
            indexes = catalog.part_indexes(record.number for record in chosen)

            def see(record: SegmentRecord, indexes: dict[int, list[PartInfo]] = indexes) -> Seen | None:
                try:
                    return look(record, indexes.get(record.number, []), store_of(record.store))
                except Unavailable:
                    return None

            _take_page(catalog, ledger, chosen, mapped(see, chosen), progress, on_seen)
            progress.through = page[-1].number
            on_page(progress)
    return progress


def drawn(share: int, seed: str) -> Callable[[int], bool]:
    """Whether a segment is in a sample of `share` hundredths of a percent; the same for the same seed, so that a sample
    can be taken up again, and another one for another."""
    return lambda number: share >= WHOLE or _draw(number, seed) % WHOLE < share


def slot_of(number: int, slots: int) -> int:
    """In which of so many rounds of verification a segment is looked at: rounds are alike in size and mixed in time."""
    return _draw(number, "round") % slots


def _draw(number: int, seed: str) -> int:
    return int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:8], "big")


def _pages(catalog: CatalogReader, after: int) -> Iterator[list[SegmentRecord]]:
    while page := catalog.segments_after(after, PAGE):
        yield page
        after = page[-1].number


def _take_page(
    catalog: CatalogReader,
    ledger: Ledger | None,
    records: Sequence[SegmentRecord],
    seen: Iterable[Seen | None],
    progress: Progress,
    on_seen: OnSeen,
) -> None:
    if not records:
        return
    with catalog.reading() as connection:
        places = segment_places(connection, [record.number for record in records])
    for record, one in zip(records, seen, strict=True):
        if one is None:
            progress.unreachable += 1
            continue
        findings = list(_of(catalog, record, one, ledger, places.get(record.number)))
        if findings and catalog.segment(record.number) != record:
            continue  # its time was over in between, or it went to another disk
        progress.segments += 1
        progress.bytes_read += one.bytes_read
        progress.findings += findings
        on_seen(record, Seen(one.bytes_read, tuple(findings), one.parts))


def _of(
    catalog: CatalogReader, record: SegmentRecord, seen: Seen, ledger: Ledger | None, place: int | None
) -> Iterator[Finding]:
    yield from seen.findings
    if ledger is None:
        return
    waits = False
    if place is None:
        with catalog.reading() as connection:
            waits = record.number in waiting_among(connection, [record.number])
    found = ledger.check(record, place, waits=waits)
    if found is not None:
        yield found
