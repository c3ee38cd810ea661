"""The HTTP side of playback: ``/timeline``, ``/hls/…``, ``/preview`` and ``/snapshot`` (docs/ref/media-api.md)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from typing import TypeVar

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mingcha.base.errors import Invalid, NotAllowed
from mingcha.base.ids import is_id
from mingcha.base.timerange import TimeRange
from mingcha.media.container.codec_work import picture_jpeg
from mingcha.media.container.muting import mute_header
from mingcha.media.footage.archive import StoredSegment, Stretch
from mingcha.media.gate.http import (
    CHUNK_BYTES,
    PRIVATE_HEADERS,
    Endpoint,
    GuardedResponse,
    NotFound,
    answers_errors,
    integer,
    time_range,
)
from mingcha.media.playback import masking, stills
from mingcha.media.playback import pieces as made
from mingcha.media.playback.pieces import Shape
from mingcha.media.playback.playlist import Piece, allowed_parts, pieces, playlist
from mingcha.media.playback.services import Services
from mingcha.media.playback.stills import Still
from mingcha.wire.ticket import Ticket

T = TypeVar("T")

MAX_CAMERAS = 256
MAX_RANGE_US = 100 * 86_400 * 1_000_000
MAX_PLAYLIST_US = 26 * 3600 * 1_000_000
LONGEST_PICTURE_US = 10 * 1_000_000
PREVIEW_WIDTHS = range(32, 1281)
ROLES = ("main", "sub")
MADE = "h264"
MP4, M3U8, JPEG = "video/mp4", "application/vnd.apple.mpegurl", "image/jpeg"


class Count(Convertor[int]):
    """A number of the path that fits the catalog's columns; a longer one leads nowhere."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("count", Count())


def routes(services: Services) -> list[Route]:
    """The routes of playback; every one of them asks the gate."""
    playback = _Playback(services)

    def get(path: str, endpoint: Endpoint) -> Route:
        return Route(path, answers_errors(endpoint), methods=["GET"])

    return [
        get("/timeline", playback.timeline),
        get("/hls/{camera}/index.m3u8", playback.playlist),
        get("/hls/{camera}/info", playback.info),
        get("/hls/{camera}/init/{number:count}.mp4", playback.header),
        get("/hls/{camera}/piece/{number:count}/{first:count}-{last:count}.m4s", playback.piece),
        get("/preview", playback.preview),
        get("/snapshot", playback.snapshot),
    ]


