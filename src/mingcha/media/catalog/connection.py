"""Opening the catalog's database: settings, schema, migrations."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from mingcha.base.clock import Clock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.catalog.errors import catalog_errors

FORMAT = "mingcha.catalog/1"
VERSION = 5
APPLICATION_ID = 0x6D696E67  # "ming"

WRITER_BUSY_MS = 250
"""How long a write waits for a lock. Short: the writer has footage to write and buffers catalog work meanwhile."""
READER_BUSY_MS = 5_000
_WAL_LIMIT_BYTES = 64 << 20


def open_writer(path: Path, clock: Clock, busy_ms: int = WRITER_BUSY_MS) -> sqlite3.Connection:
    """The one writing connection; makes or migrates the database. Raises Unavailable, Corrupt."""
    with catalog_errors():
        connection = sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, clock)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, clock: Clock) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Unavailable("catalog.read_only", "The catalog cannot be written to. Check its disk and permissions.")
    # FULL: what was committed is there after a power cut; commits are grouped, so this costs little.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What takes a failed statement back stays in memory: else a large transaction writes each page to a file first.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    _migrate(connection, clock)


def _migrate(connection: sqlite3.Connection, clock: Clock) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise Corrupt("catalog.newer", "The catalog was made by a newer Mingcha. Install that one again.")
        if version == 0:
            _create(connection, clock)
        for step in range(max(version, 1) + 1, VERSION + 1) if version else ():
            _run(connection, _text(f"migrations/{step}.sql"))
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _create(connection: sqlite3.Connection, clock: Clock) -> None:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables:
        raise Corrupt("catalog.foreign", "The catalog file belongs to another program.")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    _run(connection, _text("schema.sql"))
    connection.executemany(
        "INSERT INTO meta (name, value) VALUES (?, ?)",
        [
            ("format", FORMAT),
            ("made_us", clock.wall_us()),
            ("next_number", 1),
            ("next_run", 1),
            ("next_fact", 1),
            ("confirmed_fact", 0),
        ],
    )


def _text(name: str) -> str:
    return resources.files("mingcha.media.catalog").joinpath(name).read_text(encoding="utf-8")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; it never blocks the writer. Raises Unavailable, Corrupt."""
    with catalog_errors():
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro",
            uri=True,
            timeout=READER_BUSY_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA query_only = ON")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        except BaseException:
            connection.close()
            raise
    if version != VERSION:
        connection.close()
        raise Unavailable("catalog.version", "The catalog is of another version; start the recorder once.")
    return connection
