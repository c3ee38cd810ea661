"""One timer for all streams: players wait in buckets of a tick, and each bucket runs once."""

from __future__ import annotations

import asyncio
from typing import Protocol

from mingcha.base.clock import Clock

SPIN_US = 2000
"""A timer of the event loop may be up to a millisecond late, and is asked for in whole ones."""


class Stepper(Protocol):
    """What the pacer drives."""

    def step(self, now_us: int) -> int | None:
        """Do what is due at the monotonic instant `now_us`; return when to be called again, None for never."""


class Pacer:
    """`tick_us`: buckets are that wide. Below 1000 it takes `spins`, since the event loop's timer counts milliseconds:
    then the last stretch before a bucket is waited out awake, which costs a core and is for benchmarks."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Clock, tick_us: int = 2000, *, spins: bool = False
    ) -> None:
        self._spins = spins
        self._loop = loop
        self._clock = clock
        self._tick_us = tick_us
        self._buckets: dict[int, list[Stepper]] = {}
        self._timer: asyncio.Handle | None = None
        self._timer_bucket = 0
        self.late_us_max = 0

    def add(self, stepper: Stepper, due_us: int) -> None:
        """Call `stepper` at or just after `due_us`."""
        bucket = -(-due_us // self._tick_us)
        self._buckets.setdefault(bucket, []).append(stepper)
        if self._timer is None or bucket < self._timer_bucket:
            self._arm()

    def close(self) -> None:
        """Forget all steppers."""
        self._buckets.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._buckets:
            self._timer_bucket = min(self._buckets)
            wait_us = max(0, self._timer_bucket * self._tick_us - self._clock.mono_us())
            if self._spins and wait_us < SPIN_US:
                self._timer = self._loop.call_soon(self._run)
            else:
                self._timer = self._loop.call_later(wait_us / 1_000_000, self._run)

    def _run(self) -> None:
        self._timer = None
        now_us = self._clock.mono_us()
        tick_us = self._tick_us
        current = now_us // tick_us
        buckets = self._buckets
        self.late_us_max = max(self.late_us_max, now_us - self._timer_bucket * tick_us)
        for bucket in sorted(number for number in buckets if number <= current):
            for stepper in buckets.pop(bucket):
                due_us = stepper.step(now_us)
                if due_us is None:
                    continue
                # Never into a bucket that is being run: a stepper far behind would keep the others waiting.
                again = max(current + 1, -(-due_us // tick_us))
                waiting = buckets.get(again)
                if waiting is None:
                    buckets[again] = [stepper]
                else:
                    waiting.append(stepper)
        self._arm()
