"""Own middleware: the instant of the request, security headers, and errors as pages or JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from mingcha.base.clock import to_datetime
from mingcha.base.errors import MingchaError
from mingcha.web.errors import answer, method_not_allowed
from mingcha.web.media import media_origin

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


def instant(get_response: GetResponse) -> GetResponse:
    """Read the clock once per request: `request.at`, aware UTC; views and acts use no other time. And say where this
    browser finds the media server: `request.media_origin`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.at = to_datetime(settings.CLOCK.wall_us())  # type: ignore[attr-defined]
        request.media_origin = media_origin(request)  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def without_nul(get_response: GetResponse) -> GetResponse:
    """No name or number holds U+0000, and PostgreSQL takes none: such an address leads nowhere, and in a question it is
    read as U+FFFD, as browsers read it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "%EF%BF%BD")
        return get_response(request)

    return middleware


def content_security_policy(request: HttpRequest) -> str:
    """Nothing but our own files; pictures and sockets from the media server besides (docs/design/frontend.md)."""
    origin = request.media_origin  # type: ignore[attr-defined]
    sockets = origin.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: data: {origin}",
            "font-src 'self'",
            f"media-src 'self' blob: {origin}",
            f"connect-src 'self' {origin} {sockets}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(get_response: GetResponse) -> GetResponse:
    """The policy and its companions on every answer, error pages and static files included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", content_security_policy(request))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # Error pages too name who is signed in, and browsers keep a 404 unless told otherwise.
        headers.setdefault("Cache-Control", "private, no-store")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), fullscreen=(self)"
        )
        return response

    return middleware


class errors:
    """Turn the errors of acts and queries into pages or JSON answers in the reader's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return method_not_allowed(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, MingchaError):
            return None
        log.info(
            "%s %s refused: %s", request.method, request.resolver_match and request.resolver_match.route, exception.code
        )
        return answer(request, exception)
