"""The statutory register of retrievals as a page."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Invalid
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.register.queries import Count, Found, count, find
from mingcha.records.wording import explain
from mingcha.web.pages.book import PAGE, turn
from mingcha.web.pages.book_form import BookForm
from mingcha.web.pages.retrieval_rows import RETRIEVALS, columns, rows_of


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def retrievals(request: PersonRequest) -> HttpResponse:
    """Who saw or took which footage, with exactly the fields the texts in force name."""
    form, shown = BookForm(request.GET, viewer=request.user, words=RETRIEVALS), columns(request.at)
    found, counted, problem = Found((), None, None), Count(0, False), ""
    try:
        if form.is_valid():
            data, search = form.cleaned_data, replace(form.search(), words=RETRIEVALS)
            found, counted = find(search, limit=PAGE, before=data["before"], after=data["after"]), count(search)
    except Invalid as error:
        problem = explain(error)
    rows = rows_of(found.entries, shown)
    query = form.query()
    context = {
        "form": form,
        "filters": [(name, form[name]) for name in ("act", "person", "camera", "since", "until")],
        "suggestions": form.suggestions(),
        "problem": problem,
        "columns": shown,
        "rows": rows,
        "incomplete": sum(1 for row in rows if row.missing),
        "count": counted,
        "query": query,
        "older": turn(query, "before", found.older),
        "newer": turn(query, "after", found.newer),
        "may_export": request.user.may(Permission.EXPORT_REGISTER),
    }
    return render(request, "web/retrievals.html", context)
