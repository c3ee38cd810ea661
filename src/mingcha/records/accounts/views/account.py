"""Pages of the own account: second factors, sessions, API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts import actions, queries
from mingcha.records.accounts.devices import device
from mingcha.records.accounts.factors import app, codes
from mingcha.records.accounts.factors.rows import factors_of
from mingcha.records.accounts.factors.sealing import SealingAdapter
from mingcha.records.accounts.forms import AppForm, KeyForm, TokenForm
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.gate.ceremony import ADDING, key_options, take_answer
from mingcha.records.accounts.queries import TOKEN_PREFIX
from mingcha.records.accounts.states import Permission, Proof, SecondFactorPolicy
from mingcha.records.wording import explain

NEW_SECRET = "new_app_secret"  # noqa: S105 - the name of a place in the session


@permission(Permission.OWN_ACCOUNT, before_second_factor=True)
@require_http_methods(["GET"])
def account(request: PersonRequest) -> HttpResponse:
    person = request.user
    factors = factors_of(person)
    policy = queries.second_factor_policy()
    sessions = queries.sessions_of(person, viewer=person, at=request.at)
    key = request.session.session_key
    context = {
        "factors": factors,
        "has_app": any(factor.kind is Proof.APP for factor in factors),
        "codes_left": codes.left(person),
        "is_offered": policy is not SecondFactorPolicy.OFF,
        "is_owed": queries.owes_second_factor(person),
        "sessions": [(row, device(row.user_agent), row.session_key == key) for row in sessions],
        "tokens": queries.tokens_of(person)[:50],
        "now": request.at,
    }
    return render(request, "accounts/account.html", context)


@permission(Permission.OWN_ACCOUNT, before_second_factor=True)
@recent_identity
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add_app(request: PersonRequest) -> HttpResponse:
    """The secret stays in the session, sealed, until its first code proves that an app holds it."""
    adapter = SealingAdapter()
    sealed = request.session.get(NEW_SECRET)
    if not sealed:
        sealed = request.session[NEW_SECRET] = adapter.encrypt(app.new_secret())
    secret = adapter.decrypt(sealed)
    form = AppForm(request.POST if "code" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            made = actions.add_app(person=request.user, secret=secret, code=form.cleaned_data["code"], at=request.at)
        except NotAllowed as error:
            form.add_error("code", explain(error))
        else:
            del request.session[NEW_SECRET]
            return _added(request, made)
    place = app.address(request.user, secret, request.get_host())
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"form": form, "qr": app.qr_code(place), "secret": grouped}
    return render(request, "accounts/add_app.html", context)


@permission(Permission.OWN_ACCOUNT, before_second_factor=True)
@recent_identity
@require_http_methods(["GET", "POST"])
def add_key(request: PersonRequest) -> HttpResponse:
    form = KeyForm(request.POST if "name" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            answer = take_answer(request, form.cleaned_data["key"], ADDING)
            made = actions.add_key(person=request.user, name=form.cleaned_data["name"], answer=answer, at=request.at)
        except Invalid as error:
            form.add_error("name", explain(error))
        except (NotAllowed, Conflict) as error:
            form.add_error(None, explain(error))
        else:
            return _added(request, made)
    options = key_options(request, request.user, ADDING)
    return render(request, "accounts/add_key.html", {"form": form, "key_options": options})


@permission(Permission.OWN_ACCOUNT)
@require_POST
@recent_identity
def renew_codes(request: PersonRequest) -> HttpResponse:
    return _show_codes(request, actions.renew_recovery_codes(person=request.user, at=request.at))


@permission(Permission.OWN_ACCOUNT)
@require_POST
@recent_identity
def remove_factor(request: PersonRequest, factor_id: str) -> HttpResponse:
    actions.remove_factor(person=request.user, public_id=factor_id, at=request.at)
    messages.success(request, gettext("The second factor has been removed."))
    return redirect("account")


@permission(Permission.OWN_ACCOUNT)
@require_POST
def end_session(request: PersonRequest, session_id: str) -> HttpResponse:
    session = queries.session_for(viewer=request.user, person=request.user, public_id=session_id)
    actions.end_session(session=session, actor=request.user, at=request.at)
    messages.success(request, gettext("The session has ended."))
    return redirect("account")


@permission(Permission.OWN_ACCOUNT)
@require_POST
def end_other_sessions(request: PersonRequest) -> HttpResponse:
    key = request.session.session_key or ""
    count = actions.end_other_sessions(person=request.user, session_key=key, at=request.at)
    told = ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", count) % {"n": count}
    messages.success(request, told)
    return redirect("account")


@permission(Permission.OWN_ACCOUNT)
@recent_identity
@require_http_methods(["GET", "POST"])
def add_token(request: PersonRequest) -> HttpResponse:
    form = TokenForm(request.POST if "name" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            token, text = actions.make_token(person=request.user, **form.cleaned_data, at=request.at)
        except (Invalid, Conflict) as error:
            form.add_error("name", explain(error))
        else:
            context = {"token": token, "text": text, "header": f"Authorization: Bearer {TOKEN_PREFIX}…"}
            return render(request, "accounts/token_made.html", context)
    return render(request, "accounts/add_token.html", {"form": form})


@permission(Permission.OWN_ACCOUNT)
@require_POST
def revoke_token(request: PersonRequest, token_id: str) -> HttpResponse:
    actions.revoke_token(person=request.user, public_id=token_id, at=request.at)
    messages.success(request, gettext("The token has been revoked."))
    return redirect("account")


def _added(request: PersonRequest, made: list[str]) -> HttpResponse:
    if made:
        return _show_codes(request, made)
    messages.success(request, gettext("The second factor has been added."))
    return redirect("account")


def _show_codes(request: PersonRequest, made: list[str]) -> HttpResponse:
    """Rendered in answer to the POST itself: the codes are in no session, no URL and no second page view."""
    return render(request, "accounts/recovery_codes.html", {"codes": made})
