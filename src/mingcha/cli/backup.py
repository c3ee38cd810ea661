"""`mingcha backup`: everything of a node but recordings, copies, logs and keys, in one directory, while it runs.

What lies there has the layout of a data directory: bringing it back is copying it. Order matters: a database never
knows more than what is copied after it, so the office comes before the catalog, and the catalog before the ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from mingcha.base.errors import Conflict, MingchaError, Unavailable

if TYPE_CHECKING:
    from mingcha.base.datadir import DataDir

FORMAT = "mingcha.backup/1"
MARK = "backup.json"
"""Says whether the backup is whole: it is not while it is made, nor after that was interrupted."""
DATABASES = ("office.db", "catalog.db")
PASSING = (".db", "-wal", "-shm", "-journal", ".tmp", ".port", MARK)
"""Ends of names that are not copied as files: databases, and what belongs to a running process."""
LOCK = "lock"
PAGES = 2048
ATTEMPTS = 5


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("backup", help="copy databases, ledger and uploaded files, while everything runs")
    parser.add_argument("directory", type=Path, help="a new directory, or an earlier backup to bring up to date")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from mingcha.base.datadir import DataDir
    from mingcha.base.env import Env

    env = Env()
    data, target = DataDir.from_env(env), arguments.directory.absolute()
    if not data.catalog.exists():
        raise Unavailable("backup.nothing", f"Nothing has been recorded in {data.root} yet.")
    if target.exists() and any(target.iterdir()) and not (target / MARK).exists():
        raise Conflict("backup.other", f"{target} holds something else than a backup; give another directory.")
    try:
        made = back_up(data, target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable("backup.disk", f"The backup could not be made: {error}.") from error
    print(f"{target}: {made['files']} files; ledger of {made['entries']} entries.")
    print("Recordings and keys are not in it: see the guide, and 'mingcha keys backup'.")
    if env.given("MINGCHA_DATABASE_URL"):
        print("The office is in the database of MINGCHA_DATABASE_URL: back that up with its own tools, before this.")
    return 0


def back_up(data: DataDir, target: Path) -> dict[str, object]:
    """Bring `target` up to date; what was made. Raises OSError, sqlite3.Error, Corrupt when the ledger's copy is not
    whole."""
    from mingcha.base.atomic import write_file
    from mingcha.base.clock import SystemClock, isoformat
    from mingcha.cli.telling import tell_upkeep

    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(target / MARK, json.dumps({"format": FORMAT, "whole": False}).encode())
    at_us = SystemClock().wall_us()
    for name in DATABASES:
        if (data.root / name).exists():
            _copy_database(data.root / name, target / name)
    count = 0
    for path in sorted(data.root.iterdir()):
        if path.is_file() and not path.name.endswith(PASSING):
            count += _copy_file(path, target / path.name)
        elif path.is_dir() and path not in (data.store, data.secrets, data.exports, data.logs, data.ledger):
            count += _copy_tree(path, target / path.name)
    copied, entries = _copy_ledger(data.ledger, target / "ledger")
    made: dict[str, object] = {"format": FORMAT, "whole": True, "made_at": isoformat(at_us), "entries": entries}
    write_file(target / MARK, json.dumps(made).encode())
    tell_upkeep(data, "node.backed_up", entries=entries)
    return {**made, "files": count + copied}


def _copy_database(source: Path, target: Path) -> None:
    """By SQLite's own means, which see a database that is written meanwhile as it was at one instant."""
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as reading, sqlite3.connect(target) as writing:
        reading.backup(writing, pages=PAGES)
    writing.close()
    reading.close()
    target.chmod(0o600)


def _copy_ledger(source: Path, target: Path) -> tuple[int, int]:
    """Files copied, and entries the copy holds. The checkpoint is read first: all it covers is there by then, and stays
    in one form or another; what was filled up while we copied is looked at once more."""
    from mingcha.ledger import checkpoints, notes
    from mingcha.ledger.reader import LogReader

    if not (source / "log.json").exists():
        return 0, 0
    for attempt in range(ATTEMPTS):
        checkpoint = (source / "checkpoint").read_bytes()
        size = checkpoints.parse(notes.parse(checkpoint).text).size
        copied = _copy_tree(source, target)
        (target / "checkpoint").write_bytes(checkpoint)
        try:
            reader = LogReader(target, size)
            reader.tree.root()
            if size:
                reader.entry(size - 1)
        except MingchaError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            for partial in target.rglob("*.p"):
                if partial.with_suffix("").exists():  # full since the last backup
                    shutil.rmtree(partial)
            return copied, size
    raise AssertionError("unreachable")


def _copy_tree(source: Path, target: Path) -> int:
    """Bring a tree up to date; how many files it has now. What went from the source meanwhile is passed over."""
    count = 0
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_dir():
            count += _copy_tree(path, target / path.name)
        elif not path.name.endswith(".tmp") and path.name != LOCK:
            count += _copy_file(path, target / path.name)
    return count


def _copy_file(source: Path, target: Path) -> int:
    """Copy what is not there already by size and instant of change; 0 when it has gone meanwhile."""
    try:
        new = source.stat()
        old = target.stat() if target.exists() else None
        if old is None or (old.st_size, old.st_mtime_ns) != (new.st_size, new.st_mtime_ns):
            shutil.copy2(source, target)
            with target.open("rb") as file:
                os.fsync(file.fileno())
    except FileNotFoundError:
        return 0
    return 1
