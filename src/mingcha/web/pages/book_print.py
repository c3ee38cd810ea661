"""The book on paper and as a file: each sheet with its numbers and hashes; and checking a sheet against the book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import Invalid, MingchaError
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Place, Search, count, entry_for, every, newest_number
from mingcha.records.register.sentences import title
from mingcha.records.register.sheets import BEGINNING, Sheet, digest_of, sheet_of
from mingcha.records.wording import explain
from mingcha.web.pages import book_acts, book_file
from mingcha.web.pages.book_form import BookForm
from mingcha.web.pages.book_line import Line
from mingcha.web.pages.retrieval_rows import RETRIEVALS, Columns, columns, rows_of
from mingcha.web.pdf import pdf_response
from mingcha.web.streaming import stream

SHEET = 20
PRINT_LIMIT = 500
EXPORT_LIMIT = 1_000_000
PAPER = ("paper.css", "register.css")
FORMS = ("html", "pdf", "csv")


@dataclass(frozen=True, slots=True)
class Printed:
    """One sheet with what stands on it: lines of the book, or rows of the register of retrievals."""

    sheet: Sheet
    lines: list[Any]


@permission(Permission.EXPORT_REGISTER)
@require_http_methods(["GET"])
def choose(request: PersonRequest) -> HttpResponse:
    """What would be taken out, and in which form."""
    form, problem, number, is_more = BookForm(request.GET, viewer=request.user), "", 0, False
    is_retrievals = bool(request.GET.get("retrievals"))
    try:
        if form.is_valid():
            counted = count(_search(form, is_retrievals=is_retrievals), limit=EXPORT_LIMIT)
            number, is_more = counted.number, counted.is_more
    except Invalid as error:
        problem = explain(error)
    context = {
        "form": form,
        "kept": [(name, form.data[name]) for name in form.fields if form.data.get(name)],
        "retrievals": is_retrievals,
        "query": form.query(),
        "problem": problem,
        "count": number,
        "too_many": is_more,
        "fits_paper": 0 < number <= PRINT_LIMIT and not is_more,
        "print_limit": PRINT_LIMIT,
        "export_limit": EXPORT_LIMIT,
    }
    return render(request, "web/book_take.html", context)


@permission(Permission.EXPORT_REGISTER)
@require_http_methods(["POST"])
@recent_identity
def take(request: PersonRequest) -> HttpResponseBase:
    """Print or take out what matches; an act, entered before anything leaves."""
    form = BookForm(request.POST, viewer=request.user)
    wanted = request.POST.get("form", "")
    if not form.is_valid() or wanted not in FORMS:
        raise Invalid("request.invalid", "The request cannot be read.")
    is_retrievals = bool(request.POST.get("retrievals"))
    search = replace(_search(form, is_retrievals=is_retrievals), up_to=newest_number())
    if wanted == "csv":
        return _as_file(request, search)
    return _on_paper(request, search, wanted, is_retrievals=is_retrievals)


def _search(form: BookForm, *, is_retrievals: bool) -> Search:
    return replace(form.search(), words=RETRIEVALS) if is_retrievals else form.search()


def _require_count(search: Search, limit: int, code: str) -> int:
    counted = count(search, limit=limit)
    if not counted.number:
        raise Invalid("register.nothing", "No entry matches.")
    if counted.is_more:
        raise Invalid(code, "Too many entries.", limit=limit)
    return counted.number


def _as_file(request: PersonRequest, search: Search) -> HttpResponseBase:
    _require_count(search, EXPORT_LIMIT, "register.export_limit")
    begun = book_acts.begin_export(search=search, form="csv", actor=request.user, at=request.at)

    def finish(last: Sheet, number: int) -> None:
        book_acts.finish_export(begun=begun, last=last, count=number, actor=request.user, at=request.at)

    pieces = book_file.zipped(every(search), export=begun.pk, finish=finish)
    response = stream(request, pieces, content_type="application/zip")
    response.headers["Content-Disposition"] = content_disposition_header(True, f"register-{begun.pk}.zip") or ""
    return response


def _on_paper(request: PersonRequest, search: Search, wanted: str, *, is_retrievals: bool) -> HttpResponse:
    number = _require_count(search, PRINT_LIMIT, "register.print_limit")
    shown = columns(request.at) if is_retrievals else None
    printed = list(_printed(search, shown))
    last = printed[-1].sheet
    entry = book_acts.print_register(
        search=search, form=wanted, last=last, count=number, is_retrievals=is_retrievals, actor=request.user,
        at=request.at,
    )  # fmt: skip
    context = {
        "sheets": printed,
        "export": entry,
        "unit": entry.unit,
        "count": number,
        "total": last.chain,
        "columns": shown,
        "filters": _told(search),
        "html_lang": request.LANGUAGE_CODE,
    }
    if wanted == "pdf":
        return pdf_response(request, "web/paper/register.html", context, f"register-{entry.pk}.pdf", styles=PAPER)
    return render(request, "web/book_paper.html", context)


def _printed(search: Search, shown: Columns | None) -> Any:
    rest, number, before = every(search), 0, BEGINNING
    while chunk := list(islice(rest, SHEET)):
        number += 1
        sheet = sheet_of(number, [(entry.pk, entry.as_canonical()) for entry in chunk], before)
        before = sheet.chain
        lines: list[Any] = rows_of(chunk, shown) if shown else [Line.of(entry) for entry in chunk]
        yield Printed(sheet, lines)


def _told(search: Search) -> list[tuple[str, str]]:
    """The search in words, for the head of the print."""
    since, until = (Line.day(at) for at in (search.since, search.until))
    return [
        (label, value)
        for label, value in (
            (gettext("Act"), title(search.act) if search.act else ""),
            (gettext("About"), ", ".join(filter(None, (search.ref, search.also_ref)))),
            (gettext("Piece of a name"), search.text),
            (gettext("From day"), since),
            (gettext("Before day"), until),
        )
        if value
    ]


class CheckForm(forms.Form):
    """What is copied from the foot of a sheet."""

    export = forms.IntegerField(label=_("Number of the print or export"), min_value=1, max_value=(1 << 62))
    first = forms.IntegerField(label=_("First entry of the sheet"), min_value=1, max_value=(1 << 62))
    last = forms.IntegerField(label=_("Last entry of the sheet"), min_value=1, max_value=(1 << 62))
    digest = forms.CharField(
        label=_("SHA-256 of the sheet"), required=False, max_length=80, help_text=_("Its first eight characters do.")
    )


@permission(Permission.READ_REGISTER)
@require_http_methods(["GET"])
def check(request: PersonRequest) -> HttpResponse:
    """A sheet's numbers in, the hash of what the book holds out."""
    form = CheckForm(request.GET or QueryDict()) if request.GET else CheckForm()
    found, problem, number = "", "", 0
    if form.is_bound and form.is_valid():
        try:
            found, number = _checked(form.cleaned_data)
        except MingchaError as error:
            problem = explain(error)
    given = "".join(str(form.cleaned_data.get("digest", "")).split()).casefold() if found else ""
    agrees = found.startswith(given) and len(given) >= 8 if given else None
    context = {"form": form, "found": found, "count": number, "problem": problem, "given": given, "agrees": agrees}
    return render(request, "web/book_check.html", context)


def _checked(told: dict[str, Any]) -> tuple[str, int]:
    search = book_acts.search_of(told["export"])
    ends: tuple[Entry, Entry] = (entry_for(told["first"]), entry_for(told["last"]))
    found = every(search, start=Place.of(ends[0]), end=Place.of(ends[1]))
    entries = list(islice(found, book_file.SHEET + 1))
    if len(entries) > book_file.SHEET:
        raise Invalid("register.sheet_range", "No sheet is so long.")
    if not entries or (entries[0].pk, entries[-1].pk) != (told["first"], told["last"]):
        raise Invalid("register.sheet_range", "These entries do not bound a sheet of this export.")
    return digest_of(entry.as_canonical() for entry in entries), len(entries)
