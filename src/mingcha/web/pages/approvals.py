"""What waits for a second person: the list, one wish, and the second person's own sign-in on the asker's screen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, MingchaError, NotAllowed
from mingcha.records.accounts.actions import confirm_other
from mingcha.records.accounts.gate import PersonRequest, address_of, permission, recent_identity
from mingcha.records.accounts.states import Permission
from mingcha.records.policies import actions, queries
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import APPROVERS, Answer
from mingcha.records.wording import explain
from mingcha.web.pages.detail import readable_facts
from mingcha.web.pages.policy_form import RefusalForm, SecondPersonForm

SHOWN = 100
BODY_LIMIT = 4096
SUBJECT_PAGES = {"req": "access-request", "itm": "item"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A wish as the pages show it. `state`: waiting, given, used, over, refused or withdrawn."""

    row: Approval
    state: str
    url: str


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def approvals(request: PersonRequest) -> HttpResponse:
    """Wishes that wait for me first, then my own and those I answered; readers of the register see all."""
    waiting = list(queries.waiting_approvals(viewer=request.user, at=request.at)[:SHOWN])
    others = queries.approvals(viewer=request.user).exclude(pk__in=[one.pk for one in waiting])[: SHOWN + 1]
    rows = [Shown(one, state_of(one, request.at), subject_url(one)) for one in others]
    context = {
        "waiting": [Shown(one, "waiting", subject_url(one)) for one in waiting],
        "rows": rows[:SHOWN],
        "is_cut": len(rows) > SHOWN,
        "most": SHOWN,
    }
    return render(request, "web/approvals.html", context)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def approval(request: PersonRequest, public_id: str) -> HttpResponse:
    return _page(request, queries.approval_for(viewer=request.user, public_id=public_id))


@permission(Permission.SEE_CAMERAS)
@recent_identity
@require_POST
def give(request: PersonRequest, public_id: str) -> HttpResponse:
    """Approve in one's own sign-in."""
    found = queries.approval_for(viewer=request.user, public_id=public_id)
    try:
        actions.approve(approval=found, actor=request.user, at=request.at)
    except (Conflict, NotAllowed) as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("Approved. It may be used once."))
    return redirect("approval", public_id=public_id)


