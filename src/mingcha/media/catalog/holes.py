"""Stretches without footage, named: every hole of a stream is a gap, a lawful deletion or a loss."""

from __future__ import annotations

import sqlite3
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from mingcha.media.catalog.leaves import add_gap_leaf

Stretch = tuple[int, int]


class TakenBack:
    """Gaps that the ledger tells of, by stream, in its order: the first reason of an instant stands."""

    def __init__(self) -> None:
        self.gaps: dict[int, list[tuple[int, int, str]]] = {}

    def add(self, stream: int, start_us: int, end_us: int, reason: str) -> None:
        """One gap."""
        self.gaps.setdefault(stream, []).append((start_us, end_us, reason))


def put_gaps(connection: sqlite3.Connection, back: TakenBack) -> None:
    """Put gaps back where there is neither footage nor another gap; those that lasted have ended. Inside a
    transaction."""
    for stream, gaps in back.gaps.items():
        ended = [(stream, start_us) for start_us, _, _ in gaps]
        connection.executemany("DELETE FROM gap WHERE stream = ? AND start_us = ? AND end_us IS NULL", ended)
        taken = merged([*_stretches(connection, "coverage", stream), *_gaps(connection, stream)])
        pieces: list[tuple[int, int, str]] = []
        for start_us, end_us, reason in gaps:
            for piece in list(without((start_us, end_us), taken)):
                insort(taken, piece)
                pieces.append((*piece, reason))
        _insert(connection, stream, pieces)


def name_holes(connection: sqlite3.Connection, stream: int, reason: str = "reason_lost") -> int:
    """Every hole between the footage that is or was there becomes a gap, and is told to the ledger; how many did."""
    footage = merged([*_stretches(connection, "coverage", stream), *_stretches(connection, "deleted", stream)])
    if len(footage) < 2:
        return 0
    known = merged([*footage, *_gaps(connection, stream)])
    first, last = footage[0][0], footage[-1][0]
    holes = [(end, start) for (_, end), (start, _) in pairwise(known) if first <= end and start <= last]
    _insert(connection, stream, [(*hole, reason) for hole in holes])
    for start_us, end_us in holes:
        add_gap_leaf(connection, stream, start_us, end_us, reason)
    return len(holes)


def without(stretch: Stretch, taken: Sequence[Stretch]) -> Iterator[Stretch]:
    """What is left of a stretch where `taken`, in order and not overlapping, are cut out."""
    start, end = stretch
    for cut in taken[max(0, bisect_right(taken, (start, end)) - 1) :]:
        if cut[0] >= end:
            break
        if cut[1] <= start:
            continue
        if cut[0] > start:
            yield start, cut[0]
        start = max(start, cut[1])
    if start < end:
        yield start, end


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, what overlaps or touches joined."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _stretches(connection: sqlite3.Connection, table: str, stream: int) -> list[Stretch]:
    sql = f"SELECT start_us, end_us FROM {table} WHERE stream = ? ORDER BY start_us"  # noqa: S608 - two fixed names
    return connection.execute(sql, (stream,)).fetchall()


def _gaps(connection: sqlite3.Connection, stream: int) -> list[Stretch]:
    """Those that are over, and one that lasts as if it lasted for ever."""
    return connection.execute(
        "SELECT start_us, coalesce(end_us, 1 << 62) FROM gap WHERE stream = ? ORDER BY start_us", (stream,)
    ).fetchall()


def _insert(connection: sqlite3.Connection, stream: int, pieces: Sequence[tuple[int, int, str]]) -> None:
    connection.executemany(
        "INSERT INTO gap (stream, start_us, end_us, reason, detail) VALUES (?, ?, ?, ?, '')",
        [(stream, *piece) for piece in pieces],
    )
