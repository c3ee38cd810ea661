"""Pages of sign-in, the own password, the language, and people."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts import actions, queries
from mingcha.records.accounts.forms import IdentityForm, LanguageForm, OwnPasswordForm, PersonForm, RoleForm, SignInForm
from mingcha.records.accounts.gate import PersonRequest, address_of, confirmed_now, permission, public, recent_identity
from mingcha.records.accounts.gate.identity import ask, confirm
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.wording import explain

FIELD_OF = {
    "person.username_shape": "username",
    "person.username_taken": "username",
    "person.name_empty": "name",
    "person.name_control": "name",
}


def _safe_next(request: HttpRequest, text: str) -> str:
    """Where to go afterwards: a page of ours, never another host."""
    hosts = {request.get_host()}
    good = text and url_has_allowed_host_and_scheme(text, allowed_hosts=hosts, require_https=request.is_secure())
    return text if good else reverse("home")


def _remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.sign_in(**form.cleaned_data, address=address_of(request), at=request.at)  # type: ignore[attr-defined]
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = 429 if error.code == "sign_in.locked" else 403
        else:
            login(request, person)
            confirmed_now(request, request.at)  # type: ignore[attr-defined]
            place = reverse("first-password") if person.must_set_password else target
            return _remember_language(HttpResponseRedirect(place), person.language)
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@permission(Permission.OWN_ACCOUNT, before_first_password=True)
@require_POST
def sign_out(request: PersonRequest) -> HttpResponse:
    """The session ends; the gateway sees that and revokes what was open in it."""
    actions.sign_out(person=request.user, at=request.at)
    logout(request)
    return redirect("sign-in")


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
            actions.set_own_password(person=request.user, password=form.cleaned_data["password"], at=request.at)
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


@permission(Permission.OWN_ACCOUNT)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm_identity(request: PersonRequest) -> HttpResponse:
    """Ask who sits there, then lead on to where the person wanted to go."""
    target = _safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    form = IdentityForm(request.POST or None, person=request.user)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            confirm(request, form)
        except NotAllowed as error:
            form.add_error(None, explain(error))
            status = 429 if error.code == "sign_in.locked" else 403
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
    return _remember_language(HttpResponseRedirect(_safe_next(request, form.cleaned_data["next"])), chosen)


@permission(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET"])
def people(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/people.html", {"people": queries.people(viewer=request.user)})


@permission(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def add_person(request: PersonRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = actions.create_person(**form.cleaned_data, actor=request.user, at=request.at)
        except (Invalid, Conflict) as error:
            form.add_error(FIELD_OF.get(error.code), explain(error))
        else:
            return _show_one_time(request, person, password)
    return render(request, "accounts/person_form.html", {"form": form})


@permission(Permission.MANAGE_PEOPLE)
@require_http_methods(["GET"])
def person(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    context = {"subject": found, "form": RoleForm(initial={"role": found.role}), "is_self": found == request.user}
    return render(request, "accounts/person.html", context)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
@recent_identity
def change_role(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("request.invalid", "Unknown role.")
    if form.cleaned_data["role"] != found.role:
        actions.change_role(person=found, role=form.cleaned_data["role"], actor=request.user, at=request.at)
        messages.success(request, gettext("The role has been changed."))
    return redirect("person", public_id=found.public_id)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
@recent_identity
def one_time_login(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    password = actions.issue_one_time_login(person=found, actor=request.user, at=request.at)
    return _show_one_time(request, found, password)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
@recent_identity
def disable_person(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    actions.disable_person(person=found, actor=request.user, at=request.at)
    messages.success(request, gettext("The account has been disabled."))
    return redirect("person", public_id=found.public_id)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
@recent_identity
def enable_person(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    password = actions.enable_person(person=found, actor=request.user, at=request.at)
    return _show_one_time(request, found, password)


def _show_one_time(request: PersonRequest, person: Person, password: str) -> HttpResponse:
    """Rendered in answer to the POST itself: the password is in no session, no URL and no second page view."""
    return render(request, "accounts/one_time_login.html", {"subject": person, "password": password})
