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
from mingcha.media.live.channel import KIND_HEADER
from mingcha.media.live.choice import Choice, LiveStreams, choose
from mingcha.media.live.origins import Origins
from mingcha.media.live.viewer import Message, Viewer
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)

TICKET_WAIT_S = 5.0
TELL_EVERY_S = 3600.0
"""A crash of the recorder loses no more than this of what was shown."""
SIGN_OF_LIFE_S = 2.0
"""Pages call a picture lost when they have heard nothing for three of these."""
CLOSE_REFUSED = 4403
MAX_MESSAGE_CHARS = 20_000

Served = Callable[[Ticket, str, int, int], None]


@dataclass(frozen=True, slots=True)
class LiveServices:
    """`served(ticket, camera, from_us, to_us)` is told what was really shown: once an hour, and when a viewing
    ends."""

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
        self._shown_from_us = 0

    async def serve(self) -> None:
        """Run until the viewer leaves, the ticket ends, or the camera is taken away."""
        headers = self._socket.headers
        if not self._services.origins.allows(headers.get("origin"), headers.get("host")):
            await self._socket.close(CLOSE_REFUSED)
            return
        await self._socket.accept()
        try:
            token = await self._first_ticket()
            ticket = self._services.gate.admit(token, "live", self._camera, asker=self._socket)
            choice = self._choose()
        except MingchaError as error:
            await self._end("forbidden", error.code)
            return
        except (WebSocketDisconnect, TimeoutError):
            return
        with self._services.gate.watch(ticket) as watch:
            telling = asyncio.create_task(self._tell_now_and_then(ticket))
            try:
                reason = await self._race(watch, choice)
            finally:
                telling.cancel()
                self._tell(ticket)
        if reason:
            await self._end(reason, "")

    def _tell(self, ticket: Ticket) -> None:
        """Tell what was shown since it was told last."""
        if self._shown_from_us:
            now_us = self._services.clock.wall_us()
            self._services.served(ticket, self._camera, self._shown_from_us, now_us)
            self._shown_from_us = now_us

    async def _tell_now_and_then(self, ticket: Ticket) -> None:
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            self._tell(ticket)

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
                watch.renew(token, "live", self._camera, self._socket)

    async def _send(self, choice: Choice) -> None:
        """Pass channel after channel on; the choice is made again when a better one is there."""
        while True:
            await self._send_channel(choice)
            choice = self._choose()

    async def _send_channel(self, choice: Choice) -> None:
        """Pass one channel on until another is to be chosen: this one cannot be shown, or the sub stream that was
        asked for has come up."""
        viewer = choice.channel.subscribe()
        sub = self._services.streams.channel(self._camera, "sub") if self._asked == "sub" else None
        try:
            while True:
                message = await self._next(viewer, choice)
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                    if not self._shown_from_us and message[0] != KIND_HEADER:
                        self._shown_from_us = self._services.clock.wall_us()
                    if sub is not None and sub.has_picture:
                        if self._choose().channel is not choice.channel:
                            return
                        sub = None
                    continue
                if message["type"] == "init":
                    if self._cannot_show(message["codec"], choice) and self._choose().channel is not choice.channel:
                        return
                    message = {**message, "stream": choice.role, "transcoded": choice.transcoded}
                await self._socket.send_text(json.dumps(message))
        finally:
            choice.channel.unsubscribe(viewer)

    async def _next(self, viewer: Viewer, choice: Choice) -> Message:
        """The viewer's next message, or a sign of life."""
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_S):
                return await viewer.next()
        except TimeoutError:
            if self._services.streams.channel(self._camera, "main") is None:
                raise NotAllowed("live.camera", "This camera is not being recorded here any more.") from None
            return choice.channel.state_message()

    def _choose(self) -> Choice:
        return choose(self._services.streams, self._camera, self._asked, plays_h265=self._plays_h265)

    def _cannot_show(self, codec: str, choice: Choice) -> bool:
        return not choice.transcoded and codec.startswith(("hvc1", "hev1")) and not self._plays_h265

    async def _end(self, reason: str, code: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, OSError):
            await self._socket.send_text(json.dumps({"type": "end", "reason": reason, "code": code}))
            await self._socket.close(CLOSE_REFUSED)


def _ticket_in(text: str) -> str:
    try:
        ticket = json.loads(text)["ticket"] if len(text) <= MAX_MESSAGE_CHARS else None
    except (ValueError, RecursionError, KeyError, TypeError):
        ticket = None
    if not isinstance(ticket, str):
        raise NotAllowed("ticket.missing", "The first message must be a ticket.")
    return ticket
