"""A camera in somebody's hand: it moves only while words keep coming, and every movement is told once it is over.

Dead man's switch, twice: the camera gets each move with a timeout, and we stop it when no word came for `QUIET_US`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Conflict, Invalid, MingchaError
from mingcha.media.onvif.ptz import Mount, Preset, Velocity

log = logging.getLogger(__name__)

TIMEOUT_S = 1.0
"""What the camera is told with every move: it stops by itself when we are gone."""
RENEW_US = 400_000
QUIET_US = 900_000
"""Pages repeat what is held every quarter of a second."""
LONGEST_US = 60 * US_PER_S
"""A longer movement is told in pieces, so that the book never waits for a key that is stuck."""
STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Movement:
    """What was really done. `velocity`: the last that was asked for, None where a preset was; `end`: ``stopped``,
    ``quiet`` (no word came), ``left``, ``expired``, ``revoked``, ``long``, ``arrived``, ``failed``; `code`: what the
    camera answered to the attempt that failed."""

    camera: str
    from_us: int
    to_us: int
    velocity: Velocity | None
    preset: Preset | None
    end: str
    code: str = ""


class Hands:
    """Who moves which camera now: one at a time."""

    def __init__(self) -> None:
        self._holders: dict[str, object] = {}

    def take(self, camera: str, holder: object) -> None:
        """Raises Conflict (``ptz.busy``) while another moves it."""
        if self._holders.setdefault(camera, holder) is not holder:
            raise Conflict("ptz.busy", "Somebody else is turning this camera.")

    def release(self, camera: str, holder: object) -> None:
        if self._holders.get(camera) is holder:
            del self._holders[camera]


class Hand:
    """One controller of one camera. Runs on the event loop; the camera is spoken to in threads, one word at a time."""

    def __init__(self, camera: str, mount: Mount, hands: Hands, clock: Clock, tell: Callable[[Movement], None]) -> None:
        self._camera = camera
        self._mount = mount
        self._hands = hands
        self._clock = clock
        self._tell = tell
        self._wanted: Velocity | None = None
        self._heard_mono_us = 0
        self._sent: Velocity | None = None
        self._sent_mono_us = 0
        self._began_us = 0
        self.is_over = False
        self._changed = asyncio.Event()
        self._word = asyncio.Lock()
        self._presets: tuple[Preset, ...] = ()

    async def open(self) -> tuple[Preset, ...]:
        """Find the camera; its presets. Raises Unavailable."""
        await asyncio.to_thread(self._mount.open)
        with suppress(MingchaError):  # many cameras turn and know no presets
            self._presets = await asyncio.to_thread(self._mount.presets)
        return self._presets

    def want(self, velocity: Velocity) -> None:
        """The controller holds this direction now. Raises Conflict (``ptz.busy``)."""
        if velocity.is_still:
            self.rest()
            return
        self._hands.take(self._camera, self)
        self._wanted = velocity
        self._heard_mono_us = self._clock.mono_us()
        self._changed.set()

    def rest(self) -> None:
        """The controller let go."""
        self._wanted = None
        self._changed.set()

    async def go_to(self, token: str) -> None:
        """Send the camera to a preset; whatever moved stops first. Raises Invalid, Conflict, Unavailable."""
        preset = next((one for one in self._presets if one.token == token), None)
        if preset is None:
            raise Invalid("ptz.preset", "The camera knows no such place.")
        self.rest()
        self._hands.take(self._camera, self)
        began_us = self._clock.wall_us()
        end, code = "arrived", ""
        try:
            async with self._word:
                await self._finish("stopped")
                await asyncio.to_thread(self._mount.go_to, token)
        except MingchaError as error:
            end, code = "failed", error.code
            raise
        finally:
            self._tell(Movement(self._camera, began_us, self._clock.wall_us(), None, preset, end, code))
            self._hands.release(self._camera, self)

    async def drive(self) -> None:
        """Carry out what is wanted, until `end`. Raises what the camera refuses a move with; call it again then."""
        while not self.is_over:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), STEP_S if self._sent is not None else None)
            self._changed.clear()
            async with self._word:
                if not self.is_over:
                    await self._step()

    def end(self) -> None:
        """Let `drive` return once the word that is on its way has arrived: a stop must not overtake a move."""
        self.is_over = True
        self.rest()

    async def close(self, end: str) -> None:
        """Stop the camera, if it moves, and tell so; `end` says why."""
        self._wanted = None
        async with self._word:
            await self._finish(end)

    async def _step(self) -> None:
        now_us = self._clock.mono_us()
        wanted = self._wanted
        if wanted is not None and now_us - self._heard_mono_us > QUIET_US:
            self._wanted = None
            await self._finish("quiet")
        elif wanted is None:
            await self._finish("stopped")
        elif self._sent is not None and self._clock.wall_us() - self._began_us > LONGEST_US:
            self._report("long")
            self._began_us = self._clock.wall_us()
        elif wanted != self._sent or now_us - self._sent_mono_us >= RENEW_US:
            await self._send(wanted, now_us)

    async def _send(self, wanted: Velocity, now_us: int) -> None:
        if self._sent is None:
            self._began_us = self._clock.wall_us()
        self._sent, self._sent_mono_us = wanted, now_us
        try:
            await asyncio.to_thread(self._mount.move, wanted, TIMEOUT_S)
        except MingchaError as error:
            self._wanted = None
            self._report("failed", error.code)
            self._sent = None
            self._hands.release(self._camera, self)
            raise

    async def _finish(self, end: str) -> None:
        """Stop what moves. A stop that fails is no reason to leave the movement untold: the timeout ends it."""
        if self._sent is None:
            self._hands.release(self._camera, self)
            return
        code = ""
        try:
            await asyncio.to_thread(self._mount.stop)
        except MingchaError as error:
            log.warning("camera %s could not be told to stop: %s", self._camera, error.code)
            code = error.code
        self._report(end, code)
        self._sent = None
        self._hands.release(self._camera, self)

    def _report(self, end: str, code: str = "") -> None:
        self._tell(Movement(self._camera, self._began_us, self._clock.wall_us(), self._sent, None, end, code))
