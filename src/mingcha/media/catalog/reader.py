"""Questions to the catalog. Every question takes a read-only connection of its own and never blocks the writer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from queue import Empty, Full, LifoQueue
from typing import Any

from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.connection import open_reader
from mingcha.media.catalog.errors import catalog_errors
from mingcha.media.catalog.part_index import unpack
from mingcha.media.catalog.records import Gap, Garbage, OpenSegmentRecord, RunRecord, SegmentRecord
from mingcha.media.container.scan import PartInfo
from mingcha.wire import facts
from mingcha.wire.facts import Fact

_NO_KEY_BIT, _RECOVERED_BIT = 1, 2
_IDLE_READERS = 8
_LONGEST_SEGMENT_US = 600_000_000
"""How far before a range a segment that reaches into it may begin, should segments ever overlap."""

# The stretches of a stream do not overlap, so the one that reaches into the range is the last to begin before it.
_COVERAGE = """SELECT start_us, end_us FROM coverage WHERE stream = :stream AND end_us > :start AND start_us < :end
    AND start_us >= coalesce(
        (SELECT max(start_us) FROM coverage WHERE stream = :stream AND start_us <= :start), 0) ORDER BY start_us"""
# So it is with gaps, but for one that lasts: after a clock was set back others, dated ahead, may follow it.
_GAPS = """SELECT id, start_us, end_us, reason, detail FROM gap WHERE stream = :stream AND end_us > :start
    AND start_us < :end AND start_us >= coalesce(
        (SELECT max(start_us) FROM gap WHERE stream = :stream AND start_us <= :start AND end_us IS NOT NULL), 0)
    UNION ALL SELECT id, start_us, end_us, reason, detail FROM gap WHERE stream = :stream AND end_us IS NULL
    AND start_us < :end ORDER BY start_us"""


_DELETED = """SELECT 0, start_us, end_us, 'deleted', '' FROM deleted WHERE stream = :stream AND end_us > :start
    AND start_us < :end AND start_us >= coalesce(
        (SELECT max(start_us) FROM deleted WHERE stream = :stream AND start_us <= :start), 0)"""
_SEGMENTS_IN = """SELECT * FROM segment_view
    WHERE stream = (SELECT id FROM stream WHERE camera = :camera AND role = :role)
    AND start_us < :end AND end_us > :start AND start_us >= :earliest ORDER BY start_us, number"""
_SEGMENT_BEFORE = """SELECT * FROM segment_view WHERE stream = (SELECT id FROM stream WHERE camera = ? AND role = ?)
    AND start_us <= ? ORDER BY start_us DESC, number DESC LIMIT 1"""


_END_OF_RUN = """SELECT max(end_us) FROM (
    SELECT * FROM (SELECT end_us FROM segment WHERE stream = :stream AND run = :run AND start_us >= :start
        ORDER BY start_us DESC LIMIT 1)
    UNION ALL
    SELECT coalesce(end_us, start_us) FROM open_segment WHERE stream = :stream AND run = :run)"""

_make_record: Callable[..., SegmentRecord] = SegmentRecord


def flags_of(*, starts_with_key: bool, recovered: bool) -> int:
    """The column `flags` of a segment."""
    return (0 if starts_with_key else _NO_KEY_BIT) | (_RECOVERED_BIT if recovered else 0)


def _record(row: tuple[Any, ...]) -> SegmentRecord:
    """A row of segment_view, whose first column is the stream's key."""
    _, *fields, flags, root = row
    return _make_record(*fields, root, not flags & _NO_KEY_BIT, bool(flags & _RECOVERED_BIT))


