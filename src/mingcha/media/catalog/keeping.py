"""Rules of keeping and lawful deletion in the catalog. Every function is one transaction of the one writer.

What may go is looked up and taken out in the same transaction, so a hold that is in the catalog always wins: there is
no moment between the look and the deletion.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from mingcha.base.clock import US_PER_S
from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.catalog.coverage import add_stretch, remove_stretch
from mingcha.media.catalog.leaves import add_leaf, rule_fields
from mingcha.media.catalog.writer import Catalog
from mingcha.wire.facts import Fact
from mingcha.wire.plan import RetentionOrder

Cause = Literal["ceiling", "room", "budget"]

# The floor of a stream's rule of today holds for its older footage too: rules lengthen by themselves, never shorten.
_TERMS = """SELECT r.id, max(r.floor_us, coalesce(today.floor_us, 0)), r.ceiling_us, r.make_room, r.ground,
        r.law_version
    FROM rule AS r LEFT JOIN stream_rule ON stream_rule.stream = ?
    LEFT JOIN rule AS today ON today.id = stream_rule.rule"""

# By rule: footage that no rule orders to delete would else be looked at again in every sweep.
_DUE = """SELECT s.number, s.start_us, s.end_us, s.store, s.file_bytes, s.root
    FROM segment AS s INDEXED BY segment_by_rule
    WHERE s.stream = :stream AND s.rule = :rule AND s.start_us < :before AND s.end_us <= :before
    AND (:stores IS NULL OR s.store IN (SELECT id FROM store WHERE store IN (SELECT value FROM json_each(:stores))))
    AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.camera = :camera AND hold.released_us IS NULL
        AND (hold.until_us IS NULL OR hold.until_us > :now) AND hold.start_us < s.end_us AND hold.end_us > s.start_us)
    ORDER BY s.start_us, s.number LIMIT :limit"""


class _Term(NamedTuple):
    """A rule as it holds for one stream today."""

    rule: int
    floor_us: int
    ceiling_us: int | None
    make_room: int
    ground: str
    law_version: str

    def age_us(self, *, for_room: bool) -> int | None:
        """How long after its end footage under it goes; None: never."""
        if for_room and self.make_room:
            return self.floor_us
        return None if self.ceiling_us is None else max(self.floor_us, self.ceiling_us)


class _Due(NamedTuple):
    """A segment whose time is over, with the rule it was kept by."""

    number: int
    start_us: int
    end_us: int
    store: int
    file_bytes: int
    root: bytes
    term: _Term


@dataclass(frozen=True, slots=True)
class Deletion:
    """One certificate: some neighbouring segments of one stream, deleted under one rule. `root`: RFC 6962 root over
    their roots, in the order of `numbers`."""

    certificate: str
    camera: str
    role: str
    numbers: tuple[int, ...]
    start_us: int
    end_us: int
    file_bytes: int
    root: bytes
    cause: Cause


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table `rule`."""

    floor_us: int
    ceiling_us: int | None
    make_room: bool
    ground: tuple[str, ...]
    law_version: str


def put_rule(connection: sqlite3.Connection, rule: Rule) -> int:
    """The key of a rule, made when it is new. Inside a transaction."""
    ground = json.dumps(list(rule.ground), ensure_ascii=False)
    values = (rule.floor_us, rule.ceiling_us, int(rule.make_room), ground, rule.law_version)
    connection.execute(
        "INSERT OR IGNORE INTO rule (floor_us, ceiling_us, make_room, ground, law_version) VALUES (?, ?, ?, ?, ?)",
        values,
    )
    (key,) = connection.execute(
        """SELECT id FROM rule
        WHERE floor_us = ? AND ceiling_us IS ? AND make_room = ? AND ground = ? AND law_version = ?""",
        values,
    ).fetchone()
    return int(key)


