"""One viewer's queue: bounded, and dropped to the next key frame when the viewer is slow."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

QUEUE_LIMIT_BYTES = 4 << 20
"""Some eight seconds of a 4 Mb/s stream: enough for a hiccup, too little for latency to hide in."""

Message = bytes | dict[str, Any]


class Viewer:
    """Messages on their way to one screen, in order. Never makes the publisher wait."""

    def __init__(self, limit_bytes: int = QUEUE_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._queue: deque[Message] = deque()
        self._queued_bytes = 0
        self._waiting_for_key = False
        self._dropped = 0
        self._ready = asyncio.Event()

    def tell(self, message: dict[str, Any]) -> None:
        """Queue a note; notes are small and are never dropped."""
        self._queue.append(message)
        self._ready.set()

    def restart(self, pieces: list[bytes]) -> None:
        """Begin anew with a header and the pictures since the last key frame (new viewer, new format)."""
        self._waiting_for_key = not pieces
        for piece in pieces:
            self._put(piece)

    def offer(self, fragment: bytes, *, is_key: bool) -> None:
        """Queue a fragment, or count it as dropped while this viewer is behind."""
        if self._waiting_for_key:
            if not is_key or self._queued_bytes > self._limit_bytes // 2:
                self._dropped += 1
                return
            self._waiting_for_key = False
            if self._dropped:
                self.tell({"type": "dropped", "frames": self._dropped})
                self._dropped = 0
        elif self._queued_bytes + len(fragment) > self._limit_bytes:
            self._waiting_for_key = True
            self._dropped = 1
            return
        self._put(fragment)

    def _put(self, piece: bytes) -> None:
        self._queue.append(piece)
        self._queued_bytes += len(piece)
        self._ready.set()

    async def next(self) -> Message:
        """The next message; waits for one."""
        while not self._queue:
            self._ready.clear()
            await self._ready.wait()
        message = self._queue.popleft()
        if isinstance(message, bytes):
            self._queued_bytes -= len(message)
        return message
