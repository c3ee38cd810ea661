"""One stream of one camera: the loop that connects, feeds, and connects again, for ever.

The supervisor (`StreamSupervisor`) knows errors and waiting; the worker (`Recording`) knows units and parts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import MingchaError
from mingcha.media.catalog.records import Gap
from mingcha.media.ingest.backoff import Backoff
from mingcha.media.live.channel import Channel
from mingcha.media.units import AccessUnit, AudioFormat, UnitSink, VideoFormat

log = logging.getLogger(__name__)

KEY_FRAME_WAIT_US = 15 * US_PER_S
"""A GOP of 10 s is seen in the field; a stream that is still without a key frame after 15 s is called so."""


class SessionLike(Protocol):
    """What both engines (own client, PyAV) offer."""

    async def open(self) -> tuple[VideoFormat | None, AudioFormat | None]: ...

    async def run(self) -> None: ...

    async def close(self) -> None: ...


SessionFactory = Callable[[UnitSink], SessionLike]


class Keeper(Protocol):
    """Keeps units (a `Recording`), or does not (a stream that is only shown)."""

    @property
    def unkept(self) -> Gap | None:
        """The gap that grows although pictures come, for a fault of disk or catalog. May be asked on any thread."""

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None: ...

    def on_unit(self, unit: AccessUnit) -> None: ...

    def on_loss(self, reason: str, detail: str) -> None: ...

    def interrupted(self, reason: str) -> None: ...


class NoKeeper:
    """For streams that are only shown."""

    unkept: Gap | None = None

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None: ...

    def on_unit(self, unit: AccessUnit) -> None: ...

    def on_loss(self, reason: str, detail: str) -> None: ...

    def interrupted(self, reason: str) -> None: ...


@dataclass(slots=True)
class Feed:
    """The sink of a session: to the screen first, then to the keeper."""

    channel: Channel
    keeper: Keeper
    clock: Clock
    _opened_mono_us: int = 0
    _has_key: bool = False
    _live_mono_us: int = 0

    def opened(self) -> None:
        self._opened_mono_us = self.clock.mono_us()
        self._has_key = False

    def delivered_s(self) -> float:
        """How long this session has given pictures that can be shown."""
        last_us = self.channel.last_unit_mono_us
        return (last_us - self._live_mono_us) / US_PER_S if self._has_key else 0.0

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.channel.on_format(video, audio)
        self.keeper.on_format(video, audio)

    def on_unit(self, unit: AccessUnit) -> None:
        self.channel.on_unit(unit)
        self.keeper.on_unit(unit)
        if not self._has_key and not unit.is_audio:
            self._await_key(unit)

    def on_loss(self, reason: str, detail: str) -> None:
        self.keeper.on_loss(reason, detail)

    def _await_key(self, unit: AccessUnit) -> None:
        if unit.is_key:
            self._has_key = True
            self._live_mono_us = unit.arrived_mono_us
            self.channel.set_state("live")
        elif unit.arrived_mono_us - self._opened_mono_us > KEY_FRAME_WAIT_US:
            self.channel.set_state("stalled", "camera.no_key_frame")
            self.keeper.interrupted("no_key_frame")


class StreamSupervisor:
    """Runs sessions of one stream until cancelled (with the gap's reason). Nothing a camera does ends this loop."""

    def __init__(
        self,
        name: str,
        feed: Feed,
        open_session: SessionFactory,
        backoff: Backoff,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._name = name
        self._feed = feed
        self._open_session = open_session
        self._backoff = backoff
        self._clock = clock
        self._sleep = sleep
        self.failures = 0

    async def run(self) -> None:
        """Connect, feed, tell why it ended, wait, again."""
        try:
            while True:
                code = await self._one_session()
                self.failures += 1
                self._feed.keeper.interrupted(code)
                self._feed.channel.set_state("lost", code)
                wait_s = self._backoff.after(code, self._feed.delivered_s())
                log.info("stream %s ended: %s; next attempt in %.1f s", self._name, code, wait_s)
                await self._sleep(wait_s)
        except asyncio.CancelledError as error:
            reason = str(error.args[0]) if error.args else "recorder_stopped"
            self._feed.keeper.interrupted(reason)
            self._feed.channel.set_state("off", reason)
            raise

    async def _one_session(self) -> str:
        session = self._open_session(self._feed)
        self._feed.opened()
        try:
            await session.open()
            self._feed.opened()
            await session.run()
        except MingchaError as error:
            return error.code
        except Exception:  # a supervisor: whatever a camera made us do wrong, the next attempt starts clean
            log.exception("stream %s: session failed unexpectedly", self._name)
            return "camera.internal"
        finally:
            await self._close(session)
        return "camera.closed"

    async def _close(self, session: SessionLike) -> None:
        try:
            await session.close()
        except Exception:  # closing must not keep the next session from opening
            log.exception("stream %s: closing failed", self._name)
