"""Bringing a segment from one store to another: the bytes only, into a file that is nothing yet.

Copied beside recording, by a thread of its own with descriptors of its own. The copy counts for nothing until it has
been read back and hashed, the writer thread has taken it in (`StoreDirectory.take_in`), and the catalog changed over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

from mingcha.media.store import identity, layout
from mingcha.media.store.faults import store_errors, unavailable

CHUNK_BYTES = 4 << 20

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_COPY = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


class CopyTarget:
    """The ``open`` directory of a store this process holds the lock of. For a ``with`` block."""

    def __init__(self, path: Path, store_id: str) -> None:
        """Raises Unavailable ``store.absent``, ``store.foreign``."""
        with store_errors():
            root_fd = os.open(path, _DIRECTORY)
        try:
            if identity.read(root_fd).store != store_id:
                raise unavailable("store.foreign")
            with store_errors():
                self._open_fd = os.open(layout.OPEN_NAME, _DIRECTORY, dir_fd=root_fd)
        finally:
            os.close(root_fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._open_fd)

    def copy(self, source_fd: int, number: int, between: Callable[[int], None]) -> int:
        """Copy a whole file and make it durable; a descriptor of the copy, which the caller reads again and closes.
        `between(bytes)` is called after each chunk; it may wait, and may raise to stop. Raises Unavailable; then
        nothing is left behind, where the disk still lets us."""
        name = layout.copy_name(number)
        with store_errors():
            fd = os.open(name, _COPY, 0o640, dir_fd=self._open_fd)
        try:
            with store_errors():
                offset, size = 0, os.fstat(source_fd).st_size
                while offset < size:
                    sent = os.sendfile(fd, source_fd, offset, min(CHUNK_BYTES, size - offset))
                    if not sent:
                        break
                    offset += sent
                    between(sent)
                os.fsync(fd)
                # What is hashed next is to come from the disk, not from memory.
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                os.posix_fadvise(source_fd, 0, 0, os.POSIX_FADV_DONTNEED)
        except BaseException:
            os.close(fd)
            self.discard(number)
            raise
        return fd

    def discard(self, number: int) -> None:
        """Remove a copy that is not wanted. A failure leaves it for the next start."""
        try:
            os.unlink(layout.copy_name(number), dir_fd=self._open_fd)
        except OSError:
            return
