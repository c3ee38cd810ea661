"""What may follow a decision: narrowing a grant, closing a debt, having a sealed number shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Corrupt, Invalid, NotAllowed
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.forms import CloseDebtForm, NarrowForm, RevealForm
from mingcha.records.disclosure.models import Debt, Grant, Officer, Request
from mingcha.records.disclosure.states import DebtEnd
from mingcha.records.disclosure.views.pages import put_error
from mingcha.records.disclosure.views.sent import done_or_again
from mingcha.records.wording import explain


@permission(Permission.DECIDE_ACCESS)
@require_http_methods(["GET", "POST"])
def narrow(request: PersonRequest, public_id: str) -> HttpResponse:
    """Fewer cameras, a shorter range, an earlier end."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    grant = Grant.objects.filter(pk=found.pk).first()
    if grant is None or not queries.is_open_now(found, request.at):
        return redirect("access-request", public_id=found.public_id)
    form = NarrowForm(request.POST or None, grant=grant)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.narrow_grant(request=found, wanted=form.width(), reason=reason, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            put_error(form, error)
        else:
            messages.success(request, gettext("The grant has been narrowed. What was cut off stops within seconds."))
            return redirect("access-request", public_id=found.public_id)
    context = {"form": form, "request_row": found, "who": queries.subject_name(found)}
    return render(request, "disclosure/narrow.html", context, status=400 if request.method == "POST" else 200)


@permission(Permission.DECIDE_ACCESS)
@require_POST
def close_debt(request: PersonRequest, public_id: str, debt: int) -> HttpResponse:
    """Report a debt, or write it off."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    row: Debt | None = found.debts.filter(pk=debt).first()
    if row is None:
        raise NotAllowed("disclosure.unknown", "There is no such debt.")
    form = CloseDebtForm(request.POST, prefix=f"debt{row.pk}")

    def close() -> None:
        data, person, at = form.cleaned_data, request.user, request.at
        if data["what"] == DebtEnd.REPORTED:
            actions.report_debt(debt=row, to=data["to"], reason=data["reason"], actor=person, at=at)
        else:
            actions.write_off_debt(debt=row, reason=data["reason"], actor=person, at=at)

    said = gettext("It has been written down. The home page no longer shows it.")
    return done_or_again(request, found, close, said, debt_form=form)


@permission(Permission.REVEAL_NUMBERS)
@recent_identity
@require_http_methods(["GET", "POST"])
def reveal(request: PersonRequest, public_id: str, officer: int = 0) -> HttpResponse:
    """Ask why, then show the number once; no page of ours is kept by a browser. `officer` 0: the person who asks."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    row: Officer | None = found.officers.filter(pk=officer).first() if officer else None
    if officer and row is None:
        raise NotAllowed("disclosure.unknown", "There is no such officer.")
    form, number, status = RevealForm(request.POST or None), "", 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            number = _revealed(request, found, row, form)
            status = 200 if number else 409
    context = {"form": form, "request_row": found, "number": number, "whose": _whose(found, row)}
    return render(request, "disclosure/reveal.html", context, status=status)


def _revealed(request: PersonRequest, found: Request, row: Officer | None, form: RevealForm) -> str:
    try:
        return actions.reveal_number(
            request=found, officer=row, reason=form.cleaned_data["reason"], actor=request.user, at=request.at
        )
    except (Invalid, Corrupt) as error:
        form.add_error(None, explain(error))
        return ""


def _whose(found: Request, row: Officer | None) -> str:
    if row is not None:
        return row.name
    applicant = queries.applicant_of(found)
    return applicant.name if applicant else ""
