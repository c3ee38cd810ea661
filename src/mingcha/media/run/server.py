"""The video server's application: live, status and control; playback and copies from their own packages."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.media.catalog import CatalogReader
from mingcha.media.container.workers import WorkerPool
from mingcha.media.export import proof
from mingcha.media.export.job import Archive
from mingcha.media.export.routes import routes as export_routes
from mingcha.media.export.service import ExportService, ExportServices
from mingcha.media.export.state import ExportState
from mingcha.media.footage.archive import Footage
from mingcha.media.gate.http import PRIVATE_HEADERS, answers_errors
from mingcha.media.live.origins import Origins
from mingcha.media.live.socket import LiveServices, LiveSocket
from mingcha.media.playback.routes import routes as playback_routes
from mingcha.media.playback.services import OnServed, Services
from mingcha.media.run import control
from mingcha.media.run.cors import Cors
from mingcha.media.run.node import Node
from mingcha.media.run.reading import ReadStores
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)


class VideoServer:
    """The application of one node and what it must give back at the end. Make it on the running loop."""

    def __init__(self, node: Node, origins: Origins) -> None:
        catalog = CatalogReader(node.data.catalog)
        footage = Footage(catalog, ReadStores(node.data.store).store_of)
        self._playback = Services(footage, node.gate, node.clock, WorkerPool(), _teller(node))
        self._catalog = catalog
        self._exports = ExportService(_export_services(node, footage))
        routes: list[BaseRoute] = [*playback_routes(self._playback), *export_routes(self._exports)]
        self.application = _application(node, origins, routes)

    async def start(self) -> None:
        """Take up copies that an earlier process left unfinished."""
        await self._exports.start()

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
        lambda ticket, camera, from_us, to_us: tell(ticket, camera, from_us, to_us, "live"),
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
        Route("/status", answers_errors(status), methods=["GET"]),
        *control.routes(node.control()),
        *more,
    ]
    return Cors(Starlette(routes=routes), origins)


def _export_services(node: Node, footage: Footage) -> ExportServices:
    def archive() -> Archive:
        return Archive(node.data.catalog, {store: node.data.store for store in node.writing.catalog.stores()})

    def finished(state: ExportState) -> None:
        kind = "export.finished" if state.state == "done" else "export.failed"
        detail = {key: value for key, value in state.answer().items() if key != "camera"}
        node.tell(kind, state.camera, **{**detail, "grant": state.grant, "person": state.person})

    async def prove(state: ExportState, directory: Path) -> bool:
        try:
            index = await node.keeping.enter(
                "export",
                export=state.export,
                camera=state.camera,
                role=state.role,
                from_us=state.from_us,
                to_us=state.to_us,
                made_for=state.person,
                at_us=node.clock.wall_us(),
                files={file["name"]: file["sha256"] for file in state.files},
                manifest_sha256=await asyncio.to_thread(proof.manifest_hash, directory),
            )
            ledger = node.keeping.proof_ledger()
            await asyncio.to_thread(proof.write_proof, directory, footage, ledger, index)
        except (MingchaError, OSError) as error:
            log.error("copy %s has no proof: %s", state.export, error)
            return False
        return True

    return ExportServices(
        prove=prove,
        directory=node.data.exports,
        archive=archive,
        gate=node.gate,
        clock=node.clock,
        camera_name=node.recorder.name_of,
        on_finished=finished,
        on_served=_teller(node),
    )


def _teller(node: Node) -> OnServed:
    def tell(ticket: Ticket, camera: str, from_us: int, to_us: int, kind: str) -> None:
        node.tell(
            "viewing.served",
            camera,
            kind=kind,
            grant=ticket.grant,
            person=ticket.person,
            from_us=from_us,
            to_us=to_us,
        )

    return tell
