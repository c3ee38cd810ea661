"""Pages of systems and areas."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import attachment
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms.places import AreaForm, StepForm, SystemForm
from mingcha.records.inventory.lawfulness import acceptance_demanded, local_day
from mingcha.records.inventory.models import Area, Site
from mingcha.records.inventory.states import SYSTEM_STEPS, SystemState
from mingcha.records.inventory.views.lawbox import refusal
from mingcha.records.inventory.views.sites import tell_judged
from mingcha.records.wording import explain
from mingcha.records.wording.law import grounds, label

_FIELD_OF = {
    "system.name_taken": "name",
    "area.name_taken": "name",
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "system.dates": "inspected_on",
    "area.kind": "kind",
    "camera.system": "system",
    "date.future": "on",
    "system.step": "state",
}
_DAYS = ("designed_on", "built_on", "inspected_on")


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def add_system(request: PersonRequest, public_id: str) -> HttpResponse:
    site = queries.site_for(viewer=request.user, public_id=public_id)
    form = SystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_system(site=site, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The system has been saved."))
            return redirect("system", public_id=added.public_id)
    return render(request, "inventory/system_form.html", {"form": form, "site": site, "system": None})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def system(request: PersonRequest, public_id: str) -> HttpResponse:
    return _system_page(request, public_id, None)


@permission(Permission.MANAGE_SITES)
@require_POST
def advance_system(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take a system to its next stage; use before acceptance is refused where the law asks for acceptance."""
    found = queries.system_for(viewer=request.user, public_id=public_id)
    form = StepForm(request.POST, steps=SYSTEM_STEPS[SystemState(found.state)])
    if not form.is_valid():
        return _system_page(request, public_id, form)
    data = form.cleaned_data
    try:
        actions.advance_system(system=found, state=data["state"], on=data["on"], actor=request.user, at=request.at)
    except (Invalid, Conflict) as error:
        _put_error(form, error)
        return _system_page(request, public_id, form)
    except Unlawful as error:
        return _system_page(request, public_id, form, error)
    messages.success(request, gettext("The system has been saved."))
    return redirect("system", public_id=found.public_id)


def _system_page(
    request: PersonRequest, public_id: str, form: StepForm | None, error: Unlawful | None = None
) -> HttpResponse:
    found = queries.system_for(viewer=request.user, public_id=public_id)
    steps, on = SYSTEM_STEPS[SystemState(found.state)], local_day(request.at)
    context = {
        "system": found,
        "steps": [(state, state.label, state.value == found.state) for state in SystemState],
        "form": (form or StepForm(initial={"on": on}, steps=steps)) if steps else None,
        "demanded": grounds(acceptance_demanded(found.site, on)),
        "refused": refusal(error) if error else None,
        "areas": found.areas.filter(removed_at__isnull=True),
        "may_manage": request.user.may(Permission.MANAGE_SITES),
    }
    return render(request, "inventory/system.html", context, status=409 if error else 200)


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def edit_system(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.system_for(viewer=request.user, public_id=public_id)
    initial = {name: getattr(found, name) for name in ("name", "security_grade", *_DAYS)}
    form = SystemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_system(system=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The system has been saved."))
            return redirect("system", public_id=found.public_id)
    return render(request, "inventory/system_form.html", {"form": form, "site": found.site, "system": found})


@permission(Permission.MANAGE_SITES)
@takes_files
@require_http_methods(["GET", "POST"])
def add_area(request: PersonRequest, public_id: str) -> HttpResponse:
    site = queries.site_for(viewer=request.user, public_id=public_id)
    form = _area_form(request, site, None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_area(site=site, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The area has been saved."))
            return redirect("site", public_id=site.public_id)
    return render(request, "inventory/area_form.html", {"form": form, "site": site, "area": None})


@permission(Permission.MANAGE_SITES)
@takes_files
@require_http_methods(["GET", "POST"])
def edit_area(request: PersonRequest, public_id: str) -> HttpResponse:
    """Changing the kind of an area judges its cameras anew."""
    found = queries.area_for(viewer=request.user, public_id=public_id)
    form = _area_form(request, found.site, found)
    if request.method == "POST" and form.is_valid():
        try:
            counts = actions.change_area(area=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The area has been saved."))
            tell_judged(request, counts)
            return redirect("site", public_id=found.site.public_id)
    context = {"form": form, "site": found.site, "area": found, "kind": label("area", found.kind)}
    return render(request, "inventory/area_form.html", context)


@permission(Permission.MANAGE_SITES)
@require_POST
def remove_area(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.area_for(viewer=request.user, public_id=public_id)
    try:
        actions.remove_area(area=found, actor=request.user, at=request.at)
    except Conflict as error:
        messages.error(request, explain(error))
        return redirect("edit-area", public_id=found.public_id)
    messages.success(request, gettext("The area has been removed."))
    return redirect("site", public_id=found.site.public_id)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def area_plan(request: PersonRequest, public_id: str) -> HttpResponse:
    """The plan of an area as uploaded, to be saved."""
    stored = queries.area_for(viewer=request.user, public_id=public_id).plan
    if stored is None:
        raise Invalid("request.invalid", "There is no such file.")
    return attachment(stored)  # type: ignore[return-value]


def _area_form(request: PersonRequest, site: Site, area: Area | None) -> AreaForm:
    names = ("name", "kind", "floor", "system", "plan_mm_per_px")
    initial = {name: getattr(area, name) for name in names} if area else {"kind": "general"}
    systems = queries.systems(viewer=request.user, site=site)
    return AreaForm(request.POST or None, request.FILES or None, initial=initial, systems=systems)


def _put_error(form: SystemForm | AreaForm | StepForm, error: MingchaError) -> None:
    field = "plan" if error.code.startswith("file.") else _FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))
