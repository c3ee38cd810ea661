"""Catalog changes on the writer thread: made at once when possible, kept and repeated in order while it is locked.

Footage goes to disk whatever the catalog does; a lock of 40 s costs nothing but these few rows in memory. Should the
process die meanwhile, recovery finds everything in the files.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.base.ids import new_id
from mingcha.media.catalog import Catalog
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

RETRY_US = US_PER_S
"""Each attempt waits for the lock a moment and holds up the disk, so there is one a second at most."""

Change = Callable[[Catalog], object]
Answer = TypeVar("Answer")


class Journal:
    """All changes of one catalog. Only for the writer thread."""

    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._pending: deque[Change] = deque()
        self._not_before_us = 0

    @property
    def is_behind(self) -> bool:
        return bool(self._pending)

    def ask(self, question: Callable[[Catalog], Answer]) -> Answer:
        """A change that needs an answer now. Raises Unavailable while the catalog is locked."""
        if self._clock.mono_us() < self._not_before_us or not self.catch_up():
            raise Unavailable("catalog.locked", "The catalog is in use by another program.")
        try:
            return question(self._catalog)
        except Unavailable:
            self._not_before_us = self._clock.mono_us() + RETRY_US
            raise

    def change(self, change: Change) -> None:
        """Make a change, now or when the catalog can be written again, in the order given."""
        self._pending.append(change)
        self.catch_up()

    def tell(self, fact_kind: str, camera: str = "", **detail: object) -> None:
        """Put a fact into the outbox."""
        fact = Fact(new_id("fct"), fact_kind, self._clock.wall_us(), camera, dict(detail))
        self.change(lambda catalog: catalog.add_fact(fact))

    def catch_up(self) -> bool:
        """Make what is pending; False while the catalog is locked."""
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
