"""Lists of people: all files, what runs out, and one course or filing for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Invalid, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.forms import FilingForm, FilterForm, PeopleForm, TrainingForm
from mingcha.records.personnel.models import Appointment, PersonnelFile
from mingcha.records.personnel.queries import Holdings, InPost, Owed
from mingcha.records.personnel.states import EXPIRY_DAYS, Holding, Item
from mingcha.records.personnel.views.errors import put_error
from mingcha.records.wording.law import grounds

PAGE = 50
LISTED_AT_MOST = 200
DUE_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows them."""

    person: Person
    cover: PersonnelFile | None
    posts: list[InPost]

    @property
    def suspended(self) -> bool:
        return any(one.suspended for one in self.posts)

    @property
    def lacking(self) -> str:
        return queries.listed(dict.fromkeys(item for one in self.posts if one.suspended for item in one.lacking))


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def personnel(request: PersonRequest) -> HttpResponse:
    """Everybody, by name, with posts and the state of the file."""
    sites = inventory.sites(viewer=request.user)
    form = FilterForm(request.GET, sites=sites, firms=Contractor.objects.all())
    today = timezone.localdate(request.at)
    page = Paginator(_filtered(request, form, today), PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    held: dict[str, list[InPost]] = {}
    for one in queries.in_posts(today, Q(person__in=[person.pk for person in shown])):
        held.setdefault(one.person, []).append(one)
    kept = {key: value for key, value in request.GET.items() if key in form.fields and value}
    context = {
        "form": form,
        "page": page,
        "rows": [PersonRow(person, queries.cover_of(person), held.get(person.public_id, [])) for person in shown],
        "kept": urlencode(kept),
        "is_filtered": bool(kept),
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
    }
    return render(request, "personnel/people.html", context)


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def due(request: PersonRequest) -> HttpResponse:
    """Who may not watch, what runs out within 30, 60 or 90 days, who has not been filed with the police."""
    today = timezone.localdate(request.at)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(choice) for choice in EXPIRY_DAYS} else EXPIRY_DAYS[0]
    until = today + timedelta(days=days)
    parts: tuple[tuple[str, str, list[Owed]], ...] = (
        ("suspended", gettext("May not watch: the file lacks something"), list(queries.suspended(today))),
        ("expiring", gettext("Runs out"), list(queries.expiring(today, until))),
        ("contractors", gettext("Contractors with people in posts"), list(queries.contractors(today, until))),
        ("not-filed", gettext("Not yet filed with the police"), list(queries.not_filed(today))),
        ("vacant", gettext("Vacant posts"), list(queries.vacancies(today))),
    )
    said = cache(grounds)
    context = {
        "parts": [
            (anchor, title, [(line, said(line.citations)) for line in lines[:DUE_AT_MOST]], len(lines))
            for anchor, title, lines in parts
        ],
        "days": days,
        "choices": EXPIRY_DAYS,
        "today": today,
        "limit": DUE_AT_MOST,
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
    }
    return render(request, "personnel/due.html", context)


@takes_files
@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def training(request: PersonRequest) -> HttpResponse:
    """One course for many people."""

    def save(data: dict[str, Any], people: list[Person]) -> None:
        actions.record_training(people=people, **data, actor=request.user, at=request.at)

    shown, site = _shown(request)
    form = TrainingForm(request.POST or None, request.FILES or None, shown=shown, initial=_initial(request, shown))
    return _bulk(request, form, shown, site, Item.TRAINING, save)


@takes_files
@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def filing(request: PersonRequest) -> HttpResponse:
    """The filing of many people with the police of one site."""
    shown, site = _shown(request)

    def save(data: dict[str, Any], people: list[Person]) -> None:
        if site is None:
            raise Invalid("site.unknown", "Choose the site first.")
        actions.record_police_filing(people=people, site=site, **data, actor=request.user, at=request.at)

    initial = {**_initial(request, shown), "organ": site.police_organ if site else ""}
    form = FilingForm(request.POST or None, request.FILES or None, shown=shown, initial=initial)
    return _bulk(request, form, shown, site, Item.POLICE_FILING, save)


