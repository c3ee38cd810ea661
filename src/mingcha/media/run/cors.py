"""CORS for the video server: only the pages' own origin, and only what they need.

The cookie that comes along (`wire.ticket.SCREEN_COOKIE`) opens nothing; it only tells whose ticket it is.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mingcha.media.live.origins import Origins

PREFLIGHT_MAX_AGE_S = 600
_EXPOSED = "X-Instant-Us, Content-Length, Content-Range, Accept-Ranges"


class Cors:
    """ASGI middleware: requests of a foreign page are refused, not merely left without headers."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            await self._app(scope, receive, send)
            return
        if not self._origins.allows(origin, headers.get("host")):
            await Response("This page may not use the video server.", 403)(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _preflight(origin)(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["access-control-allow-origin"] = origin
                answer["access-control-allow-credentials"] = "true"
                answer["access-control-expose-headers"] = _EXPOSED
                answer.add_vary_header("origin")
            await send(message)

        await self._app(scope, receive, send_allowed)


def _preflight(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET, POST, DELETE",
            "access-control-allow-headers": "authorization, content-type, range",
            "access-control-max-age": str(PREFLIGHT_MAX_AGE_S),
            "vary": "origin",
        },
    )