@permission(Permission.SEE_CAMERAS)
@require_POST
def refuse(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.approval_for(viewer=request.user, public_id=public_id)
    form = RefusalForm(request.POST)
    if form.is_valid():
        try:
            actions.refuse_approval(approval=found, actor=request.user, note=form.cleaned_data["note"], at=request.at)
        except MingchaError as error:
            form.add_error("note" if error.code == "approval.note" else None, explain(error))
        else:
            messages.success(request, gettext("Refused. Who asked sees why."))
            return redirect("approval", public_id=public_id)
    return _page(request, found, refusal=form, status=400)


@permission(Permission.SEE_CAMERAS)
@require_POST
def withdraw(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.approval_for(viewer=request.user, public_id=public_id)
    try:
        actions.withdraw_approval(approval=found, actor=request.user, at=request.at)
    except (Conflict, NotAllowed) as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, gettext("Taken back."))
    return redirect("approval", public_id=public_id)


@permission(Permission.SEE_CAMERAS)
@sensitive_post_parameters()
@require_POST
def confirm_here(request: PersonRequest, public_id: str) -> HttpResponse:
    """The second person signs on this screen, which belongs to whoever asked; then back to where the wish arose."""
    found = _own(request, public_id)
    form = SecondPersonForm(request.POST)
    if form.is_valid():
        try:
            confirm(request, found, form.cleaned_data)
        except MingchaError as error:
            form.add_error(None, explain(error))
            return _page(request, found, second=form, status=429 if error.code == "sign_in.locked" else 403)
        messages.success(request, gettext("Approved. Go on."))
        return redirect(_next(request) or reverse("approval", args=(public_id,)))
    return _page(request, found, second=form, status=400)


@permission(Permission.SEE_CAMERAS)
@require_http_methods(["GET"])
def state_json(request: PersonRequest, public_id: str) -> HttpResponse:
    """Where an own wish stands, for a page that waits."""
    found = _own(request, public_id)
    return JsonResponse({"approval": found.public_id, "state": state_of(found, request.at), "note": found.note})


@permission(Permission.SEE_CAMERAS)
@sensitive_post_parameters()
@require_POST
def confirm_json(request: PersonRequest, public_id: str) -> HttpResponse:
    """The same as `confirm_here` for the wall and playback: ``{"username", "password", "code"}``."""
    found = _own(request, public_id)
    form = SecondPersonForm(_read_json(request))
    if not form.is_valid():
        raise Invalid("approval.second_form", "Sign-in name and password are missing.")
    confirm(request, found, form.cleaned_data)
    return HttpResponse(status=204)


def confirm(request: PersonRequest, found: Approval, given: dict[str, Any]) -> None:
    """Make sure who the second person is, then approve as they. Raises NotAllowed, Conflict."""
    if state_of(found, request.at) != "waiting":
        raise Conflict("approval.state", "It was answered already, or is over.")
    second = confirm_other(
        username=given["username"],
        password=given["password"],
        code=given["code"],
        address=address_of(request),
        at=request.at,
    )
    if not second.may(APPROVERS[found.kind]):
        raise NotAllowed("approval.not_entitled", "The second person may not approve this.")
    actions.approve(approval=found, actor=second, at=request.at)


def state_of(found: Approval, at: datetime) -> str:
    """Where it stands."""
    if found.answer in (Answer.REFUSED, Answer.WITHDRAWN):
        return found.answer
    if found.used_at is not None:
        return "used"
    if found.until_at <= at:
        return "over"
    return "given" if found.answer == Answer.GIVEN else "waiting"


def subject_url(found: Approval) -> str:
    """The page of what it is about, or nothing."""
    try:
        return reverse(SUBJECT_PAGES[found.subject[:3]], args=(found.subject,))
    except (KeyError, NoReverseMatch):
        return ""


def _own(request: PersonRequest, public_id: str) -> Approval:
    """A wish of one's own; another's is unknown here, since its screen is another's."""
    found = queries.approval_for(viewer=request.user, public_id=public_id)
    if found.asked_by_id != request.user.pk:
        raise NotAllowed("approval.unknown", "There is no such wish for approval.")
    return found


def _page(
    request: PersonRequest,
    found: Approval,
    *,
    second: forms.Form | None = None,
    refusal: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    person, state = request.user, state_of(found, request.at)
    is_own, waits = found.asked_by_id == person.pk, state == "waiting"
    may_answer = waits and not is_own and person.may(APPROVERS[found.kind])
    context = {
        "shown": Shown(found, state, subject_url(found)),
        "facts": readable_facts(found.facts),
        "is_own": is_own,
        "may_answer": may_answer,
        "may_withdraw": state in ("waiting", "given") and person.pk in (found.asked_by_id, found.answered_by_id),
        "second_form": (second or SecondPersonForm()) if is_own and waits else None,
        "refusal_form": (refusal or RefusalForm()) if may_answer else None,
        "next": _next(request),
        "until_us": from_datetime(found.until_at),
    }
    return render(request, "web/approval.html", context, status=status)


def _next(request: PersonRequest) -> str:
    """Where the wish arose: a page of ours, or nothing."""
    text = request.POST.get("next", request.GET.get("next", ""))
    hosts = {request.get_host()}
    return text if url_has_allowed_host_and_scheme(text, hosts, require_https=request.is_secure()) else ""


def _read_json(request: PersonRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body[:BODY_LIMIT] or b"{}")
    except (ValueError, RecursionError) as error:
        raise Invalid("request.invalid", "The request is not JSON.") from error
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise Invalid("request.invalid", "The request is not an object of texts.")
    return body
