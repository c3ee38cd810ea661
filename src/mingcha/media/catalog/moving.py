"""What lies on which store, and changing over from one to another. Writes are transactions of the one writer.

A segment that moves is never counted as deleted: its row changes the store, and the file it left goes to the garbage in
the same transaction. Whatever came in between, a hold, its deletion, another move, is seen there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mingcha.base.clock import US_PER_S
from mingcha.media.catalog.lost import account_lost
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.catalog.writer import Catalog

DAY_US = 86_400 * US_PER_S
INTAKE_DAYS = 40
"""How many days of intake are kept for the forecast."""

_ON_LOST = """SELECT number, camera, role, segment.start_us, segment.end_us, file_bytes, root, floor_us, ceiling_us
    FROM segment JOIN stream ON stream.id = segment.stream LEFT JOIN rule ON rule.id = segment.rule
    WHERE segment.store = ? LIMIT ?"""
_ON_STORE = """SELECT number FROM segment WHERE stream = (SELECT id FROM stream WHERE camera = :camera AND role = :role)
    AND store = (SELECT id FROM store WHERE store = :store) AND start_us >= :from AND end_us <= :until
    ORDER BY start_us, number LIMIT :limit"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What of a stream lies sealed on a store."""

    camera: str
    role: str
    store: str
    segments: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Intake:
    """What came in of a stream on one day (days since 1970 UTC); `recorded_us`: wall time it holds."""

    camera: str
    role: str
    day: int
    bytes: int
    recorded_us: int


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A store the catalog speaks of. `uses`: how often it was opened for writing; `lost_us`: given up for good then."""

    store: str
    added_us: int
    uses: int
    lost_us: int | None


def stores(catalog: CatalogReader) -> list[StoreInfo]:
    """All stores, in the order in which they came."""
    with catalog.reading() as connection:
        rows = connection.execute("SELECT store, added_us, uses, lost_us FROM store ORDER BY id").fetchall()
    return [StoreInfo(*row) for row in rows]


def uses_of(catalog: CatalogReader, store: str) -> int:
    """How often the catalog opened the store for writing."""
    with catalog.reading() as connection:
        row = connection.execute("SELECT uses FROM store WHERE store = ?", (store,)).fetchone()
    return int(row[0]) if row is not None else 0


def count_use(catalog: Catalog, store: str, uses: int) -> None:
    """The store has been opened for writing so many times."""
    with catalog.transaction() as connection:
        connection.execute("UPDATE store SET uses = ? WHERE id = ?", (uses, catalog.add_store(store)))


def lose(catalog: Catalog, store: str, limit: int, at_us: int) -> int:
    """Put down as lost what a disk held that will never come back, so many segments at a time; how many there were.
    With the last of them, files that were being written there and files on their way out of it go too."""
    with catalog.transaction() as connection:
        key = catalog.add_store(store)
        rows = connection.execute(_ON_LOST, (key, limit)).fetchall()
        if rows:
            account_lost(catalog, connection, [_told(*row) for row in rows], at_us)
            return len(rows)
        for number, camera, role, start_us, end_us in connection.execute(
            """SELECT number, camera, role, start_us, end_us FROM open_segment
            JOIN stream ON stream.id = open_segment.stream WHERE store = ? AND end_us IS NOT NULL""",
            (key,),
        ).fetchall():
            if end_us > start_us:
                catalog.add_gap(camera, role, start_us, end_us, "footage_lost", "its disk was given up")
            catalog.forget_open(number)
        connection.execute("DELETE FROM garbage WHERE store = ?", (key,))
        connection.execute("UPDATE store SET lost_us = coalesce(lost_us, ?) WHERE id = ?", (at_us, key))
    return 0


def _told(
    number: int, camera: str, role: str, start_us: int, end_us: int, size: int, root: bytes, *rule: int | None
) -> dict[str, Any]:
    """A row as its ledger entry tells it."""
    kept = None if rule[0] is None else {"floor_us": rule[0], "ceiling_us": rule[1]}
    return {
        "number": number,
        "camera": camera,
        "role": role,
        "start_us": start_us,
        "end_us": end_us,
        "bytes": size,
        "root": root.hex(),
        "rule": kept,
    }


def stock(catalog: CatalogReader) -> list[Stock]:
    """What lies where; a row a stream and store that hold something of each other."""
    with catalog.reading() as connection:
        rows = connection.execute(
            """SELECT camera, role, store.store, segments, bytes FROM stock
            JOIN stream ON stream.id = stock.stream JOIN store ON store.id = stock.store WHERE segments > 0
            ORDER BY store.id, stream.id"""
        ).fetchall()
    return [Stock(*row) for row in rows]


def stock_faults(catalog: CatalogReader) -> list[tuple[str, str]]:
    """(camera, store) of which `stock` says something else than the segments: none, or a fault."""
    with catalog.reading() as connection:
        rows = connection.execute(
            """WITH counted AS (SELECT stream, store, count(*) AS segments, sum(file_bytes) AS bytes FROM segment
                GROUP BY stream, store),
            told AS (SELECT stream, store, segments, bytes FROM stock WHERE segments > 0),
            wrong AS (SELECT stream, store FROM (SELECT * FROM counted EXCEPT SELECT * FROM told)
                UNION SELECT stream, store FROM (SELECT * FROM told EXCEPT SELECT * FROM counted))
            SELECT camera, store.store FROM wrong
            JOIN stream ON stream.id = wrong.stream JOIN store ON store.id = wrong.store"""
        ).fetchall()
    return [(camera, store) for camera, store in rows]


def intake(catalog: CatalogReader, since_day: int) -> list[Intake]:
    """What came in on each day since then."""
    with catalog.reading() as connection:
        rows = connection.execute(
            """SELECT camera, role, day, bytes, recorded_us FROM intake JOIN stream ON stream.id = intake.stream
            WHERE day >= ? ORDER BY stream.id, day""",
            (since_day,),
        ).fetchall()
    return [Intake(*row) for row in rows]


def forget_intake(catalog: Catalog, now_us: int) -> None:
    """Days that are too old for a forecast go."""
    with catalog.transaction() as connection:
        connection.execute("DELETE FROM intake WHERE day < ?", (now_us // DAY_US - INTAKE_DAYS,))


def oldest_held(catalog: CatalogReader, camera: str, role: str) -> int | None:
    """Wall instant at which the oldest sealed segment of a stream begins."""
    with catalog.reading() as connection:
        row = connection.execute(
            """SELECT min(start_us) FROM segment
            WHERE stream = (SELECT id FROM stream WHERE camera = ? AND role = ?)""",
            (camera, role),
        ).fetchone()
    return None if row[0] is None else int(row[0])


def numbers_on(
    catalog: CatalogReader,
    camera: str,
    role: str,
    store: str,
    *,
    from_us: int = 0,
    until_us: int = 1 << 62,
    limit: int = 50,
) -> list[int]:
    """Segments of a stream on a store that begin at or after `from_us` and end by `until_us`, oldest first."""
    bounds = {"camera": camera, "role": role, "store": store, "from": from_us, "until": until_us, "limit": limit}
    with catalog.reading() as connection:
        return [row[0] for row in connection.execute(_ON_STORE, bounds).fetchall()]


def change_over(catalog: Catalog, moved: Sequence[SegmentRecord], target: str, at_us: int) -> list[int]:
    """The copies of these segments lie whole and durable on `target`: from now on they are read there, and the files
    they were copied from go. Those whose rows have changed or gone meanwhile stay as they are; the numbers changed."""
    changed = []
    with catalog.transaction() as connection:
        there = catalog.add_store(target)
        for record in moved:
            here = catalog.add_store(record.store)
            count = connection.execute(
                "UPDATE segment SET store = ? WHERE number = ? AND store = ? AND root = ?",
                (there, record.number, here, record.root),
            ).rowcount
            if count:
                connection.execute("DELETE FROM garbage WHERE number = ? AND store = ?", (record.number, there))
                connection.execute("INSERT OR IGNORE INTO garbage VALUES (?, ?, ?)", (record.number, here, at_us))
                changed.append(record.number)
    return changed


def surplus(catalog: Catalog, store: str, numbers: Sequence[int], at_us: int) -> None:
    """Files on a store whose segments lie whole on another one, or were deleted by their rule: they go."""
    with catalog.transaction() as connection:
        key = catalog.add_store(store)
        connection.executemany(
            "INSERT OR IGNORE INTO garbage VALUES (?, ?, ?)", [(number, key, at_us) for number in numbers]
        )


def places_of(catalog: CatalogReader, first: int, last: int) -> dict[int, str]:
    """Number and store of the sealed segments with numbers from `first` to `last`."""
    with catalog.reading() as connection:
        rows = connection.execute(
            """SELECT number, store.store FROM segment JOIN store ON store.id = segment.store
            WHERE number BETWEEN ? AND ?""",
            (first, last),
        ).fetchall()
    return dict(rows)


def was_deleted(catalog: CatalogReader, camera: str, role: str, start_us: int, end_us: int) -> bool:
    """Whether all of a stretch was deleted by its rule."""
    with catalog.reading() as connection:
        row = connection.execute(
            """SELECT 1 FROM deleted WHERE stream = (SELECT id FROM stream WHERE camera = ? AND role = ?)
            AND start_us <= ? AND end_us >= ? LIMIT 1""",
            (camera, role, start_us, end_us),
        ).fetchone()
    return row is not None


def stretches_on(
    catalog: CatalogReader, camera: str, role: str, stores_: Sequence[str], start_us: int, end_us: int
) -> list[tuple[int, int]]:
    """Footage of a stream in a range that lies on these stores, neighbours joined."""
    marks = ",".join("?" * len(stores_))
    with catalog.reading() as connection:
        rows = connection.execute(
            f"""SELECT start_us, end_us FROM segment
            WHERE stream = (SELECT id FROM stream WHERE camera = ? AND role = ?) AND start_us < ? AND end_us > ?
            AND start_us > ? AND store IN (SELECT id FROM store WHERE store IN ({marks}))
            UNION ALL SELECT start_us, end_us FROM open_segment
            WHERE stream = (SELECT id FROM stream WHERE camera = ? AND role = ?) AND start_us < ? AND end_us > ?
            AND store IN (SELECT id FROM store WHERE store IN ({marks})) ORDER BY 1""",  # noqa: S608 - marks only
            (camera, role, end_us, start_us, start_us - DAY_US, *stores_, camera, role, end_us, start_us, *stores_),
        ).fetchall()
    joined: list[tuple[int, int]] = []
    for first, last in rows:
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined
