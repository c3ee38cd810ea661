"""What an operation answers when something is wrong: ``{"error": {"code", "message"}}`` in the reader's language."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from mingcha.base.errors import Invalid, MingchaError, Unlawful
from mingcha.records.wording import explain
from mingcha.web.errors import status_of

ERROR_CODES = frozenset({400, 401, 403, 404, 405, 409, 503})


class Ground(Schema):
    """An article: the instrument's id, its number, and the item as the law's table names it."""

    instrument: str
    article: int
    item: str = ""


class FieldProblem(Schema):
    """What is wrong with one part of the request."""

    field: str
    message: str


class Problem(Schema):
    """`code` is stable, `message` is for people. `citations`: the articles, when the law forbids it. `fields`: what was
    wrong where, when the request could not be read."""

    code: str
    message: str
    citations: list[Ground]
    fields: list[FieldProblem]


class ErrorAnswer(Schema):
    """What every refusal looks like."""

    error: Problem


def answers(schema: Any, status: int = 200) -> dict[Any, Any]:
    """The answers of an operation: its own, and the errors."""
    return {status: schema, ERROR_CODES: ErrorAnswer}


# What pydantic calls each problem, in the words of the house.
_PROBLEMS: dict[str, str | Promise] = {
    "missing": _("This is missing."),
    "extra_forbidden": _("There is no such field."),
    "string_too_long": _("This is too long."),
    "string_too_short": _("This is too short."),
    "string_pattern_mismatch": _("This has not the right form."),
    "greater_than_equal": _("This is too small."),
    "less_than_equal": _("This is too big."),
    "string_type": _("This must be text."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_from_float": _("This must be a whole number."),
    "bool_type": _("This must be true or false."),
    "bool_parsing": _("This must be true or false."),
    "date_parsing": _("This must be a day as 2026-11-21."),
    "date_from_datetime_parsing": _("This must be a day as 2026-11-21."),
    "date_type": _("This must be a day as 2026-11-21."),
    "datetime_parsing": _("This must be an instant as 2026-11-21T12:00:00+08:00."),
    "datetime_from_date_parsing": _("This must be an instant as 2026-11-21T12:00:00+08:00."),
    "timezone_aware": _("This must be an instant with its offset, as 2026-11-21T12:00:00+08:00."),
    "enum": _("This is not one of the choices."),
    "literal_error": _("This is not one of the choices."),
}


class StrictParser(Parser):
    """JSON objects whose text can be stored: no lone surrogates, no NUL."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body = json.loads(request.body)
            text = json.dumps(body, ensure_ascii=False)
            text.encode()
        except (ValueError, RecursionError) as error:
            raise Invalid("request.invalid", "The body is not JSON.") from error
        if not isinstance(body, dict) or "\\u0000" in text:
            raise Invalid("request.invalid", "The body is not a JSON object of plain text.")
        return body


def problem(request: HttpRequest, code: str, message: str, status: int, **more: Any) -> JsonResponse:
    """One refusal."""
    body = {"code": code, "message": message, "citations": [], "fields": [], **more}
    return JsonResponse({"error": body}, status=status)


def refused(request: HttpRequest, error: MingchaError) -> HttpResponse:
    """An error of ours; the law's refusals carry the articles."""
    found = [{"instrument": i, "article": a, "item": item} for i, a, item in getattr(error, "citations", ())]
    assert not found or isinstance(error, Unlawful)
    return problem(request, error.code, explain(error), status_of(error), citations=found)


def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What of the request could not be read, each place with a sentence. 400, like every other wrong input."""
    fields = [
        {
            "field": ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]),
            "message": str(_PROBLEMS.get(found["type"], _("This is not valid."))),
        }
        for found in error.errors
    ]
    return problem(request, "request.invalid", gettext("The request cannot be read."), 400, fields=fields)


def add_handlers(api: NinjaAPI) -> None:
    """Let the interface answer so. What is none of these is a fault of ours: the site's 500 answers it."""
    handlers: dict[type[Exception], Any] = {
        MingchaError: refused,
        ValidationError: unreadable,
        HttpError: lambda request, error: _by_status(request, error.status_code),
        Http404: lambda request, error: _by_status(request, 404),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _by_status(request: HttpRequest, status: int) -> HttpResponse:
    unknown = gettext("The page does not exist, or it is not for you.")
    sentence = unknown if status == 404 else gettext("The request cannot be read.")
    code = "request.invalid" if status == 400 else f"http.{status}"
    return problem(request, code, sentence, status)


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """A method this address does not know."""
    response = problem(request, "http.405", gettext("This address does not take this method."), 405)
    response.headers["Allow"] = methods
    return response
