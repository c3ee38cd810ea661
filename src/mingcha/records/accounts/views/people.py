"""Pages of people: the list, one person, and what a manager does about accounts."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts import actions, queries
from mingcha.records.accounts.devices import device
from mingcha.records.accounts.factors.rows import factors_of
from mingcha.records.accounts.forms import PeopleFilter, PersonForm, RoleForm
from mingcha.records.accounts.gate import PersonRequest, permission, recent_identity
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.wording import explain

PAGE_SIZE = 50
FIELD_OF = {
    "person.username_shape": "username",
    "person.username_taken": "username",
    "person.name_empty": "name",
    "person.name_control": "name",
    "person.name_long": "name",
}


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def people(request: PersonRequest) -> HttpResponse:
    form = PeopleFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.people(viewer=request.user, **wanted)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": page,
        "form": form,
        "kept": kept.urlencode(),
        "is_filtered": any(wanted.values()),
        "may_manage": request.user.may(Permission.MANAGE_PEOPLE),
    }
    return render(request, "accounts/people.html", context)


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


@permission(Permission.READ_PEOPLE)
@require_http_methods(["GET"])
def person(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    may_manage = request.user.may(Permission.MANAGE_PEOPLE)
    sessions = queries.sessions_of(found, viewer=request.user, at=request.at)
    context = {
        "subject": found,
        "form": RoleForm(initial={"role": found.role}),
        "is_self": found == request.user,
        "may_manage": may_manage,
        "factors": factors_of(found) if may_manage else [],
        "sessions": [(session, device(session.user_agent)) for session in sessions],
    }
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


@permission(Permission.MANAGE_PEOPLE)
@require_POST
@recent_identity
def clear_second_factors(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    actions.clear_second_factors(person=found, actor=request.user, at=request.at)
    messages.success(request, gettext("The second factors have been taken away."))
    return redirect("person", public_id=found.public_id)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
def end_session(request: PersonRequest, public_id: str, session_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    session = queries.session_for(viewer=request.user, person=found, public_id=session_id)
    actions.end_session(session=session, actor=request.user, at=request.at)
    messages.success(request, gettext("The session has ended."))
    return redirect("person", public_id=found.public_id)


@permission(Permission.MANAGE_PEOPLE)
@require_POST
def end_sessions(request: PersonRequest, public_id: str) -> HttpResponse:
    found = queries.person_for(viewer=request.user, public_id=public_id)
    count = actions.end_sessions(person=found, actor=request.user, at=request.at)
    told = ngettext("%(n)s session has ended.", "%(n)s sessions have ended.", count) % {"n": count}
    messages.success(request, told)
    return redirect("person", public_id=found.public_id)


def _show_one_time(request: PersonRequest, person: Person, password: str) -> HttpResponse:
    """Rendered in answer to the POST itself: the password is in no session, no URL and no second page view."""
    return render(request, "accounts/one_time_login.html", {"subject": person, "password": password})
