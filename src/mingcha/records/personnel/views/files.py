"""One person's file: cover, checklist, lines, papers, numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Conflict, Corrupt, Invalid, Unavailable
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.files.serving import attachment
from mingcha.records.files.uploads import takes_files
from mingcha.records.inventory import queries as inventory
from mingcha.records.inventory.models import Contractor
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.forms import CheckForm, CoverForm, ReasonForm, RevealForm, UndertakingForm
from mingcha.records.personnel.models import FileLine
from mingcha.records.personnel.queries import Checklist, Holdings, InPost
from mingcha.records.personnel.states import Item, Number, PostKind
from mingcha.records.personnel.views.errors import put_error
from mingcha.records.wording.law import Ground, grounds


@dataclass(frozen=True, slots=True)
class Section:
    """One item of the file: its lines, and where one is added."""

    item: Item
    lines: list[FileLine]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a post, held or meant, demands of this person, line by line with the provisions. `post`: its name."""

    post: str
    site: str
    checklist: Checklist
    lines: list[tuple[Any, list[Ground]]]
    is_held: bool


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def personnel_file(request: PersonRequest, public_id: str) -> HttpResponse:
    person = queries.person_for(viewer=request.user, public_id=public_id)
    cover, today = queries.cover_of(person), timezone.localdate(request.at)
    held = queries.in_posts(today, Q(person=person))
    context = {
        "subject": person,
        "cover": cover,
        "id_number": queries.masked_number(cover, Number.ID) if cover else "",
        "phone": queries.masked_number(cover, Number.PHONE) if cover else "",
        "suspended": [one for one in held if one.suspended],
        "standings": _standings(request, person, held),
        "sections": [Section(item, list(queries.lines_of(person, item.value))) for item in Item],
        "history": list(queries.appointments_of(person)),
        "today": today,
        "site": held[0].site if held else (cover.site if cover else None),
        "may_manage": request.user.may(Permission.MANAGE_PERSONNEL),
        "may_appoint": request.user.may(Permission.APPOINT),
    }
    return render(request, "personnel/file.html", context)


@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def cover(request: PersonRequest, public_id: str) -> HttpResponse:
    person = queries.person_for(viewer=request.user, public_id=public_id)
    known = queries.cover_of(person)
    initial = {
        "full_name": known.full_name if known else person.name,
        "id_kind": known.id_kind if known else None,
        "employer": known.employer.public_id if known and known.employer else "",
        "site": known.site.public_id if known and known.site else "",
    }
    form = CoverForm(
        request.POST or None,
        initial={key: value for key, value in initial.items() if value is not None},
        sites=inventory.sites(viewer=request.user),
        firms=Contractor.objects.all(),
        cover=known,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_cover(person=person, cover=form.cover(), actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The file has been saved."))
            return redirect("personnel-file", person.public_id)
    return render(request, "personnel/cover_form.html", {"form": form, "subject": person, "cover": known})


@takes_files
@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def add_check(request: PersonRequest, public_id: str) -> HttpResponse:
    form = CheckForm(request.POST or None, request.FILES or None)
    return _line_form(request, public_id, form, Item.ENTRY_CHECK, actions.record_check)


@takes_files
@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def add_undertaking(request: PersonRequest, public_id: str) -> HttpResponse:
    form = UndertakingForm(request.POST or None, request.FILES or None)
    return _line_form(request, public_id, form, Item.UNDERTAKING, actions.file_undertaking)


@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET", "POST"])
def withdraw_line(request: PersonRequest, public_id: str, item: str, line: int) -> HttpResponse:
    """Withdraw a line that is wrong, with the reason."""
    found = queries.line_for(viewer=request.user, public_id=public_id, item=item, line=line)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_line(line=found, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The line has been withdrawn."))
            return redirect("personnel-file", public_id)
    context = {"form": form, "line": found, "label": Item(item).label, "subject": found.person}
    return render(request, "personnel/withdraw.html", context)


@permission(Permission.MANAGE_PERSONNEL)
@require_http_methods(["GET"])
def paper(request: PersonRequest, public_id: str, item: str, line: int) -> HttpResponseBase:
    """The paper behind a line, to be saved."""
    return attachment(queries.evidence_for(viewer=request.user, public_id=public_id, item=item, line=line))


@permission(Permission.MANAGE_PERSONNEL)
@recent_identity
@require_http_methods(["GET", "POST"])
def reveal(request: PersonRequest, public_id: str) -> HttpResponse:
    """A number in full: for a reason, in answer to the POST itself, so that it stands in no address and no history."""
    person = queries.person_for(viewer=request.user, public_id=public_id)
    form = RevealForm(request.POST or None, initial={"which": request.GET.get("which", Number.ID)})
    number = ""
    if request.method == "POST" and form.is_valid():
        try:
            number = actions.reveal_number(person=person, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict, Corrupt) as error:
            put_error(form, error)
    context = {"form": form, "subject": person, "number": number}
    if number:
        context["label"] = Number(form.cleaned_data["which"]).label
    return render(request, "personnel/reveal.html", context)


def _line_form(
    request: PersonRequest, public_id: str, form: forms.Form, item: Item, act: Callable[..., FileLine]
) -> HttpResponse:
    person = queries.person_for(viewer=request.user, public_id=public_id)
    if request.method == "POST" and form.is_valid():
        try:
            act(person=person, **form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict, Unavailable) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The line has been added to the file."))
            return redirect("personnel-file", person.public_id)
    return render(request, "personnel/line_form.html", {"form": form, "subject": person, "label": item.label})


def _standings(request: PersonRequest, person: Person, held: list[InPost]) -> list[Standing]:
    """What is demanded for the posts held; for somebody without one, for a monitoring post where they are to work."""
    found = [_standing(one.post_name, one.site.name, one.checklist, is_held=True) for one in held]
    known = queries.cover_of(person)
    if found or known is None or known.site is None:
        return found
    holdings = Holdings([person.pk], timezone.localdate(request.at))
    kind = PostKind.MONITORING
    return [_standing(str(kind.label), known.site.name, holdings.checklist(person.pk, kind, known.site), is_held=False)]


def _standing(post: str, site: str, checklist: Checklist, *, is_held: bool) -> Standing:
    lines = [(line, grounds(line.citations)) for line in checklist.lines]
    return Standing(post, site, checklist, lines, is_held)
