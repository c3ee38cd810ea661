"""A segment file that is being written."""

from __future__ import annotations

import os
from typing import Protocol

from mingcha.base.errors import Conflict
from mingcha.media.store.faults import store_errors


class SegmentHome(Protocol):
    """What an open segment asks of its directory."""

    def move_in(self, number: int) -> None:
        """Rename from ``open`` to ``segments`` and make both durable."""

    def discard_open(self, number: int) -> None:
        """Remove a file from ``open`` that never held a part."""


class OpenSegment:
    """Appended to by one thread. After any error but a failed append, `abandon` it: recovery seals what it holds.

    `size`: bytes in the file; always the end of a whole part.
    """

    __slots__ = ("_fd", "_header_bytes", "_home", "number", "size")

    def __init__(self, home: SegmentHome, fd: int, number: int, header: bytes) -> None:
        self._home = home
        self._fd = fd
        self.number = number
        self.size = 0
        self._header_bytes = len(header)
        self.append(header)

    def append(self, data: bytes) -> int:
        """Write one whole part; its offset. On failure the file is cut back to where it was, so that it never holds
        a half part, and Unavailable (``store.full``, ``store.io``, …) is raised."""
        offset = self.size
        view = memoryview(data)
        with store_errors():
            try:
                while view:
                    written = os.pwrite(self._descriptor(), view, self.size)
                    self.size += written
                    view = view[written:]
            except OSError:
                self.size = offset
                self._cut(offset)
                raise
        return offset

    def _cut(self, size: int) -> None:
        try:
            os.ftruncate(self._descriptor(), size)
        except OSError:
            return  # the disk is gone: the torn tail is cut by recovery

    def _descriptor(self) -> int:
        if self._fd < 0:
            raise Conflict("store.closed", "This segment is already sealed or abandoned.")
        return self._fd

    def sync(self) -> None:
        """Make durable what has been appended."""
        with store_errors():
            os.fdatasync(self._descriptor())

    def seal(self, trailer: bytes) -> int:
        """Append the trailer, fdatasync, rename to ``segments``, fsync both directories; the file's length.

        Raises Unavailable; the file then still lies in ``open`` (or, when only a directory's fsync failed, already
        in ``segments``), and recovery finishes the work.
        """
        self.append(trailer)
        self.sync()
        self._close()
        self._home.move_in(self.number)
        return self.size

    def abandon(self) -> None:
        """Give the file up without sealing: it stays in ``open`` for recovery, or goes if it holds no part."""
        if self._fd < 0:
            return
        empty = self.size <= self._header_bytes
        self._close()
        if empty:
            self._home.discard_open(self.number)

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        try:
            os.close(fd)
        except OSError:
            return  # the descriptor is gone all the same; lost writes were reported by fdatasync
