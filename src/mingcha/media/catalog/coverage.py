"""Keeping the `coverage` table true: stretches of a stream that neither overlap nor touch."""

from __future__ import annotations

import sqlite3

_TOUCHING = """SELECT start_us, end_us FROM coverage WHERE stream = :stream AND start_us <= :end AND end_us >= :start
    AND start_us >= coalesce((SELECT max(start_us) FROM coverage WHERE stream = :stream AND start_us <= :start), 0)"""


def _take(connection: sqlite3.Connection, stream: int, start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Remove and return the stretches that overlap or touch [start_us, end_us)."""
    found = connection.execute(_TOUCHING, {"stream": stream, "start": start_us, "end": end_us}).fetchall()
    connection.executemany(
        "DELETE FROM coverage WHERE stream = ? AND start_us = ?", [(stream, start) for start, _ in found]
    )
    return found


def _put(connection: sqlite3.Connection, stream: int, start_us: int, end_us: int) -> None:
    connection.execute("INSERT INTO coverage VALUES (?, ?, ?)", (stream, start_us, end_us))


def add_stretch(connection: sqlite3.Connection, stream: int, start_us: int, end_us: int) -> None:
    """[start_us, end_us) is recorded: join it with what overlaps or touches it."""
    extended = connection.execute(  # the usual case: the stretch goes on where it ended
        """UPDATE coverage SET end_us = ? WHERE stream = ? AND end_us = ? AND start_us =
        (SELECT max(start_us) FROM coverage WHERE stream = ?)""",
        (end_us, stream, start_us, stream),
    )
    if extended.rowcount == 1:
        return
    found = _take(connection, stream, start_us, end_us)
    starts = [start for start, _ in found]
    ends = [end for _, end in found]
    _put(connection, stream, min([start_us, *starts]), max([end_us, *ends]))


def remove_stretch(connection: sqlite3.Connection, stream: int, start_us: int, end_us: int) -> None:
    """[start_us, end_us) is no longer recorded: cut it out."""
    for start, end in _take(connection, stream, start_us, end_us):
        if start < start_us:
            _put(connection, stream, start, min(end, start_us))
        if end > end_us:
            _put(connection, stream, max(start, end_us), end)
