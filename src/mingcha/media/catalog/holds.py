"""Holds in the catalog: placed, lengthened, released; never forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mingcha.base.ids import new_id
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.writer import Catalog
from mingcha.wire.facts import Fact
from mingcha.wire.holds import Hold, Known, Standing


def take_holds(catalog: Catalog, holds: Iterable[Hold], at_us: int) -> int:
    """Place and release; what is known already changes nothing; how many changed. A released hold never comes back
    under its id, and one is only ever lengthened: `until_us` may grow or go, not shrink."""
    changed = 0
    with catalog.transaction() as connection:
        for hold in holds:
            changed += _take_hold(catalog, connection, hold, at_us)
    return changed


def _take_hold(catalog: Catalog, connection: sqlite3.Connection, hold: Hold, at_us: int) -> bool:
    known = connection.execute("SELECT until_us, released_us FROM hold WHERE hold = ?", (hold.hold,)).fetchone()
    if known is None:
        connection.execute(
            "INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                hold.hold,
                hold.camera,
                hold.start_us,
                hold.end_us,
                hold.until_us,
                at_us,
                at_us if hold.released else None,
            ),
        )
        _tell_hold(catalog, connection, "hold.placed", hold, at_us)
        if hold.released:
            _tell_hold(catalog, connection, "hold.released", hold, at_us)
        return True
    until_us, released_us = known
    if released_us is not None:
        return False
    if hold.released:
        connection.execute("UPDATE hold SET released_us = ? WHERE hold = ?", (at_us, hold.hold))
        _tell_hold(catalog, connection, "hold.released", hold, at_us)
        return True
    if until_us is not None and (hold.until_us is None or hold.until_us > until_us):
        connection.execute("UPDATE hold SET until_us = ? WHERE hold = ?", (hold.until_us, hold.hold))
        _tell_hold(catalog, connection, "hold.placed", hold, at_us)
        return True
    return False


def await_holds(connection: sqlite3.Connection) -> None:
    """Holds that came in the last seconds may be missing here: the office is to tell all of them first. Inside a
    transaction."""
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('holds_awaited', 1)")


def hear_holds(catalog: Catalog) -> None:
    """The office has told its holds, or is not waited for any longer."""
    with catalog.transaction() as connection:
        connection.execute("DELETE FROM meta WHERE name = 'holds_awaited'")


def are_holds_awaited(catalog: Catalog) -> bool:
    """Whether the catalog was made again and the office has not told its holds since."""
    with catalog.reading() as connection:
        return connection.execute("SELECT 1 FROM meta WHERE name = 'holds_awaited'").fetchone() is not None


def known_holds(catalog: CatalogReader, holds: Sequence[str]) -> list[Known]:
    """What is kept of these holds; those not known are left out."""
    found = []
    with catalog.reading() as connection:
        for hold in holds:
            row = connection.execute("SELECT hold, placed_us, released_us FROM hold WHERE hold = ?", (hold,)).fetchone()
            if row is not None:
                found.append(Known(*row))
    return found


def standing_holds(catalog: CatalogReader, after: str, limit: int) -> list[Standing]:
    """Holds that were not released, those of an id above `after`, in the order of their ids; also such whose term is
    over, since whether it is over is for whoever asks to say."""
    with catalog.reading() as connection:
        rows = connection.execute(
            "SELECT hold, camera, start_us, end_us, until_us, placed_us FROM hold "
            "WHERE released_us IS NULL AND hold > ? ORDER BY hold LIMIT ?",
            (after, limit),
        )
        return [
            Standing(hold, camera, start_us, end_us, until_us, placed_us=placed_us)
            for hold, camera, start_us, end_us, until_us, placed_us in rows
        ]


def put_hold(connection: sqlite3.Connection, told: Mapping[str, Any]) -> bool:
    """Put back what an entry of the ledger tells of a hold, without telling it again; False when it is known. Inside a
    transaction."""
    known = connection.execute("SELECT until_us, released_us FROM hold WHERE hold = ?", (told["hold"],)).fetchone()
    at_us, released_us = told["at_us"], told["at_us"] if told["released"] else None
    if known is None:
        values = (told["hold"], told["camera"], told["start_us"], told["end_us"], told["until_us"], at_us, released_us)
        connection.execute("INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return True
    if known[1] is not None:
        return False
    if released_us is not None:
        connection.execute("UPDATE hold SET released_us = ? WHERE hold = ?", (released_us, told["hold"]))
        return True
    if known[0] is None or (told["until_us"] is not None and told["until_us"] <= known[0]):
        return False
    connection.execute("UPDATE hold SET until_us = ? WHERE hold = ?", (told["until_us"], told["hold"]))
    return True


def _tell_hold(catalog: Catalog, connection: sqlite3.Connection, kind: str, hold: Hold, at_us: int) -> None:
    detail = {"hold": hold.hold, "start_us": hold.start_us, "end_us": hold.end_us, "until_us": hold.until_us}
    fact, released = new_id("fct"), kind == "hold.released"
    catalog.add_fact(Fact(fact, kind, at_us, hold.camera, detail))
    add_leaf(connection, "hold", {**detail, "camera": hold.camera, "released": released, "at_us": at_us, "fact": fact})
