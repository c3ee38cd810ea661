"""The video server's application: live, status and control; playback and copies from their own packages."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from mingcha.base.errors import NotAllowed
from mingcha.media.gate.http import PRIVATE_HEADERS, answers_errors
from mingcha.media.live.origins import Origins
from mingcha.media.live.socket import LiveServices, LiveSocket, Served
from mingcha.media.run import control
from mingcha.media.run.cors import Cors
from mingcha.media.run.node import Node
from mingcha.wire.ticket import Ticket


def application(node: Node, origins: Origins, more: list[BaseRoute] | None = None) -> ASGIApp:
    """The ASGI application of one node. `more`: routes of playback and export."""
    live = LiveServices(node.recorder, node.gate, origins, node.clock, _told(node, "live"))

    async def watch(socket: WebSocket) -> None:
        await LiveSocket(socket, live).serve()

    async def status(request: Request) -> Response:
        cameras = request.query_params.getlist("camera")
        if not cameras:
            raise NotAllowed("ticket.outside", "Name the cameras whose state you want to know.")
        for camera in cameras:
            node.gate.admit(request, "status", camera)
        return JSONResponse(node.status(cameras), headers=dict(PRIVATE_HEADERS))

    routes: list[BaseRoute] = [
        WebSocketRoute("/live", watch),
        Route("/status", answers_errors(status), methods=["GET"]),
        *control.routes(node.control()),
        *(more or []),
    ]
    return Cors(Starlette(routes=routes), origins)


def _told(node: Node, kind: str) -> Served:
    def served(ticket: Ticket, camera: str, from_us: int, to_us: int) -> None:
        node.tell(
            "viewing.served",
            camera,
            kind=kind,
            grant=ticket.grant,
            person=ticket.person,
            from_us=from_us,
            to_us=to_us,
        )

    return served
