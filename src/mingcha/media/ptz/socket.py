"""The WebSocket by which a page turns a camera: ticket first, then words, until somebody ends it.

Protocol: docs/ref/media-api.md, "Turning cameras". A connection that is lost is a hand that let go.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from mingcha.base.clock import Clock
from mingcha.base.errors import Invalid, MingchaError, NotAllowed
from mingcha.media.gate.admission import Gate, Watch
from mingcha.media.live.origins import Origins
from mingcha.media.onvif.ptz import Mount, Velocity
from mingcha.media.ptz.hand import Hand, Hands, Movement
from mingcha.wire.ticket import Ticket

TICKET_WAIT_S = 5.0
CLOSE_REFUSED = 4403
MAX_MESSAGE_CHARS = 20_000
WORDS_PER_S = 40
"""A page sends four a second while a key is held; whoever sends more is cut off."""


@dataclass(frozen=True, slots=True)
class PtzServices:
    """`mount_of`: the camera to turn; raises Unavailable for one that cannot be. `moved(ticket, movement)` is told what
    was really done."""

    gate: Gate
    origins: Origins
    clock: Clock
    hands: Hands
    mount_of: Callable[[str], Mount]
    moved: Callable[[Ticket, Movement], None]


class PtzSocket:
    """One page with one camera in hand."""

    def __init__(self, socket: WebSocket, services: PtzServices) -> None:
        self._socket = socket
        self._services = services
        self._camera = socket.query_params.get("camera", "")
        self._budget = float(WORDS_PER_S)
        self._heard_mono_us = services.clock.mono_us()

    async def serve(self) -> None:
        """Run until the page leaves or the ticket ends."""
        services, headers = self._services, self._socket.headers
        if not services.origins.allows(headers.get("origin"), headers.get("host")):
            await self._socket.close(CLOSE_REFUSED)
            return
        await self._socket.accept()
        try:
            async with asyncio.timeout(TICKET_WAIT_S):
                token = _word(await self._socket.receive_text()).get("ticket")
            if not isinstance(token, str):
                raise NotAllowed("ticket.missing", "The first message must be a ticket.")
            ticket = services.gate.admit(token, "ptz", self._camera, asker=self._socket)
            mount = services.mount_of(self._camera)
        except MingchaError as error:
            await self._end("forbidden" if isinstance(error, NotAllowed) else "unavailable", error.code)
            return
        except (WebSocketDisconnect, TimeoutError):
            return
        with services.gate.watch(ticket) as watch:
            await self._hold(mount, ticket, watch)

    async def _hold(self, mount: Mount, ticket: Ticket, watch: Watch) -> None:
        """The camera stops whatever ends the session, before the session is over."""
        services = self._services
        hand = Hand(
            self._camera, mount, services.hands, services.clock, lambda movement: services.moved(ticket, movement)
        )
        try:
            reason, code = await self._race(hand, watch)
        finally:
            await asyncio.shield(hand.close(watch.reason or "left"))
        if reason:
            await self._end(reason, code)

    async def _race(self, hand: Hand, watch: Watch) -> tuple[str, str]:
        """Listen, drive and watch; whichever ends first ends all. Returns the reason to tell, or nothing."""
        listener = asyncio.create_task(self._listen(hand, watch))
        ended = asyncio.create_task(watch.ended())
        tasks: tuple[asyncio.Task[Any], ...] = (listener, ended)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        found = outcomes[0]
        if isinstance(found, NotAllowed):
            return "forbidden", found.code
        if isinstance(found, MingchaError):
            return "unavailable", found.code
        if isinstance(found, Exception) and not isinstance(found, WebSocketDisconnect | RuntimeError | OSError):
            raise found
        return watch.reason or "", ""

    async def _listen(self, hand: Hand, watch: Watch) -> None:
        """Open the camera, then obey. What a camera refuses is told; the session goes on."""
        presets = await hand.open()
        told = [{"token": preset.token, "name": preset.name} for preset in presets]
        await self._say({"type": "ready", "presets": told})
        driving = asyncio.create_task(self._drive(hand))
        try:
            while True:
                word = _word(await self._socket.receive_text())
                self._spend()
                try:
                    await self._obey(word, hand, watch)
                except MingchaError as error:
                    await self._say({"type": "refused", "code": error.code})
        finally:
            hand.end()
            await driving

    async def _drive(self, hand: Hand) -> None:
        while not hand.is_over:
            try:
                await hand.drive()
            except MingchaError as error:
                with suppress(WebSocketDisconnect, RuntimeError, OSError):  # the listener notices too
                    await self._say({"type": "refused", "code": error.code})

    async def _obey(self, word: dict[str, Any], hand: Hand, watch: Watch) -> None:
        if isinstance(word.get("ticket"), str):
            watch.renew(word["ticket"], "ptz", self._camera, self._socket)
        elif isinstance(word.get("move"), dict):
            if not watch.is_over():
                hand.want(_velocity(word["move"]))
        elif word.get("stop") is True:
            hand.rest()
        elif isinstance(word.get("preset"), str) and 0 < len(word["preset"]) <= 100:
            if not watch.is_over():
                await hand.go_to(word["preset"])
        else:
            raise Invalid("ptz.word", "This word is not understood.")

    def _spend(self) -> None:
        """Raises NotAllowed (``ptz.flood``) for a page that talks without end."""
        now_us = self._services.clock.mono_us()
        self._budget = min(WORDS_PER_S, self._budget + (now_us - self._heard_mono_us) * WORDS_PER_S / 1_000_000)
        self._heard_mono_us = now_us
        self._budget -= 1
        if self._budget < 0:
            raise NotAllowed("ptz.flood", "Too many words at once.")

    async def _say(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(json.dumps(message))

    async def _end(self, reason: str, code: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            await self._say({"type": "end", "reason": reason, "code": code})
            await self._socket.close(CLOSE_REFUSED)


def _word(text: str) -> dict[str, Any]:
    try:
        word = json.loads(text) if len(text) <= MAX_MESSAGE_CHARS else None
    except (ValueError, RecursionError):
        word = None
    if not isinstance(word, dict):
        raise NotAllowed("ptz.word", "What was sent is no word for a camera.")
    return word


def _velocity(given: dict[str, Any]) -> Velocity:
    """Raises Invalid (``ptz.word``) unless all three are numbers from -1 to 1."""
    speeds = []
    for name in ("pan", "tilt", "zoom"):
        value = given.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1:
            raise Invalid("ptz.word", "A speed must be a number from -1 to 1.")
        speeds.append(float(value))
    return Velocity(*speeds)
