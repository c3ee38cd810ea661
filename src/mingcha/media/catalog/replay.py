"""The catalog from the ledger: what its entries told is put back, entry after entry, without being told again.

For a lost catalog from the first entry, for one restored from a backup from where it ends. Files are looked for, not
read: an entry holds all of a row but its part index, which is read from the file when it is first wanted.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mingcha.base.errors import Corrupt
from mingcha.media.catalog.adopt import formats_in, identity_of, scan_number, sealed_record, ticks_to_us
from mingcha.media.catalog.copies import put_copy_deletion
from mingcha.media.catalog.coverage import add_stretch
from mingcha.media.catalog.disks import Disks, Numbers
from mingcha.media.catalog.holds import put_hold
from mingcha.media.catalog.holes import TakenBack, put_gaps
from mingcha.media.catalog.keeping import Rule, keep_mark, put_rule, read_mark, rule_of_stream
from mingcha.media.catalog.leaves import fact_of, segment_fields, segment_number
from mingcha.media.catalog.lost import Loss, account_lost
from mingcha.media.catalog.reader import flags_of
from mingcha.media.catalog.writer import Catalog
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

RETELL_US = 7 * 86_400_000_000
"""Facts of entries younger than this, counted back from the newest, are told again: the office may not have had them,
and knows those it had by their ids."""
MARGIN = 100_000
"""Numbers kept clear beyond what the ledger tells: of the last seconds it may not have been told."""
NEVER_US = 1
"""A trusted time before all footage: deletion waits for a time server or a person."""

_INSERT = """INSERT INTO segment (stream, start_us, number, end_us, store, run, media_offset, media_duration,
    file_bytes, header_bytes, frames, flags, root, rule, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_Row = tuple[Any, ...]
"""One of `_INSERT`."""


@dataclass(slots=True)
class Replayed:
    """`segments`: entered anew; `deleted`: numbers that certificates speak of; `lost`: that nothing accounts for but
    this, put down as lost now; `unreadable`: (number, error code) of files whose entries say too little."""

    entries: int = 0
    segments: int = 0
    deleted: int = 0
    holds: int = 0
    gaps: int = 0
    lost: list[Loss] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)