def rule_of_stream(connection: sqlite3.Connection, stream: int, rule: int, at_us: int) -> bool:
    """The stream is recorded under this rule from now on, and what has none takes it; False when it is already."""
    before = connection.execute("SELECT rule FROM stream_rule WHERE stream = ?", (stream,)).fetchone()
    if before == (rule,):
        return False
    connection.execute(
        """INSERT INTO stream_rule VALUES (?, ?, ?)
        ON CONFLICT (stream) DO UPDATE SET rule = excluded.rule, since_us = excluded.since_us""",
        (stream, rule, at_us),
    )
    if before is None:
        connection.execute("UPDATE segment SET rule = ? WHERE stream = ? AND rule IS NULL", (rule, stream))
        connection.execute("UPDATE open_segment SET rule = ? WHERE stream = ? AND rule IS NULL", (rule, stream))
    return True


def order_rule(catalog: Catalog, camera: str, role: str, order: RetentionOrder, at_us: int) -> bool:
    """From now on the stream is recorded under this rule; False when it is already. What was recorded before any rule
    was ordered takes it too; everything else keeps its own."""
    ceiling_us = None if order.ceiling_s is None else order.ceiling_s * US_PER_S
    ordered = Rule(order.floor_s * US_PER_S, ceiling_us, order.make_room, order.ground, order.law_version)
    with catalog.transaction() as connection:
        stream = catalog.stream_key(connection, camera, role)
        rule = put_rule(connection, ordered)
        if not rule_of_stream(connection, stream, rule, at_us):
            return False
        fields = {"camera": camera, "role": role, "rule": rule_fields(connection, rule), "at_us": at_us}
        add_leaf(connection, "rule", fields)
        return True


def delete_due(
    catalog: Catalog,
    camera: str,
    role: str,
    *,
    now_us: int,
    limit: int,
    for_room: bool = False,
    cause: Cause | None = None,
    stores: Iterable[str] | None = None,
) -> list[Deletion]:
    """Take out at most `limit` segments of the stream whose time is over at `now_us`, oldest first: to the garbage,
    with a certificate, its fact and its ledger entry. The files are unlinked after the commit
    (`removal.collect_garbage`). `for_room`: also those between floor and ceiling, where their rule lets them go.
    `stores`: only of what lies there, the disks that are here. Never below the floor, never held, never open."""
    with catalog.transaction() as connection:
        stream = catalog.stream_key(connection, camera, role)
        rows = _due(connection, (stream, camera), now_us, stores, limit=limit, for_room=for_room)
        cause = cause or ("room" if for_room else "ceiling")
        return [_delete(catalog, connection, stream, (camera, role), group, now_us, cause) for group in _groups(rows)]


def _due(
    connection: sqlite3.Connection,
    whose: tuple[int, str],
    now_us: int,
    stores: Iterable[str] | None,
    *,
    limit: int,
    for_room: bool,
) -> list[_Due]:
    """The oldest segments of a stream (its key and camera) whose time is over, at most `limit`."""
    stream, camera = whose
    present = None if stores is None else json.dumps(list(stores))
    values = {"stream": stream, "camera": camera, "now": now_us, "limit": limit, "stores": present}
    found: list[_Due] = []
    for term in map(_Term._make, connection.execute(_TERMS, (stream,)).fetchall()):
        age_us = term.age_us(for_room=for_room)
        if age_us is not None:
            rows = connection.execute(_DUE, {**values, "rule": term.rule, "before": now_us - age_us})
            found += [_Due._make((*row, term)) for row in rows]
    return sorted(found, key=lambda due: (due.start_us, due.number))[:limit]


