"""Keeping the tables `coverage` and `deleted` true: stretches of a stream that neither overlap nor touch."""

from __future__ import annotations

import sqlite3
from typing import Literal

Table = Literal["coverage", "deleted"]

_TOUCHING = """SELECT start_us, end_us FROM {0} WHERE stream = :stream AND start_us <= :end AND end_us >= :start
    AND start_us >= coalesce((SELECT max(start_us) FROM {0} WHERE stream = :stream AND start_us <= :start), 0)"""
_DROP = "DELETE FROM {0} WHERE stream = ? AND start_us = ?"
_PUT = "INSERT INTO {0} VALUES (?, ?, ?)"
_EXTEND = """UPDATE {0} SET end_us = ? WHERE stream = ? AND end_us = ? AND start_us =
    (SELECT max(start_us) FROM {0} WHERE stream = ?)"""


def _take(
    connection: sqlite3.Connection, stream: int, start_us: int, end_us: int, table: Table
) -> list[tuple[int, int]]:
    """Remove and return the stretches that overlap or touch [start_us, end_us)."""
    bounds = {"stream": stream, "start": start_us, "end": end_us}
    found = connection.execute(_TOUCHING.format(table), bounds).fetchall()
    connection.executemany(_DROP.format(table), [(stream, start) for start, _ in found])
    return found


def add_stretch(
    connection: sqlite3.Connection, stream: int, start_us: int, end_us: int, table: Table = "coverage"
) -> None:
    """[start_us, end_us) is of this kind: join it with what overlaps or touches it."""
    # The usual case: the stretch goes on where it ended.
    if connection.execute(_EXTEND.format(table), (end_us, stream, start_us, stream)).rowcount == 1:
        return
    found = _take(connection, stream, start_us, end_us, table)
    starts = [start for start, _ in found]
    ends = [end for _, end in found]
    connection.execute(_PUT.format(table), (stream, min([start_us, *starts]), max([end_us, *ends])))


def remove_stretch(
    connection: sqlite3.Connection, stream: int, start_us: int, end_us: int, table: Table = "coverage"
) -> None:
    """[start_us, end_us) is no longer of this kind: cut it out."""
    for start, end in _take(connection, stream, start_us, end_us, table):
        if start < start_us:
            connection.execute(_PUT.format(table), (stream, start, min(end, start_us)))
        if end > end_us:
            connection.execute(_PUT.format(table), (stream, max(start, end_us), end))
