"""Pages of cameras: the list, one camera, adding, changing the connection, testing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms.cameras import AddForm, ConnectionForm, FilterForm
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.queries import CameraFilter
from mingcha.records.inventory.states import CameraLife, CameraState, Engine, Transport
from mingcha.records.inventory.views.lawbox import camera_box, law_url, refusal
from mingcha.records.inventory.views.search import found_camera
from mingcha.records.inventory.waiting import CODEC_NAMES, probe_answer, wait_for_probe
from mingcha.records.wording import explain, explain_reason
from mingcha.records.wording.law import label

PAGE = 50
FIELD_OF = {
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "camera.name_taken": "name",
    "camera.url": "main_url",
    "camera.url_long": "main_url",
    "camera.control_url": "control_url",
    "camera.area": "area",
    "camera.necessity": "necessity",
    "site.name_taken": "site_name",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A camera as lists show it: `picture` is size, rate and codec in words, `host` the address without path."""

    camera: Camera
    state: CameraState
    picture: str
    rate: str
    host: str

    @property
    def is_recorded(self) -> bool:
        return self.camera.state == CameraLife.IN_USE


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
    """The list, narrowed and in pages."""
    sites = queries.site_names(viewer=request.user)
    chosen = request.GET.get("site", "")
    areas = queries.areas(viewer=request.user).filter(site__public_id=chosen) if chosen else None
    named = list(areas.values_list("public_id", "name")) if areas is not None else []
    form = FilterForm(request.GET, sites=sites, areas=named)
    form.is_valid()  # what no choice knows narrows nothing
    said = {name: form.cleaned_data.get(name, "") for name in ("site", "area", "state", "lawfulness")}
    wanted = CameraFilter(**said, text=form.cleaned_data.get("q", ""))
    page = Paginator(queries.camera_list(viewer=request.user, wanted=wanted), PAGE).get_page(request.GET.get("page"))
    kept = urlencode({key: value for key, value in request.GET.items() if key != "page" and value})
    context = {
        "rows": [row_of(camera) for camera in page],
        "page": page,
        "query": kept,
        "form": form,
        "filters": [form[name] for name in form.fields],
        "any_site": bool(sites),
        "may_manage": request.user.may(Permission.MANAGE_CAMERAS),
    }
    return render(request, "inventory/cameras.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def camera(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.camera_for(viewer=request.user, public_id=public_id)
    row = row_of(found)
    context = {
        "camera": found,
        "row": row,
        "state": row.state,
        "why": explain_reason(found.status.reason if hasattr(found, "status") else ""),
        "box": camera_box(found),
        "law_url": law_url(found.site, local_day(request.at), found),
        "area_kind": label("area", found.area.kind) if found.area else "",
        "alterations": queries.alterations(viewer=request.user, camera=found)[:20],
        "may_manage": request.user.may(Permission.MANAGE_CAMERAS),
        "may_manage_sites": request.user.may(Permission.MANAGE_SITES),
    }
    return render(request, "inventory/camera.html", context)


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def add_camera(request: PersonRequest) -> HttpResponse:
    """A pasted address, a name and a site are enough; where the law asks, why it is needed."""
    sites = queries.sites(viewer=request.user).filter(closed_on__isnull=True)
    chosen = sites.filter(public_id=request.GET.get("site", "")).first() or sites.first()
    areas = queries.areas(viewer=request.user)
    found = found_camera(request, request.GET.get("found", ""))
    initial = {"site": chosen, "area": areas.filter(public_id=request.GET.get("area", "")).first()}
    said = found.initial() if found else {}
    form = AddForm(request.POST or None, sites=sites, areas=areas, initial={**initial, **said})
    if found and found.has_password:
        form.fields["password"].help_text = gettext("Leave empty to use the password of the search.")
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            site = form.cleaned_data.get("site") or _first_site(request, form.cleaned_data["site_name"])
            draft = form.draft(form.siting())
            added = actions.add_camera(
                site=site,
                draft=found.complete(draft) if found else draft,
                actor=request.user,
                at=request.at,
                keep_refused=form.cleaned_data["keep_refused"],
            )
        except (Invalid, Conflict) as error:
            put_error(form, error)
        except Unlawful as error:
            if error.params.get("camera"):
                messages.warning(request, gettext("It has been kept as a refused draft. It is not recorded."))
                return redirect("camera", public_id=str(error.params["camera"]))
            refused = refusal(error)
        else:
            _tell_added(request, added)
            return redirect("camera", public_id=added.public_id)
    context = {"form": form, "camera": None, "refused": refused, "found": found}
    return render(request, "inventory/camera_form.html", context, status=409 if refused else 200)


def _tell_added(request: PersonRequest, added: Camera) -> None:
    name = {"name": added.name}
    if added.state == CameraLife.WAITING:
        messages.warning(request, gettext("“%(name)s” has been added. It is not recorded yet; see below why.") % name)
    elif not added.verdict:
        text = gettext("“%(name)s” has been added and is recorded. The law could not be asked about its place yet.")
        messages.warning(request, text % name)
    else:
        messages.success(request, gettext("“%(name)s” has been added. Recording begins now.") % name)


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def edit_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    """Name, connection and sound."""
    found = standing(request, public_id)
    stored = _stored_username(found)
    fields = ("name", "main_url", "sub_url", "control_url", "budget_gb", "transport", "engine", "audio_reason")
    initial = {field: getattr(found, field) for field in fields}
    initial |= {"username": stored or "", "audio": bool(found.audio_reason)}
    form = ConnectionForm(request.POST or None, initial=initial, stored_username=stored)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_camera(camera=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The changes have been saved."))
            return redirect("camera", public_id=found.public_id)
    return render(request, "inventory/camera_form.html", {"form": form, "camera": found})


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def probe(request: PersonRequest) -> HttpResponse:
    """Test a connection: `{"ok", "message", "detail", "picture"}`. The gateway carries it out; this waits for it."""
    fields = json_object(request)
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
    found = found_camera(request, str(fields.get("found", "")))
    draft = found.complete(draft) if found else draft
    try:
        asked = actions.ask_probe(draft=draft, camera=known, actor=request.user, at=request.at)
    except Invalid as error:
        return JsonResponse({"ok": False, "message": explain(error), "detail": ""})
    return JsonResponse(probe_answer(wait_for_probe(asked)))


def standing(request: PersonRequest, public_id: str) -> Camera:
    """A camera that was not retired. Raises NotAllowed or Conflict."""
    found = queries.camera_for(viewer=request.user, public_id=public_id)
    if found.retired_at is not None:
        raise Conflict("camera.retired", "The camera has been retired.")
    return found


def put_error(form: ConnectionForm, error: MingchaError) -> None:
    field = FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))


def json_object(request: PersonRequest) -> dict[str, object]:
    """The body as an object. Raises Invalid (``request.invalid``)."""
    try:
        fields = json.loads(request.body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise Invalid("request.invalid", "The request is not a JSON object.")
    return fields


def _first_site(request: PersonRequest, name: str) -> Site:
    """The site named in the camera form when there is none yet; asked for twice it is the same one."""
    existing = queries.sites(viewer=request.user).filter(name=name.strip()).first()
    return existing or actions.open_site(name=name, address="", actor=request.user, at=request.at)


def _stored_username(camera: Camera) -> str | None:
    """User name in the stored credentials; None when there are none or they are of another node."""
    try:
        text = actions.open_credentials(camera)
    except Corrupt:
        return None
    return text.partition(":")[0] if text else None
