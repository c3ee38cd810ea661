"""Has the ledger's checkpoint stamped at an interval, beside everything else: an authority that is away or answers
wrongly costs a warning and a fact, never a second of recording."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.datadir import DataDir
from mingcha.base.env import Env
from mingcha.base.errors import Invalid, MingchaError, Unavailable
from mingcha.media.anchor import timestamps
from mingcha.media.anchor.timestamps import Authority, Stamp, read_roots
from mingcha.media.run.signed import has_ledger, open_ledger

log = logging.getLogger(__name__)

SETTLE_S = 30.0
LOOK_EVERY_S = 60.0
RETRY_US = 3_600 * US_PER_S

Tell = Callable[[dict[str, object]], None]


class Stamping:
    """`tell`: the fact ``timestamp.state``, for each stamp, and for each change to the worse."""

    def __init__(self, data: DataDir, clock: Clock, authority: Authority | None, hours: int, tell: Tell) -> None:
        self._data = data
        self._clock = clock
        self._authority = authority
        self._every_us = hours * 3_600 * US_PER_S
        self._tell = tell
        self._not_before_us = 0
        self._state = ""

    async def run(self) -> None:
        """Until cancelled; returns at once where no authority is set."""
        if self._authority is None:
            return
        await asyncio.sleep(SETTLE_S)
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> Stamp | None:
        """Ask for a stamp if one is due; the new one. Waits for the authority, so not for the event loop."""
        if self._authority is None or self._clock.mono_us() < self._not_before_us or not has_ledger(self._data):
            return None
        try:
            signed = open_ledger(self._data)
            last = timestamps.newest(self._data.ledger)
            due = last is None or self._clock.wall_us() - last.stamped_us >= self._every_us or last.size > signed.size
            if not due or signed.size == (last.size if last else 0):
                return None
            stamp = self._authority.stamp(signed.size, signed.own_note.encode())
            timestamps.keep(self._data.ledger, stamp)
        except Unavailable as error:
            self._failed("away", error)
        except MingchaError as error:
            self._failed("refused", error)
        except OSError as error:
            log.error("a time stamp could not be kept: %s", error.strerror)
            self._not_before_us = self._clock.mono_us() + RETRY_US
        else:
            self._state = "ok"
            self._tell({"state": "ok", "size": stamp.size, "stamped_us": stamp.stamped_us, "why": stamp.authority})
            return stamp
        return None

    def _failed(self, state: str, error: MingchaError) -> None:
        log.warning("time stamp: %s", error)
        self._not_before_us = self._clock.mono_us() + RETRY_US
        if self._state != state:
            self._state = state
            self._tell({"state": state, "why": str(error)[:200]})


def authority_of(env: Env) -> Authority | None:
    """The authority of the settings; None where none is set. Raises Invalid."""
    url = env.text("MINGCHA_TSA_URL")
    if not url:
        return None
    if not env.text("MINGCHA_TSA_ROOTS"):
        raise Invalid("timestamp.roots", "MINGCHA_TSA_ROOTS must name the file with the authority's root certificates.")
    return Authority(url, read_roots(env.path("MINGCHA_TSA_ROOTS")))


def make_stamping(data: DataDir, clock: Clock, env: Env, tell: Tell) -> Stamping:
    """The stamping of a node by its settings. Raises Invalid."""
    hours = env.integer("MINGCHA_TSA_HOURS")
    if hours < 1:
        raise Invalid("timestamp.hours", "MINGCHA_TSA_HOURS is 1 or more.")
    return Stamping(data, clock, authority_of(env), hours, tell)
