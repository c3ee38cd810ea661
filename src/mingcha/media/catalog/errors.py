"""Errors of SQLite as errors of the catalog."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mingcha.base.errors import Corrupt, MingchaError, Unavailable

_TRANSIENT = {
    sqlite3.SQLITE_BUSY: ("catalog.locked", "The catalog is in use by another program. It is tried again."),
    sqlite3.SQLITE_LOCKED: ("catalog.locked", "The catalog is in use by another program. It is tried again."),
    sqlite3.SQLITE_FULL: ("catalog.full", "There is no room left for the catalog. Free some space on its disk."),
    sqlite3.SQLITE_READONLY: ("catalog.read_only", "The catalog cannot be written to. Check its disk and permissions."),
    sqlite3.SQLITE_PERM: ("catalog.read_only", "The catalog cannot be written to. Check its disk and permissions."),
    sqlite3.SQLITE_CANTOPEN: ("catalog.absent", "The catalog cannot be opened. Check the data directory."),
    sqlite3.SQLITE_IOERR: ("catalog.io", "The disk of the catalog reports errors. Check its health."),
}
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def of_sqlite_error(error: sqlite3.Error) -> MingchaError | None:
    """The catalog error that an SQLite error amounts to; None for errors of our own code (constraints, syntax)."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary in _DAMAGED:
        return Corrupt("catalog.damaged", "The catalog is damaged. Move it away and run 'mingcha check --rebuild'.")
    if primary in _TRANSIENT:
        return Unavailable(*_TRANSIENT[primary])
    return None


@contextmanager
def catalog_errors() -> Iterator[None]:
    """Turn SQLite's errors about the database (not about our statements) into Unavailable and Corrupt."""
    try:
        yield
    except sqlite3.Error as error:
        known = of_sqlite_error(error)
        if known is None:
            raise
        raise known from error
