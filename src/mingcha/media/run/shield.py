"""What every answer of the video server has in common: asked for under a name of ours, and closed to other pages."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mingcha.media.gate.http import PRIVATE_HEADERS
from mingcha.media.live.origins import Origins

HEADERS = {
    **PRIVATE_HEADERS,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    # Our pages ask with CORS, to which this does not apply; a page elsewhere does not get as far as embedding.
    "cross-origin-resource-policy": "same-site",
    "x-frame-options": "DENY",
}


class Shield:
    """ASGI middleware around all others. A request under a name that is not ours is refused: a foreign page whose name
    was made to point here (DNS rebinding) would otherwise be of our own origin."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        is_ours = self._origins.is_ours(Headers(scope=scope).get("host"))
        if scope["type"] == "websocket":
            if is_ours:
                await self._app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 4403})
            return

        async def send_closed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        if is_ours:
            await self._app(scope, receive, send_closed)
        else:
            refused = Response("The video server does not answer to this name; see MINGCHA_ALLOWED_HOSTS.", 400)
            await refused(scope, receive, send_closed)
