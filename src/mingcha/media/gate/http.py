"""The gate's HTTP side: errors as JSON, and answers that stop when their ticket ends."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed, Unavailable, Unlawful
from mingcha.base.timerange import TimeRange
from mingcha.media.gate.admission import Gate
from mingcha.wire.ticket import Ticket

CHUNK_BYTES = 256 * 1024
PRIVATE_HEADERS: Mapping[str, str] = {
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

_STATUS: tuple[tuple[type[MingchaError], int], ...] = (
    (NotAllowed, 403),
    (Unlawful, 403),
    (Invalid, 400),
    (Conflict, 409),
    (Unavailable, 503),
    (Corrupt, 503),
)

Endpoint = Callable[[Request], Awaitable[Response]]


class NotFound(Invalid):
    """There is nothing under this address; answered with 404."""


def error_response(error: MingchaError) -> JSONResponse:
    """``{"error": {"code", "message"}}`` with the status of the kind of error."""
    if isinstance(error, NotFound):
        status = 404
    else:
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    body = {"error": {"code": error.code, "message": error.message}}
    return JSONResponse(body, status_code=status, headers=dict(PRIVATE_HEADERS))


def answers_errors(endpoint: Endpoint) -> Endpoint:
    """Turn a MingchaError raised by an endpoint into its JSON answer."""

    @functools.wraps(endpoint)
    async def wrapped(request: Request) -> Response:
        try:
            return await endpoint(request)
        except MingchaError as error:
            return error_response(error)

    return wrapped


def integer(request: Request, name: str, default: int | None = None) -> int:
    """A whole number from the query string. Raises Invalid with the name."""
    text = request.query_params.get(name)
    if text is None and default is not None:
        return default
    try:
        value = int(text or "")
    except ValueError as error:
        raise Invalid("request.integer", f"'{name}' must be a whole number.", name=name) from error
    if abs(value) > 1 << 62:
        raise Invalid("request.integer", f"'{name}' is out of range.", name=name)
    return value


def time_range(request: Request) -> TimeRange:
    """``from`` and ``to`` of the query string, microseconds UTC. Raises Invalid."""
    return TimeRange(integer(request, "from"), integer(request, "to"))


class GuardedResponse(StreamingResponse):
    """A streamed answer that is cut off, connection and all, within 0.5 s of the end of its ticket.

    Also when the receiver reads slowly and the stream stands still: the body is a task that is cancelled.
    """

    def __init__(
        self,
        gate: Gate,
        ticket: Ticket,
        body: AsyncIterator[bytes],
        *,
        media_type: str,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            body, status_code=status_code, media_type=media_type, headers={**PRIVATE_HEADERS, **(headers or {})}
        )
        self._gate = gate
        self._ticket = ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._gate.watch(self._ticket) as watch:
            stream = asyncio.ensure_future(super().__call__(scope, receive, send))
            ended = asyncio.ensure_future(watch.ended())
            try:
                await asyncio.wait((stream, ended), return_when=asyncio.FIRST_COMPLETED)
            finally:
                ended.cancel()
                if not stream.done():
                    stream.cancel()
                await asyncio.gather(stream, ended, return_exceptions=True)
                await self._close_body()
        if not stream.cancelled() and (error := stream.exception()) is not None:
            if isinstance(error, ClientDisconnect):
                return
            raise error

    async def _close_body(self) -> None:
        """A generator stopped at its ``yield`` still holds its file: close it now, not when it is collected."""
        if isinstance(self.body_iterator, AsyncGenerator):
            await self.body_iterator.aclose()
