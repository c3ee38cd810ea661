"""Pages of the unit, contractors and device models."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import attachment
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms.places import ContractorForm, ModelForm, UnitForm
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Contractor
from mingcha.records.inventory.states import Service
from mingcha.records.wording import explain

_FIELD_OF = {
    "contractor.name_taken": "name",
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "contractor.dates": "agreement_until",
    "credit_code.wrong": "credit_code",
    "device_model.taken": "model",
}
_UNIT = ("name", "credit_code", "kind_of_builder", "address", "responsible_name", "phone", "complaints_contact")
_FIRM = (
    "name",
    "credit_code",
    "services",
    "contact",
    "agreement_from",
    "agreement_until",
    "confidentiality_undertaken_on",
    "licence_scope",
    "licence_until",
)
_MODEL = ("vendor", "model", "certificate_number", "certificate_until")


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def unit(request: PersonRequest) -> HttpResponse:
    """Who the managing unit is."""
    found = queries.own_unit(viewer=request.user)
    initial = {name: getattr(found, name) for name in _UNIT} if found else None
    form = UnitForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_unit(unit=found, draft=form.draft(), actor=request.user, at=request.at)
        except Invalid as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The unit has been saved."))
            return redirect("places")
    return render(request, "inventory/unit_form.html", {"form": form, "unit": found})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def contractors(request: PersonRequest) -> HttpResponse:
    """Firms the unit has entrusted something to, with what is missing or runs out."""
    on = local_day(request.at)
    rows = [(firm, _services(firm), _faults(firm, on)) for firm in queries.contractors(viewer=request.user)]
    context = {"rows": rows, "may_manage": request.user.may(Permission.MANAGE_SITES)}
    return render(request, "inventory/contractors.html", context)


@permission(Permission.MANAGE_SITES)
@takes_files
@require_http_methods(["GET", "POST"])
def add_contractor(request: PersonRequest) -> HttpResponse:
    form = ContractorForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_contractor(draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The contractor has been saved."))
            return redirect("contractors")
    return render(request, "inventory/contractor_form.html", {"form": form, "contractor": None})


@permission(Permission.MANAGE_SITES)
@takes_files
@require_http_methods(["GET", "POST"])
def contractor(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.contractor_for(viewer=request.user, public_id=public_id)
    initial = {name: getattr(found, name) for name in _FIRM}
    form = ContractorForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_contractor(contractor=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The contractor has been saved."))
            return redirect("contractors")
    return render(request, "inventory/contractor_form.html", {"form": form, "contractor": found})


@permission(Permission.MANAGE_SITES)
@require_POST
def end_contractor(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.contractor_for(viewer=request.user, public_id=public_id)
    try:
        actions.end_contractor(contractor=found, actor=request.user, at=request.at)
    except Conflict as error:
        messages.error(request, explain(error))
        return redirect("contractor", public_id=found.public_id)
    messages.success(request, gettext("The contractor has been saved."))
    return redirect("contractors")


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def agreement(request: PersonRequest, public_id: str) -> HttpResponse:
    """The agreement with a contractor, to be saved."""
    stored = queries.contractor_for(viewer=request.user, public_id=public_id).agreement
    if stored is None:
        raise Invalid("request.invalid", "There is no such file.")
    return attachment(stored)  # type: ignore[return-value]


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def device_models(request: PersonRequest) -> HttpResponse:
    context = {
        "models": queries.device_models(viewer=request.user),
        "on": local_day(request.at),
        "may_manage": request.user.may(Permission.MANAGE_CAMERAS),
    }
    return render(request, "inventory/device_models.html", context)


@permission(Permission.MANAGE_CAMERAS)
@takes_files
@require_http_methods(["GET", "POST"])
def add_device_model(request: PersonRequest) -> HttpResponse:
    form = ModelForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_device_model(draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The device model has been saved."))
            return redirect("device-models")
    return render(request, "inventory/device_model_form.html", {"form": form, "model": None})


@permission(Permission.MANAGE_CAMERAS)
@takes_files
@require_http_methods(["GET", "POST"])
def device_model(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.device_model_for(viewer=request.user, public_id=public_id)
    initial = {name: getattr(found, name) for name in _MODEL}
    form = ModelForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_device_model(device_model=found, draft=form.draft(), actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The device model has been saved."))
            return redirect("device-models")
    return render(request, "inventory/device_model_form.html", {"form": form, "model": found})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def quality_file(request: PersonRequest, public_id: str) -> HttpResponse:
    """The certificate of a device model, to be saved."""
    stored = queries.device_model_for(viewer=request.user, public_id=public_id).quality_file
    if stored is None:
        raise Invalid("request.invalid", "There is no such file.")
    return attachment(stored)  # type: ignore[return-value]


def _services(firm: Contractor) -> list[str]:
    return [str(Service(service).label) for service in firm.services]


def _faults(firm: Contractor, on: date) -> list[str]:
    """What is missing or has run out, in words."""
    if firm.ended_on is not None:
        return []
    found = []
    if firm.agreement_id is None:
        found.append(gettext("no agreement on file"))
    elif firm.agreement_until is not None and firm.agreement_until < on:
        found.append(gettext("agreement run out"))
    if firm.confidentiality_undertaken_on is None:
        found.append(gettext("no undertaking of confidentiality"))
    if firm.licence_until is not None and firm.licence_until < on:
        found.append(gettext("licence run out"))
    return found


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = _FIELD_OF.get(error.code)
    if error.code.startswith("file."):
        field = "agreement" if "agreement" in form.fields else "quality_file"
    form.add_error(field if field in form.fields else None, explain(error))
