"""The video server's application: live, status and control; playback and copies from their own packages."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from mingcha.base.errors import NotAllowed
from mingcha.base.keys import control_token
from mingcha.media.catalog import CatalogReader
from mingcha.media.container.workers import WorkerPool
from mingcha.media.export.routes import routes as export_routes
from mingcha.media.export.service import ExportService
from mingcha.media.footage.archive import Footage
from mingcha.media.gate.http import PRIVATE_HEADERS, answers_errors
from mingcha.media.live.origins import Origins
from mingcha.media.live.socket import LiveServices, LiveSocket
from mingcha.media.playback.pace import UNKNOWN, Pace
from mingcha.media.playback.routes import routes as playback_routes
from mingcha.media.playback.services import OnServed, Services
from mingcha.media.run import control, turning
from mingcha.media.run.copies import control_routes, export_services
from mingcha.media.run.cors import Cors
from mingcha.media.run.node import Node
from mingcha.media.run.reading import ReadStores
from mingcha.media.run.shield import Shield
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)


class VideoServer:
    """The application of one node and what it must give back at the end. Make it on the running loop."""

    def __init__(self, node: Node, origins: Origins, copy_days: int) -> None:
        catalog = CatalogReader(node.data.catalog)
        footage = Footage(catalog, ReadStores(node.data).store_of)
        self._playback = Services(footage, node.gate, node.clock, WorkerPool(), _teller(node))
        self._catalog = catalog
        self._exports = ExportService(export_services(node, footage, _teller(node), copy_days))
        self._keeping = node.keeping
        routes: list[BaseRoute] = [
            *playback_routes(self._playback),
            *export_routes(self._exports),
            *control_routes(node, self._exports, control_token(node.data.root)),
        ]
        self.application = _application(node, origins, routes)

    async def start(self) -> None:
        """Take up copies that an earlier process left unfinished. What is made from footage goes with it."""
        await self._exports.start()
        self._keeping.on_swept = self._swept

    async def _swept(self, now_us: int, gone: int) -> None:
        if gone:
            self._playback.forget()
        await self._exports.sweep(now_us)

    async def close(self) -> None:
        """Stop copies, end workers and threads."""
        await self._exports.close()
        await self._playback.close()
        self._catalog.close()


def _application(node: Node, origins: Origins, more: list[BaseRoute]) -> ASGIApp:
    tell = _teller(node)
    live = LiveServices(
        node.recorder,
        node.gate,
        origins,
        node.clock,
        lambda ticket, camera, from_us, to_us: tell(ticket, camera, from_us, to_us, "live", AS_IT_HAPPENS),
    )

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
        turning.route(node, origins),
        Route("/status", answers_errors(status), methods=["GET"]),
        *control.routes(node.control()),
        *more,
    ]
    return Shield(Cors(Starlette(routes=routes), origins), origins)


AS_IT_HAPPENS = Pace(1000)


def _teller(node: Node) -> OnServed:
    def tell(ticket: Ticket, camera: str, from_us: int, to_us: int, kind: str, pace: Pace = UNKNOWN, /) -> None:
        more = {"pictures": pace.pictures} if pace.pictures else {}
        if pace.speed_permille is not None:
            more["speed_permille"] = pace.speed_permille
        node.tell(
            "viewing.served",
            camera,
            kind=kind,
            grant=ticket.grant,
            person=ticket.person,
            from_us=from_us,
            to_us=to_us,
            **more,
        )

    return tell
