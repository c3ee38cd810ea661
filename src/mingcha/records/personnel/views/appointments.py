"""Appointing: first somebody is found, then the checklist stands in front of the form."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.forms import AppointForm, ReasonForm
from mingcha.records.personnel.models import Post
from mingcha.records.personnel.queries import Checklist, Holdings
from mingcha.records.personnel.states import PostKind
from mingcha.records.personnel.views.errors import put_error
from mingcha.records.wording.law import grounds

FOUND_AT_MOST = 50


@permission(Permission.APPOINT)
@require_http_methods(["GET"])
def choose(request: PersonRequest, public_id: str) -> HttpResponse:
    """Whom to appoint: people found by name, each with what the file still lacks for this post."""
    post = queries.post_for(viewer=request.user, public_id=public_id)
    text, today = request.GET.get("text", "").strip()[:100], timezone.localdate(request.at)
    found = list(queries.people(viewer=request.user, text=text).filter(is_active=True)[: FOUND_AT_MOST + 1])
    holdings = Holdings([person.pk for person in found], today)
    rows = [(person, holdings.checklist(person.pk, PostKind(post.kind), post.site)) for person in found]
    rows.sort(key=lambda row: len(row[1].lacking))
    context = {"post": post, "rows": rows[:FOUND_AT_MOST], "text": text, "is_cut": len(found) > FOUND_AT_MOST}
    return render(request, "personnel/choose.html", context)


@permission(Permission.APPOINT)
@recent_identity
@require_http_methods(["GET", "POST"])
def appoint(request: PersonRequest, public_id: str, person_id: str) -> HttpResponse:
    """The checklist with the article beside each item, then the days. What the law does not permit cannot be sent."""
    post = queries.post_for(viewer=request.user, public_id=public_id)
    person = queries.person_for(viewer=request.user, public_id=person_id)
    today = timezone.localdate(request.at)
    form = AppointForm(request.POST or None, initial={"from_on": today})
    judged_on = today
    if request.method == "POST" and form.is_valid():
        judged_on = max(today, form.cleaned_data["from_on"])
        try:
            actions.appoint(person=person, post=post, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict, Unlawful) as error:
            put_error(form, error)
        else:
            said = gettext("%(person)s has been appointed to “%(post)s”.")
            messages.success(request, said % {"person": person.name, "post": post.name})
            return redirect("post", public_id=post.public_id)
    checklist = _checklist(person, post, judged_on)
    context = {
        "post": post,
        "subject": person,
        "form": form,
        "lines": [(line, grounds(line.citations)) for line in checklist.lines],
        "is_complete": checklist.is_complete,
        "is_possible": checklist.is_complete and person.is_active and post.closed_at is None,
        "judged_on": judged_on,
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
    }
    return render(request, "personnel/appoint.html", context, status=409 if form.is_bound and form.errors else 200)


@permission(Permission.APPOINT)
@require_http_methods(["GET", "POST"])
def end(request: PersonRequest, public_id: str) -> HttpResponse:
    """End an appointment now; pictures open under it end too."""
    appointment = queries.appointment_for(viewer=request.user, public_id=public_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_appointment(appointment=appointment, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The appointment has ended."))
            return redirect("post", public_id=appointment.post.public_id)
    return render(request, "personnel/end.html", {"appointment": appointment, "form": form})


def _checklist(person: Person, post: Post, on: date) -> Checklist:
    return Holdings([person.pk], on).checklist(person.pk, PostKind(post.kind), post.site)
