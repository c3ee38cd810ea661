"""Copies on this recorder: what they need of the node, and the office's orders about them (`/control/copies/…`)."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Invalid, MingchaError
from mingcha.base.ids import is_id
from mingcha.base.provenance import provenance_credentials
from mingcha.media.catalog.copies import CopyDeletion, enter_deletion, tell_deletion_again
from mingcha.media.export import lifetime, proof
from mingcha.media.export.job import Archive
from mingcha.media.export.provenance import Provenance
from mingcha.media.export.service import ExportService, ExportServices
from mingcha.media.export.state import ExportState
from mingcha.media.footage.archive import Footage
from mingcha.media.gate.http import NotFound
from mingcha.media.playback.services import OnServed
from mingcha.media.run.control import guard, json_object
from mingcha.media.run.node import Node
from mingcha.media.run.reading import paths_of
from mingcha.media.run.vouched import stamp_of

log = logging.getLogger(__name__)

PAPERS = ("register.json", "certificate-zh.pdf", "certificate-en.pdf")
_REASON = re.compile(r"[a-z][a-z0-9_.]{0,47}")


def export_services(node: Node, footage: Footage, on_served: OnServed, copy_days: int) -> ExportServices:
    """What copies need, as this node gives it. Raises Invalid for a lifetime that is none."""
    if copy_days < 1:
        raise Invalid("settings.copy_days", "MINGCHA_COPY_DAYS must be at least 1.")
    own = _OfNode(node, footage)
    return ExportServices(
        prove=own.prove,
        directory=node.data.exports,
        archive=own.archive,
        gate=node.gate,
        clock=node.clock,
        camera_name=node.recorder.name_of,
        on_finished=own.tell_finished,
        on_served=on_served,
        on_deleted=own.enter_deleted,
        footage=lifetime.footage_of(footage.catalog),
        lifetime_us=copy_days * 86_400 * US_PER_S,
        signed_by=own.signed_by,
        prove_papers=own.prove_papers,
        on_papers=own.tell_papers,
    )


class _OfNode:
    """The functions of `ExportServices`, by the node's catalog, ledger and keys."""

    def __init__(self, node: Node, footage: Footage) -> None:
        self._node = node
        self._footage = footage

    def archive(self) -> Archive:
        node = self._node
        return Archive(node.data.catalog, paths_of(node.data, node.writing.catalog.stores()))

    def tell_finished(self, state: ExportState) -> None:
        kind = "export.finished" if state.state == "done" else "export.failed"
        detail = {key: value for key, value in state.answer().items() if key != "camera"}
        self._node.tell(kind, state.camera, **{**detail, "grant": state.grant, "person": state.person})

    async def prove(self, state: ExportState, directory: Path) -> dict[str, Any] | None:
        node = self._node
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
                manifest_sha256=state.manifest_sha256,
            )
            ledger = node.keeping.proof_ledger()
            stamp_over = partial(stamp_of, node.data.ledger)
            proven = await asyncio.to_thread(proof.write_proof, directory, self._footage, ledger, index, stamp_over)
            return proven.vouched
        except (MingchaError, OSError) as error:
            log.error("copy %s has no proof: %s", state.export, error)
            return None

    def signed_by(self) -> Provenance | None:
        node = self._node
        try:
            credentials = provenance_credentials(node.data.root, node.clock.wall_us())
            return Provenance(credentials, node.keeping.proof_ledger().now())
        except MingchaError as error:
            log.error("copies go without provenance: %s", error)
            return None

    async def prove_papers(
        self, state: ExportState, directory: Path, papers: Mapping[str, str], stretches: Sequence[int]
    ) -> None:
        keeping = self._node.keeping
        index = await keeping.enter(
            "copy_papers",
            export=state.export,
            manifest_sha256=state.manifest_sha256,
            files=dict(papers),
            at_us=self._node.clock.wall_us(),
        )
        await asyncio.to_thread(proof.write_papers, directory, keeping.proof_ledger(), index, stretches)

    def tell_papers(self, state: ExportState) -> None:
        told = {"export": state.export, "manifest_sha256": state.manifest_sha256, "files": dict(state.papers)}
        self._node.tell("copy.papers", state.camera, **told, grant=state.grant, person=state.person)

    async def enter_deleted(self, gone: CopyDeletion) -> None:
        await self._node.keeping.change(lambda catalog: enter_deletion(catalog, gone, self._node.clock.wall_us()))


def control_routes(node: Node, exports: ExportService, token: str) -> list[Route]:
    """``/control/copies/…``, for the office only."""

    async def delete(request: Request) -> Response:
        """Delete a copy for the reason given. Asked again of one that is gone, the fact is told again; 404 for one that
        this recorder never had."""
        export = request.path_params["export"]
        reason = (await json_object(request)).get("reason")
        if not isinstance(reason, str) or not _REASON.fullmatch(reason):
            raise Invalid("control.reason", "'reason' must be a word of lower-case letters.")
        try:
            await exports.remove(export, reason)
        except NotFound:
            known = is_id(export, "exp") and await node.keeping.change(
                lambda catalog: tell_deletion_again(catalog, export)
            )
            if not known:
                raise
        return JSONResponse({"state": "deleted"})

    async def add_papers(request: Request) -> Response:
        """Take in the office's papers; the fact ``copy.papers`` tells when they are enclosed."""
        files, stretches = _papers(await json_object(request))
        await exports.add_papers(request.path_params["export"], files, stretches)
        return Response(status_code=202)

    return [
        Route("/control/copies/{export}/delete", guard(token, delete), methods=["POST"]),
        Route("/control/copies/{export}/papers", guard(token, add_papers), methods=["POST"]),
    ]


def _papers(body: dict[str, Any]) -> tuple[dict[str, bytes], list[int]]:
    """Files by name, and indexes of stretches. Raises Invalid."""
    files, stretches = body.get("files"), body.get("stretches")
    if not isinstance(files, dict) or not files or not set(files) <= set(PAPERS):
        raise Invalid("control.papers", f"'files' must be some of {', '.join(PAPERS)}.")
    if not isinstance(stretches, list) or not all(type(index) is int and index >= 0 for index in stretches):
        raise Invalid("control.papers", "'stretches' must be indexes in the ledger.")
    try:
        return {name: base64.b64decode(data, validate=True) for name, data in files.items()}, stretches
    except (ValueError, TypeError) as error:
        raise Invalid("control.papers", "A paper is not base64.") from error
