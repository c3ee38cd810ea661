"""Lists, the page of a request, and its printable paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import segno
from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from mingcha.base.errors import MingchaError, NotAllowed
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import queries
from mingcha.records.disclosure.forms import (
    CloseDebtForm,
    CostForm,
    EndForm,
    EndLeaseForm,
    ExtendForm,
    GrantForm,
    HandBackForm,
    OfficerForm,
    PaperForm,
    RefuseForm,
    SearchForm,
)
from mingcha.records.disclosure.models import Debt, Request
from mingcha.records.disclosure.queries import Search
from mingcha.records.disclosure.states import GRANT_MINUTES, State
from mingcha.records.disclosure.views.shown import context_of
from mingcha.records.files.models import StoredFile
from mingcha.records.files.serving import attachment, picture
from mingcha.records.inventory import queries as inventory
from mingcha.records.screens.gate import screen_of
from mingcha.records.screens.queries import screens_of
from mingcha.records.wording import explain

PAGE = 50


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def requests(request: PersonRequest) -> HttpResponse:
    """All requests, with filters and pages."""
    form = SearchForm(request.GET, sites=inventory.sites(viewer=request.user))
    wanted = form.search() if form.is_valid() else Search()
    found = list(queries.found_requests(viewer=request.user, wanted=wanted)[: PAGE + 1])
    kept = {key: value for key, value in request.GET.items() if key != "after" and value}
    context = {
        "filters": [form["text"], form["site"], form["state"]],
        "rows": [(row, queries.subject_name(row)) for row in found[:PAGE]],
        "further": urlencode({**kept, "after": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "first": urlencode(kept),
        "is_first_page": not request.GET.get("after"),
        "is_filtered": bool(kept),
        "is_refusals": wanted.state == State.REFUSED,
        "owed": queries.debts(viewer=request.user).count(),
        "may_receive": request.user.may(Permission.RECEIVE_ACCESS),
        "may_name_screens": request.user.may(Permission.MANAGE_SITES),
        "at": request.at,
    }
    return render(request, "disclosure/requests.html", context)


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def debts(request: PersonRequest) -> HttpResponse:
    """What is still owed after emergencies, the earliest first."""
    page = Paginator(queries.debts(viewer=request.user), PAGE).get_page(request.GET.get("page"))
    rows = [(debt, queries.subject_name(debt.request)) for debt in page.object_list]
    context = {
        "rows": rows,
        "page": page,
        "at": request.at,
        "may_receive": request.user.may(Permission.RECEIVE_ACCESS),
        "may_name_screens": request.user.may(Permission.MANAGE_SITES),
    }
    return render(request, "disclosure/debts.html", context)


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def access_request(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    return request_page(request, found)


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def paper(request: PersonRequest, public_id: str) -> HttpResponse:
    """The receipt of a grant, or the notice of a refusal, to print."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    if found.state == State.OPEN:
        return redirect("access-request", public_id=found.public_id)
    context = {**context_of(found, request.user, request.at), "qr": qr(found)}
    return render(request, "disclosure/paper.html", context)


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def officer_picture(request: PersonRequest, public_id: str, officer: int, which: str) -> HttpResponse:
    """The photograph of an officer's papers, or the signature."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    row = found.officers.filter(pk=officer).first()
    return picture(_known(getattr(row, which, None) if row and which in ("photo", "signature") else None))


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def paper_scan(request: PersonRequest, public_id: str, paper: int) -> HttpResponseBase:
    """The scan of a paper, to be saved."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    row = found.papers.filter(pk=paper).first()
    return attachment(_known(row.scan if row else None))


def request_page(request: PersonRequest, found: Request, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a request; `given`: forms that were filled in, a refusal of the law."""
    context = {
        **context_of(found, request.user, request.at),
        "debt_rows": _debts(found, given.pop("debt_form", None)),
        "officer_form": OfficerForm(initial={"organ": found.organ}, prefix="officer"),
        "paper_form": PaperForm(initial={"issuer": found.organ}, prefix="paper"),
        "grant_form": grant_form(request, found),
        "refuse_form": RefuseForm(prefix="refuse"),
        "end_form": EndForm(prefix="end"),
        "extend_form": ExtendForm(prefix="extend", initial=_minutes(request)),
        "back_form": HandBackForm(request=found, prefix="back"),
        "lease_end_form": EndLeaseForm(prefix="lease-end"),
        "cost_form": CostForm(prefix="cost"),
        **given,
    }
    return render(request, "disclosure/request.html", context, status=status)


def grant_form(request: PersonRequest, found: Request, data: QueryDict | None = None) -> GrantForm:
    """The form that grants, with the named screens of the site."""
    named, here = screens_of(found.site), screen_of(request)
    return GrantForm(data, prefix="grant", initial=_minutes(request), screens=named, here=here)


def _debts(found: Request, filled: CloseDebtForm | None) -> list[tuple[Debt, CloseDebtForm]]:
    """What is owed, each with the form that closes it; `filled`: the one that was sent."""
    rows = []
    for debt in found.debts.filter(settled_at__isnull=True):
        prefix, organ = f"debt{debt.pk}", found.site.police_organ
        is_sent = filled is not None and filled.prefix == prefix
        form = filled if filled is not None and is_sent else CloseDebtForm(prefix=prefix, initial={"to": organ})
        rows.append((debt, form))
    return rows


def _minutes(request: PersonRequest) -> dict[str, int]:
    """What was chosen before a second person was asked."""
    text = request.GET.get("minutes", "")
    return {"minutes": int(text)} if text.isascii() and text.isdigit() and int(text) in GRANT_MINUTES else {}


def qr(found: Request) -> SafeString:
    """The number of the request as a QR code, drawn by us."""
    drawn = segno.make(found.public_id, error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None))  # noqa: S308


def _known(stored: StoredFile | None) -> StoredFile:
    if stored is None:
        raise NotAllowed("disclosure.unknown", "There is no such paper.")
    return stored


def put_error(form: forms.Form, error: MingchaError, *, file: str = "") -> None:
    """The sentence at the field the error names; a file that is not taken at the file field; else above the form."""
    field = str(error.params.get("field", ""))
    if not field and error.code.startswith("file."):
        field = file
    form.add_error(field if field in form.fields else None, explain(error))
