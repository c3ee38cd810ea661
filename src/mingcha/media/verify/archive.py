"""The whole archive, or a sample of it: in order of segment numbers, on two threads, to be taken up again anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256

from mingcha.media.catalog import CatalogReader
from mingcha.media.catalog.leaves import segment_places
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.verify.segments import Finding, Ledger, Seen, look

PAGE = 200
THREADS = 2
"""One waits for the disk while the other hashes; hashlib lets go of the interpreter's lock."""
WHOLE = 10_000


@dataclass(slots=True)
class Progress:
    """`through`: the last segment number done, to go on after; `bytes_read`: of footage."""

    through: int = 0
    segments: int = 0
    bytes_read: int = 0
    findings: list[Finding] = field(default_factory=list)


def verify(
    catalog: CatalogReader,
    store: StoreDirectory,
    ledger: Ledger | None,
    *,
    after: int = 0,
    share: int = WHOLE,
    seed: str = "",
    on_page: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Verify every segment above `after`; with `share` below `WHOLE` (hundredths of a percent) a sample that another
    `seed` draws differently. `on_page` is told of the progress, may keep it, and may raise to stop. Raises Unavailable
    when the disk goes away.

    A segment that is deleted while it is looked at is no finding.
    """
    progress = Progress(through=after)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="verify") as pool:
        for page in _pages(catalog, after):
            chosen = [record for record in page if is_drawn(record.number, share, seed)]
            _verify_page(catalog, store, ledger, chosen, pool, progress)
            progress.through = page[-1].number
            on_page(progress)
    return progress


def is_drawn(number: int, share: int, seed: str) -> bool:
    """Whether a segment is in the sample; the same for the same seed, so that a sample can be taken up again."""
    drawn = int.from_bytes(sha256(f"{seed}:{number}".encode()).digest()[:8], "big") % WHOLE
    return drawn < share


def _pages(catalog: CatalogReader, after: int) -> Iterator[list[SegmentRecord]]:
    while page := catalog.segments_after(after, PAGE):
        yield page
        after = page[-1].number


def _verify_page(
    catalog: CatalogReader,
    store: StoreDirectory,
    ledger: Ledger | None,
    records: Sequence[SegmentRecord],
    pool: ThreadPoolExecutor,
    progress: Progress,
) -> None:
    numbers = [record.number for record in records]
    indexes = catalog.part_indexes(numbers)
    with catalog.reading() as connection:
        places = segment_places(connection, numbers) if numbers else {}
    seen = pool.map(lambda record: look(record, indexes.get(record.number, []), store), records)
    for record, one in zip(records, seen, strict=True):
        findings = list(_of(record, one, ledger, places.get(record.number)))
        if findings and catalog.segment(record.number) is None:
            continue  # its time was over in between
        progress.segments += 1
        progress.bytes_read += one.bytes_read
        progress.findings += findings


def _of(record: SegmentRecord, seen: Seen, ledger: Ledger | None, place: int | None) -> Iterator[Finding]:
    yield from seen.findings
    found = ledger.check(record, place) if ledger is not None else None
    if found is not None:
        yield found
