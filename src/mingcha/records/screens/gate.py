"""Which named screen a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.screens.models import Screen
from mingcha.records.screens.queries import screen_here
from mingcha.records.screens.states import COOKIE_S, PLACE_COOKIE


def screen_of(request: PersonRequest) -> Screen | None:
    """The named screen this browser is; None where it has no name."""
    return screen_here(request.COOKIES.get(PLACE_COOKIE, ""))


def give_place(response: HttpResponse, secret: str) -> None:
    """Put the name into this browser."""
    response.set_cookie(PLACE_COOKIE, secret, max_age=COOKIE_S, httponly=True, samesite="Strict", secure=settings.HTTPS)
