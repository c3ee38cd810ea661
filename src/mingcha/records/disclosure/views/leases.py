"""What is done with a take-over: lengthening it, taking control back, ending it, writing down what it cost."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.records.accounts.gate import PersonRequest, permission
from mingcha.records.accounts.states import Permission
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.forms import CostForm, EndLeaseForm, ExtendForm, HandBackForm
from mingcha.records.disclosure.queries.leases import lease_of
from mingcha.records.disclosure.views.pages import put_error, request_page
from mingcha.records.disclosure.views.second import ask_for_second
from mingcha.records.disclosure.views.sent import done_or_again
from mingcha.records.files.models import StoredFile
from mingcha.records.files.serving import picture
from mingcha.records.files.uploads import takes_files
from mingcha.records.wording import explain


@permission(Permission.DECIDE_ACCESS)
@require_POST
def extend(request: PersonRequest, public_id: str) -> HttpResponse:
    """Lengthen a take-over: the law is asked anew, and a second person where the house wants one."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = ExtendForm(request.POST, prefix="extend")
    if not form.is_valid():
        return request_page(request, found, extend_form=form, status=400)
    duration = form.duration()
    try:
        reason = form.cleaned_data["reason"]
        actions.extend_lease(request=found, duration=duration, reason=reason, actor=request.user, at=request.at)
    except Unlawful as error:
        return request_page(request, found, extend_form=form, refused=explain(error), status=409)
    except (Invalid, Conflict) as error:
        if error.code == "disclosure.second_person":
            return ask_for_second(request, found, duration)
        put_error(form, error)
        return request_page(request, found, extend_form=form, status=409)
    messages.success(request, gettext("The take-over has been lengthened."))
    return redirect("access-request", public_id=found.public_id)


@permission(Permission.RECEIVE_ACCESS)
@takes_files
@require_POST
def hand_back(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take control back from an officer who signs for it."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = HandBackForm(request.POST, request.FILES, request=found, prefix="back")
    return done_or_again(
        request,
        found,
        lambda: actions.hand_back(request=found, draft=form.draft(), actor=request.user, at=request.at),
        gettext("Control has been handed back. Print the receipt for both sides."),
        file="signature",
        back_form=form,
    )


@permission(Permission.DECIDE_ACCESS)
@require_POST
def end_lease(request: PersonRequest, public_id: str) -> HttpResponse:
    """End a take-over from the unit's side, for one of the reasons there are."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = EndLeaseForm(request.POST, prefix="lease-end")
    return done_or_again(
        request,
        found,
        lambda: actions.end_lease(request=found, **form.cleaned_data, actor=request.user, at=request.at),
        gettext("The take-over has ended. Its pictures and moves stop within seconds."),
        lease_end_form=form,
    )


@permission(Permission.RECEIVE_ACCESS)
@require_POST
def add_cost(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.request_for(viewer=request.user, public_id=public_id)
    form = CostForm(request.POST, prefix="cost")

    def record() -> None:
        kind, text = form.cleaned_data["kind"], form.cleaned_data["text"]
        actions.record_cost(
            request=found, kind=kind, text=text, amount_fen=form.fen(), actor=request.user, at=request.at
        )

    return done_or_again(request, found, record, gettext("The cost has been written down."), cost_form=form)


@permission(Permission.READ_ACCESS)
@require_http_methods(["GET"])
def signature(request: PersonRequest, public_id: str) -> HttpResponse:
    """How the officer signed for handing back."""
    found = queries.request_for(viewer=request.user, public_id=public_id)
    lease = lease_of(found)
    stored: StoredFile | None = lease.signature if lease else None
    if stored is None:
        raise NotAllowed("disclosure.unknown", "There is no such paper.")
    return picture(stored)
