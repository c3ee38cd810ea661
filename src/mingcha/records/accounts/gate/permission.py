"""What every view declares: the permission it needs, or that it is open to everybody.

A view without one of the two decorators fails a test (tests/web/test_permissions.py). The gate answers for the whole
house: signed in, account active, own password set, role permits.
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
from mingcha.records.accounts.models import Person
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


def permission(needed: Permission, *, before_first_password: bool = False) -> Callable[[View], View]:
    """Let only persons in whose role permits `needed`. `before_first_password`: also those who still hold a one-time
    password, for the one page where they set their own."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def gated(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not person.is_authenticated:
                if wants_json(request):
                    raise NotAllowed("permission.sign_in", "Not signed in.")
                query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
                return HttpResponseRedirect(f"{reverse('sign-in')}?{query}" if query else reverse("sign-in"))
            if person.must_set_password and not before_first_password:
                if wants_json(request):
                    raise NotAllowed("permission.first_password", "The own password is not set yet.")
                return HttpResponseRedirect(reverse("first-password"))
            if not (before_first_password or person.may(needed)):
                raise NotAllowed("permission.missing", f"Permission {needed.value} is missing.")
            return view(request, *args, **kwargs)

        gated.permission = needed  # type: ignore[attr-defined]
        return gated

    return decorate


def public(view: View) -> View:
    """Declare that a view is open to everybody, signed in or not."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    opened.permission = None  # type: ignore[attr-defined]
    return opened
