"""Tickets are good in the browser session they were given to: a cookie that the media server sees too says which.

Cookies reach every port of a host. Where the media server has a host name of its own (MINGCHA_MEDIA_URL), none reaches
both, and tickets rest on their short life alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.viewing import queries
from mingcha.records.viewing.models import Viewing
from mingcha.wire.ticket import SCREEN_COOKIE


def screen_cookie(request: PersonRequest) -> str:
    """What this browser session shows to the media server; empty where no cookie of ours reaches it."""
    if urlsplit(request.media_origin).hostname != urlsplit(f"//{request.get_host()}").hostname:
        return ""
    return salted_hmac("mingcha.viewing.screen", request.session.session_key or "", algorithm="sha256").hexdigest()


def give_screen(request: PersonRequest, response: HttpResponse) -> None:
    """Put the cookie beside a ticket."""
    cookie = screen_cookie(request)
    if cookie and request.COOKIES.get(SCREEN_COOKIE) != cookie:
        response.set_cookie(SCREEN_COOKIE, cookie, httponly=True, samesite="Strict", secure=settings.HTTPS)


def viewing_here(request: PersonRequest, grant: str) -> Viewing:
    """The person's viewing, opened in this very session; one of another session is as unknown as another person's."""
    viewing = queries.viewing_of(viewer=request.user, grant=grant)
    if viewing.session_key != request.session.session_key:
        raise NotAllowed("viewing.unknown", "There is no such viewing.")
    return viewing
