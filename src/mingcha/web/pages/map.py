"""The map: all sites and cameras on an own vector ground, and the plans of areas. No tile, no font and no script comes
from another host; the ground is a graticule and, if the operator has put one there, a GeoJSON file of their own."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from mingcha.base.clock import from_datetime
from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.files.queries import open_file
from mingcha.records.inventory.models import Area
from mingcha.records.wording import explain_reason
from mingcha.web.pages import map_base, map_rows
from mingcha.web.pages.map_rows import MARKS, TROUBLES

LOCALES = {"zh-hans": "zh-Hans", "en": "en"}
_PLACEHOLDER = "CAMERA"


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def overview(request: PersonRequest) -> HttpResponse:
    lines = map_rows.site_lines(request.user)
    placed = [line for line in lines if line.site.lat_e7 is not None and line.site.lon_e7 is not None]
    config = _config(request, "overview") | {
        "sites": [
            {
                "id": line.site.public_id,
                "name": line.site.name,
                "latE7": line.site.lat_e7,
                "lonE7": line.site.lon_e7,
                "cameras": line.cameras,
                "plans": [
                    {"name": area.name, "url": reverse("map-area", args=[area.public_id])} for area in line.plans
                ],
            }
            for line in placed
        ],
        "baseUrl": reverse("map-base") if map_base.exists(settings.DATA_DIR) else None,
    }
    return render(request, "map/overview.html", {"lines": lines, "config": config, "marks": MARKS.items()})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def area(request: PersonRequest, public_id: str) -> HttpResponse:
    found = _area(request.user, public_id)
    siblings = [one for one in map_rows.plans_of(request.user) if one.site_id == found.site_id]
    cameras = map_rows.marked(request.user).filter(area=found).order_by("name")
    may_arrange = request.user.may(Permission.MANAGE_CAMERAS)
    config = _config(request, "plan") | {
        "area": found.public_id,
        "plan": {
            "url": reverse("map-plan", args=[found.public_id]),
            "widthPx": found.plan_width_px,
            "heightPx": found.plan_height_px,
            "mmPerPx": found.plan_mm_per_px,
        },
        "arrangeUrl": _arrange_url() if may_arrange else None,
    }
    rows = [(camera, camera.mark, MARKS[camera.mark]) for camera in cameras]
    context = {"area": found, "siblings": siblings, "rows": rows, "config": config, "marks": MARKS.items()}
    return render(request, "map/area.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def plan(request: PersonRequest, public_id: str) -> FileResponse:
    """The picture of a plan, for whoever may see its cameras."""
    stored = _area(request.user, public_id).plan
    assert stored is not None  # only areas with a plan are found
    response = FileResponse(open_file(stored), content_type=stored.media_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def cameras(request: PersonRequest) -> HttpResponse:
    """`{"cameras": [row…], "next": id or null}`; rows as `map_rows` says, of one area or of all with a place."""
    wanted = request.GET.get("area", "")
    if wanted:
        return _tagged(
            request, {"cameras": map_rows.plan_rows(request.user, _area(request.user, wanted)), "next": None}
        )
    rows = map_rows.overview_rows(request.user, request.GET.get("after", ""))
    last = rows[-1][0] if len(rows) == map_rows.PAGE else None
    return _tagged(request, {"cameras": rows, "next": last})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def states(request: PersonRequest) -> HttpResponse:
    """`{"marks": {mark: [ids]}}`: every camera that does not record; asked for again and again."""
    wanted = request.GET.get("area", "")
    found = map_rows.marks_by_camera(request.user, _area(request.user, wanted) if wanted else None)
    return _tagged(request, {"marks": found})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def card(request: PersonRequest, public_id: str) -> HttpResponse:
    """One camera in words, with where to go from it."""
    camera = map_rows.marked(request.user).select_related("area").filter(public_id=public_id).first()
    if camera is None:
        raise NotAllowed("camera.unknown", "There is no such camera.")
    return _tagged(request, _card(camera, request.user))


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def base(request: PersonRequest) -> HttpResponse:
    """The operator's own ground as GeoJSON, checked and reduced to what is drawn."""
    return _tagged(request, map_base.load(settings.DATA_DIR))


def _config(request: PersonRequest, mode: str) -> dict[str, Any]:
    return {
        "version": 1,
        "mode": mode,
        "locale": LOCALES.get(get_language() or "", "zh-Hans"),
        "timeZone": settings.TIME_ZONE,
        "csrfToken": get_token(request),
        "urls": {
            "cameras": reverse("map-cameras"),
            "states": reverse("map-states"),
            "card": _camera_url("map-card"),
        },
        "marks": {mark: str(label) for mark, label in MARKS.items()},
    }


def _arrange_url() -> str | None:
    """Where a camera's place on the plan is changed; the inventory's own act, with the law in front of it."""
    try:
        return _camera_url("arrange-camera")
    except NoReverseMatch:
        return None


def _camera_url(name: str) -> str:
    return reverse(name, args=[_PLACEHOLDER]).replace(_PLACEHOLDER, "{camera}")


def _card(camera: Any, viewer: Person) -> dict[str, Any]:
    status = getattr(camera, "status", None)
    since = status.since if status is not None and status.since else None
    query = urlencode({"camera": camera.public_id})
    mark = str(camera.mark)
    has_plan = camera.area is not None and camera.area.plan_id is not None
    return {
        "id": camera.public_id,
        "name": camera.name,
        "site": camera.site.name,
        "area": camera.area.name if camera.area else "",
        "gb_code": camera.gb_code,
        "mark": mark,
        "state": str(MARKS[mark]),
        "since_us": from_datetime(since) if since and mark in ("live", *TROUBLES) else None,
        "why": explain_reason(status.reason) if status is not None and mark in TROUBLES else "",
        "urls": {
            "camera": reverse("camera", args=[camera.public_id]),
            "live": f"{reverse('wall')}?{query}" if viewer.may(Permission.WATCH_LIVE) else None,
            "playback": f"{reverse('playback')}?{query}" if viewer.may(Permission.PLAY_BACK) else None,
            "plan": reverse("map-area", args=[camera.area.public_id]) if camera.area and has_plan else None,
        },
    }


def _area(viewer: Person, public_id: str) -> Area:
    found = map_rows.plans_of(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotAllowed("area.unknown", "There is no such plan.")
    return found


def _tagged(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """JSON with a strong ETag of its content: a map that is looked at all day mostly hears that nothing changed."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="application/json")
    response.headers["ETag"] = tag
    return response