def _groups(rows: list[_Due]) -> Iterator[list[_Due]]:
    """Neighbours under one rule: what one certificate speaks of."""
    group: list[_Due] = []
    for row in rows:
        if group and (group[-1].end_us != row.start_us or group[-1].term != row.term):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _delete(
    catalog: Catalog,
    connection: sqlite3.Connection,
    stream: int,
    whose: tuple[str, str],
    rows: list[_Due],
    now_us: int,
    cause: Cause,
) -> Deletion:
    marks = [(row.number,) for row in rows]
    connection.executemany("DELETE FROM segment WHERE number = ?", marks)
    connection.executemany("DELETE FROM segment_index WHERE number = ?", marks)
    connection.executemany("INSERT INTO garbage VALUES (?, ?, ?)", [(row.number, row.store, now_us) for row in rows])
    first, last, term = rows[0], rows[-1], rows[0].term
    remove_stretch(connection, stream, first.start_us, last.end_us)
    add_stretch(connection, stream, first.start_us, last.end_us, "deleted")
    made = Deletion(
        certificate=new_id("dlc"),
        camera=whose[0],
        role=whose[1],
        numbers=tuple(row.number for row in rows),
        start_us=first.start_us,
        end_us=last.end_us,
        file_bytes=sum(row.file_bytes for row in rows),
        root=tree_root([leaf_hash(row.root) for row in rows]),
        cause=cause,
    )
    detail = {
        "certificate": made.certificate,
        "role": made.role,
        "numbers": spans_of(made.numbers),
        "start_us": made.start_us,
        "end_us": made.end_us,
        "segments": len(rows),
        "bytes": made.file_bytes,
        "root": made.root.hex(),
        "cause": cause,
        "rule": {"floor_us": term.floor_us, "ceiling_us": term.ceiling_us, "ground": json.loads(term.ground)},
        "law_version": term.law_version,
    }
    fact = new_id("fct")
    catalog.add_fact(Fact(fact, "footage.deleted", now_us, made.camera, detail))
    add_leaf(connection, "deletion", {**detail, "camera": made.camera, "at_us": now_us, "fact": fact})
    return made


def spans_of(numbers: Iterable[int]) -> list[list[int]]:
    """Segment numbers, in order, as [first, last] where they follow each other."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans


def deleted(catalog: Catalog, camera: str, role: str, range_: TimeRange) -> list[TimeRange]:
    """What of the range was recorded and has been deleted by its rule."""
    with catalog.reading() as connection:
        rows = connection.execute(
            """SELECT d.start_us, d.end_us FROM deleted AS d JOIN stream ON stream.id = d.stream
            WHERE stream.camera = ? AND stream.role = ? AND d.start_us < ? AND d.end_us > ? ORDER BY d.start_us""",
            (camera, role, range_.end_us, range_.start_us),
        ).fetchall()
    return [TimeRange(max(start, range_.start_us), min(end, range_.end_us)) for start, end in rows]


def oldest_removable(catalog: Catalog, now_us: int, stores: Iterable[str] | None = None) -> tuple[str, str] | None:
    """The stream with the oldest segment that may go to make room on these stores; None when no segment may."""
    wanted = None if stores is None else list(stores)
    found: list[tuple[int, str, str]] = []
    with catalog.reading() as connection:
        for stream, camera, role in connection.execute("SELECT id, camera, role FROM stream").fetchall():
            for row in _due(connection, (stream, camera), now_us, wanted, limit=1, for_room=True):
                found.append((row.start_us, camera, role))
    return min(found)[1:] if found else None


def longest_ceiling_us(catalog: Catalog) -> int:
    """The longest time any rule keeps footage."""
    with catalog.reading() as connection:
        (longest,) = connection.execute("SELECT max(coalesce(ceiling_us, floor_us)) FROM rule").fetchone()
    return int(longest or 0)


def read_mark(catalog: Catalog) -> tuple[int, str, int] | None:
    """Retention's own time as last kept: trusted instant, boot, time since boot; None in a new catalog."""
    with catalog.reading() as connection:
        rows = dict(
            connection.execute("SELECT name, value FROM meta WHERE name IN ('trusted_us', 'boot', 'boottime_us')")
        )
    return (rows["trusted_us"], rows["boot"], rows["boottime_us"]) if len(rows) == 3 else None


def tell_mark(catalog: Catalog, trusted_us: int, boot: str, since_boot_us: int, at_us: int) -> None:
    """Have the ledger keep retention's own time as well: it is where a lost catalog finds it again."""
    fields = {"trusted_us": trusted_us, "boot": boot, "since_boot_us": since_boot_us, "at_us": at_us}
    with catalog.transaction() as connection:
        add_leaf(connection, "clock", fields)


def keep_mark(catalog: Catalog, trusted_us: int, boot: str, since_boot_us: int) -> None:
    """Keep retention's own time for the next start."""
    with catalog.transaction() as connection:
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [("trusted_us", trusted_us), ("boot", boot), ("boottime_us", since_boot_us)],
        )