def _filtered(request: PersonRequest, form: FilterForm, today: date) -> QuerySet[Person]:
    if not form.is_valid():
        return queries.people(viewer=request.user)
    wanted = form.cleaned_data
    found = queries.people(viewer=request.user, text=wanted["text"])
    if wanted["site"]:
        found = found.filter(pk__in=queries.people_of_site(wanted["site"], today))
    if wanted["employer"]:
        found = found.filter(personnel_file__employer=wanted["employer"])
    if wanted["state"] == "no_file":
        return found.filter(personnel_file__isnull=True)
    if wanted["state"] == "suspended":
        places = queries.in_posts(today, queries.may_lack(today))
        return found.filter(pk__in={one.person_pk for one in places if one.suspended})
    if wanted["state"]:
        holding = Exists(Appointment.objects.filter(queries.current(today), person=OuterRef("pk")))
        return found.filter(holding if wanted["state"] == "in_post" else ~holding)
    return found


def _shown(request: PersonRequest) -> tuple[list[Person], Site | None]:
    """The people a bulk page lists: one given by a link, those found by a text, or those of a site."""
    asked = request.POST if request.method == "POST" else request.GET
    site_id, text, one = asked.get("site", ""), asked.get("text", "")[:100], asked.get("person", "")
    site = inventory.site_for(viewer=request.user, public_id=site_id) if site_id else None
    found = queries.people(viewer=request.user, text=text).filter(is_active=True)
    if one:
        found = found.filter(public_id=one)
    elif site is not None and not text.strip():
        found = found.filter(pk__in=queries.people_of_site(site, timezone.localdate(request.at)))
    return list(found[:LISTED_AT_MOST]), site


def _initial(request: PersonRequest, shown: Sequence[Person]) -> dict[str, Any]:
    one = request.GET.get("person", "")
    return {"people": [person.public_id for person in shown if person.public_id == one]}


def _bulk(
    request: PersonRequest,
    form: PeopleForm,
    shown: list[Person],
    site: Site | None,
    item: Item,
    save: Callable[[dict[str, Any], list[Person]], None],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        people = queries.people_for(viewer=request.user, public_ids=data.pop("people"))
        try:
            save(data, people)
        except (Invalid, Conflict, Unavailable) as error:
            put_error(form, error)
        else:
            said = ngettext("Recorded for %(count)s person.", "Recorded for %(count)s people.", len(people))
            messages.success(request, said % {"count": len(people)})
            return redirect("personnel-file", people[0].public_id) if len(people) == 1 else redirect("personnel")
    asked = request.POST if request.method == "POST" else request.GET
    chosen = set(form["people"].value() or ())
    context = {
        "form": form,
        "fields": [form[name] for name in form.fields if name not in ("people", "evidence")],
        "rows": _choices(shown, site, item, timezone.localdate(request.at), chosen),
        "item": item,
        "site": site,
        "text": asked.get("text", ""),
        "person_id": asked.get("person", ""),
        "sites": inventory.sites(viewer=request.user),
        "is_cut": len(shown) == LISTED_AT_MOST,
        "limit": LISTED_AT_MOST,
        "needs_site": item == Item.POLICE_FILING and site is None,
    }
    return render(request, "personnel/bulk.html", context)


def _choices(
    shown: list[Person], site: Site | None, item: Item, on: date, chosen: set[str]
) -> list[tuple[Person, bool, Holding, date | None]]:
    """Each person with whether they are ticked, and how this item stands in their file now."""
    holdings = Holdings([person.pk for person in shown], on)
    place = site or Site()
    rows = []
    for person in shown:
        held = holdings.held(person.pk, item, place)
        rows.append((person, person.public_id in chosen, held.holding, held.expires_on or held.day))
    return rows
