"""The one writer thread: takes jobs from the event loop in order, never makes the loop wait.

The queue is bounded by bytes and by age. When the disk cannot follow, new jobs are refused and the caller records
a gap; what was accepted is written.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from mingcha.base.clock import US_PER_S, Clock

log = logging.getLogger(__name__)

QUEUE_LIMIT_BYTES = 64 << 20
QUEUE_LIMIT_AGE_US = 45 * US_PER_S
IDLE_INTERVAL_S = 0.5

Job = Callable[[], None]


class DiskThread:
    """`idle` is called on the thread after each batch of jobs and at least every half second."""

    def __init__(self, clock: Clock, idle: Job, *, limit_bytes: int = QUEUE_LIMIT_BYTES) -> None:
        self._clock = clock
        self._idle = idle
        self._limit_bytes = limit_bytes
        self._jobs: deque[tuple[Job, int, int]] = deque()
        self._queued_bytes = 0
        self._wake = threading.Condition()
        self._stopping = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def failure(self) -> BaseException | None:
        """What killed the thread, if anything; the process then ends and is started again by its supervisor."""
        return self._failed

    @property
    def queued_bytes(self) -> int:
        return self._queued_bytes

    def submit(self, job: Job, size_bytes: int = 0) -> bool:
        """Queue a job; False when there is no room. Jobs without bytes (ends, gaps, facts) are always taken."""
        now_us = self._clock.mono_us()
        with self._wake:
            if size_bytes and self._queued_bytes:
                too_old = bool(self._jobs) and now_us - self._jobs[0][2] > QUEUE_LIMIT_AGE_US
                if too_old or self._queued_bytes + size_bytes > self._limit_bytes:
                    return False
            self._jobs.append((job, size_bytes, now_us))
            self._queued_bytes += size_bytes
            self._wake.notify()
        return True

    def stop(self, timeout_s: float = 30.0) -> None:
        """Finish what is queued, then end."""
        with self._wake:
            self._stopping.set()
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            while self._step():
                pass
        except BaseException as error:  # the thread must not die unseen: its owner ends the process
            self._failed = error
            log.critical("writer thread died", exc_info=True)

    def _step(self) -> bool:
        with self._wake:
            if not self._jobs and not self._stopping.is_set():
                self._wake.wait(IDLE_INTERVAL_S)
            batch, self._jobs = self._jobs, deque()
            stopping = self._stopping.is_set()
        for job, size_bytes, _queued_us in batch:
            job()
            with self._wake:
                self._queued_bytes -= size_bytes
        self._idle()
        return not stopping or bool(self._jobs)