class Replay:
    """Give all entries to `take`, in order, a batch being one transaction; then `finish`, once. A crash before its end
    leaves the catalog behind the ledger, and it is begun again; nothing is entered twice."""

    def __init__(self, catalog: Catalog, disks: Disks) -> None:
        self.result = Replayed()
        self._catalog = catalog
        self._disks = disks
        self._absent = Numbers()
        self._highest = 0
        self._highest_run = 0
        self._known: set[int] = set()
        self._rows: list[_Row] = []
        self._stretches: dict[int, list[tuple[int, int]]] = {}
        self._back = TakenBack()
        self._clock: dict[str, Any] | None = None
        self._known_runs: set[int] = set()
        self._rules: dict[tuple[object, ...], int | None] = {}
        self._stores: dict[str, int] = {}
        self._ruled: set[int] = set()
        self._last_rule: dict[int, int] = {}
        self._facts: list[Fact] = []
        with catalog.reading() as connection:
            self._waiting = {row[0].encode() for row in connection.execute("SELECT body FROM leaf")}
            self._leaving = {row[0] for row in connection.execute("SELECT number FROM garbage")}
            self._open = {row[0] for row in connection.execute("SELECT number FROM open_segment")}

    def take(self, first: int, entries: Sequence[bytes]) -> None:
        """Entries `first` and after, some thousand. Raises Corrupt for one that is not canonical JSON, Unavailable."""
        with self._catalog.transaction() as connection:
            waited = [(entry.decode(),) for entry in entries if entry in self._waiting]
            connection.executemany("DELETE FROM leaf WHERE body = ?", waited)
            self._known = _known_among(connection, map(segment_number, entries))
            for index, entry in enumerate(entries, first):
                self._take_one(connection, index, _told(entry, index))
            self._flush(connection)
        self.result.entries += len(entries)

    def _take_one(self, connection: sqlite3.Connection, index: int, told: dict[str, Any]) -> None:
        kind = told.get("kind")
        if kind == "segment":
            self._segment(connection, index, told)
        elif kind == "deletion":
            self._deletion(connection, told)
        elif kind == "loss":
            self._loss(connection, told)
        elif kind == "gap":
            stream = self._catalog.stream_key(connection, told["camera"], told["role"])
            self._back.add(stream, told["start_us"], told["end_us"], told["reason"])
            self.result.gaps += 1
        elif kind == "hold":
            self.result.holds += put_hold(connection, told)
            self._retell("hold.released" if told["released"] else "hold.placed", told)
        elif kind == "rule":
            self._rule_ordered(connection, told)
        elif kind == "clock":
            self._clock = told
        elif kind == "copy_deletion":
            put_copy_deletion(connection, told)
        elif (fact := fact_of(told, index)) is not None:
            self._facts.append(fact)

    # Segments

    def _segment(self, connection: sqlite3.Connection, index: int, told: dict[str, Any]) -> None:
        number = told["number"]
        self._highest, self._highest_run = max(self._highest, number), max(self._highest_run, told["run"])
        stream = self._catalog.stream_key(connection, told["camera"], told["role"])
        rule = self._rule(connection, told["rule"])
        if rule is not None:
            self._last_rule[stream] = rule
        if number in self._known:
            self._flush(connection)
            connection.execute("UPDATE segment SET leaf = ? WHERE number = ?", (index, number))
            return
        if number in self._leaving:
            return
        store = self._disks.store_of(number)
        if store is None:
            self._absent.add(number)
            return
        if told["run"] not in self._known_runs or "media_duration" not in told:
            read = self._read(store, told)
            if read is None:
                return
            told = read
        if number in self._open:
            connection.execute("DELETE FROM open_segment WHERE number = ?", (number,))
        self._rows.append(_row(told, stream, self._store(store.store_id), rule, index))
        self._known.add(number)
        self.result.segments += 1
        self._cover(stream, told["start_us"], told["end_us"])

    def _read(self, store: StoreDirectory, told: dict[str, Any]) -> dict[str, Any] | None:
        """The first file of a run tells of the run; any file, what an entry of the first kind did not. The entry with
        all its fields; None when neither tells them."""
        number, is_short = told["number"], "media_duration" not in told
        try:
            scan = scan_number(store, number)
            own = identity_of(scan, store, number)
            if is_short and (scan.trailer is None or scan.trailer.root.hex() != told["root"]):
                raise Corrupt("segment.trailer", "A sealed file has no end, or another than the ledger says.")
        except Corrupt as error:
            if is_short:
                log.warning("file %010x in the store is left alone: %s", number, error.code)
                self.result.unreadable.append((number, error.code))
                return None
            start_us = max(1, told["start_us"] - ticks_to_us(told["media_offset"]))
            self._catalog.adopt_run(told["run"], told["camera"], told["role"], start_us, None, None)
        else:
            self._catalog.adopt_run(
                told["run"], told["camera"], told["role"], own.run_start_us, *formats_in(scan.header)
            )
            if is_short and scan.trailer is not None:
                told = told | segment_fields(sealed_record(scan, own, scan.trailer, scan.file_bytes))
        self._known_runs.add(told["run"])
        return told

    def _store(self, store: str) -> int:
        if store not in self._stores:
            self._stores[store] = self._catalog.add_store(store)
        return self._stores[store]

    def _cover(self, stream: int, start_us: int, end_us: int) -> None:
        stretches = self._stretches.setdefault(stream, [])
        if stretches and stretches[-1][0] <= start_us <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], end_us))
        else:
            stretches.append((start_us, end_us))

    # What ends segments

    def _deletion(self, connection: sqlite3.Connection, told: dict[str, Any]) -> None:
        self._end(connection, told)
        stream = self._catalog.stream_key(connection, told["camera"], told["role"])
        add_stretch(connection, stream, told["start_us"], told["end_us"], "deleted")
        self.result.deleted += told["segments"]
        self._retell("footage.deleted", told)

    def _loss(self, connection: sqlite3.Connection, told: dict[str, Any]) -> None:
        self._end(connection, told)
        stream = self._catalog.stream_key(connection, told["camera"], told["role"])
        for start_us, end_us in told["stretches"]:
            self._back.add(stream, start_us, end_us, "footage_lost")
        self._retell("footage.lost", told)

    def _end(self, connection: sqlite3.Connection, told: dict[str, Any]) -> None:
        """Its segments are no more; a file that is still there goes with the garbage."""
        for first, last in told["numbers"]:
            for number in range(first, last + 1):
                self._highest = max(self._highest, number)
                if self._absent.discard(number):
                    continue
                self._flush(connection)
                self._catalog.delete_segment(number)
                self._leaving.add(number)
                store = self._disks.store_of(number)
                if store is not None:
                    key = self._catalog.add_store(store.store_id)
                    values = (number, key, told["at_us"])
                    connection.execute(
                        "INSERT OR IGNORE INTO garbage (number, store, since_us) VALUES (?, ?, ?)", values
                    )

    def _flush(self, connection: sqlite3.Connection) -> None:
        """Rows and coverage are there before anything is done to them. Rows in the order of the table: by stream."""
        connection.executemany(_INSERT, sorted(self._rows))
        self._rows.clear()
        for stream, stretches in self._stretches.items():
            for start_us, end_us in stretches:
                add_stretch(connection, stream, start_us, end_us)
        self._stretches.clear()

    # Rules

    def _rule(self, connection: sqlite3.Connection, told: dict[str, Any] | None) -> int | None:
        if told is None:
            return None
        key = (told["floor_us"], told["ceiling_us"], told.get("make_room"), *told["ground"], told.get("law_version"))
        if key not in self._rules:
            self._rules[key] = put_rule(connection, _rule_told(told))
        return self._rules[key]

    def _rule_ordered(self, connection: sqlite3.Connection, told: dict[str, Any]) -> None:
        stream = self._catalog.stream_key(connection, told["camera"], told["role"])
        rule = self._rule(connection, told["rule"])
        if rule is not None:
            self._flush(connection)
            rule_of_stream(connection, stream, rule, told["at_us"])
            self._ruled.add(stream)

    def _retell(self, kind: str, told: dict[str, Any]) -> None:
        if "fact" in told:
            detail = {key: told[key] for key in told.keys() - {"format", "kind", "camera", "at_us", "fact"}}
            self._facts.append(Fact(told["fact"], kind, told["at_us"], told["camera"], detail))
            if len(self._facts) > 100_000:
                del self._facts[:50_000]

    # The end

    def lost_numbers(self) -> Numbers:
        """What was sealed, is on none of the disks, and nothing says where it went."""
        return self._absent

    def finish(self, size: int, lost: Iterable[dict[str, Any]], at_us: int, trusted_us: int | None = None) -> Replayed:
        """All entries were given, `size` of them with those before; `lost`: the entries of `lost_numbers`. Puts down
        what is lost, names the holes, keeps numbers clear, and says that the catalog is level with the ledger."""
        catalog = self._catalog
        with catalog.transaction() as connection:
            for stream, rule in self._last_rule.items():
                if stream not in self._ruled:
                    rule_of_stream(connection, stream, rule, at_us)
            put_gaps(connection, self._back)
            self.result.lost = account_lost(catalog, connection, list(lost), at_us)
            catalog.reserve_numbers(max(self._highest, catalog.newest_known()) + MARGIN)
            catalog.reserve_runs(self._highest_run + MARGIN)
            self._keep_time(size)
            newest_us = max((fact.at_us for fact in self._facts), default=0)
            for fact in self._facts:
                if fact.at_us >= newest_us - RETELL_US:
                    catalog.add_fact(fact)
            connection.execute(
                "INSERT INTO meta VALUES ('ledger_size', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (size,),
            )
        return self.result

    def _keep_time(self, size: int) -> None:
        """The time of deletion goes on from what the ledger last said of it, or from before all footage."""
        known = read_mark(self._catalog)
        told = self._clock
        if told is not None and (known is None or known[0] < told["trusted_us"]):
            keep_mark(self._catalog, told["trusted_us"], told["boot"], told["since_boot_us"])
        elif known is None and size:
            keep_mark(self._catalog, NEVER_US, "", 0)


