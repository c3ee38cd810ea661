"""Catalog changes on the writer thread: made at once when possible, kept and repeated in order while it is locked.

Footage goes to disk whatever the catalog does; a lock of 40 s costs nothing but these few rows in memory. Should the
process die meanwhile, recovery finds everything in the files.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.base.ids import new_id
from mingcha.media.catalog import Catalog
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

RETRY_US = US_PER_S
"""Each attempt waits for the lock a moment and holds up the disk, so there is one a second at most."""

STOCK = 1024
"""Numbers held ready. A hundred cameras that all connect anew every ten seconds use 400 while the catalog is locked for
40 s; numbers not used when the recorder ends are never given out, and there are a million million of them."""

Change = Callable[[Catalog], object]
Answer = TypeVar("Answer")


class Journal:
    """All changes of one catalog. Only for the writer thread."""

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._pending: deque[Change] = deque()
        self._not_before_us = 0
        self._numbers = range(0)
        self._runs = range(0)

    @property
    def is_behind(self) -> bool:
        return bool(self._pending)

    def new_number(self) -> int:
        """A segment number. Raises Unavailable when the catalog has been locked for so long that all are used."""
        self._restock(1)
        number, self._numbers = self._numbers[0], self._numbers[1:]
        return number

    def new_run(self) -> int:
        """A run number; the same."""
        self._restock(1)
        run, self._runs = self._runs[0], self._runs[1:]
        return run

    def _restock(self, least: int) -> None:
        if len(self._numbers) < least:
            first = self.ask(lambda catalog: catalog.take_numbers(STOCK))
            self._numbers = range(first, first + STOCK)
        if len(self._runs) < least:
            first = self.ask(lambda catalog: catalog.take_runs(STOCK))
            self._runs = range(first, first + STOCK)

    def ask(self, question: Callable[[Catalog], Answer]) -> Answer:
        """A change that needs an answer now. Raises Unavailable while the catalog is locked."""
        if self._clock.mono_us() < self._not_before_us or not self._make_pending():
            raise Unavailable("catalog.locked", "The catalog is in use by another program.")
        try:
            return question(self._catalog)
        except Unavailable:
            self._not_before_us = self._clock.mono_us() + RETRY_US
            raise

    def change(self, change: Change) -> None:
        """Make a change, now or when the catalog can be written again, in the order given."""
        self._pending.append(change)
        self._make_pending()

    def tell(self, fact_kind: str, camera: str = "", **detail: object) -> None:
        """Put a fact into the outbox."""
        fact = Fact(new_id("fct"), fact_kind, self._clock.wall_us(), camera, dict(detail))
        self.change(lambda catalog: catalog.add_fact(fact))

    def catch_up(self) -> bool:
        """Make what is pending and fill up the stock of numbers; False while the catalog is locked."""
        if not self._make_pending():
            return False
        with suppress(Unavailable):
            self._restock(STOCK // 2)
        return True

    def _make_pending(self) -> bool:
        if self._clock.mono_us() < self._not_before_us:
            return not self._pending
        while self._pending:
            try:
                self._pending[0](self._catalog)
            except Unavailable as error:
                log.warning("catalog cannot be written (%s); %d changes wait", error.code, len(self._pending))
                self._not_before_us = self._clock.mono_us() + RETRY_US
                return False
            except MingchaError:
                # Asking again would not help, and what stands behind it must not wait for ever; `mingcha check` tells.
                log.exception("a catalog change was refused")
            self._pending.popleft()
        return True
