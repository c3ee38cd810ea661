"""The HTTP side of copies: ``/exports`` (docs/ref/media-api.md)."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.ids import is_id
from mingcha.base.timerange import TimeRange
from mingcha.media.export.service import ExportService, is_part_of
from mingcha.media.export.state import ExportState
from mingcha.media.gate.http import CHUNK_BYTES, PRIVATE_HEADERS, GuardedResponse, NotFound, answers_errors
from mingcha.wire.ticket import Ticket

MAX_BODY_BYTES = 65_536
MAX_RANGE_US = 31 * 86_400 * 1_000_000
KINDS = {
    "json": "application/json",
    "mp4": "video/mp4",
    "py": "text/x-python",
    "html": "text/html",
    "txt": "text/plain",
    "pem": "application/x-pem-file",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
_RANGE = re.compile(r"^bytes=(\d{0,19})-(\d{0,19})$")


def routes(service: ExportService) -> list[Route]:
    """The routes of copies; every one of them asks the gate."""
    exports = _Exports(service)
    return [
        Route("/exports", answers_errors(exports.order), methods=["POST"]),
        Route("/exports/{export}", answers_errors(exports.show), methods=["GET"]),
        Route("/exports/{export}", answers_errors(exports.remove), methods=["DELETE"]),
        Route("/exports/{export}/files/{name}", answers_errors(exports.download), methods=["GET"]),
        Route("/exports/{export}/bundle.zip", answers_errors(exports.bundle), methods=["GET"]),
    ]


class _Exports:
    def __init__(self, service: ExportService) -> None:
        self._service = service
        self._gate = service.services.gate

    async def order(self, request: Request) -> Response:
        """Begin a copy of exactly the range asked for, which the ticket must cover wholly."""
        body = await _body(request)
        camera, role = body.get("camera"), body.get("stream", "main")
        from_us, to_us = body.get("from"), body.get("to")
        if not isinstance(camera, str) or not is_id(camera, "cam") or role not in ("main", "sub"):
            raise Invalid("request.camera", "Name a camera by its id, and 'main' or 'sub' as its stream.")
        if type(from_us) is not int or type(to_us) is not int:
            raise Invalid("request.integer", "'from' and 'to' must be whole numbers.")
        asked = TimeRange(from_us, to_us)
        ticket = self._gate.admit(request, "export", camera, asked.start_us, asked.end_us)
        if asked.duration_us > MAX_RANGE_US:
            raise Invalid("range.long", "Copy at most 31 days at a time.")
        ordered = await self._service.order(ticket, camera, role, asked)
        return JSONResponse({"export": ordered.export}, 202, headers=dict(PRIVATE_HEADERS))

    async def show(self, request: Request) -> Response:
        """How far it is, and what it came to."""
        known, _ = self._admitted(request)
        return JSONResponse(known.answer(), headers=dict(PRIVATE_HEADERS))

    async def remove(self, request: Request) -> Response:
        """Stop and delete it; who only downloads may not."""
        known, ticket = self._admitted(request)
        if "export" not in ticket.modes:
            raise NotAllowed("ticket.outside", "This ticket does not cover that use. Open it from its page.")
        await self._service.remove(known.export)
        return Response(status_code=204, headers=dict(PRIVATE_HEADERS))

    async def download(self, request: Request) -> Response:
        """A file of a finished copy, whole or one range of it (RFC 9110 section 14)."""
        known, ticket = self._finished(request)
        name = request.path_params["name"]
        if not is_part_of(known, name):
            raise NotFound("export.file", "This copy has no such file.")
        path = self._service.directory_of(known.export) / name
        size = await asyncio.to_thread(_size, path)
        tag = next((file["sha256"] for file in known.files if file["name"] == name), f"{known.export}-{size}")
        return self._sent(request, (known, ticket), name, size, tag, lambda begin, end: _stream(path, begin, end))

    async def bundle(self, request: Request) -> Response:
        """All of a finished copy as one ZIP, whole or one range of it."""
        known, ticket = self._finished(request)
        try:
            zipped = await asyncio.to_thread(self._service.zipped, known)
        except OSError as error:
            raise NotFound("export.file", "This file is no longer there.") from error
        name = f"{PurePath(known.files[0]['name']).stem}.zip"

        def pieces(begin: int, end: int) -> AsyncIterator[bytes]:
            return _in_threads(zipped.read(begin, end))

        return self._sent(request, (known, ticket), name, zipped.bytes, zipped.tag, pieces)

    def _sent(
        self,
        request: Request,
        whose: tuple[ExportState, Ticket],
        name: str,
        size: int,
        tag: str,
        pieces: Callable[[int, int], AsyncIterator[bytes]],
    ) -> Response:
        known, ticket = whose
        begin, end, status = _wanted(request, size, f'"{tag}"')
        headers = {
            "accept-ranges": "bytes",
            "etag": f'"{tag}"',
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        }
        if status == 416:
            return Response(status_code=416, headers={**PRIVATE_HEADERS, "content-range": f"bytes */{size}"})
        if status == 206:
            headers["content-range"] = f"bytes {begin}-{end - 1}/{size}"
        headers["content-length"] = str(end - begin)
        if begin == 0:
            self._service.services.on_served(ticket, known.camera, known.from_us, known.to_us, "export")
        kind = KINDS.get(name.rpartition(".")[2], "application/octet-stream")
        return GuardedResponse(
            self._gate, ticket, pieces(begin, end), media_type=kind, status_code=status, headers=headers
        )

    def _finished(self, request: Request) -> tuple[ExportState, Ticket]:
        """A finished copy, if the ticket names it: the office has written the download down."""
        known, ticket = self._admitted(request)
        if ticket.export != known.export:
            raise NotAllowed("ticket.not_fetched", "A copy is downloaded from its page, where that is written down.")
        if known.state != "done":
            raise Conflict("export.unfinished", "This copy is not finished.")
        return known, ticket

    def _admitted(self, request: Request) -> tuple[ExportState, Ticket]:
        """The copy of the path, if the ticket covers all of it and is of its order, or names it."""
        ticket = self._gate.genuine(request)
        known = self._service.get(request.path_params["export"])
        covers = any(ticket.permits(mode, known.camera, known.from_us, known.to_us) for mode in ("export", "fetch"))
        is_meant = ticket.export == known.export if ticket.export else ticket.grant == known.grant
        if not covers or not is_meant:
            raise NotAllowed("ticket.outside", "This ticket does not cover that copy. Open it from its page.")
        return known, ticket


async def _body(request: Request) -> dict[str, Any]:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            raise Invalid("request.large", "The request is too large.")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Invalid("request.json", "The request is not JSON.") from error
    if not isinstance(body, dict):
        raise Invalid("request.json", "The request is not a JSON object.")
    return body


def _wanted(request: Request, size: int, tag: str) -> tuple[int, int, int]:
    """(begin, end, status). A range that is not understood, or several, or of an older file, gives the whole file."""
    found = _RANGE.match(request.headers.get("range", "").strip())
    condition = request.headers.get("if-range")
    if found is None or found[0] == "bytes=-" or (condition is not None and condition != tag):
        return 0, size, 200
    if not found[1]:
        begin, end = max(0, size - int(found[2])), size
    else:
        begin, end = int(found[1]), min(size, int(found[2]) + 1 if found[2] else size)
        if found[2] and int(found[2]) < begin:
            return 0, size, 200
    if begin >= size or begin >= end:
        return 0, 0, 416
    return begin, end, 206


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise NotFound("export.file", "This file is no longer there.") from error


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (data := await asyncio.to_thread(next, pieces, None)) is not None:
        yield data


async def _stream(path: Path, begin: int, end: int) -> AsyncIterator[bytes]:
    fd = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while begin < end:
            data = await asyncio.to_thread(os.pread, fd, min(CHUNK_BYTES, end - begin), begin)
            if not data:
                return
            begin += len(data)
            yield data
    finally:
        os.close(fd)
