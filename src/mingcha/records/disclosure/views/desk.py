"""What is done at the desk: receiving, adding, deciding, ending."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from mingcha.base.errors import Conflict, Invalid, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.forms import (
    EndForm,
    OfficerForm,
    PaperForm,
    RefuseForm,
)
from mingcha.records.disclosure.views.pages import grant_form, put_error, request_page
from mingcha.records.disclosure.views.second import ask_for_second
from mingcha.records.disclosure.views.sent import done_or_again
from mingcha.records.files.uploads import takes_files
from mingcha.records.wording import explain


@permission(Permission.RECEIVE_ACCESS)
@takes_files
@require_POST
def add_officer(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = OfficerForm(request.POST, request.FILES, prefix="officer")
    return done_or_again(
        request,
        found,
        lambda: actions.add_officer(request=found, draft=form.draft(), actor=request.user, at=request.at),
        gettext("The officer has been written down."),
        file="photo",
        officer_form=form,
    )


@permission(Permission.RECEIVE_ACCESS)
@takes_files
@require_POST
def add_paper(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = PaperForm(request.POST, request.FILES, prefix="paper")
    return done_or_again(
        request,
        found,
        lambda: actions.add_paper(request=found, draft=form.draft(), actor=request.user, at=request.at),
        gettext("The paper has been written down."),
        file="scan",
        paper_form=form,
    )


@permission(Permission.DECIDE_ACCESS)
@require_POST
def consent(request: PersonRequest, public_id: str) -> HttpResponse:
    """Give the unit's consent."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    actions.consent(request=found, actor=request.user, at=request.at)
    messages.success(request, gettext("The consent of the unit has been written down."))
    return redirect("access-request", public_id=found.public_id)


@permission(Permission.RECEIVE_ACCESS)
@require_POST
def grant(request: PersonRequest, public_id: str) -> HttpResponse:
    """Grant, unless the law asks for more; then the page says what, with the articles. Who may, the act says: the guard
    what the law grants an organ anyway, the manager all else."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = grant_form(request, found, request.POST)
    if not form.is_valid():
        return request_page(request, found, grant_form=form, status=400)
    try:
        screens = form.cleaned_data.get("screens")
        actions.grant(request=found, duration=form.duration(), actor=request.user, at=request.at, screens=screens)
    except Unlawful as error:
        return request_page(request, found, grant_form=form, refused=explain(error), status=409)
    except (Conflict, Invalid) as error:
        if error.code == "disclosure.second_person":
            return ask_for_second(request, found, form.duration())
        put_error(form, error)
        return request_page(request, found, grant_form=form, status=409)
    messages.success(request, gettext("The request has been granted. The pictures can be shown now."))
    return redirect("access-request", public_id=found.public_id)


@permission(Permission.DECIDE_ACCESS)
@require_POST
def refuse(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = RefuseForm(request.POST, prefix="refuse")
    return done_or_again(
        request,
        found,
        lambda: actions.refuse(request=found, **form.cleaned_data, actor=request.user, at=request.at),
        gettext("The request has been refused. Print the notice for the requester."),
        refuse_form=form,
    )


@permission(Permission.DECIDE_ACCESS)
@require_POST
def end_grant(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = EndForm(request.POST, prefix="end")
    return done_or_again(
        request,
        found,
        lambda: actions.end_grant(request=found, **form.cleaned_data, actor=request.user, at=request.at),
        gettext("The grant has ended. Its pictures stop within seconds."),
        end_form=form,
    )
