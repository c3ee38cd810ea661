"""One epoll for all camera sockets of a process, looked at on a shared tick.

Why not the event loop's own readers: a camera paces its packets 0.1 ms apart, and waking for each costs a system call
and a loop turn per packet. Looking every 20 ms reads whole pictures at once, and the more cameras are read in one go,
the less each costs, since a processor that has just woken is slow (docs/design/rtsp.md). All sockets share one buffer,
since a reader is done with it before the next is called.
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

BUFFER_BYTES: Final = 256 * 1024
MAX_TICK_S: Final = 0.020
UDP_TICK_S: Final = 0.010  # the kernel's usual buffer holds 20 ms of a camera that sends at 100 Mb/s, and then drops
_EVENTS: Final = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class Poller:
    """Calls a socket's callback when it has something to read (or has ended), at most `tick_s` seconds late (10 ms
    while there are UDP sockets).

    A callback reads into `buffer` (`view` is a memoryview of it), until the socket would block, and keeps nothing of
    it. It must not raise; one that does is removed and logged, so that no other camera is disturbed.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, tick_s: float = MAX_TICK_S) -> None:
        if not 0 < tick_s <= MAX_TICK_S:
            raise ValueError(f"the tick must be above 0 and at most {MAX_TICK_S} s")
        self.buffer = bytearray(BUFFER_BYTES)
        self.view = memoryview(self.buffer)
        self._loop = loop
        self._tick_s = tick_s
        self._epoll: select.epoll | None = None
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._udp: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, sock: socket.socket, callback: Callable[[], None]) -> None:
        """Begin to watch a non-blocking socket. It must be removed before it is closed."""
        if self._epoll is None:
            self._epoll = select.epoll()
        fd = sock.fileno()
        self._epoll.register(fd, _EVENTS)
        self._callbacks[fd] = callback
        if sock.type == socket.SOCK_DGRAM:
            self._udp.add(fd)
        if self._timer is None:
            self._timer = self._loop.call_later(self._tick_s, self._tick)

    def remove(self, sock: socket.socket) -> None:
        """Stop watching; does nothing for a socket that is not watched. The tick stops with the last socket."""
        fd = sock.fileno()
        if self._callbacks.pop(fd, None) is None or self._epoll is None:
            return
        self._epoll.unregister(fd)
        self._udp.discard(fd)
        if not self._callbacks:
            self._epoll.close()
            self._epoll = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    @property
    def watched(self) -> int:
        """How many sockets are watched."""
        return len(self._callbacks)

    def _tick(self) -> None:
        began_s = self._loop.time()
        self._timer = None
        if self._epoll is None:
            return
        for fd, _ in self._epoll.poll(0, len(self._callbacks)):
            callback = self._callbacks.get(fd)  # an earlier callback of this tick may have removed it
            if callback is None:
                continue
            try:
                callback()
            except Exception:  # one camera must never stop the others
                log.exception("a camera's reader failed and was stopped")
                self._drop(fd)
        if self._callbacks and self._timer is None:
            tick_s = min(self._tick_s, UDP_TICK_S) if self._udp else self._tick_s
            self._timer = self._loop.call_at(began_s + tick_s, self._tick)

    def _drop(self, fd: int) -> None:
        if self._callbacks.pop(fd, None) is not None and self._epoll is not None:
            self._epoll.unregister(fd)
            self._udp.discard(fd)
