"""Requests to a camera and their answers: numbers, passwords, and requests of the camera to us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from mingcha.media.rtsp import auth, messages
from mingcha.media.rtsp.auth import Authenticator, Challenge
from mingcha.media.rtsp.messages import Message
from mingcha.media.rtsp.source import SourceError

USER_AGENT: Final = "Mingcha"
MAX_PENDING: Final = 16
MAX_TRIES: Final = 3  # without a password, with one, and once more when its nonce went stale meanwhile
OUR_METHODS: Final = "OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER, REDIRECT"


class Requests:
    """One conversation over one connection. `session_id` is set by the answer to SETUP and sent with every request
    after it."""

    def __init__(self, send: Callable[[bytes], None], authenticator: Authenticator) -> None:
        self.session_id = ""
        self.redirected = False  # the camera asked us to go elsewhere
        self._send = send
        self._authenticator = authenticator
        self._sequence = 0
        self._pending: dict[int, asyncio.Future[Message]] = {}
        self._failed: SourceError | None = None

    async def ask(self, method: str, url: str, headers: dict[str, str] | None = None) -> Message:
        """The camera's answer, whatever its status, after a password was given where it was asked for. Raises
        SourceError when there is none to come, or ``camera.unauthorised``."""
        for attempt in range(MAX_TRIES):
            answer = await self._exchange(method, url, headers or {})
            if answer.status != 401:
                return answer
            challenge = self._challenge(answer)
            if attempt and not challenge.stale:
                break  # it refused a password given with its own fresh nonce
            self._authenticator.take(challenge)
        raise SourceError("camera.unauthorised", "The camera refuses the user name or the password. Check both.")

    def _challenge(self, answer: Message) -> Challenge:
        challenge = auth.choose(answer.headers.get("www-authenticate", []))
        if challenge is None:
            raise SourceError(
                "camera.unauthorised",
                "The camera asks for a password in a way that is not supported. Allow Digest in its settings.",
            )
        if not self._authenticator.has_credentials:
            raise SourceError("camera.unauthorised", "The camera asks for a user name and a password. Enter them.")
        return challenge

    async def _exchange(self, method: str, url: str, headers: dict[str, str]) -> Message:
        if self._failed is not None:
            raise self._failed
        if len(self._pending) >= MAX_PENDING:
            raise SourceError("camera.closed", "The camera answers no requests any more. It is asked again.")
        future = self.start(method, url, headers)
        try:
            return await future
        finally:
            for sequence in [number for number, waiting in self._pending.items() if waiting is future]:
                del self._pending[sequence]

    def start(self, method: str, url: str, headers: dict[str, str]) -> asyncio.Future[Message]:
        """Send a request, even when the session is over; the future gets its answer, or a SourceError."""
        self._sequence += 1
        url = "%20".join(url.split())
        fields = {"User-Agent": USER_AGENT}
        authorization = self._authenticator.header(method, url)
        if authorization is not None:
            fields["Authorization"] = authorization
        if self.session_id:
            fields["Session"] = self.session_id
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._pending[self._sequence] = future
        self._send(messages.request(method, url, self._sequence, fields | headers))
        return future

    def take(self, message: Message) -> None:
        """A message came: the answer to a request, or a request of the camera."""
        if not message.status:
            self._serve(message)
            return
        if 100 <= message.status < 200:
            return
        sequence = message.sequence
        if sequence < 0 and len(self._pending) == 1:  # servers that leave CSeq out
            sequence = next(iter(self._pending))
        future = self._pending.pop(sequence, None)
        if future is not None and not future.done():
            future.set_result(message)

    def _serve(self, request: Message) -> None:
        status, reason, headers = 200, "OK", {}
        if request.method == "OPTIONS":
            headers["Public"] = OUR_METHODS
        elif request.method == "REDIRECT":
            self.redirected = True
        elif request.method not in ("ANNOUNCE", "GET_PARAMETER", "SET_PARAMETER"):
            status, reason = 405, "Method Not Allowed"
            headers["Allow"] = OUR_METHODS
        if self.session_id:
            headers["Session"] = self.session_id
        self._send(messages.response(status, reason, max(0, request.sequence), headers))

    def fail(self, error: SourceError) -> None:
        """The connection is over: every waiting request gets the error."""
        self._failed = error
        for future in self._pending.values():
            if not future.done():
                future.set_exception(error)
                future.exception()  # a request that nobody waits for is no warning
        self._pending.clear()
