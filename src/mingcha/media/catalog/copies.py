"""Copies that were deleted, and the questions that decide it. A deletion is one transaction of the one writer.

The catalog does not list the copies there are (each copy's directory does); it only remembers which ones are gone, so
that a deletion interrupted anywhere is told and entered exactly once, and an office that asks again is answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.writer import Catalog
from mingcha.wire import facts
from mingcha.wire.facts import Fact

KIND = "copy.deleted"


@dataclass(frozen=True, slots=True)
class CopyDeletion:
    """A copy that is gone. `from_us`, `to_us`: the range it was ordered for; `manifest_sha256`: empty when it was
    never finished, and so is `files` (names and SHA-256); `reason`: a word (docs/ref/ledger-entries.md)."""

    export: str
    camera: str
    role: str
    from_us: int
    to_us: int
    reason: str
    manifest_sha256: str = ""
    bytes: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the fact alone: grant and person it was made for."""


def enter_deletion(catalog: Catalog, gone: CopyDeletion, at_us: int) -> bool:
    """Tell and enter that a copy is gone; False when that was done before. Only a copy that the ledger was told of
    gets an entry there."""
    detail = {
        "export": gone.export,
        "role": gone.role,
        "from_us": gone.from_us,
        "to_us": gone.to_us,
        "reason": gone.reason,
        "manifest_sha256": gone.manifest_sha256,
        "bytes": gone.bytes,
        "files": dict(gone.files),
    }
    with catalog.transaction() as connection:
        fact = Fact(new_id("fct"), KIND, at_us, gone.camera, {**detail, **gone.about})
        added = connection.execute(
            "INSERT OR IGNORE INTO copy_deletion VALUES (?, ?, ?)", (gone.export, fact.fact, facts.dump(fact))
        )
        if not added.rowcount:
            return False
        catalog.add_fact(fact)
        if gone.manifest_sha256:
            add_leaf(connection, "copy_deletion", {**detail, "camera": gone.camera, "at_us": at_us})
        return True


def put_copy_deletion(connection: sqlite3.Connection, told: Mapping[str, Any]) -> None:
    """Remember again what an entry of the ledger tells of a deleted copy. Inside a transaction."""
    detail = {key: told[key] for key in told.keys() - {"format", "kind", "camera", "at_us"}}
    fact = Fact(new_id("fct"), KIND, told["at_us"], told["camera"], detail)
    values = (told["export"], fact.fact, facts.dump(fact))
    connection.execute("INSERT OR IGNORE INTO copy_deletion VALUES (?, ?, ?)", values)


def tell_deletion_again(catalog: Catalog, export: str) -> bool:
    """Put the fact of a deletion into the outbox once more, under its own id; False when none is known."""
    with catalog.transaction() as connection:
        row = connection.execute("SELECT message FROM copy_deletion WHERE export = ?", (export,)).fetchone()
        if row is not None:
            catalog.add_fact(facts.load(row[0]))
        return row is not None


def is_ordered_to_go(catalog: CatalogReader, camera: str, role: str) -> bool:
    """Whether the stream's rule of today orders deletion, not only allows it."""
    with catalog.reading() as connection:
        row = connection.execute(
            """SELECT rule.ceiling_us IS NOT NULL FROM stream JOIN stream_rule ON stream_rule.stream = stream.id
            JOIN rule ON rule.id = stream_rule.rule WHERE stream.camera = ? AND stream.role = ?""",
            (camera, role),
        ).fetchone()
    return row is not None and bool(row[0])


def is_footage_deleted(catalog: CatalogReader, camera: str, role: str, range_: TimeRange) -> bool:
    """Whether any of the range was recorded and has gone by its rule."""
    with catalog.reading() as connection:
        (found,) = connection.execute(
            """SELECT EXISTS (SELECT 1 FROM deleted JOIN stream ON stream.id = deleted.stream
            WHERE stream.camera = ? AND stream.role = ? AND deleted.start_us < ? AND deleted.end_us > ?)""",
            (camera, role, range_.end_us, range_.start_us),
        ).fetchone()
    return bool(found)


def is_held(catalog: CatalogReader, camera: str, range_: TimeRange, now_us: int) -> bool:
    """Whether a hold in force touches the range."""
    with catalog.reading() as connection:
        (found,) = connection.execute(
            """SELECT EXISTS (SELECT 1 FROM hold WHERE camera = ? AND released_us IS NULL
            AND (until_us IS NULL OR until_us > ?) AND start_us < ? AND end_us > ?)""",
            (camera, now_us, range_.end_us, range_.start_us),
        ).fetchone()
    return bool(found)
