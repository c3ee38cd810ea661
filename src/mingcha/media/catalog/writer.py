"""The one writer of the catalog. Group commits are the caller's: `with catalog.transaction(): …`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mingcha.base.clock import Clock
from mingcha.base.errors import Conflict, Invalid
from mingcha.media.catalog.connection import WRITER_BUSY_MS, open_writer
from mingcha.media.catalog.coverage import add_stretch, remove_stretch
from mingcha.media.catalog.errors import catalog_errors
from mingcha.media.catalog.leaves import add_gap_leaf, add_segment_leaf, rule_for
from mingcha.media.catalog.part_index import pack
from mingcha.media.catalog.reader import CatalogReader, flags_of
from mingcha.media.catalog.reasons import REASONS
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.identity import Identity
from mingcha.media.container.scan import PartInfo
from mingcha.media.units import AudioFormat, VideoFormat
from mingcha.wire import facts
from mingcha.wire.facts import Fact

_COVERING_GAP = """SELECT end_us FROM gap WHERE stream = ? AND start_us <= ? AND end_us IS NOT NULL
    ORDER BY start_us DESC LIMIT 1"""


class Catalog(CatalogReader):
    """Reads as `CatalogReader`; writes by one connection, one thread at a time.

    Every write is a transaction by itself, or part of the one around it. Raises Unavailable ``catalog.locked`` after
    a quarter of a second of waiting (nothing was written: try again later), ``catalog.full``, ``catalog.io``,
    ``catalog.read_only``; Corrupt ``catalog.damaged``.
    """

    def __init__(self, path: Path, clock: Clock, *, busy_ms: int = WRITER_BUSY_MS) -> None:
        super().__init__(path)
        self._clock = clock
        self._connection = open_writer(path, clock, busy_ms)
        self._mutex = threading.RLock()
        self._depth = 0
        self._owner = 0
        self._stream_ids: dict[tuple[str, str], int] = {}
        self._store_ids: dict[str, int] = {}

    def close(self) -> None:
        super().close()
        with self._mutex:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All writes of the block, or none. Blocks inside a block join it."""
        with self._mutex, catalog_errors():
            if self._depth:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth, self._owner = 1, threading.get_ident()
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._stream_ids.clear()
                self._store_ids.clear()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = self._owner = 0

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Inside a transaction questions see what it has written so far, elsewhere what is committed."""
        if self._owner == threading.get_ident():
            yield self._connection
            return
        with super().reading() as connection:
            yield connection

    # Keys

    def add_store(self, store: str) -> int:
        """Make a store directory known; its key."""
        with self.transaction() as connection:
            known = self._store_ids.get(store)
            if known is None:
                connection.execute(
                    "INSERT OR IGNORE INTO store (store, added_us) VALUES (?, ?)", (store, self._clock.wall_us())
                )
                (known,) = connection.execute("SELECT id FROM store WHERE store = ?", (store,)).fetchone()
                self._store_ids[store] = known
            return int(known)

    def stream_key(self, connection: sqlite3.Connection, camera: str, role: str) -> int:
        """The short key of a stream, made when it is new. Inside a transaction."""
        known = self._stream_ids.get((camera, role))
        if known is None:
            connection.execute("INSERT OR IGNORE INTO stream (camera, role) VALUES (?, ?)", (camera, role))
            (known,) = connection.execute(
                "SELECT id FROM stream WHERE camera = ? AND role = ?", (camera, role)
            ).fetchone()
            self._stream_ids[camera, role] = known
        return int(known)

    def _next(self, connection: sqlite3.Connection, name: str, count: int = 1) -> int:
        (value,) = connection.execute(
            "UPDATE meta SET value = value + ? WHERE name = ? RETURNING value", (count, name)
        ).fetchone()
        return int(value) - count

    # Runs and segments

    def add_run(
        self,
        camera: str,
        role: str,
        start_us: int,
        video: VideoFormat,
        audio: AudioFormat | None = None,
        *,
        run: int | None = None,
    ) -> int:
        """A run begins; its number, which may be one of `take_runs`."""
        with self.transaction() as connection:
            run = self._next(connection, "next_run") if run is None else run
            connection.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    self.stream_key(connection, camera, role),
                    start_us,
                    video.codec,
                    video.codec_string,
                    video.width,
                    video.height,
                    audio.codec if audio is not None else "",
                ),
            )
            return run

    def open_segment(
        self,
        store: str,
        camera: str,
        role: str,
        run: int,
        start_us: int,
        media_offset: int,
        *,
        number: int | None = None,
    ) -> int:
        """A segment is about to be written; its number, which may be one of `take_numbers`. Commit before the file is
        made, where the catalog can be written."""
        with self.transaction() as connection:
            number = self._next(connection, "next_number") if number is None else number
            connection.execute(
                """INSERT INTO open_segment (number, store, stream, run, start_us, media_offset, rule)
                VALUES (?, ?, ?3, ?, ?, ?, (SELECT rule FROM stream_rule WHERE stream = ?3))""",
                (number, self.add_store(store), self.stream_key(connection, camera, role), run, start_us, media_offset),
            )
            return number

    def take_numbers(self, count: int) -> int:
        """Give out `count` segment numbers at once, for use while the catalog may be locked; the first of them."""
        with self.transaction() as connection:
            return self._next(connection, "next_number", count)

    def take_runs(self, count: int) -> int:
        """The same for run numbers."""
        with self.transaction() as connection:
            return self._next(connection, "next_run", count)

    def reserve_numbers(self, through: int) -> None:
        """Never give out segment numbers up to `through`: files with them are on the disk, though a restored or new
        catalog does not know them."""
        self._reserve("next_number", through)

    def reserve_runs(self, through: int) -> None:
        """The same for run numbers."""
        self._reserve("next_run", through)

    def _reserve(self, name: str, through: int) -> None:
        with self.transaction() as connection:
            connection.execute("UPDATE meta SET value = ? WHERE name = ? AND value <= ?", (through + 1, name, through))

    def seal_segment(self, record: SegmentRecord, parts: Sequence[PartInfo]) -> None:
        """The file lies in ``segments``, durable: the open row goes, the segment, its part index and its stretch of
        coverage come. Raises Conflict ``catalog.number_used`` when the number is taken."""
        with self.transaction() as connection:
            stream = self.stream_key(connection, record.camera, record.role)
            rule = rule_for(connection, stream, record.number)
            connection.execute("DELETE FROM open_segment WHERE number = ?", (record.number,))
            flags = flags_of(starts_with_key=record.starts_with_key, recovered=record.recovered)
            try:
                connection.execute(
                    "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                    (
                        stream,
                        record.start_us,
                        record.number,
                        record.end_us,
                        self.add_store(record.store),
                        record.run,
                        record.media_offset,
                        record.media_duration,
                        record.file_bytes,
                        record.header_bytes,
                        record.frames,
                        flags,
                        record.root,
                        rule,
                    ),
                )
            except sqlite3.IntegrityError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                    raise
                raise Conflict("catalog.number_used", f"Segment {record.number} is already sealed.") from error
            connection.execute("INSERT INTO segment_index VALUES (?, ?)", (record.number, pack(parts)))
            add_stretch(connection, stream, record.start_us, record.end_us)
            add_segment_leaf(connection, record, rule)

    def adopt_run(
        self, run: int, camera: str, role: str, start_us: int, video: VideoFormat | None, audio: AudioFormat | None
    ) -> None:
        """A file tells of a run; enter it under its number unless it is known. Formats are None where unreadable."""
        with self.transaction() as connection:
            self.reserve_runs(run)
            connection.execute(
                "INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    self.stream_key(connection, camera, role),
                    start_us,
                    video.codec if video is not None else "unknown",
                    video.codec_string if video is not None else "",
                    video.width if video is not None else 0,
                    video.height if video is not None else 0,
                    audio.codec if audio is not None else "",
                ),
            )

    def adopt_open(self, own: Identity, end_us: int) -> None:
        """Recovery has seen where a segment that a crash left behind ends; its row may be missing."""
        with self.transaction() as connection:
            stream, store = self.stream_key(connection, own.camera, own.role), self.add_store(own.store)
            connection.execute(
                """INSERT INTO open_segment (number, store, stream, run, start_us, media_offset, end_us)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET end_us = excluded.end_us""",
                (own.number, store, stream, own.run, own.start_us, own.media_offset, end_us),
            )

    def expect_end(self, number: int, end_us: int) -> None:
        """The disk of a segment being written went away; it had been written up to there."""
        with self.transaction() as connection:
            connection.execute("UPDATE open_segment SET end_us = max(?, start_us) WHERE number = ?", (end_us, number))

    def forget_open(self, number: int) -> None:
        """No file was made, or one without a part: the open row goes."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM open_segment WHERE number = ?", (number,))

    def delete_segment(self, number: int) -> bool:
        """A sealed segment is to go: its row moves to the garbage, its coverage ends. False when there is none.
        Open segments are never deleted. The file is unlinked after the commit (`removal.remove`)."""
        with self.transaction() as connection:
            row = connection.execute(
                "DELETE FROM segment WHERE number = ? RETURNING stream, start_us, end_us, store", (number,)
            ).fetchone()
            if row is None:
                return False
            stream, start_us, end_us, store = row
            connection.execute("DELETE FROM segment_index WHERE number = ?", (number,))
            connection.execute("INSERT INTO garbage VALUES (?, ?, ?)", (number, store, self._clock.wall_us()))
            remove_stretch(connection, stream, start_us, end_us)
            return True

    def drop_garbage(self, number: int, store: str) -> None:
        """The file is gone from that store, durably."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM garbage WHERE number = ? AND store = ?", (number, self.add_store(store)))

    # Gaps

    def open_gap(self, camera: str, role: str, start_us: int, reason: str, detail: str = "") -> int:
        """Recording stopped; the gap's handle. While one is open with the same reason it goes on; one with another
        reason ends where the new one begins. Raises Invalid for a reason outside `reasons.REASONS`."""
        _known(reason)
        with self.transaction() as connection:
            stream = self.stream_key(connection, camera, role)
            row = connection.execute(
                "SELECT id, start_us, reason FROM gap WHERE stream = ? AND end_us IS NULL", (stream,)
            ).fetchone()
            if row is not None:
                if row[2] == reason or row[1] >= start_us:
                    connection.execute("UPDATE gap SET reason = ?, detail = ? WHERE id = ?", (reason, detail, row[0]))
                    return int(row[0])
                self.close_gap(camera, role, start_us)
            return self._insert_gap(connection, stream, start_us, None, reason, detail) or 0

    def close_gap(self, camera: str, role: str, end_us: int) -> bool:
        """Recording goes on: the open gap ends; one of no length goes. False when there was none."""
        with self.transaction() as connection:
            stream = self.stream_key(connection, camera, role)
            row = connection.execute(
                "SELECT id, start_us, reason FROM gap WHERE stream = ? AND end_us IS NULL", (stream,)
            ).fetchone()
            if row is None:
                return False
            (after,) = connection.execute(
                "SELECT min(start_us) FROM gap WHERE stream = ? AND start_us > ?", (stream, row[1])
            ).fetchone()
            end_us = min(end_us, after) if after is not None else end_us
            if end_us > row[1]:
                connection.execute("UPDATE gap SET end_us = ? WHERE id = ?", (end_us, row[0]))
                add_gap_leaf(connection, stream, row[1], end_us, row[2])
            else:
                connection.execute("DELETE FROM gap WHERE id = ?", (row[0],))
            return True

    def trim_gaps(self, camera: str, role: str, start_us: int, end_us: int) -> None:
        """Footage turned out to begin at `start_us`, not at `end_us`: gaps that are over give way to it."""
        with self.transaction() as connection:
            stream = self.stream_key(connection, camera, role)
            bounds = (stream, start_us, end_us)
            connection.execute("DELETE FROM gap WHERE stream = ? AND start_us >= ? AND end_us <= ?", bounds)
            connection.execute(
                "UPDATE gap SET end_us = ?2 WHERE stream = ?1 AND start_us < ?2 AND end_us > ?2 AND end_us <= ?3",
                bounds,
            )

    def add_gap(self, camera: str, role: str, start_us: int, end_us: int, reason: str, detail: str = "") -> int | None:
        """A stretch that is over already; its handle, or None when nothing is left of it: gaps of a stream do not
        overlap, and the part that another gap holds stays with that one."""
        _known(reason)
        with self.transaction() as connection:
            stream = self.stream_key(connection, camera, role)
            return self._insert_gap(connection, stream, start_us, end_us, reason, detail)

    def _insert_gap(
        self, connection: sqlite3.Connection, stream: int, start_us: int, end_us: int | None, reason: str, detail: str
    ) -> int | None:
        """Insert what other gaps leave of it; None if that is nothing. The one that lasts, if any, is the only gap that
        others may follow: those were dated ahead, before the clock was set back."""
        while (covering := connection.execute(_COVERING_GAP, (stream, start_us)).fetchone()) and covering[0] > start_us:
            start_us = covering[0]
        lasting = connection.execute(
            "SELECT 1 FROM gap WHERE stream = ? AND end_us IS NULL AND start_us <= ?", (stream, start_us)
        ).fetchone()
        if lasting is not None:
            return None
        if end_us is not None:
            (after,) = connection.execute(
                "SELECT min(start_us) FROM gap WHERE stream = ? AND start_us >= ?", (stream, start_us)
            ).fetchone()
            end_us = min(end_us, after) if after is not None else end_us
            if end_us <= start_us:
                return None
        cursor = connection.execute(
            "INSERT INTO gap (stream, start_us, end_us, reason, detail) VALUES (?, ?, ?, ?, ?)",
            (stream, start_us, end_us, reason, detail),
        )
        if end_us is not None:
            add_gap_leaf(connection, stream, start_us, end_us, reason)
        return int(cursor.lastrowid or 0)

    # The outbox

    def add_fact(self, fact: Fact) -> int:
        """Put a fact into the outbox; its sequence. The same fact again gets the same sequence."""
        with self.transaction() as connection:
            known = connection.execute("SELECT sequence FROM fact WHERE fact = ?", (fact.fact,)).fetchone()
            if known is not None:
                return int(known[0])
            sequence = self._next(connection, "next_fact")
            message = facts.dump(replace(fact, sequence=0))
            connection.execute("INSERT INTO fact VALUES (?, ?, ?)", (sequence, fact.fact, message))
            return sequence

    def confirm_facts(self, through: int) -> None:
        """The office has all facts up to this sequence: they go. Raises Invalid for one never given out."""
        with self.transaction() as connection:
            (upcoming,) = connection.execute("SELECT value FROM meta WHERE name = 'next_fact'").fetchone()
            if through >= upcoming:
                raise Invalid("fact.unknown", f"No fact has the sequence {through}.")
            connection.execute("DELETE FROM fact WHERE sequence <= ?", (through,))
            connection.execute("UPDATE meta SET value = max(value, ?) WHERE name = 'confirmed_fact'", (through,))


def _known(reason: str) -> None:
    if reason not in REASONS:
        raise Invalid("gap.reason", f"Unknown gap reason {reason!r}.")
