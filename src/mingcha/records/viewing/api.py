"""JSON for the islands: open, renew and close viewings, order copies (docs/design/frontend.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.ids import is_id
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing import actions, queries
from mingcha.records.viewing.actions import Asker
from mingcha.records.viewing.gate import give_screen, screen_cookie, viewing_here
from mingcha.records.viewing.hours import own_part
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.second import RECORDINGS, second_for
from mingcha.records.viewing.states import Kind, SecondFor


@permission(Permission.SEE_CAMERAS)
@require_POST
def open_viewing(request: PersonRequest) -> HttpResponse:
    """Register a viewing, then answer its first ticket. The act asks for the permission of its kind."""
    body = read_body(request)
    kind = body.get("mode")
    asker = _asker(request, body)
    cameras = read_cameras(request, body.get("cameras"))
    if kind == Kind.LIVE:
        viewing = actions.open_live(asker=asker, cameras=cameras, at=request.at)
    elif kind == Kind.PLAYBACK:
        viewing = actions.open_playback(asker=asker, cameras=cameras, span=read_span(body), at=request.at)
    elif kind == Kind.SNAPSHOT and len(cameras) == 1:
        instant = _whole(body, "from_us")
        viewing = actions.take_snapshot(asker=asker, camera=cameras[0], instant_us=instant, at=request.at)
    else:
        raise Invalid("viewing.mode", "Unknown mode.")
    return ticket_answer(viewing, request, status=201)


@permission(Permission.SEE_CAMERAS)
@require_POST
def renew(request: PersonRequest, grant: str) -> HttpResponse:
    """A fresh ticket; 409 when the viewing has ended."""
    viewing = viewing_here(request, grant)
    ticket = actions.renew(viewing=viewing, at=request.at, screen=screen_cookie(request))
    response = JsonResponse({"ticket": ticket, "expires_us": from_datetime(viewing.expires_at)})
    give_screen(request, response)
    return response


@permission(Permission.SEE_CAMERAS)
@require_POST
def close(request: PersonRequest, grant: str) -> HttpResponse:
    """End a viewing. Twice is no error."""
    viewing = queries.viewing_of(viewer=request.user, grant=grant)
    try:
        actions.close_viewing(viewing=viewing, actor=request.user, at=request.at)
    except Conflict:
        pass
    return HttpResponse(status=204)


@permission(Permission.ORDER_EXPORT)
@require_POST
def order_export(request: PersonRequest) -> HttpResponse:
    """Register the order of a copy; the ticket answered is for exactly this camera and range."""
    body = read_body(request)
    cameras = read_cameras(request, [body.get("camera")])
    viewing = actions.order_export(asker=_asker(request, body), camera=cameras[0], span=read_span(body), at=request.at)
    return ticket_answer(viewing, request, status=201)


@permission(Permission.ORDER_EXPORT)
@require_POST
def export_begun(request: PersonRequest, grant: str) -> HttpResponse:
    """The page tells the media server's number of the copy it ordered, so that it can be fetched later."""
    viewing = queries.viewing_of(viewer=request.user, grant=grant)
    export_id = read_body(request).get("export")
    if viewing.kind != Kind.EXPORT or not isinstance(export_id, str) or not is_id(export_id, "exp"):
        raise Invalid("request.invalid", "The request names no copy.")
    actions.note_export_begun(viewing=viewing, export_id=export_id)
    return HttpResponse(status=204)


@permission(Permission.SEE_CAMERAS)
@require_POST
def why_second(request: PersonRequest) -> HttpResponse:
    """Why a look wants a second person, and which part of it wants none: the own shift, where that alone is asked."""
    body = read_body(request)
    kind, cameras, span = _recordings(request, body)
    why = second_for(request.user, kind, cameras, span, request.at)
    own = own_part(request.user, span, request.at) if why == [SecondFor.OTHER_SHIFT] and kind == Kind.PLAYBACK else None
    return JsonResponse(
        {
            "why": [str(code.label) for code in why],
            "own": {"from_us": own.start_us, "to_us": own.end_us} if own else None,
        }
    )


@permission(Permission.SEE_CAMERAS)
@require_POST
def ask_second(request: PersonRequest) -> HttpResponse:
    """Ask a second person to approve exactly this look. It is opened afterwards, with the same body."""
    body = read_body(request)
    kind, cameras, span = _recordings(request, body)
    asker = _asker(request, body)
    asked = actions.ask_second_person(kind=kind, asker=asker, cameras=cameras, span=span, at=request.at)
    return JsonResponse({"approval": asked.public_id, "until_us": from_datetime(asked.until_at)}, status=201)


def _recordings(request: PersonRequest, body: dict[str, Any]) -> tuple[Kind, Sequence[Camera], TimeRange]:
    """What of recordings is asked for. Raises Invalid, NotAllowed."""
    kind = body.get("mode")
    if not isinstance(kind, str) or kind not in RECORDINGS:
        raise Invalid("viewing.mode", "Unknown mode.")
    cameras = read_cameras(request, body.get("cameras"))
    if not cameras:
        raise Invalid("viewing.cameras", "No cameras were named.")
    return Kind(kind), cameras, read_span(body)


def ticket_answer(viewing: Viewing, request: PersonRequest, *, status: int) -> JsonResponse:
    """A viewing's first ticket, as the islands expect it."""
    response = JsonResponse(
        {
            "viewing": viewing.public_id,
            "grant": viewing.grant,
            "ticket": actions.mint(viewing, at=request.at, screen=screen_cookie(request)),
            "expires_us": from_datetime(viewing.expires_at),
        },
        status=status,
    )
    give_screen(request, response)
    return response


def read_body(request: PersonRequest) -> dict[str, Any]:
    """The JSON object sent. Raises Invalid."""
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid("request.invalid", "The request is not JSON.") from error
    if not isinstance(body, dict):
        raise Invalid("request.invalid", "The request is not a JSON object.")
    return body


def _asker(request: PersonRequest, body: dict[str, Any]) -> Asker:
    return Asker(
        viewer=request.user,
        session_key=request.session.session_key or "",
        reason=str(body.get("reason") or ""),
        note=str(body.get("note") or ""),
    )


def read_cameras(request: PersonRequest, ids: object) -> Sequence[Camera]:
    """The cameras asked for, in that order; one that may not be seen refuses all."""
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise Invalid("viewing.cameras", "No cameras were named.")
    wanted = list(dict.fromkeys(ids))[: actions.MAX_CAMERAS + 1]
    seen = inventory.cameras(viewer=request.user, with_retired=True).filter(public_id__in=wanted)
    found = {camera.public_id: camera for camera in seen}
    if len(found) != len(wanted):
        raise NotAllowed("camera.unknown", "There is no such camera.")
    return [found[public_id] for public_id in wanted]


def read_span(body: dict[str, Any]) -> TimeRange:
    """The range asked for. Raises Invalid."""
    return TimeRange(_whole(body, "from_us"), _whole(body, "to_us"))


def _whole(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 62:
        raise Invalid("viewing.range", f"{name} must be microseconds UTC.")
    return value
