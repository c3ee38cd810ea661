"""Pages of signing in and out, the second factor at the door, the own password, and the language."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Invalid, NotAllowed
from mingcha.records.accounts import actions
from mingcha.records.accounts.actions import HalfSignedIn
from mingcha.records.accounts.factors.rows import factors_of
from mingcha.records.accounts.forms import IdentityForm, LanguageForm, OwnPasswordForm, SecondFactorForm, SignInForm
from mingcha.records.accounts.gate import PersonRequest, address_of, permission, public
from mingcha.records.accounts.gate.ceremony import ASKING, key_options, take_answer
from mingcha.records.accounts.gate.identity import ask, confirm
from mingcha.records.accounts.gate.sessions import close
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission, Proof
from mingcha.records.accounts.views.ways import asked_next, let_in, remember_language, safe_next
from mingcha.records.wording import explain
from mingcha.wire.ticket import SCREEN_COOKIE

HALF = "half_signed_in"
HALF_LIFE = timedelta(minutes=5)


def refusal_status(error: NotAllowed) -> int:
    """Of a page that refuses an answer: too many tries, or wrong."""
    return 429 if error.code == "sign_in.locked" else 403


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: PersonRequest) -> HttpResponse:
    target = asked_next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            outcome = actions.sign_in(**form.cleaned_data, address=address_of(request), at=request.at)
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = refusal_status(error)
        else:
            return go_on(request, outcome, Proof.PASSWORD, target)
    context = {"form": form, "next": target, "organisation": organisation_name()}
    return render(request, "accounts/sign_in.html", context, status=status)


def organisation_name() -> str:
    """What the button of the organisation's sign-in says; empty when there is none."""
    return (settings.OIDC_NAME or gettext("Sign in through your organisation")) if settings.OIDC_ISSUER else ""


def go_on(request: PersonRequest, outcome: Person | HalfSignedIn, by: Proof, target: str) -> HttpResponse:
    """After the first half: in, or to the second factor. Nobody is signed in meanwhile; the session only remembers who
    was half through, until when, and that nothing about the account has changed."""
    if isinstance(outcome, Person):
        return let_in(request, outcome, request.at, target)
    person = outcome.person
    request.session.cycle_key()
    request.session[HALF] = {
        "person": person.public_id,
        "at_us": from_datetime(request.at),
        "by": by.value,
        "hash": person.get_session_auth_hash(),
        "next": target,
    }
    return redirect("sign-in-second")


def _half_signed_in(request: PersonRequest) -> tuple[Person, Proof, str] | None:
    kept = request.session.get(HALF)
    if not isinstance(kept, dict):
        return None
    age_us = from_datetime(request.at) - kept["at_us"]
    person = Person.objects.filter(public_id=kept["person"], is_active=True).first()
    if not 0 <= age_us < HALF_LIFE // timedelta(microseconds=1) or person is None:
        return None
    if not constant_time_compare(kept["hash"], person.get_session_auth_hash()):
        return None
    return person, Proof(kept["by"]), kept["next"]


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_second(request: PersonRequest) -> HttpResponse:
    half = None if request.user.is_authenticated else _half_signed_in(request)
    if half is None:
        request.session.pop(HALF, None)
        return redirect("sign-in")
    person, by, target = half
    form = SecondFactorForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            proof = take_answer(request, given["key"], ASKING, person) if given["key"] else given["code"]
            actions.sign_in_second(person=person, proof=proof, address=address_of(request), at=request.at, by=by)
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = refusal_status(error)
        else:
            request.session.pop(HALF, None)
            return let_in(request, person, request.at, safe_next(request, target))
    kinds = {factor.kind for factor in factors_of(person)}
    options = key_options(request, person) if Proof.KEY in kinds else None
    context = {"form": form, "key_options": options, "asks_key": Proof.KEY in kinds}
    return render(request, "accounts/second_factor.html", context, status=status)


@permission(Permission.OWN_ACCOUNT, before_first_password=True)
@require_POST
def sign_out(request: PersonRequest) -> HttpResponse:
    """The session ends; the gateway sees that and revokes what was open in it."""
    actions.sign_out(person=request.user, at=request.at)
    close(request, request.at)
    logout(request)
    response = redirect("sign-in")
    # Nothing of the pages stays behind for the next at this screen: neither caches nor "back".
    response.headers["Clear-Site-Data"] = '"cache"'
    response.delete_cookie(SCREEN_COOKIE, samesite="Strict")
    return response


@permission(Permission.OWN_ACCOUNT, before_first_password=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def first_password(request: PersonRequest) -> HttpResponse:
    is_first = request.user.must_set_password
    form = OwnPasswordForm(request.POST or None, ask_current=not is_first)
    if request.method == "POST" and form.is_valid():
        try:
            if not is_first:
                current = form.cleaned_data["current"]
                actions.confirm_identity(
                    person=request.user, password=current, address=address_of(request), at=request.at
                )
            key = request.session.session_key or ""
            new = form.cleaned_data["password"]
            actions.set_own_password(person=request.user, password=new, at=request.at, session_key=key)
        except NotAllowed as error:
            form.add_error("current", explain(error))
        except Invalid as error:
            for text in error.params.get("reasons", []):  # type: ignore[attr-defined]
                form.add_error("password", text)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, gettext("Your password is set."))
            return redirect("home")
    return render(request, "accounts/first_password.html", {"form": form, "is_first": is_first})


@permission(Permission.OWN_ACCOUNT, before_second_factor=True)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm_identity(request: PersonRequest) -> HttpResponse:
    """Ask who sits there, then lead on to where the person wanted to go."""
    target = asked_next(request)
    form = IdentityForm(request.POST or None, person=request.user)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            confirm(request, form)
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = refusal_status(error)
        else:
            return HttpResponseRedirect(target)
    return ask(request, form, status=status, next_page=target)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for this browser, and for the person if signed in."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        raise Invalid("request.invalid", "Unknown language.")
    chosen = form.cleaned_data["language"]
    if isinstance(request.user, Person):
        # A preference of the screen, not an act: it changes nothing anybody else sees.
        Person.objects.filter(pk=request.user.pk).update(language=chosen)
    return remember_language(HttpResponseRedirect(safe_next(request, form.cleaned_data["next"])), chosen)