class CatalogReader:
    """Safe to use from any thread, and from processes other than the recorder's. Raises Unavailable, Corrupt.

    `role` is "main" where not said otherwise: that is the stream which is recorded for keeping.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue(_IDLE_READERS)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection in autocommit mode, from a small pool."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = open_reader(self.path)
        try:
            with catalog_errors():
                yield connection
        except BaseException:
            connection.close()
            raise
        try:
            self._idle.put_nowait(connection)
        except Full:
            connection.close()

    def close(self) -> None:
        """Close idle connections."""
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _rows(self, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        with self.reading() as connection:
            return connection.execute(sql, values).fetchall()

    def _streams(self, connection: sqlite3.Connection, cameras: Iterable[str], role: str) -> Iterator[tuple[str, int]]:
        for camera in cameras:
            row = connection.execute("SELECT id FROM stream WHERE camera = ? AND role = ?", (camera, role)).fetchone()
            if row is not None:
                yield camera, row[0]

    # The time line

    def coverage(
        self, cameras: Iterable[str], range_: TimeRange, *, role: str = "main", open_until_us: int | None = None
    ) -> dict[str, list[TimeRange]]:
        """Recorded stretches inside the range, cut to it, neighbours joined; an entry for every camera asked for.

        `open_until_us` (now): count segments still being written from their start to that instant.
        """
        wanted = list(cameras)
        result: dict[str, list[TimeRange]] = {camera: [] for camera in wanted}
        with self.reading() as connection:
            for camera, stream in self._streams(connection, wanted, role):
                bounds = {"stream": stream, "start": range_.start_us, "end": range_.end_us}
                stretches = connection.execute(_COVERAGE, bounds).fetchall()
                if open_until_us is not None:
                    stretches += connection.execute(
                        "SELECT start_us, coalesce(end_us, ?) FROM open_segment WHERE stream = ?",
                        (open_until_us, stream),
                    )
                result[camera] = _joined(stretches, range_)
        return result

    def gaps(self, cameras: Iterable[str], range_: TimeRange, *, role: str = "main") -> dict[str, list[Gap]]:
        """Gaps that reach into the range, whole, in order; an entry for every camera asked for. Footage that was there
        and has been deleted by its rule is told as one with the reason ``deleted``."""
        wanted = list(cameras)
        result: dict[str, list[Gap]] = {camera: [] for camera in wanted}
        with self.reading() as connection:
            for camera, stream in self._streams(connection, wanted, role):
                bounds = {"stream": stream, "start": range_.start_us, "end": range_.end_us}
                rows = [*connection.execute(_GAPS, bounds).fetchall(), *connection.execute(_DELETED, bounds).fetchall()]
                result[camera] = [Gap(row[0], camera, role, *row[1:]) for row in sorted(rows, key=itemgetter(1))]
        return result

    # Segments

    def segments(self, camera: str, role: str, range_: TimeRange) -> list[SegmentRecord]:
        """Sealed segments that reach into the range, in order of time."""
        rows = self._rows(
            _SEGMENTS_IN,
            {
                "camera": camera,
                "role": role,
                "start": range_.start_us,
                "end": range_.end_us,
                "earliest": range_.start_us - _LONGEST_SEGMENT_US,
            },
        )
        return [_record(row) for row in rows]

    def segment_before(self, camera: str, role: str, at_us: int) -> SegmentRecord | None:
        """The last segment that begins at or before an instant."""
        rows = self._rows(_SEGMENT_BEFORE, (camera, role, at_us))
        return _record(rows[0]) if rows else None

    def segment(self, number: int) -> SegmentRecord | None:
        """The sealed segment with that number."""
        rows = self._rows("SELECT * FROM segment_view WHERE number = ?", (number,))
        return _record(rows[0]) if rows else None

    def part_index(self, number: int) -> list[PartInfo]:
        """Where the parts of a sealed segment lie; empty for an unknown number. Raises Corrupt."""
        return self.part_indexes([number]).get(number, [])

    def part_indexes(self, numbers: Iterable[int]) -> dict[int, list[PartInfo]]:
        """`part_index` of many segments in one question; unknown numbers are left out."""
        result = {}
        with self.reading() as connection:
            for number in numbers:
                row = connection.execute(
                    """SELECT parts, header_bytes FROM segment_index JOIN segment USING (number) WHERE number = ?""",
                    (number,),
                ).fetchone()
                if row is not None:
                    result[number] = unpack(*row)
        return result

    def segments_after(self, number: int, limit: int) -> list[SegmentRecord]:
        """Sealed segments with larger numbers, in order of number: for walks over everything."""
        rows = self._rows("SELECT * FROM segment_view WHERE number > ? ORDER BY number LIMIT ?", (number, limit))
        return [_record(row) for row in rows]

    def places_after(self, number: int, limit: int) -> list[tuple[int, str]]:
        """The same, number and store only."""
        return self._rows(
            """SELECT number, store.store FROM segment JOIN store ON store.id = segment.store
            WHERE number > ? ORDER BY number LIMIT ?""",
            (number, limit),
        )

    def open_segments(self) -> list[OpenSegmentRecord]:
        """Segments being written, or left behind by a crash."""
        return [OpenSegmentRecord(*row) for row in self._rows("SELECT * FROM open_segment_view ORDER BY number")]

    def open_segment_of(self, camera: str, role: str) -> OpenSegmentRecord | None:
        """The newest segment being written of a stream."""
        rows = self._rows(
            "SELECT * FROM open_segment_view WHERE camera = ? AND role = ? ORDER BY number DESC LIMIT 1", (camera, role)
        )
        return OpenSegmentRecord(*rows[0]) if rows else None

    def garbage(self) -> list[Garbage]:
        """Segments on their way out."""
        return [
            Garbage(*row)
            for row in self._rows(
                "SELECT number, store.store, since_us FROM garbage JOIN store ON store.id = garbage.store"
            )
        ]

    def run(self, run: int) -> RunRecord | None:
        """The run with that number."""
        rows = self._rows(
            """SELECT run.id, camera, role, start_us, codec, codec_string, width, height, audio_codec
            FROM run JOIN stream ON stream.id = run.stream WHERE run.id = ?""",
            (run,),
        )
        return RunRecord(*rows[0]) if rows else None

    def last_end(self, camera: str, role: str) -> int | None:
        """Wall instant at which the footage of a stream ends that was recorded last (of a segment being written: at
        least begins); None when there never was any. Not the latest instant: a clock that was ahead may have dated
        earlier footage later, and what is recorded now must not be drawn after it."""
        with self.reading() as connection:
            streams = [stream for _, stream in self._streams(connection, [camera], role)]
            for stream in streams:
                newest = connection.execute(
                    "SELECT id, start_us FROM run WHERE stream = ? ORDER BY id DESC LIMIT 3", (stream,)
                ).fetchall()
                for run, start_us in newest:
                    (end_us,) = connection.execute(
                        _END_OF_RUN, {"stream": stream, "run": run, "start": start_us}
                    ).fetchone()
                    if end_us is not None:
                        return int(end_us)
                (end_us,) = connection.execute(
                    "SELECT max(end_us) FROM coverage WHERE stream = ?", (stream,)
                ).fetchone()
                return None if end_us is None else int(end_us)
        return None

    # The outbox and the rest

    def facts_after(self, sequence: int, limit: int = 500) -> list[Fact]:
        """Unconfirmed facts with larger sequence, in order."""
        rows = self._rows(
            "SELECT sequence, message FROM fact WHERE sequence > ? ORDER BY sequence LIMIT ?", (sequence, limit)
        )
        return [replace(facts.load(message), sequence=number) for number, message in rows]

    def confirmed_fact(self) -> int:
        """Up to which sequence the office has confirmed."""
        return self._meta("confirmed_fact")

    def stores(self) -> list[str]:
        """Ids of the store directories this catalog speaks of."""
        return [row[0] for row in self._rows("SELECT store FROM store ORDER BY id")]

    def streams(self) -> list[tuple[str, str]]:
        """(camera, role) of all streams that ever were recorded."""
        return [(row[0], row[1]) for row in self._rows("SELECT camera, role FROM stream ORDER BY id")]

    def open_gap_of(self, camera: str, role: str) -> Gap | None:
        """The gap of a stream that still lasts."""
        rows = self._rows(
            """SELECT gap.id, start_us, end_us, reason, detail FROM gap JOIN stream ON stream.id = gap.stream
            WHERE camera = ? AND role = ? AND end_us IS NULL""",
            (camera, role),
        )
        return Gap(rows[0][0], camera, role, *rows[0][1:]) if rows else None

    def footage_from(self, camera: str, role: str, start_us: int) -> int | None:
        """Wall instant at which the first segment begins, sealed or not, that begins at or after an instant."""
        (row,) = self._rows(
            """WITH wanted AS (SELECT id FROM stream WHERE camera = :camera AND role = :role)
            SELECT min(start_us) FROM (
                SELECT * FROM (SELECT start_us FROM segment WHERE stream IN wanted AND start_us >= :start
                    ORDER BY start_us LIMIT 1)
                UNION ALL
                SELECT start_us FROM open_segment WHERE stream IN wanted AND start_us >= :start)""",
            {"camera": camera, "role": role, "start": start_us},
        )
        return row[0]  # type: ignore[no-any-return]

    def coverage_faults(self) -> list[tuple[str, str]]:
        """(camera, role) of the streams whose coverage is not exactly their segments joined: none, or a fault."""
        return [
            (row[0], row[1])
            for row in self._rows(
                """WITH
                ordered AS (
                    SELECT stream, start_us, end_us, max(end_us) OVER (PARTITION BY stream ORDER BY start_us, number
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_us FROM segment),
                counted AS (
                    SELECT stream, start_us, end_us, sum(reached_us IS NULL OR start_us > reached_us)
                        OVER (PARTITION BY stream ORDER BY start_us ROWS UNBOUNDED PRECEDING) AS stretch FROM ordered),
                joined AS (SELECT stream, min(start_us) AS start_us, max(end_us) AS end_us FROM counted
                    GROUP BY stream, stretch),
                wrong AS (
                    SELECT stream FROM (SELECT stream, start_us, end_us FROM joined
                        EXCEPT SELECT stream, start_us, end_us FROM coverage)
                    UNION SELECT stream FROM (SELECT stream, start_us, end_us FROM coverage
                        EXCEPT SELECT stream, start_us, end_us FROM joined))
                SELECT camera, role FROM stream WHERE id IN (SELECT stream FROM wrong) ORDER BY id"""
            )
        ]

    def newest_known(self) -> int:
        """The largest segment number that has a row; 0 when there is none. Larger ones may have been given out."""
        (row,) = self._rows(
            """SELECT max(coalesce((SELECT max(number) FROM segment), 0),
                coalesce((SELECT max(number) FROM open_segment), 0), coalesce((SELECT max(number) FROM garbage), 0))"""
        )
        return int(row[0])

    def next_number(self) -> int:
        """The segment number that is given out next."""
        return self._meta("next_number")

    def next_run(self) -> int:
        """The run number that is given out next."""
        return self._meta("next_run")

    def bytes_stored(self) -> dict[str, int]:
        """Bytes of sealed footage per camera, summed over everything: slow with millions of segments."""
        rows = self._rows("SELECT camera, sum(file_bytes) FROM segment JOIN stream ON id = stream GROUP BY camera")
        return {camera: total for camera, total in rows}

    def _meta(self, name: str) -> int:
        return int(self._rows("SELECT value FROM meta WHERE name = ?", (name,))[0][0])


def _joined(stretches: list[tuple[int, int]], range_: TimeRange) -> list[TimeRange]:
    """Sorted, cut to the range, neighbours and overlaps joined."""
    joined: list[list[int]] = []
    for start, end in sorted(stretches):
        start, end = max(start, range_.start_us), min(end, range_.end_us)
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return [TimeRange(start, end) for start, end in joined]
