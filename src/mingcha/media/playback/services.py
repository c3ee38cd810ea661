"""What the routes of playback work with, and the notes of what they served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.timerange import TimeRange
from mingcha.media.container.workers import WorkerPool
from mingcha.media.footage.archive import Footage
from mingcha.media.gate.admission import Gate
from mingcha.media.playback.cache import Kept, Maker
from mingcha.media.playback.pace import UNKNOWN, Pace, PicturePace, VideoPace
from mingcha.wire.ticket import Ticket

T = TypeVar("T")


class OnServed(Protocol):
    """Told what went to whom. `kind`: playback, preview, snapshot, live or export. Called on the event loop."""

    def __call__(
        self, ticket: Ticket, camera: str, from_us: int, to_us: int, kind: str, pace: Pace = UNKNOWN, /
    ) -> None: ...


READING_THREADS = 8
PIECES_KEPT_BYTES = 64 << 20
PICTURES_KEPT_BYTES = 32 << 20
SERVED_IDLE_S = 5.0
SERVED_LONGEST_S = 60.0
WHOLE_KINDS = ("playback",)
PICTURES_WITHIN_US = 300 * US_PER_S
PACES_KEPT = 4096


def reading_threads() -> ThreadPoolExecutor:
    """Threads for reading files and catalog, apart from asyncio's own, which others need."""
    return ThreadPoolExecutor(READING_THREADS, thread_name_prefix="playback")


@dataclass(slots=True)
class _Stretch:
    """What is open of one viewer at one camera in one form. `since_s`: when it was begun, of a steady clock."""

    ticket: Ticket
    start_us: int
    end_us: int
    since_s: float
    pace: VideoPace | PicturePace
    timer: asyncio.TimerHandle | None = None


Key = tuple[str, str, str, str]


class ServedLog:
    """Joins what is sent piece by piece into stretches, so that an hour watched is one fact and not 3,600.

    A stretch is told when nothing was added to it for `SERVED_IDLE_S`, when it has been open for `SERVED_LONGEST_S` (a
    crash loses no more than that), or by `flush`. Video belongs to a stretch it touches; pictures, sent one by one
    while somebody winds or scrubs, to one within `PICTURES_WITHIN_US`, and the fact says how many there were.
    """

    def __init__(self, tell: OnServed) -> None:
        self._tell = tell
        self._open: dict[Key, _Stretch] = {}
        self._paces: dict[Key, tuple[int, VideoPace]] = {}

    def note(self, ticket: Ticket, camera: str, sent: TimeRange, kind: str, *, asked_s: float | None = None) -> None:
        """Some of this camera and range went out under this ticket. `asked_s`: when it was asked for, by the loop's
        clock, where making it takes a while."""
        key = (ticket.grant, ticket.person, camera, kind)
        loop = asyncio.get_running_loop()
        now_s = loop.time()
        known = self._open.get(key)
        near_us = 0 if kind in WHOLE_KINDS else PICTURES_WITHIN_US
        if known is not None and not _touches(known, sent, near_us):
            self._end(key)
            known = None
        if known is None:
            known = _Stretch(ticket, sent.start_us, sent.end_us, now_s, self._pace_of(key, sent))
            self._open[key] = known
        elif known.timer is not None:
            known.timer.cancel()
        known.start_us, known.end_us = min(sent.start_us, known.start_us), max(sent.end_us, known.end_us)
        if isinstance(known.pace, VideoPace):
            known.pace.piece(now_s if asked_s is None else asked_s, sent.end_us)
        else:
            known.pace.picture(now_s if asked_s is None else asked_s, sent.start_us)
        wait_s = min(SERVED_IDLE_S, max(0.0, known.since_s + SERVED_LONGEST_S - now_s))
        known.timer = loop.call_later(wait_s, self._end, key)

    def flush(self) -> None:
        """Tell all that is still open: before the process ends."""
        for key in tuple(self._open):
            self._end(key)

    def _pace_of(self, key: Key, sent: TimeRange) -> VideoPace | PicturePace:
        """Video that goes on where the last stretch ended goes on being measured: its player's buffer is full."""
        if key[3] not in WHOLE_KINDS:
            return PicturePace()
        end_us, pace = self._paces.pop(key, (0, None))
        return pace if pace is not None and sent.start_us == end_us else VideoPace()

    def _end(self, key: Key) -> None:
        known = self._open.pop(key)
        if known.timer is not None:
            known.timer.cancel()
        if isinstance(known.pace, VideoPace):
            if len(self._paces) >= PACES_KEPT:
                self._paces.clear()
            self._paces[key] = (known.end_us, known.pace)
        self._tell(known.ticket, key[2], known.start_us, known.end_us, key[3], known.pace.told())


def _touches(known: _Stretch, sent: TimeRange, near_us: int) -> bool:
    return sent.start_us <= known.end_us + near_us and sent.end_us >= known.start_us - near_us


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
