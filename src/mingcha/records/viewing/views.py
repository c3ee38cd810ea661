"""Pages of the control room, which host the islands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.clock import from_datetime
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.states import CameraLife
from mingcha.records.viewing.states import NOTE_NEEDED, Reason

LOCALES = {"zh-hans": "zh-Hans", "en": "en"}
PLACEHOLDER = "{grant}"


@permission(Permission.WATCH_LIVE)
@require_http_methods(["GET"])
def wall(request: PersonRequest) -> HttpResponse:
    return render(request, "viewing/wall.html", {"island": "wall", "config": island_config(request)})


@permission(Permission.PLAY_BACK)
@require_http_methods(["GET"])
def playback(request: PersonRequest) -> HttpResponse:
    return render(
        request, "viewing/playback.html", {"island": "playback", "config": island_config(request, with_retired=True)}
    )


def island_config(request: PersonRequest, *, with_retired: bool = False) -> dict[str, Any]:
    """`#island-config` of docs/design/frontend.md. `with_retired`: recordings outlive their camera, so playback lists
    retired ones too, last."""
    person = request.user
    cameras = [_island_camera(camera) for camera in _island_cameras(person, with_retired)]
    return {
        "version": 1,
        "locale": LOCALES.get(get_language() or "", "zh-Hans"),
        "timeZone": settings.TIME_ZONE,
        "serverNowUs": from_datetime(request.at),
        "person": {"id": person.public_id, "name": person.name},
        "mediaOrigin": request.media_origin,
        "csrfToken": get_token(request),
        "cameras": cameras,
        "reasons": [
            {"code": reason.value, "label": str(reason.label), "needsNote": reason in NOTE_NEEDED} for reason in Reason
        ],
        "rights": {
            "live": person.may(Permission.WATCH_LIVE),
            "playback": person.may(Permission.PLAY_BACK),
            "snapshot": person.may(Permission.TAKE_SNAPSHOT),
            "export": person.may(Permission.ORDER_EXPORT),
            "turn": person.may(Permission.MOVE_CAMERAS),
        },
        "urls": {
            "viewings": reverse("viewings"),
            "renew": reverse("renew", args=["GRANT"]).replace("GRANT", PLACEHOLDER),
            "close": reverse("close", args=["GRANT"]).replace("GRANT", PLACEHOLDER),
            "exports": reverse("order-export"),
            "control": reverse("take-in-hand"),
            "taken": reverse("taken-over"),
            "exportBegun": reverse("export-begun", args=["GRANT"]).replace("GRANT", PLACEHOLDER),
            "download": reverse("download-export", args=["GRANT"]).replace("GRANT", PLACEHOLDER),
            "second": reverse("viewing-second"),
            "askSecond": reverse("ask-second"),
            "approval": reverse("approval-state", args=["APPROVAL"]).replace("APPROVAL", "{approval}"),
            "wall": reverse("wall"),
            "playback": reverse("playback"),
            **({"hold": reverse("place-hold")} if person.may(Permission.HOLD) else {}),
            **({"copies": reverse("copies")} if person.may(Permission.SEE_COPIES) else {}),
        },
        "start": _start(request, {camera["id"] for camera in cameras}),
    }


def _island_cameras(person: Person, with_retired: bool) -> list[Camera]:
    """What is recorded; with the retired ones also whatever may have been recorded once."""
    found = inventory.cameras(viewer=person, with_retired=with_retired)
    if not with_retired:
        found = found.filter(state=CameraLife.IN_USE)
    return sorted(found, key=lambda camera: camera.retired_at is not None)


def _island_camera(camera: Camera) -> dict[str, Any]:
    name = gettext("%(name)s (retired)") % {"name": camera.name} if camera.retired_at else camera.name
    return {
        "id": camera.public_id,
        "name": name,
        "site": camera.site.name,
        "hasSub": bool(camera.sub_url),
        "turns": bool(camera.control_url),
    }


def _start(request: PersonRequest, known: set[str]) -> dict[str, Any]:
    """What a link asks to open first: ``?camera=cam_…&at=<microseconds>``."""
    at = request.GET.get("at", "")
    return {
        "cameras": [item for item in request.GET.getlist("camera") if item in known],
        "atUs": int(at) if at.isascii() and at.isdigit() and len(at) < 18 else None,
    }
