"""The books of what was really seen: per camera and hour, per person, and what is noticeable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import people
from mingcha.records.accounts.states import Permission
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries import cameras
from mingcha.records.policies.queries import value_of
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.models import Served
from mingcha.records.viewing.noticing import dealt, noticed
from mingcha.records.viewing.served import seen_by, who_saw
from mingcha.web.pages.seen_form import CameraForm, NoticedForm, PersonForm, days_before, this_hour
from mingcha.web.pages.seen_words import said

PAGE = 50
DONE_SHOWN = 20
LINES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the book. `further`: the query of the next one, empty at the end."""

    rows: Sequence[Served]
    further: str


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def of_camera(request: PersonRequest) -> HttpResponse:
    """Who has seen this hour of this camera?"""
    data = request.GET.copy()
    data.setdefault("start", this_hour(request.at))
    data.setdefault("hours", "1")
    form = CameraForm(data, viewer=request.user)
    is_asked, camera, shown = "camera" in request.GET, None, Shown((), "")
    if is_asked and form.is_valid():
        known = cameras(viewer=request.user, with_retired=True)
        camera = known.filter(public_id=form.cleaned_data["camera"]).first()
        if camera is None:
            form.add_error("camera", gettext("There is no such camera."))
        else:
            before = form.cleaned_data["before"]
            rows = who_saw(viewer=request.user, camera=camera, span=form.span(), before_id=before)
            shown = _page(rows, {name: str(data[name]) for name in ("camera", "start", "hours")})
    if not is_asked:
        form.errors.clear()
    return render(request, "web/seen_camera.html", _context(form, ("camera", "start", "hours"), shown, camera))


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def of_person(request: PersonRequest) -> HttpResponse:
    """What has this person seen?"""
    form = PersonForm(request.GET, viewer=request.user)
    is_asked, person, shown = "person" in request.GET, None, Shown((), "")
    if is_asked and form.is_valid():
        person = people(viewer=request.user).filter(public_id=form.cleaned_data["person"]).first()
        if person is None:
            form.add_error("person", gettext("There is no such person."))
        else:
            rows = seen_by(viewer=request.user, person=person, before_id=form.cleaned_data["before"])
            shown = _page(rows, {"person": person.public_id})
    if not is_asked:
        form.errors.clear()
    return render(request, "web/seen_person.html", _context(form, ("person",), shown, person))


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def noticeable(request: PersonRequest) -> HttpResponse:
    """Much, at night, long without a note: nothing is forbidden by it, somebody should ask."""
    form = NoticedForm(request.GET if request.GET else {"days": "7"})
    days = form.cleaned_data["days"] if form.is_valid() else 7
    found = noticed(viewer=request.user, since=days_before(request.at, days), until=request.at, at=request.at)
    context = {
        "form": form,
        "lines": [(line, said(line)) for line in found[:LINES_SHOWN]],
        "more": max(0, len(found) - LINES_SHOWN),
        "much_hours": settings.SEEN_MUCH_HOURS,
        "night_from": value_of(PolicyKey.NIGHT_FROM, at=request.at),
        "night_until": value_of(PolicyKey.NIGHT_UNTIL, at=request.at),
        "note_minutes": settings.NOTE_AFTER_MINUTES,
        "finding_hours": value_of(PolicyKey.FOLLOW_UP_HOURS, at=request.at),
        "done": list(dealt(viewer=request.user)[:DONE_SHOWN]),
    }
    return render(request, "web/seen_noticed.html", context)


def _page(rows: QuerySet[Served], query: dict[str, str]) -> Shown:
    found = list(rows[: PAGE + 1])
    further = urlencode({**query, "before": found[PAGE - 1].pk}) if len(found) > PAGE else ""
    return Shown(found[:PAGE], further)


def _context(form: Any, names: Sequence[str], shown: Shown, about: Camera | Person | None) -> dict[str, Any]:
    return {
        "form": form,
        "filters": [form[name] for name in names],
        "suggestions": form.suggestions(),
        "rows": shown.rows,
        "further": shown.further,
        "about": about,
    }
