"""The live WebSocket: ticket first, then header, pictures and notes, until somebody ends it.

Protocol: docs/design/recorder.md, "Media server".
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from mingcha.base.clock import Clock
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.media.gate.admission import Gate, Watch
from mingcha.media.live.choice import Choice, LiveStreams, choose
from mingcha.media.live.origins import Origins
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)

TICKET_WAIT_S = 5.0
SIGN_OF_LIFE_S = 2.0
"""Pages call a picture lost when they have heard nothing for three of these."""
CLOSE_REFUSED = 4403
MAX_MESSAGE_CHARS = 20_000

Served = Callable[[Ticket, str, int, int], None]


@dataclass(frozen=True, slots=True)
class LiveServices:
    """`served(ticket, camera, from_us, to_us)` is told what was really shown, when a viewing ends."""

    streams: LiveStreams
    gate: Gate
    origins: Origins
    clock: Clock
    served: Served


class LiveSocket:
    """One viewer's connection."""

    def __init__(self, socket: WebSocket, services: LiveServices) -> None:
        self._socket = socket
        self._services = services
        self._camera = socket.query_params.get("camera", "")
        self._asked = socket.query_params.get("stream", "auto")
        self._plays_h265 = socket.query_params.get("hevc", "") == "1"

    async def serve(self) -> None:
        """Run until the viewer leaves, the ticket ends, or the camera is taken away."""
        headers = self._socket.headers
        if not self._services.origins.allows(headers.get("origin"), headers.get("host")):
            await self._socket.close(CLOSE_REFUSED)
            return
        await self._socket.accept()
        try:
            ticket = self._services.gate.admit(await self._first_ticket(), "live", self._camera)
            choice = choose(self._services.streams, self._camera, self._asked, plays_h265=self._plays_h265)
        except MingchaError as error:
            await self._end("forbidden", error.code)
            return
        except (WebSocketDisconnect, TimeoutError):
            return
        began_us = self._services.clock.wall_us()
        with self._services.gate.watch(ticket) as watch:
            reason = await self._race(watch, choice)
        self._services.served(ticket, self._camera, began_us, self._services.clock.wall_us())
        if reason:
            await self._end(reason, "")

    async def _first_ticket(self) -> str:
        async with asyncio.timeout(TICKET_WAIT_S):
            return _ticket_in(await self._socket.receive_text())

    async def _race(self, watch: Watch, choice: Choice) -> str:
        """Send, listen and watch; whichever ends first ends all. Returns the reason to tell, or nothing."""
        sender = asyncio.create_task(self._send(choice))
        listener = asyncio.create_task(self._listen(watch))
        ended = asyncio.create_task(watch.ended())
        tasks = (sender, listener, ended)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes[:2]:
            if isinstance(outcome, NotAllowed):
                return "forbidden"
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect | RuntimeError | OSError):
                raise outcome
        return watch.reason or ""

    async def _listen(self, watch: Watch) -> None:
        """Renewals. A refused one ends the viewing when the old ticket does, not before."""
        while True:
            token = _ticket_in(await self._socket.receive_text())
            with suppress(NotAllowed):
                watch.renew(token, "live", self._camera)

    async def _send(self, choice: Choice) -> None:
        while True:
            if not await self._send_channel(choice):
                return
            choice = choose(self._services.streams, self._camera, self._asked, plays_h265=self._plays_h265)

    async def _send_channel(self, choice: Choice) -> bool:
        """Pass one channel on; True when another stream must be chosen because this one cannot be shown."""
        viewer = choice.channel.subscribe()
        try:
            while True:
                try:
                    async with asyncio.timeout(SIGN_OF_LIFE_S):
                        message = await viewer.next()
                except TimeoutError:
                    message = choice.channel.state_message()
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                    continue
                if message["type"] == "init":
                    if not choice.transcoded and self._cannot_show(message["codec"]):
                        again = choose(self._services.streams, self._camera, self._asked, plays_h265=self._plays_h265)
                        if again.channel is not choice.channel:
                            return True
                    message = {**message, "stream": choice.role, "transcoded": choice.transcoded}
                await self._socket.send_text(json.dumps(message))
        finally:
            choice.channel.unsubscribe(viewer)

    def _cannot_show(self, codec: str) -> bool:
        return codec.startswith(("hvc1", "hev1")) and not self._plays_h265

    async def _end(self, reason: str, code: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            await self._socket.send_text(json.dumps({"type": "end", "reason": reason, "code": code}))
            await self._socket.close(CLOSE_REFUSED)


def _ticket_in(text: str) -> str:
    try:
        ticket = json.loads(text)["ticket"] if len(text) <= MAX_MESSAGE_CHARS else None
    except (ValueError, KeyError, TypeError):
        ticket = None
    if not isinstance(ticket, str):
        raise NotAllowed("ticket.missing", "The first message must be a ticket.")
    return ticket