class _Playback:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._shapes: dict[int, Shape] = {}

    # The time line

    async def timeline(self, request: Request) -> Response:
        """Coverage and gaps. With mode `status` of any range, else of what the ticket lets play or copy."""
        asked = time_range(request)
        if asked.duration_us > MAX_RANGE_US:
            raise Invalid("range.long", "Ask for at most 100 days at a time.")
        cameras = request.query_params.getlist("camera")
        if not 0 < len(cameras) <= MAX_CAMERAS:
            raise Invalid("timeline.cameras", f"Name 1 to {MAX_CAMERAS} cameras.")
        ticket = self._services.gate.genuine(request)
        ranges = {camera: _timeline_range(ticket, camera, asked) for camera in cameras}
        found = await self._services.read(self._timelines, ranges)
        return JSONResponse({"cameras": found}, headers=dict(PRIVATE_HEADERS))

    def _timelines(self, ranges: dict[str, TimeRange]) -> dict[str, object]:
        """Cameras of one range are asked for together: the usual case, and the quick one."""
        now_us = self._services.clock.wall_us()
        footage = self._services.footage
        result: dict[str, object] = {}
        for asked in set(ranges.values()):
            cameras = [camera for camera, own in ranges.items() if own == asked]
            coverage = footage.coverage(cameras, asked, open_until_us=now_us)
            gaps = footage.gaps(cameras, asked)
            for camera in cameras:
                result[camera] = {
                    "coverage": [[stretch.start_us, stretch.end_us] for stretch in coverage[camera]],
                    "gaps": [
                        {
                            "from": max(gap.start_us, asked.start_us),
                            "to": min(asked.end_us, now_us if gap.end_us is None else gap.end_us),
                            "reason": gap.reason,
                        }
                        for gap in gaps[camera]
                        if gap.start_us < (now_us if gap.end_us is None else gap.end_us)
                    ],
                }
        return {camera: result[camera] for camera in ranges}

    # HLS

    async def playlist(self, request: Request) -> Response:
        """The playlist of the part of the range that the ticket covers."""
        ticket, asked, listed = await self._pieces(request)
        keeps_h265 = request.query_params.get("hevc") == "1" and not ticket.masked
        shapes = await self._services.read(self._shapes_of, listed)
        queries = _queries(shapes, keeps_h265=keeps_h265, is_masked=ticket.masked)
        is_made = any("made=" in query for query in queries.values())
        shown = "masked" if ticket.masked else "transcoded" if is_made else ""
        text = await self._services.read(lambda: playlist(listed, asked, queries, shown=shown))
        return Response(text, media_type=M3U8, headers=dict(PRIVATE_HEADERS))

    async def info(self, request: Request) -> Response:
        """What the playlist of the same query would show."""
        ticket, asked, listed = await self._pieces(request)
        keeps_h265 = request.query_params.get("hevc") == "1"
        shapes = await self._services.read(self._shapes_of, listed)
        formats = {
            run: {
                "codec": shape.video.codec,
                "codec_string": shape.video.codec_string,
                "width": shape.video.width,
                "height": shape.video.height,
                "audio": shape.audio.codec if shape.audio is not None and not ticket.masked else None,
                "transcoded": ticket.masked or (shape.video.codec == "h265" and not keeps_h265),
            }
            for run, shape in shapes.items()
        }
        start_us = listed[0].stretch.range.start_us
        body = {
            "from_us": asked.start_us,
            "to_us": asked.end_us,
            "starts_us": start_us,
            "ends_us": listed[-1].stretch.range.end_us,
            "preroll_us": max(0, asked.start_us - start_us),
            "transcoded": any(known["transcoded"] for known in formats.values()),
            "masked": ticket.masked,
            "pieces": len(listed),
            "bytes": sum(piece.stretch.size_bytes for piece in listed),
            "formats": list({str(known): known for known in formats.values()}.values()),
        }
        return JSONResponse(body, headers=dict(PRIVATE_HEADERS))

    async def _pieces(self, request: Request) -> tuple[Ticket, TimeRange, list[Piece]]:
        camera, role = _camera(request.path_params["camera"]), _role(request)
        ticket, asked = self._services.gate.admit_clipped(request, "playback", camera, time_range(request))
        if asked.duration_us > MAX_PLAYLIST_US:
            raise Invalid("range.long", "Ask for at most a day at a time.")
        listed = await self._services.read(lambda: list(pieces(self._services.footage, camera, role, asked)))
        if not listed:
            raise NotFound("playback.nothing", "Nothing was recorded in this range.")
        return ticket, asked, listed

    def _shapes_of(self, listed: list[Piece]) -> dict[int, Shape]:
        """Formats by run, from the header of one segment of each."""
        segments = {piece.stretch.segment.run: piece.stretch.segment for piece in reversed(listed)}
        return {run: self._shape(segment) for run, segment in segments.items()}

    def _shape(self, segment: StoredSegment) -> Shape:
        known = self._shapes.get(segment.run)
        if known is None:
            known = made.shape_of(self._services.footage.header(segment))
            if len(self._shapes) >= 1024:
                self._shapes.clear()
            self._shapes[segment.run] = known
        return known

    async def header(self, request: Request) -> Response:
        """The init segment of a run."""
        segment, ticket, _ = await self._segment(request)
        shape = await self._shape_asked(request, segment, ticket)
        if ticket.masked or request.query_params.get("made") == MADE:
            data = await _while_wanted(
                request,
                self._services.pieces.get(
                    ("header", segment.run, shape.has_sound), lambda: self._services.pool.run(made.made_header, shape)
                ),
            )
        else:
            data = await self._services.read(self._services.footage.header, segment)
            data = mute_header(data) if shape.mutes else data
        return Response(data, media_type=MP4, headers=dict(PRIVATE_HEADERS))

    async def _shape_asked(self, request: Request, segment: StoredSegment, ticket: Ticket) -> Shape:
        shape = await self._services.read(self._shape, segment)
        return replace(shape, is_muted=ticket.masked or request.query_params.get("mute") == "1")

    async def piece(self, request: Request) -> Response:
        """Some parts of a segment, as they are or made anew; nothing shown after the end of the ticket's range."""
        segment, ticket, parts = await self._segment(request)
        first, last = request.path_params["first"], request.path_params["last"]
        if not first <= last < len(segment.parts):
            raise NotFound("piece.none", "There is no such piece of video.")
        if first not in parts or last not in parts:
            raise _outside()
        stretch = Stretch(segment, first, last)
        shape = await self._shape_asked(request, segment, ticket)
        until_us = _allowed(ticket).end_us
        if ticket.masked or request.query_params.get("made") == MADE:
            data = await self._made_piece(request, stretch, shape, ticket)
        elif stretch.range.end_us > until_us:
            data = await self._services.read(made.clipped_piece, self._services.footage, stretch, shape, until_us)
        else:
            body = made.send_verbatim(self._services.footage, stretch, shape, self._services.threads)
            return self._stream(ticket, stretch, body, stretch.size_bytes)
        return self._stream(ticket, stretch, _chunks(data), len(data))

    async def _made_piece(self, request: Request, stretch: Stretch, shape: Shape, ticket: Ticket) -> bytes:
        until_us, clear = _allowed(ticket).end_us, masking.clear_of(ticket, stretch.segment.camera)

        async def make() -> bytes:
            cut = await self._services.read(made.read_cut, self._services.footage, stretch, shape, until_us)
            if clear is not None:
                return await self._services.pool.run(masking.masked_piece, shape.video, cut, clear)
            return await self._services.pool.run(made.made_piece, shape.video, cut)

        cut_at_us = until_us if stretch.range.end_us > until_us else 0
        key = ("piece", stretch.segment.number, stretch.first, stretch.last, cut_at_us, shape.has_sound, clear)
        return await _while_wanted(request, self._services.pieces.get(key, make))

    def _stream(self, ticket: Ticket, stretch: Stretch, body: AsyncIterator[bytes], size: int) -> Response:
        self._services.served.note(ticket, stretch.segment.camera, _within(ticket, stretch.range), "playback")
        return GuardedResponse(self._services.gate, ticket, body, media_type=MP4, headers={"content-length": str(size)})

    async def _segment(self, request: Request) -> tuple[StoredSegment, Ticket, range]:
        """The segment of the path, if it is this camera's, and which of its parts the ticket lets go."""
        camera = _camera(request.path_params["camera"])
        ticket = self._services.gate.genuine(request)
        if ticket.from_us is None or ticket.to_us is None or ticket.from_us >= ticket.to_us:
            raise _outside()
        if not ticket.permits("playback", camera, ticket.from_us, ticket.to_us):
            raise _outside()
        segment = await self._services.read(self._services.footage.segment, request.path_params["number"])
        if segment is None or segment.camera != camera:
            raise NotFound("piece.none", "There is no such piece of video.")
        parts = await self._services.read(allowed_parts, self._services.footage, segment, _allowed(ticket))
        if not parts:
            raise _outside()
        return segment, ticket, parts

    # Pictures

    async def preview(self, request: Request) -> Response:
        """A small picture of a key frame."""
        camera, role, at_us = _camera(request.query_params.get("camera")), _role(request), integer(request, "at")
        width = integer(request, "width", 240)
        if width not in PREVIEW_WIDTHS:
            raise Invalid("preview.width", "A preview is 32 to 1280 pixels wide.")
        ticket = self._services.gate.admit(request, "playback", camera, at_us, at_us + 1)
        allowed = _allowed(ticket)
        still = await self._services.read(stills.key_still, self._services.footage, camera, role, at_us, allowed)
        return await self._picture(request, ticket, still, width, "preview", allowed)

    async def snapshot(self, request: Request) -> Response:
        """The picture of an instant, or the newest, in full size."""
        camera, role = _camera(request.query_params.get("camera")), _role(request)
        footage, gate = self._services.footage, self._services.gate
        if "at" not in request.query_params:
            ticket = gate.admit(request, "snapshot", camera)
            now_us = self._services.clock.wall_us()
            still = await self._services.read(stills.newest_still, footage, camera, role, now_us)
            return await self._picture(request, ticket, still, None, "snapshot", None)
        at_us = integer(request, "at")
        ticket = gate.admit(request, "snapshot", camera, at_us, at_us + 1)
        # The ticket is for the picture on the screen at its instant, and that picture began a little before it.
        allowed = TimeRange(at_us - LONGEST_PICTURE_US, at_us + 1)
        still = await self._services.read(stills.exact_still, footage, camera, role, at_us, allowed)
        return await self._picture(request, ticket, still, None, "snapshot", allowed)

    async def _picture(
        self, request: Request, ticket: Ticket, still: Still, width: int | None, kind: str, allowed: TimeRange | None
    ) -> Response:
        clear = masking.clear_of(ticket, still.segment.camera)
        asked_s = asyncio.get_running_loop().time()

        async def make() -> tuple[bytes, int]:
            if clear is not None:
                job = (still.video, still.units, still.pts, width, clear)
                return await self._services.pool.run(masking.masked_jpeg, *job)
            return await self._services.pool.run(picture_jpeg, still.video, still.units, still.pts, max_width=width)

        key = (still.segment.run, still.pts, width, clear)
        data, pts = await _while_wanted(request, self._services.pictures.get(key, make))
        shown_us = still.wall_us(pts)
        if allowed is not None and not allowed.contains(shown_us):
            raise NotFound("picture.none", "There is no picture that can be shown at this instant.")
        self._services.gate.recheck(ticket)
        shown = TimeRange(shown_us, shown_us + 1)
        self._services.served.note(ticket, still.segment.camera, shown, kind, asked_s=asked_s)
        return Response(data, media_type=JPEG, headers={**PRIVATE_HEADERS, "x-instant-us": str(shown_us)})


