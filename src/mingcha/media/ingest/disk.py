"""A recording disk as the writer thread sees it: there and ours, or not, and since when."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Unavailable
from mingcha.media.ingest.journal import Journal
from mingcha.media.store.directory import RESERVE_BYTES, RESERVE_INODES, Space, StoreDirectory
from mingcha.media.store.disks import Order, Tier

log = logging.getLogger(__name__)

PROBE_INTERVAL_US = 5 * US_PER_S

StreamKey = tuple[str, str]


class DiskChoice(Protocol):
    """Where a stream's next file goes: one `Disk`, or several (`DiskPool`)."""

    def choose(self, stream: StreamKey, current: Disk | None) -> Disk:
        """A disk that can be written to, the current one where nothing speaks against it. Raises Unavailable."""


class Disk:
    """Opens the store, looks at it every five seconds, gives it up when it is foreign, absent or full, and takes it
    back when it returns. Only for the writer thread; `state` and `space` may be read anywhere.

    `on_open`: told of a directory that was opened anew; `on_return`: of one that can be written to again.
    """

    def __init__(
        self,
        path: Path,
        expected_id: str,
        journal: Journal,
        clock: Clock,
        on_return: Callable[[StoreDirectory], None],
        reserve_bytes: int = RESERVE_BYTES,
        on_open: Callable[[StoreDirectory], None] = lambda store: None,
    ) -> None:
        self._reserve_bytes = reserve_bytes
        self.path = path
        self._expected_id = expected_id
        self._journal = journal
        self._clock = clock
        self._on_return = on_return
        self._on_open = on_open
        self._store: StoreDirectory | None = None
        self._next_probe_us = 0
        self.tier: Tier = "fast"
        self.order: Order = "in_use"
        self.generation = 0
        """Rises whenever the store is given up: files opened before lie on a disk that is not there any more."""
        self.away_code = ""
        self.left: dict[int, str] = {}
        """Files that were given up while being written, and why; recovery takes them away from here."""
        self.state = "opening"
        self.space: Space | None = None

    @property
    def store_id(self) -> str:
        return self._expected_id

    @property
    def store(self) -> StoreDirectory | None:
        """The directory while it is here and ours, though it may be full."""
        return self._store if self.state in ("ok", "store.full") else None

    @property
    def free_bytes(self) -> int:
        return self.space.free_bytes if self.space is not None else 0

    def adopt(self, store: StoreDirectory) -> None:
        """Take over the store that start-up opened and recovered."""
        self._store = store
        self._next_probe_us = 0
        self.tend()

    def require(self) -> StoreDirectory:
        """The open store. Raises Unavailable with the code that says what is wrong."""
        if self._store is None or self.state != "ok":
            raise Unavailable(self.state, "The recording disk cannot be used now.")
        return self._store

    def choose(self, stream: StreamKey, current: Disk | None) -> Disk:
        """Itself, being the only one. Raises Unavailable."""
        self.require()
        return self

    def failed(self, error: Unavailable) -> None:
        """A write failed: nothing more is written until a probe finds the disk in order."""
        if self.state == "ok" and error.code.startswith("store."):
            self._set_state(error.code)
            self._next_probe_us = self._clock.mono_us() + PROBE_INTERVAL_US

    def tend(self) -> None:
        """Look at the disk when it is time."""
        now_us = self._clock.mono_us()
        if now_us < self._next_probe_us or self.order == "lost":
            return
        self._next_probe_us = now_us + PROBE_INTERVAL_US
        try:
            if self._store is None:
                self._store = StoreDirectory.open(self.path, self._expected_id)
                self._on_open(self._store)
            self.space = self._store.probe()
            if self._is_full(self.space):
                raise Unavailable("store.full", "The recording disk is full.")
        except Unavailable as error:
            self._set_state(error.code)
            if error.code != "store.full":
                self._give_up(error.code)
            return
        if self.state != "ok":
            self._set_state("ok")
            self._on_return(self._store)

    def close(self) -> None:
        self._give_up("store.absent")

    def give_up(self) -> None:
        """A person said that it will never come back."""
        self._set_state("store.absent")
        self._give_up("store.absent")

    def _is_full(self, space: Space) -> bool:
        return space.free_bytes < self._reserve_bytes or (
            bool(self._reserve_bytes) and space.free_inodes is not None and space.free_inodes < RESERVE_INODES
        )

    def _give_up(self, code: str) -> None:
        """Let go of the directory, so that a person can unmount and repair it."""
        store, self._store = self._store, None
        if store is not None:
            self.generation += 1
            self.away_code = code
            store.close()

    def _set_state(self, state: str) -> None:
        if state == self.state:
            return
        log.log(logging.INFO if state == "ok" else logging.ERROR, "recording disk %s: %s", self._expected_id, state)
        was, self.state = self.state, state
        if was != "opening" or state != "ok":
            self._journal.tell("storage.alarm", state=state, was=was, store=self._expected_id, path=str(self.path))
