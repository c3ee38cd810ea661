"""The recording disk as the writer thread sees it: there and ours, or not, and since when."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Unavailable
from mingcha.media.ingest.journal import Journal
from mingcha.media.store.directory import RESERVE_BYTES, RESERVE_INODES, Space, StoreDirectory

log = logging.getLogger(__name__)

PROBE_INTERVAL_US = 5 * US_PER_S


class Disk:
    """Opens the store, looks at it every five seconds, gives it up when it is foreign, absent or full, and takes it
    back when it returns. Only for the writer thread; `state` and `space` may be read anywhere."""

    def __init__(
        self,
        path: Path,
        expected_id: str,
        journal: Journal,
        clock: Clock,
        on_return: Callable[[StoreDirectory], None],
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._reserve_bytes = reserve_bytes
        self._path = path
        self._expected_id = expected_id
        self._journal = journal
        self._clock = clock
        self._on_return = on_return
        self._store: StoreDirectory | None = None
        self._next_probe_us = 0
        self.generation = 0
        """Rises whenever the store is given up: files opened before lie on a disk that is not there any more."""
        self.away_code = ""
        self.state = "opening"
        self.space: Space | None = None

    @property
    def store_id(self) -> str:
        return self._expected_id

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

    def failed(self, error: Unavailable) -> None:
        """A write failed: nothing more is written until a probe finds the disk in order."""
        if self.state == "ok":
            self._set_state(error.code)
            self._next_probe_us = self._clock.mono_us() + PROBE_INTERVAL_US

    def tend(self) -> None:
        """Look at the disk when it is time."""
        now_us = self._clock.mono_us()
        if now_us < self._next_probe_us:
            return
        self._next_probe_us = now_us + PROBE_INTERVAL_US
        try:
            if self._store is None:
                self._store = StoreDirectory.open(self._path, self._expected_id)
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
        log.log(logging.INFO if state == "ok" else logging.ERROR, "recording disk: %s", state)
        was, self.state = self.state, state
        if was != "opening" or state != "ok":
            self._journal.tell("storage.alarm", state=state, was=was)
