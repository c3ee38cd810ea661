"""Writing a file so that a crash leaves the old content or the new, never a mixture."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def fsync_dir(path: Path) -> None:
    """Make renames and creations in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Temporary file beside the target, fsync, rename, fsync of the directory. Raises OSError."""
    _write(path, data, mode, os.replace)


def write_new(path: Path, data: bytes, *, mode: int = 0o644) -> bool:
    """The same, but what is there already stays: of several processes that make a file one wins. Whether it was made
    by this call. Raises OSError."""
    try:
        _write(path, data, mode, os.link)
    except FileExistsError:
        return False
    return True


def _write(path: Path, data: bytes, mode: int, put: Callable[[Path, Path], object]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        put(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_dir(path.parent)