def _queries(shapes: dict[int, Shape], *, keeps_h265: bool, is_masked: bool) -> dict[int, str]:
    """What stands behind the addresses of each run's pieces. Sound is heard when every run has it: players cannot go
    from pictures with sound to pictures without (hls.js: "unsupported transition between audiovideo and video")."""
    mutes = is_masked or not all(shape.has_sound for shape in shapes.values())
    queries = {}
    for run, shape in shapes.items():
        wanted = []
        if is_masked or (shape.video.codec == "h265" and not keeps_h265):
            wanted.append(f"made={MADE}")
        if mutes and shape.has_sound:
            wanted.append("mute=1")
        queries[run] = "?" + "&".join(wanted) if wanted else ""
    return queries


def _timeline_range(ticket: Ticket, camera: str, asked: TimeRange) -> TimeRange:
    if ticket.permits("status", camera):
        return asked
    if ticket.from_us is not None and ticket.to_us is not None and ticket.from_us < ticket.to_us:
        allowed = asked.intersect(TimeRange(ticket.from_us, ticket.to_us))
        if allowed is not None and camera in ticket.cameras and {"playback", "export"} & set(ticket.modes):
            return allowed
    raise _outside()


def _outside() -> NotAllowed:
    return NotAllowed("ticket.outside", "This ticket does not cover that camera, time or use. Open it from its page.")


def _allowed(ticket: Ticket) -> TimeRange:
    assert ticket.from_us is not None
    assert ticket.to_us is not None
    return TimeRange(ticket.from_us, ticket.to_us)


def _within(ticket: Ticket, where: TimeRange) -> TimeRange:
    return where.intersect(_allowed(ticket)) or where


def _camera(text: str | None) -> str:
    if not is_id(text or "", "cam"):
        raise Invalid("request.camera", "Name a camera by its id.")
    assert text is not None
    return text


def _role(request: Request) -> str:
    role = request.query_params.get("stream", "main")
    if role not in ROLES:
        raise Invalid("request.stream", "A stream is 'main' or 'sub'.")
    return role


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(data), CHUNK_BYTES):
        yield data[at : at + CHUNK_BYTES]


async def _while_wanted(request: Request, work: Awaitable[T]) -> T:
    """The result of some work, given up when the client has gone."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise NotFound("request.gone", "The client has gone.")
        return working.result()
    finally:
        leaving.cancel()
        working.cancel()
        await asyncio.wait((working, leaving))


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
