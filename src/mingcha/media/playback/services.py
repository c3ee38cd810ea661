"""What the routes of playback work with, and the notes of what they served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from mingcha.base.clock import Clock
from mingcha.base.timerange import TimeRange
from mingcha.media.container.workers import WorkerPool
from mingcha.media.footage.archive import Footage
from mingcha.media.gate.admission import Gate
from mingcha.media.playback.cache import Kept, Maker
from mingcha.wire.ticket import Ticket

T = TypeVar("T")

OnServed = Callable[[Ticket, str, int, int, str], None]
"""`(ticket, camera, from_us, to_us, kind)`; kind: playback, preview or snapshot. Called on the event loop."""

READING_THREADS = 8
PIECES_KEPT_BYTES = 64 << 20
PICTURES_KEPT_BYTES = 32 << 20
SERVED_IDLE_S = 5.0
SERVED_LONGEST_S = 60.0


def reading_threads() -> ThreadPoolExecutor:
    """Threads for reading files and catalog, apart from asyncio's own, which others need."""
    return ThreadPoolExecutor(READING_THREADS, thread_name_prefix="playback")


class _Stretch(NamedTuple):
    ticket: Ticket
    start_us: int
    end_us: int
    since_s: float
    timer: asyncio.TimerHandle


class ServedLog:
    """Joins what is sent piece by piece into stretches, so that an hour watched is one fact and not 3,600.

    A stretch is told when nothing was added to it for `SERVED_IDLE_S`, when it has been open for `SERVED_LONGEST_S` (a
    crash loses no more than that), or by `flush`.
    """

    def __init__(self, tell: OnServed) -> None:
        self._tell = tell
        self._open: dict[tuple[str, str, str, str], _Stretch] = {}

    def note(self, ticket: Ticket, camera: str, sent: TimeRange, kind: str) -> None:
        """Some of this camera and range went out under this ticket."""
        key = (ticket.grant, ticket.person, camera, kind)
        now_s = asyncio.get_running_loop().time()
        known = self._open.get(key)
        if known is not None and not (sent.start_us <= known.end_us and sent.end_us >= known.start_us):
            known.timer.cancel()
            self._end(key)
            known = None
        since_s = now_s if known is None else known.since_s
        if known is not None:
            known.timer.cancel()
            sent = TimeRange(min(sent.start_us, known.start_us), max(sent.end_us, known.end_us))
        wait_s = min(SERVED_IDLE_S, max(0.0, since_s + SERVED_LONGEST_S - now_s))
        timer = asyncio.get_running_loop().call_later(wait_s, self._end, key)
        self._open[key] = _Stretch(ticket, sent.start_us, sent.end_us, since_s, timer)

    def flush(self) -> None:
        """Tell all that is still open: before the process ends."""
        for key in tuple(self._open):
            self._open[key].timer.cancel()
            self._end(key)

    def _end(self, key: tuple[str, str, str, str]) -> None:
        known = self._open.pop(key)
        self._tell(known.ticket, key[2], known.start_us, known.end_us, key[3])


@dataclass(frozen=True, slots=True)
class Services:
    """Made once on the event loop. `threads`: for blocking reads; `pool`: for codec work; `on_served`: told what went
    to whom. Call `close` at the end."""

    footage: Footage
    gate: Gate
    clock: Clock
    pool: WorkerPool
    on_served: OnServed
    threads: Executor = field(default_factory=reading_threads)
    pieces: Maker[bytes] = field(default_factory=lambda: Maker(Kept(PIECES_KEPT_BYTES, len)))
    pictures: Maker[tuple[bytes, int]] = field(
        default_factory=lambda: Maker(Kept(PICTURES_KEPT_BYTES, lambda value: len(value[0])))
    )
    served: ServedLog = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "served", ServedLog(self.on_served))

    async def read(self, function: Callable[..., T], *arguments: object) -> T:
        """Run blocking work in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *arguments)

    def forget(self) -> None:
        """Drop pieces and pictures kept in memory: footage was deleted, and they may be of it."""
        self.pieces.forget()
        self.pictures.forget()

    async def close(self) -> None:
        """Tell what was served last; end workers and threads."""
        self.served.flush()
        await self.pool.close()
        await asyncio.to_thread(self.threads.shutdown, wait=True)
