"""The few file operations the log's writer rests on, apart, so that tests can let them fail at any point.

What a log promises stands on their order: `put` makes a file's content durable before its name, `sync` makes names
durable; the checkpoint is put only after everything it covers was synced.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mingcha.base.atomic import fsync_dir
from mingcha.base.errors import Unavailable

TEMPORARY_SUFFIX = ".tmp"
LOCK = "lock"


def lock(directory: Path) -> int:
    """Be the only one that writes there; the descriptor that holds the lock until it is closed. Raises Unavailable
    ``ledger.locked``."""
    fd = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise Unavailable("ledger.locked", "Another process writes in this directory.") from error
    return fd


class Disk:
    """The real disk. Every method raises OSError."""

    def put(self, files: Mapping[Path, bytes]) -> None:
        """Write each beside its target, fsync all, rename all. The names are durable only after `sync`.

        All are written before the first fsync, which then takes most of them along: one journal commit, not many.
        """
        opened: list[tuple[int, Path, Path]] = []
        try:
            for path, data in files.items():
                temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
                fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
                opened.append((fd, temporary, path))
                self.write(fd, data)
            for fd, _, _ in opened:
                os.fsync(fd)
        finally:
            for fd, _, _ in opened:
                os.close(fd)
        for _, temporary, path in opened:
            self.rename(temporary, path)

    def write(self, fd: int, data: bytes) -> None:
        """All of it: the kernel may take less at once."""
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]

    def rename(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def sync(self, directories: Iterable[Path]) -> None:
        """Make creations and renames in these directories durable."""
        for directory in directories:
            fsync_dir(directory)

    def make_directory(self, directory: Path) -> list[Path]:
        """Make it and what is missing above it; the directories that `sync` must be called for."""
        missing: list[Path] = []
        while not directory.is_dir():
            missing.append(directory)
            directory = directory.parent
        for path in reversed(missing):
            path.mkdir()
        return [path.parent for path in missing]

    def remove(self, path: Path) -> None:
        """Remove a file nobody needs, and its directory if that was the last; what is left behind does no harm."""
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            path.parent.rmdir()
