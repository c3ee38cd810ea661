"""What the ledger is to be told, put down in the same transaction as the change it tells of.

Entries are canonical JSON, one kind each; docs/ref/ledger-entries.md describes their fields.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mingcha.base.ids import new_id
from mingcha.ledger import keychange, succession
from mingcha.media.catalog.records import SegmentRecord
from mingcha.wire.facts import Fact

FORMAT = "mingcha.entry/1"
_NUMBER = re.compile(rb'"number":(\d+)')
_TOLD_OF = {
    "register": ("ledger.anchored", ("first", "last", "root")),
    keychange.KIND: ("ledger.key_changed", ("old", "new", "reason")),
    succession.KIND: ("ledger.continued", ("old", "new", "reason")),
}


def add_leaf(connection: sqlite3.Connection, kind: str, fields: Mapping[str, Any], segment: int | None = None) -> str:
    """Put one entry down; its text. `segment`: the number of the segment that will be told the entry's place."""
    text = entry_text(kind, fields)
    connection.execute("INSERT INTO leaf (body, segment) VALUES (?, ?)", (text, segment))
    return text


def entry_text(kind: str, fields: Mapping[str, Any]) -> str:
    """An entry as the ledger holds it."""
    body = {"format": FORMAT, "kind": kind, **fields}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fact_of(told: Mapping[str, Any], index: int) -> Fact | None:
    """What the office is told of an entry because of its place in the ledger; of most nothing."""
    if told.get("kind") not in _TOLD_OF:
        return None
    kind, fields = _TOLD_OF[told["kind"]]
    detail = {name: told[name] for name in fields} | {"index": index}
    return Fact(new_id("fct"), kind, told["at_us"], "", detail)


def rule_for(connection: sqlite3.Connection, stream: int, number: int) -> int | None:
    """The rule a segment is sealed under: the one it was opened under, else that of its stream now."""
    row = connection.execute(
        """SELECT coalesce((SELECT rule FROM open_segment WHERE number = ?),
            (SELECT rule FROM stream_rule WHERE stream = ?))""",
        (number, stream),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def add_segment_leaf(connection: sqlite3.Connection, record: SegmentRecord, rule: int | None) -> None:
    """The entry of a sealed segment."""
    fields = segment_fields(record) | {"rule": rule_fields(connection, rule)}
    add_leaf(connection, "segment", fields, record.number)


def segment_fields(record: SegmentRecord) -> dict[str, Any]:
    """What the entry of a segment tells besides its rule: what was recorded, its root, and what else its row holds, so
    that a lost catalog comes back without reading a hundred terabytes."""
    return {
        "number": record.number,
        "store": record.store,
        "camera": record.camera,
        "role": record.role,
        "run": record.run,
        "start_us": record.start_us,
        "end_us": record.end_us,
        "media_offset": record.media_offset,
        "media_duration": record.media_duration,
        "bytes": record.file_bytes,
        "header_bytes": record.header_bytes,
        "frames": record.frames,
        "root": record.root.hex(),
        "starts_with_key": record.starts_with_key,
        "recovered": record.recovered,
    }


def segment_number(entry: bytes) -> int | None:
    """The number of the segment an entry is of, None for any other entry, without reading all of it: canonical JSON has
    these bytes nowhere but at their keys."""
    if b'"kind":"segment"' not in entry:
        return None
    found = _NUMBER.search(entry)
    return int(found[1]) if found else None


def rule_fields(connection: sqlite3.Connection, rule: int | None) -> dict[str, Any] | None:
    """A rule as entries tell it; None for none."""
    kept = connection.execute(
        "SELECT floor_us, ceiling_us, make_room, ground, law_version FROM rule WHERE id = ?", (rule,)
    ).fetchone()
    if kept is None:
        return None
    return {
        "floor_us": kept[0],
        "ceiling_us": kept[1],
        "make_room": bool(kept[2]),
        "ground": json.loads(kept[3]),
        "law_version": kept[4],
    }


def add_gap_leaf(connection: sqlite3.Connection, stream: int, start_us: int, end_us: int, reason: str) -> None:
    """The entry of a stretch that was not recorded and is over."""
    camera, role = connection.execute("SELECT camera, role FROM stream WHERE id = ?", (stream,)).fetchone()
    fields = {"camera": camera, "role": role, "start_us": start_us, "end_us": end_us, "reason": reason}
    add_leaf(connection, "gap", fields)


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry that the ledger has still to be told. `segment`: whose it is, if it is one's."""

    id: int
    body: str
    segment: int | None


def pending_leaves(connection: sqlite3.Connection, limit: int) -> tuple[int, list[Leaf]]:
    """The index of the ledger's next entry as far as the catalog knows, and the oldest entries that wait."""
    leaves = connection.execute("SELECT id, body, segment FROM leaf ORDER BY id LIMIT ?", (limit,)).fetchall()
    return ledger_size(connection), [Leaf(*leaf) for leaf in leaves]


def ledger_size(connection: sqlite3.Connection) -> int:
    """How many entries the ledger has for good as far as the catalog knows."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'ledger_size'").fetchone()
    return int(row[0]) if row is not None else 0


def confirm_leaves(connection: sqlite3.Connection, leaves: Sequence[Leaf], first: int) -> None:
    """The ledger has these entries for good, at `first` and after: segments are told their places."""
    connection.executemany("DELETE FROM leaf WHERE id = ?", [(leaf.id,) for leaf in leaves])
    places = [(first + n, leaf.segment) for n, leaf in enumerate(leaves) if leaf.segment is not None]
    connection.executemany("UPDATE segment SET leaf = ? WHERE number = ?", places)
    connection.execute(
        "INSERT INTO meta VALUES ('ledger_size', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (first + len(leaves),),
    )


def segment_places(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, int | None]:
    """Indexes of segments' entries in the ledger; None for those it has not got yet. At most some hundred numbers."""
    marks = ",".join("?" * len(numbers))
    rows = connection.execute(f"SELECT number, leaf FROM segment WHERE number IN ({marks})", list(numbers))  # noqa: S608
    return dict(rows.fetchall())


def waiting_among(connection: sqlite3.Connection, numbers: Sequence[int]) -> set[int]:
    """Those of the segments whose entries are on their way into the ledger, or got there by now."""
    marks = ",".join("?" * len(numbers))
    sql = f"""SELECT segment FROM leaf WHERE segment IN ({marks})
        UNION SELECT number FROM segment WHERE leaf IS NOT NULL AND number IN ({marks})"""  # noqa: S608 - marks only
    return {row[0] for row in connection.execute(sql, [*numbers, *numbers])}
