"""Asking once more who sits at the desk, before something that cannot easily be undone.

A session may be twelve hours old and its person at lunch. `recent_identity` lets a view run only when this session's
person has shown within `RECENT` that it is they; otherwise it answers with a page that asks, and carries what was
submitted along, so that nothing typed is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from mingcha.base.clock import from_datetime
from mingcha.base.errors import NotAllowed
from mingcha.records.accounts import actions
from mingcha.records.accounts.factors.rows import factors_of
from mingcha.records.accounts.forms import IdentityForm
from mingcha.records.accounts.gate.ceremony import ASKING, key_options, take_answer
from mingcha.records.accounts.gate.permission import PersonRequest, View, address_of, wants_json
from mingcha.records.accounts.states import Proof
from mingcha.records.wording import explain

RECENT = timedelta(minutes=10)
SESSION_KEY = "identity_us"
_NOT_CARRIED = frozenset({"csrfmiddlewaretoken", *IdentityForm.base_fields})


def confirmed_now(request: HttpRequest, at: datetime) -> None:
    """Remember in the session that its person has just shown that it is they."""
    request.session[SESSION_KEY] = from_datetime(at)


def is_recent(request: PersonRequest) -> bool:
    """Whether the person has shown it within `RECENT`; an instant in the future is not believed."""
    shown_us = request.session.get(SESSION_KEY)
    if not isinstance(shown_us, int):
        return False
    return 0 <= from_datetime(request.at) - shown_us < RECENT // timedelta(microseconds=1)


def recent_identity(view: View) -> View:
    """Run the view only for a person who has just shown that it is they. Stands below `permission`.

    GET: the person is led to a page that asks, and back. POST: the same address answers with a page that asks and holds
    what was submitted in hidden fields; sending it runs the view with exactly that. Files cannot be carried: they are
    chosen again. A script gets NotAllowed (``permission.identity``).
    """

    @sensitive_post_parameters()
    @wraps(view)
    def confirmed(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_recent(request):
            return view(request, *args, **kwargs)
        if wants_json(request):
            raise NotAllowed("permission.identity", "Confirm who you are first.")
        if request.method != "POST":
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('confirm-identity')}?{query}")
        if request.POST.get("identity_asked"):
            answer = _read_answer(request)
            if answer is not None:
                return answer
            request.POST = _carried(request)  # type: ignore[assignment]
            return view(request, *args, **kwargs)
        return ask(request, IdentityForm(person=request.user))

    confirmed.recent_identity = True  # type: ignore[attr-defined]
    return confirmed


def _read_answer(request: PersonRequest) -> HttpResponse | None:
    """None when the person has shown that it is they; else the page that asks, with what was wrong."""
    form = IdentityForm(request.POST, person=request.user)
    status = 200
    if form.is_valid():
        try:
            confirm(request, form)
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = 429 if error.code == "sign_in.locked" else 403
        else:
            return None
    return ask(request, form, status=status)


def confirm(request: PersonRequest, form: IdentityForm) -> None:
    """Check the answer, be it the password, a code or a key, and remember it. Raises NotAllowed."""
    person, at, address = request.user, request.at, address_of(request)
    given = form.cleaned_data
    if given["identity_key"]:
        proof = take_answer(request, given["identity_key"], ASKING)
        actions.confirm_second_factor(person=person, proof=proof, address=address, at=at)
    elif given["identity_code"]:
        actions.confirm_second_factor(person=person, proof=given["identity_code"], address=address, at=at)
    else:
        actions.confirm_identity(person=person, password=given["identity_password"], address=address, at=at)
    confirmed_now(request, at)


def ask(request: PersonRequest, form: IdentityForm, *, status: int = 200, next_page: str = "") -> HttpResponse:
    """The page that asks; `next_page` for one that leads on by GET, else it carries the submitted fields."""
    carried = [] if next_page else [(name, value) for name, values in _carried(request).lists() for value in values]
    kinds = {factor.kind for factor in factors_of(request.user)}
    context = {
        "form": form,
        "carried": carried,
        "next": next_page,
        "lost_files": bool(request.FILES),
        "has_factor": bool(kinds),
        "asks_key": Proof.KEY in kinds,
        "key_options": key_options(request, request.user) if Proof.KEY in kinds else None,
    }
    return render(request, "accounts/identity.html", context, status=status)


def _carried(request: HttpRequest) -> QueryDict:
    """What was submitted to the page itself, without the answer to our question."""
    fields = request.POST.copy()
    for name in _NOT_CARRIED:
        fields.pop(name, None)
    return fields
