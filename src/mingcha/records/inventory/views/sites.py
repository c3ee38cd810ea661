"""Pages of sites: the list of places, one site, adding and changing, consents."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Invalid, MingchaError, Unavailable
from mingcha.law.regions import name_of
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import attachment
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import actions, queries
from mingcha.records.inventory.forms.places import ConsentForm, SiteForm
from mingcha.records.inventory.lawfulness import local_day
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.terms import term_coming, term_of
from mingcha.records.inventory.views.lawbox import site_law
from mingcha.records.wording import explain
from mingcha.records.wording.law import label, language

PAGE = 50
_FIELD_OF = {
    "site.name_taken": "name",
    "camera.name_empty": "name",
    "camera.name_long": "name",
    "camera.name_control": "name",
    "site.region": "region",
    "site.place": "place",
    "site.told": "region",
    "site.dates": "in_use_on",
    "site.consent_unit": "unit",
    "site.consent_file": "file",
}
_FILE = ("file.",)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as lists show it."""

    site: Site
    region: str
    place: str


def _row(site: Site) -> SiteRow:
    place = label("place", site.place) if site.place else ""
    return SiteRow(site, name_of(site.region, language()) if site.region else "", place)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def places(request: PersonRequest) -> HttpResponse:
    """The unit, its sites, contractors and device models."""
    said = request.GET.get("q", "").strip()
    found = queries.sites(viewer=request.user)
    if said:
        found = found.filter(name__icontains=said)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "unit": queries.own_unit(viewer=request.user),
        "rows": [_row(site) for site in page],
        "page": page,
        "q": said,
        "query": f"q={said}" if said else "",
        "contractor_count": queries.contractors(viewer=request.user).filter(ended_on__isnull=True).count(),
        "model_count": queries.device_models(viewer=request.user).count(),
        "may_manage": request.user.may(Permission.MANAGE_SITES),
    }
    return render(request, "inventory/places.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def site(request: PersonRequest, public_id: str) -> HttpResponse:
    """One site: facts, what the law takes it for, systems, areas, how its cameras stand."""
    found = queries.site_for(viewer=request.user, public_id=public_id)
    areas = [
        (area, label("area", area.kind))
        for area in queries.areas(viewer=request.user, site=found).select_related("plan")
    ]
    context = {
        "site": found,
        "law": site_law(found, _row(found).region, local_day(request.at)),
        "term": term_of(found, request.at),
        "term_coming": term_coming(found, request.at),
        "may_see_policies": request.user.may(Permission.READ_REGISTER),
        "states": queries.camera_states(viewer=request.user, site=found),
        "systems": queries.systems(viewer=request.user, site=found),
        "areas": areas,
        "may_manage": request.user.may(Permission.MANAGE_SITES),
        "may_manage_cameras": request.user.may(Permission.MANAGE_CAMERAS),
    }
    return render(request, "inventory/site.html", context)


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def add_site(request: PersonRequest) -> HttpResponse:
    contractors = queries.contractors(viewer=request.user, in_charge_on=local_day(request.at))
    form = SiteForm(request.POST or None, contractors=contractors)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            added = actions.open_site(
                name=data["name"], address=data["address"], facts=form.facts(), actor=request.user, at=request.at
            )
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The site has been saved."))
            return redirect("site", public_id=added.public_id)
    return render(request, "inventory/site_form.html", {"form": form, "site": None})


@permission(Permission.MANAGE_SITES)
@require_http_methods(["GET", "POST"])
def edit_site(request: PersonRequest, public_id: str) -> HttpResponse:
    """Changing a site judges its cameras anew; what follows is told."""
    found = queries.site_for(viewer=request.user, public_id=public_id)
    contractors = queries.contractors(viewer=request.user, in_charge_on=local_day(request.at))
    form = SiteForm(request.POST or None, site=found, contractors=contractors)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            counts = actions.change_site(
                site=found,
                name=data["name"],
                address=data["address"],
                facts=form.facts(),
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The site has been saved."))
            tell_judged(request, counts)
            return redirect("site", public_id=found.public_id)
    return render(request, "inventory/site_form.html", {"form": form, "site": found})


def tell_judged(request: PersonRequest, counts: dict[str, int]) -> None:
    """Say what a change meant for the cameras, if anything."""
    refused, waiting = counts.get("refused", 0), counts.get("waiting", 0)
    if not counts.get("changed"):
        return
    if refused:
        text = ngettext(
            "%(count)s camera may not stand there by law and is not recorded.",
            "%(count)s cameras may not stand there by law and are not recorded.",
            refused,
        )
        messages.error(request, text % {"count": refused})
    if waiting:
        text = ngettext(
            "%(count)s camera waits for what the law asks and is not recorded.",
            "%(count)s cameras wait for what the law asks and are not recorded.",
            waiting,
        )
        messages.warning(request, text % {"count": waiting})
    if not refused and not waiting:
        messages.success(request, gettext("All its cameras may stand there by law and are recorded."))


@permission(Permission.MANAGE_SITES)
@takes_files
@require_http_methods(["GET", "POST"])
def record_consent(request: PersonRequest, public_id: str) -> HttpResponse:
    """The consent of the confidential unit nearby, with its letter."""
    found = queries.site_for(viewer=request.user, public_id=public_id)
    initial = {"unit": found.confidential_unit, "given_on": found.confidential_consent_on}
    form = ConsentForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            counts = actions.record_consent(
                site=found,
                unit=data["unit"],
                given_on=data["given_on"],
                upload=data["file"],
                actor=request.user,
                at=request.at,
            )
        except (Invalid, Conflict, Unavailable) as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("The consent has been recorded."))
            tell_judged(request, counts)
            return redirect("site", public_id=found.public_id)
    return render(request, "inventory/consent_form.html", {"form": form, "site": found})


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def consent_file(request: PersonRequest, public_id: str) -> HttpResponse:
    """The letter of consent, to be saved."""
    stored = queries.site_for(viewer=request.user, public_id=public_id).confidential_consent_file
    if stored is None:
        raise Invalid("request.invalid", "There is no such file.")
    return attachment(stored)  # type: ignore[return-value]


def _put_error(form: SiteForm | ConsentForm, error: MingchaError) -> None:
    field: object = _FIELD_OF.get(error.code)
    if error.code == "date.future":
        field = error.params.get("field", "given_on")
    elif error.code.startswith(_FILE):
        field = "file"
    form.add_error(str(field) if field in form.fields else None, explain(error))
