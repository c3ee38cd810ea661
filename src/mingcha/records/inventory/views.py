"""Pages of sites and cameras."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms import CameraForm, SiteForm
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.states import CameraState, Engine, Transport
from mingcha.records.inventory.waiting import probe_answer, wait_for_probe
from mingcha.records.wording import explain, explain_reason

FIELD_OF = {
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "camera.name_taken": "name",
    "camera.url": "main_url",
}
CODEC_NAMES = {"h264": "H.264", "h265": "H.265", "avc1": "H.264", "avc3": "H.264", "hvc1": "H.265", "hev1": "H.265"}


@dataclass(frozen=True, slots=True)
class Row:
    """A camera as lists show it: `picture` is size, rate and codec in words, `host` the address without path."""

    camera: Camera
    state: CameraState
    picture: str
    rate: str
    host: str


def row_of(camera: Camera) -> Row:
    status = getattr(camera, "status", None)
    picture, rate = [], ""
    if status is not None and status.width and status.height:
        picture.append(f"{status.width}×{status.height}")
    if status is not None and status.fps_milli:
        picture.append(f"{status.fps_milli / 1000:g} fps")
    if status is not None and status.codec:
        picture.append(CODEC_NAMES.get(status.codec.partition(".")[0], status.codec))
    if status is not None and status.bits_per_s:
        rate = f"{status.bits_per_s / 1e6:.1f} Mbit/s"
    host = urlsplit(camera.main_url).netloc
    return Row(camera, queries.state_of(camera), " · ".join(picture), rate, host)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def cameras(request: PersonRequest) -> HttpResponse:
    found = queries.cameras(viewer=request.user)
    context = {
        "rows": [row_of(camera) for camera in found],
        "sites": queries.sites(viewer=request.user),
        "may_manage": request.user.may(Permission.MANAGE_CAMERAS),
    }
    return render(request, "inventory/cameras.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def camera(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.camera_for(viewer=request.user, public_id=public_id)
    manage = request.user.may(Permission.MANAGE_CAMERAS)
    row = row_of(found)
    reason = found.status.reason if hasattr(found, "status") else ""
    why = explain_reason(reason)
    context = {"camera": found, "row": row, "state": row.state, "why": why, "may_manage": manage}
    return render(request, "inventory/camera.html", context)


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def add_camera(request: PersonRequest) -> HttpResponse:
    sites = queries.sites(viewer=request.user)
    form = CameraForm(request.POST or None, sites=sites, initial={"site": sites.first()})
    if request.method == "POST" and form.is_valid():
        try:
            site = form.cleaned_data.get("site") or _first_site(request, form.cleaned_data["site_name"])
            added = actions.add_camera(site=site, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(
                request, gettext("“%(name)s” has been added. Recording begins now.") % {"name": added.name}
            )
            return redirect("camera", public_id=added.public_id)
    return render(request, "inventory/camera_form.html", {"form": form, "camera": None})


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def edit_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.camera_for(viewer=request.user, public_id=public_id)
    if found.retired_at is not None:
        raise Conflict("camera.retired", "The camera has been retired.")
    stored = _stored_username(found)
    fields = ("name", "main_url", "sub_url", "transport", "engine", "audio_reason")
    initial = {field: getattr(found, field) for field in fields}
    initial |= {"site": found.site, "username": stored or "", "audio": bool(found.audio_reason)}
    own_site = Site.objects.filter(pk=found.site_id)
    form = CameraForm(request.POST or None, sites=own_site, initial=initial, stored_username=stored)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_camera(camera=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The changes have been saved."))
            return redirect("camera", public_id=found.public_id)
    return render(request, "inventory/camera_form.html", {"form": form, "camera": found})


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def retire_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.camera_for(viewer=request.user, public_id=public_id)
    actions.remove_camera(camera=found, actor=request.user, at=request.at)
    messages.success(request, gettext("“%(name)s” has been retired.") % {"name": found.name})
    return redirect("cameras")


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def add_site(request: PersonRequest) -> HttpResponse:
    return _site_form(request, None, lambda data: actions.open_site(**data, actor=request.user, at=request.at))


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def edit_site(request: PersonRequest, public_id: str) -> HttpResponse:
    site = queries.site_for(viewer=request.user, public_id=public_id)
    return _site_form(
        request, site, lambda data: actions.change_site(site=site, **data, actor=request.user, at=request.at)
    )


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def probe(request: PersonRequest) -> HttpResponse:
    """Test a connection: `{"ok", "message", "detail", "picture"}`. The gateway carries it out; this waits for it."""
    fields = _json_object(request)
    public_id = str(fields.get("camera", ""))
    known = queries.camera_for(viewer=request.user, public_id=public_id) if public_id else None
    transport, engine = str(fields.get("transport", "")), str(fields.get("engine", ""))
    draft = actions.CameraDraft(
        name=str(fields.get("name", "")),
        main_url=str(fields.get("main_url", "")),
        username=str(fields.get("username", "")),
        password=str(fields.get("password", "")),
        transport=transport if transport in Transport.values else Transport.TCP,
        engine=engine if engine in Engine.values else Engine.NATIVE,
    )
    try:
        asked = actions.ask_probe(draft=draft, camera=known, actor=request.user, at=request.at)
    except Invalid as error:
        return JsonResponse({"ok": False, "message": explain(error), "detail": ""})
    return JsonResponse(probe_answer(wait_for_probe(asked)))


def _site_form(request: PersonRequest, site: Site | None, save: Callable[[dict[str, str]], object]) -> HttpResponse:
    initial = {"name": site.name, "address": site.address} if site else None
    form = SiteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except (Invalid, Conflict) as error:
            form.add_error("name", explain(error))
        else:
            messages.success(request, gettext("The site has been saved."))
            return redirect("cameras")
    return render(request, "inventory/site_form.html", {"form": form, "site": site})


def _first_site(request: PersonRequest, name: str) -> Site:
    """The site named in the camera form when there is none yet; asked for twice it is the same one."""
    existing = queries.sites(viewer=request.user).filter(name=name.strip()).first()
    return existing or actions.open_site(name=name, address="", actor=request.user, at=request.at)


def _put_error(form: CameraForm, error: MingchaError) -> None:
    form.add_error(FIELD_OF.get(error.code), explain(error))


def _stored_username(camera: Camera) -> str | None:
    """User name in the stored credentials; None when there are none or they are of another node."""
    try:
        text = actions.open_credentials(camera)
    except Corrupt:
        return None
    return text.partition(":")[0] if text else None


def _json_object(request: PersonRequest) -> dict[str, object]:
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Invalid("request.invalid", "The request is not a JSON object.")
    return fields
