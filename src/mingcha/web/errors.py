"""Errors as people and scripts see them: a status, a translated sentence, a reference for the log."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed, Unavailable, Unlawful
from mingcha.records.accounts.gate import wants_json
from mingcha.records.accounts.models import Person
from mingcha.records.wording import explain
from mingcha.web.context import html_lang

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[MingchaError], int], ...] = (
    (NotAllowed, 403),
    (Unlawful, 409),
    (Conflict, 409),
    (Invalid, 400),
    (Unavailable, 503),
    (Corrupt, 500),
)


def status_of(error: MingchaError) -> int:
    """HTTP status of an error; what one may not see does not exist."""
    if isinstance(error, NotAllowed) and error.code.endswith(".unknown"):
        return 404
    if error.code == "permission.sign_in":
        return 401
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def answer(request: HttpRequest, error: MingchaError) -> HttpResponse:
    """The error as JSON for scripts, as a page for persons."""
    status, message = status_of(error), explain(error)
    if wants_json(request):
        return JsonResponse({"error": {"code": error.code, "message": message}}, status=status)
    return error_page(request, status, message)


def error_page(request: HttpRequest, status: int, message: str = "", title: str = "") -> HttpResponse:
    """One designed page for every status; `title` where the status does not say it all."""
    context = {**_error_context(status, message), "is_person": isinstance(_user(request), Person)}
    if title:
        context["title"] = title
    return render(request, "web/error.html", context, status=status)


def _user(request: HttpRequest) -> object:
    """The person, if sign-in was looked at before the error; a lazy user is unwrapped."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _error_context(status: int, message: str, reference: str = "") -> dict[str, object]:
    titles = {
        400: gettext("This request cannot be read"),
        403: gettext("You may not do this"),
        404: gettext("There is nothing here"),
        405: gettext("This is not a page"),
        409: gettext("This is not possible now"),
        500: gettext("Something broke on our side"),
        503: gettext("Not available now"),
    }
    icons = {403: "forbidden", 404: "search", 405: "info", 409: "info", 503: "clock"}
    return {
        "status": status,
        "title": titles.get(status, titles[500]),
        "message": message,
        "reference": reference,
        "icon": icons.get(status, "alert"),
    }


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 400, gettext("The address or the form is not valid."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 403, gettext("Your role does not permit this."))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _plain(request, 404, gettext("The page does not exist, or it is not for you."))


def server_error(request: HttpRequest) -> HttpResponse:
    """The reference is in the log beside the traceback that Django wrote just before."""
    reference = secrets.token_hex(4)
    log.error("server error, reference %s", reference)
    message = gettext("Recording is not affected. Try again, or tell your manager.")
    if wants_json(request):
        return JsonResponse({"error": {"code": "http.500", "message": message}}, status=500)
    # Without the request: what broke may be the database, and the page's context would ask it who is signed in.
    context = {**_error_context(500, message, reference), "html_lang": html_lang()}
    return HttpResponse(render_to_string("web/error.html", context), status=500)


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that only takes a form, opened as a page: from the history, or a link that somebody passed on."""
    message = gettext("What was asked for is done by a button on its page. Open that page and press it there.")
    response = _plain(request, 405, message)
    response.headers["Allow"] = allowed
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or was open longer than the session."""
    title, message = gettext("This form has expired"), gettext("Go back, reload the page and try again.")
    return _plain(request, 403, message, title)


def _plain(request: HttpRequest, status: int, message: str, title: str = "") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": {"code": f"http.{status}", "message": message}}, status=status)
    return error_page(request, status, message, title)
