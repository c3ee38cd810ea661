"""The register as pages: who did what, when, to which camera or person; and one entry in full. Nobody can change it
here or anywhere."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Invalid
from mingcha.base.ids import KINDS
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Count, Found, count, entry_for, find
from mingcha.records.wording import explain
from mingcha.web.pages.book_form import BookForm
from mingcha.web.pages.book_ledger import anchor_rows
from mingcha.web.pages.book_line import Line, grounds_of
from mingcha.web.pages.ledger_record import TITLES, record_id

PAGE = 50


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def book(request: PersonRequest) -> HttpResponse:
    form = BookForm(request.GET, viewer=request.user)
    found, counted, problem = Found((), None, None), Count(0, False), ""
    try:
        if form.is_valid():
            data, search = form.cleaned_data, form.search()
            found = find(search, limit=PAGE, before=data["before"], after=data["after"])
            counted = count(search)
    except Invalid as error:
        problem = explain(error)
    query = form.query()
    context = {
        "form": form,
        "filters": [(name, form[name]) for name in ("act", "person", "camera", "text", "since", "until")],
        "suggestions": form.suggestions(),
        "problem": problem,
        "lines": [Line.of(entry) for entry in found.entries],
        "count": counted,
        "query": query,
        "older": turn(query, "before", found.older),
        "newer": turn(query, "after", found.newer),
        "may_export": request.user.may(Permission.EXPORT_REGISTER),
    }
    return render(request, "web/book.html", context)


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def entry(request: PersonRequest, number: int) -> HttpResponse:
    """One entry in full."""
    found = entry_for(number)
    context = {
        "line": Line.of(found),
        "about": [(KINDS.get(ref.partition("_")[0], ""), ref) for ref in found.refs],
        "grounds": grounds_of(found),
        "canonical": found.as_canonical(),
        "digest": found.digest,
        **anchor_rows(found),
        "record": TITLES[found.act] if request.user.may(Permission.EXPORT_REGISTER) and record_id(found) else "",
        "before": number - 1 if number > 1 else None,
        "after": number + 1 if Entry.objects.filter(pk=number + 1).exists() else None,
    }
    return render(request, "web/entry.html", context)


def turn(query: str, name: str, place: object) -> str:
    return f"{query}&{name}={place}".lstrip("&") if place else ""
