"""Pages that move, aim, describe and retire a camera."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, Unavailable, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import attachment
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms.cameras import DeviceForm, PlaceForm, RetireForm
from mingcha.records.inventory.forms.fields import Day
from mingcha.records.inventory.lawfulness import Removal, local_day, removal
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries.codes import code_parts, next_gb_code
from mingcha.records.inventory.states import CameraLife
from mingcha.records.inventory.views.cameras import json_object, standing
from mingcha.records.inventory.views.lawbox import refusal, removal_grounds
from mingcha.records.wording import explain
from mingcha.records.wording.law import language

_FIELD_OF = {
    "camera.area": "area",
    "camera.necessity": "necessity",
    "camera.replacement_plan": "replacement_plan",
    "camera.notice": "notified_on",
    "camera.gb_code_taken": "gb_code",
    "camera.system": "system",
}


@permission(Permission.MANAGE_CAMERAS)
@takes_files
@require_http_methods(["GET", "POST"])
def place_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    """Where a camera stands, looks, and what it is for."""
    found = standing(request, public_id)
    areas = queries.areas(viewer=request.user, site=found.site)
    form = PlaceForm(request.POST or None, request.FILES or None, camera=found, areas=areas)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            kind = actions.alter_camera(
                camera=found,
                siting=form.siting(),
                position=form.given(),
                before=form.before(),
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict, Unavailable) as error:
            field = _FIELD_OF.get(error.code, str(error.params.get("measure", "")))
            form.add_error(field if field in form.fields else None, explain(error))
        except Unlawful as error:
            refused = refusal(error)
            if error.code in _FIELD_OF:
                form.add_error(_FIELD_OF[error.code], explain(error))
        else:
            messages.success(request, kind.label if kind else gettext("The changes have been saved."))
            return redirect("camera", public_id=found.public_id)
    asked = _asked(found, request)
    context = {"form": form, "camera": found, "refused": refused, "asked": asked, "grounds": removal_grounds(asked)}
    return render(request, "inventory/camera_place.html", context, status=409 if refused else 200)


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def arrange_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    """Put a camera on its area's plan: `{"plan_x_permille", "plan_y_permille", "bearing_cdeg", "reason"}`. Answers
    `{"ok": true}`; what the law refuses answers 409 with the sentence."""
    found, fields = standing(request, public_id), json_object(request)
    x, y, bearing = (_whole(fields, name) for name in ("plan_x_permille", "plan_y_permille", "bearing_cdeg"))
    position = replace(actions.position_of(found), plan_x_permille=x, plan_y_permille=y, bearing_cdeg=bearing)
    siting = actions.Siting(found.area, found.purpose, found.necessity, found.captures_passwords)
    actions.alter_camera(
        camera=found,
        siting=siting,
        position=position,
        before=actions.Before(reason=str(fields.get("reason", ""))),
        actor=request.user,
        at=request.at,
    )
    return JsonResponse({"ok": True})


@permission(Permission.MANAGE_CAMERAS)
@require_http_methods(["GET", "POST"])
def describe_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    """What device it is, its code, its system and who looks after it."""
    found, viewer = standing(request, public_id), request.user
    names = ("system", "kind", "device_model", "serial", "gb_code", "operator")
    form = DeviceForm(
        request.POST or None,
        initial={name: getattr(found, name) for name in names},
        systems=queries.systems(viewer=viewer, site=found.site),
        device_models=queries.device_models(viewer=viewer),
        contractors=queries.contractors(viewer=viewer, in_charge_on=local_day(request.at)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.describe_camera(camera=found, particulars=form.particulars(), actor=viewer, at=request.at)
        except (Invalid, Conflict) as error:
            form.add_error(_FIELD_OF.get(error.code), explain(error))
        else:
            messages.success(request, gettext("The changes have been saved."))
            return redirect("camera", public_id=found.public_id)
    context = {
        "form": form,
        "camera": found,
        "code_parts": code_parts(found.gb_code, language()),
        "next_code": "" if found.gb_code else next_gb_code(viewer=viewer, site=found.site),
    }
    return render(request, "inventory/camera_device.html", context)


@permission(Permission.MANAGE_CAMERAS)
@takes_files
@require_http_methods(["GET", "POST"])
@recent_identity
def retire_camera(request: PersonRequest, public_id: str) -> HttpResponse:
    found = standing(request, public_id)
    form = RetireForm(request.POST, request.FILES) if request.method == "POST" else RetireForm()
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_camera(camera=found, before=form.before(), actor=request.user, at=request.at)
        except (Invalid, Unavailable) as error:
            form.add_error(None, explain(error))
        except Unlawful as error:
            refused = refusal(error)
            form.add_error(_FIELD_OF.get(error.code), explain(error))
        else:
            messages.success(request, gettext("“%(name)s” has been retired.") % {"name": found.name})
            return redirect("cameras")
    asked = _asked(found, request)
    context = {"form": form, "camera": found, "refused": refused, "asked": asked, "grounds": removal_grounds(asked)}
    return render(request, "inventory/camera_retire.html", context, status=409 if refused else 200)


@permission(Permission.MANAGE_CAMERAS)
@require_POST
def note_filed(request: PersonRequest, public_id: str) -> HttpResponse:
    """Note on which day a change was filed."""
    alteration = queries.alteration_for(viewer=request.user, public_id=public_id)
    try:
        filed_on = Day().clean(request.POST.get("filed_on", ""))
        actions.note_change_filed(alteration=alteration, filed_on=filed_on, actor=request.user, at=request.at)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Invalid as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("The changes have been saved."))
    return redirect("camera", public_id=alteration.camera.public_id)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def replacement_file(request: PersonRequest, public_id: str) -> HttpResponse:
    """The replacement plan of an alteration, to be saved."""
    stored = queries.alteration_for(viewer=request.user, public_id=public_id).replacement_file
    if stored is None:
        raise Invalid("request.invalid", "There is no such file.")
    return attachment(stored)  # type: ignore[return-value]


def _whole(fields: dict[str, object], name: str) -> int | None:
    value = fields.get(name)
    if value is not None and type(value) is not int:
        raise Invalid("request.invalid", f"{name} is not a whole number.")
    return value


def _asked(camera: Camera, request: PersonRequest) -> Removal | None:
    """What the law would ask before the camera leaves its place today; nothing for one that is not in use."""
    return removal(camera.site, local_day(request.at)) if camera.state == CameraLife.IN_USE else None
