"""The desk's screen under a grant: the control room with exactly the granted cameras, and its JSON."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Invalid, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.models import Request
from mingcha.records.disclosure.states import PERSON, TAKEOVER
from mingcha.records.screens.gate import screen_of
from mingcha.records.viewing import actions as viewing_actions
from mingcha.records.viewing.api import read_body, read_cameras, read_span, ticket_answer
from mingcha.records.viewing.gate import viewing_here
from mingcha.records.viewing.states import Kind
from mingcha.records.viewing.views import island_config
from mingcha.records.wording import explain


@permission(Permission.RECEIVE_ACCESS)
@require_http_methods(["GET"])
def look(request: PersonRequest, public_id: str) -> HttpResponse:
    """The wall or the playback, with what was granted and nothing else."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    if not queries.is_open_now(found, request.at):
        return redirect("access-request", public_id=found.public_id)
    try:
        actions.require_screen(found, screen_of(request))
    except NotAllowed as error:
        messages.error(request, explain(error))
        return redirect("access-request", public_id=found.public_id)
    island = "wall" if found.is_live else "playback"
    back = reverse("access-request", args=(found.public_id,))
    context = {"island": island, "config": _config(request, found), "back_to": back}
    return render(request, f"viewing/{island}.html", context)


@permission(Permission.RECEIVE_ACCESS)
@require_POST
def open_viewing(request: PersonRequest, public_id: str) -> HttpResponse:
    """Register a viewing that rests on the grant, then answer its first ticket."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    body = read_body(request)
    kind = str(body.get("mode") or "")
    return _open(
        request, found, kind, body.get("cameras"), None if kind in (Kind.LIVE, Kind.CONTROL) else read_span(body)
    )


@permission(Permission.RECEIVE_ACCESS)
@require_POST
def show_area(request: PersonRequest, public_id: str, grant: str) -> HttpResponse:
    """Leave one part of a camera's picture unmasked, or mask all of it again; answers a ticket that says so."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    viewing = viewing_here(request, grant)
    if viewing.basis != found.public_id:
        raise NotAllowed("viewing.unknown", "There is no such viewing.")
    body = read_body(request)
    box = body.get("box")
    viewing_actions.show_area(
        viewing=viewing,
        camera=read_cameras(request, [body.get("camera")])[0],
        box=read_box(box) if box is not None else None,
        actor=request.user,
        at=request.at,
    )
    return ticket_answer(viewing, request, status=200)


def read_box(box: object) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in thousandths. Raises Invalid."""
    if not isinstance(box, list) or [type(side) for side in box] != [int] * 4:
        raise Invalid("viewing.area", "Draw an area inside the picture.")
    return (box[0], box[1], box[2], box[3])


@permission(Permission.RECEIVE_ACCESS)
@require_POST
def order_copy(request: PersonRequest, public_id: str) -> HttpResponse:
    """Register the order of a copy of one granted camera."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    body = read_body(request)
    return _open(request, found, Kind.EXPORT, [body.get("camera")], read_span(body))


def _open(request: PersonRequest, found: Request, kind: str, ids: object, span: TimeRange | None) -> HttpResponse:
    viewing = actions.open_granted(
        request=found,
        kind=kind,
        cameras=read_cameras(request, ids),
        span=span,
        asker=request.user,
        session_key=request.session.session_key or "",
        at=request.at,
        screen=screen_of(request),
    )
    return ticket_answer(viewing, request, status=201)


def _config(request: PersonRequest, found: Request) -> dict[str, Any]:
    """The island's config, narrowed to the grant. Its reason is the request, so the desk is not asked for one; what the
    wall remembers is kept apart from the guard's own."""
    config = island_config(request, with_retired=True)
    grant = found.grant
    granted = set(grant.cameras.values_list("public_id", flat=True))
    config["cameras"] = [camera for camera in config["cameras"] if camera["id"] in granted]
    ids = [camera["id"] for camera in config["cameras"]]
    rights = config["rights"]
    config["reasons"] = []
    config["person"] = {**config["person"], "id": f"{config['person']['id']}/{found.public_id}"}
    config["rights"] = {
        "live": rights["live"] and found.is_live,
        "playback": rights["playback"] and not found.is_live,
        "snapshot": False,
        "export": rights["export"] and found.mode == "copy",
        "turn": found.mode == TAKEOVER and request.user.may(Permission.MOVE_CAMERAS),
    }
    config["urls"] |= {
        "viewings": reverse("access-viewings", args=(found.public_id,)),
        "exports": reverse("access-copies", args=(found.public_id,)),
        "area": reverse("access-area", args=(found.public_id, "GRANT")).replace("GRANT", "{grant}"),
    }
    config["urls"] |= {"control": config["urls"]["viewings"], "taken": None}
    config["start"] = {"cameras": ids, "atUs": grant.from_us}
    config["granted"] = {
        "fromUs": grant.from_us,
        "toUs": grant.to_us,
        "untilUs": from_datetime(grant.until_at),
        "watermark": grant.watermark,
        "isMasked": found.requester == PERSON and not found.is_live,
    }
    return config
