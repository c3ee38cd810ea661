"""One's own looks and what they led to; one look in full; a noticeable look and what came of asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.viewing import book_acts, queries
from mingcha.records.viewing.models import Dealt, Served, Viewing
from mingcha.records.viewing.noticing import Noticed, dealt, noticed_by_key, owing_findings
from mingcha.records.viewing.served import seen_on, seen_under
from mingcha.records.viewing.states import Outcome
from mingcha.records.wording import explain
from mingcha.web.pages.seen_form import FindingForm, NoteForm
from mingcha.web.pages.seen_words import said
from mingcha.web.templatetags.frontend import instant

PAGE = 50
SHOWN = 200
FIELD_OF = {"finding.text": "text", "finding.outcome": "outcome", "finding.looks": "looks"}


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def looks(request: PersonRequest) -> HttpResponse:
    """One's own looks; those that owe a finding first."""
    return _looks_page(request)


@permission(Permission.SEE_CAMERAS)
@require_POST
def findings(request: PersonRequest) -> HttpResponse:
    """Write down what one or several looks for an incident led to."""
    owing = _owing(request)
    form = FindingForm(request.POST, owing=_choices(owing))
    if form.is_valid():
        chosen = [look for look in owing if look.public_id in form.cleaned_data["looks"]]
        given = {name: form.cleaned_data[name] for name in ("outcome", "text")}
        try:
            book_acts.write_finding(viewings=chosen, **given, actor=request.user, at=request.at)
        except MingchaError as error:
            _put_error(form, error)
        else:
            messages.success(request, gettext("Written down."))
            return redirect("looks")
    return _looks_page(request, form, status=400)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def look(request: PersonRequest, public_id: str) -> HttpResponse:
    return _look_page(request, queries.look_for(viewer=request.user, public_id=public_id))


@permission(Permission.SEE_CAMERAS)
@require_POST
def acquaintance(request: PersonRequest, public_id: str) -> HttpResponse:
    """Mark that the viewer knows somebody on the picture."""
    found = queries.look_for(viewer=request.user, public_id=public_id)
    form = _mark_form(request.POST)
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            book_acts.mark_acquaintance(viewing=found, note=note, actor=request.user, at=request.at)
        except MingchaError as error:
            form.add_error("note", explain(error))
        else:
            done = gettext("Marked. It stands among the noticeable looks until somebody looked into it.")
            messages.success(request, done)
            return redirect("look", public_id=public_id)
    return _look_page(request, found, form, status=400)


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET", "POST"])
def noticed_line(request: PersonRequest, key: str) -> HttpResponse:
    """One noticeable look: what was seen, and what came of asking."""
    line = noticed_by_key(viewer=request.user, key=key, at=request.at)
    if line is None:
        raise NotAllowed("noticed.unknown", "There is no such noticeable look.")
    is_own = line.person.pk == request.user.pk
    may_deal = request.user.may(Permission.REVIEW_LOOKS) and not is_own
    form = NoteForm(request.POST or None, label=gettext("What came of it"))
    if request.method == "POST":
        if form.is_valid():
            note = form.cleaned_data["note"]
            try:
                book_acts.deal_with(line=line, note=note, actor=request.user, at=request.at)
            except MingchaError as error:
                form.add_error("note", explain(error))
            else:
                messages.success(request, gettext("Noted. The look is no longer in the list."))
                return redirect("seen-noticed")
        if not request.user.may(Permission.REVIEW_LOOKS):
            raise NotAllowed("permission.missing", "Only who looks into looks may note it.")
    context = {
        "line": line,
        "said": said(line),
        "rows": list(_rows(request, line)[:SHOWN]),
        "done": _done(request, line),
        "form": form,
        "may_deal": may_deal,
        "is_own": is_own,
    }
    return render(request, "web/noticed.html", context, status=400 if form.errors else 200)


def _rows(request: PersonRequest, line: Noticed) -> QuerySet[Served]:
    if line.viewing is not None:
        return seen_under(viewer=request.user, viewing=line.viewing)
    return seen_on(viewer=request.user, person=line.person, day=line.day)


def _done(request: PersonRequest, line: Noticed) -> Sequence[Dealt]:
    found = dealt(viewer=request.user).filter(what=line.what, viewer=line.person, mark=line.mark)
    return list(found.filter(viewing=line.viewing) if line.viewing else found.filter(day=line.day))


def _looks_page(request: PersonRequest, form: FindingForm | None = None, status: int = 200) -> HttpResponse:
    owing = _owing(request)
    page = Paginator(queries.looks(viewer=request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "owing": owing,
        "form": form or FindingForm(owing=_choices(owing), initial={"outcome": Outcome.NOTHING}),
        "page": page,
    }
    return render(request, "web/looks.html", context, status=status)


def _owing(request: PersonRequest) -> list[Viewing]:
    return list(owing_findings(request.user, request.at)[: book_acts.FINDINGS_AT_ONCE])


def _choices(owing: Sequence[Viewing]) -> list[tuple[str, str]]:
    return [(look.public_id, _choice(look)) for look in owing]


def _choice(look: Viewing) -> str:
    names = "、".join(camera.name for camera in look.cameras.all())
    opened = instant(from_datetime(look.opened_at))
    return f"{opened} · {names} · {instant(look.from_us or 0)} – {instant(look.to_us or 0)}"


def _look_page(request: PersonRequest, found: Viewing, form: NoteForm | None = None, status: int = 200) -> HttpResponse:
    is_own = found.viewer_id == request.user.pk
    context = {
        "look": found,
        "cameras": list(found.cameras.select_related("site").order_by("id")),
        "rows": list(found.served.select_related("camera__site").order_by("-id")[:SHOWN]),
        "marks": list(found.acquaintances.select_related("by")),
        "finding": getattr(found, "finding", None),
        "is_own": is_own,
        "form": (form or _mark_form()) if is_own or request.user.may(Permission.REVIEW_LOOKS) else None,
    }
    return render(request, "web/look.html", context, status=status)


def _mark_form(data: Any = None) -> NoteForm:
    return NoteForm(
        data,
        label=gettext("What others should know"),
        help_text=gettext("For example: a neighbour of the viewer. Do not name the person on the picture."),
    )


def _put_error(form: forms.Form, error: MingchaError) -> None:
    field = FIELD_OF.get(error.code)
    form.add_error(field if field in form.fields else None, explain(error))