def _told(entry: bytes, index: int) -> dict[str, Any]:
    try:
        told = json.loads(entry.decode())
    except ValueError as error:
        raise Corrupt("ledger.entry", f"Entry {index} of the ledger cannot be read.") from error
    return told if isinstance(told, dict) else {}


def _known_among(connection: sqlite3.Connection, numbers: Iterable[int | None]) -> set[int]:
    """Those of the segments that have a row."""
    rows = connection.execute(
        "SELECT number FROM segment WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(list(numbers)),)
    )
    return {number for (number,) in rows}


def _row(told: dict[str, Any], stream: int, store: int, rule: int | None, index: int) -> _Row:
    flags = flags_of(starts_with_key=told["starts_with_key"], recovered=told["recovered"])
    return (
        *(stream, told["start_us"], told["number"], told["end_us"], store, told["run"]),
        *(told["media_offset"], told["media_duration"], told["bytes"], told["header_bytes"], told["frames"]),
        *(flags, bytes.fromhex(told["root"]), rule, index),
    )


def _rule_told(told: dict[str, Any]) -> Rule:
    """Entries of the first kind did not say whether it may make room; then it may not."""
    return Rule(
        told["floor_us"],
        told["ceiling_us"],
        bool(told.get("make_room")),
        tuple(told["ground"]),
        told.get("law_version", ""),
    )
