"""What every view declares: the permission it needs, or that it is open to everybody.

A view without one of the two decorators fails a test (tests/web/test_permissions.py). The gate answers for the whole
house: signed in, session alive, own password set, second factor set up where it must be, role permits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.gate.sessions import is_alive
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import owes_second_factor
from mingcha.records.accounts.states import Permission

View = Callable[..., HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request that passed the gate: `user` is a person, `at` the instant it came in, `media_origin` where its
    browser finds the media server (set by `mingcha.web.middleware`)."""

    user: Person
    at: datetime
    media_origin: str


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer is for a script rather than for a person's eyes."""
    return request.path.startswith("/api/")


def address_of(request: HttpRequest) -> str:
    """The network address the request came from, for the register and the throttle."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def permission(
    needed: Permission, *, before_first_password: bool = False, before_second_factor: bool = False
) -> Callable[[View], View]:
    """Let only persons in whose role permits `needed`. `before_first_password`: also those who still hold a one-time
    password, for the one page where they set their own. `before_second_factor`: also those who must set up a second
    factor first, for the pages where they do."""
    while_enrolling = before_first_password or before_second_factor

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def gated(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not person.is_authenticated or not is_alive(request, person, request.at, address_of(request)):
                return _to_sign_in(request)
            if person.must_set_password and not before_first_password:
                return _lead(request, "first-password", "permission.first_password")
            if not while_enrolling and owes_second_factor(person):
                return _lead(request, "account", "permission.second_factor")
            if not (before_first_password or person.may(needed)):
                raise NotAllowed("permission.missing", f"Permission {needed.value} is missing.")
            return view(request, *args, **kwargs)

        gated.permission = needed  # type: ignore[attr-defined]
        return gated

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    if wants_json(request):
        raise NotAllowed("permission.sign_in", "Not signed in.")
    query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse('sign-in')}?{query}" if query else reverse("sign-in"))


def _lead(request: HttpRequest, name: str, code: str) -> HttpResponseBase:
    """To the page that must come first; scripts are told why."""
    if wants_json(request):
        raise NotAllowed(code, "Another page comes first.")
    return HttpResponseRedirect(reverse(name))


def public(view: View) -> View:
    """Declare that a view is open to everybody, signed in or not."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    opened.permission = None  # type: ignore[attr-defined]
    return opened
