"""Who may call an operation: a browser session with its CSRF token, or a personal token that only reads.

Each operation names its permission (`signed_in(Permission.X)`); it is looked at before anything of the request is read,
so that nobody learns from an error what they may not ask. `tools/permissions.py` lists what is declared here.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.security.base import AuthBase

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.accounts.gate.identity import is_recent
from mingcha.records.accounts.gate.permission import address_of
from mingcha.records.accounts.gate.sessions import is_alive
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import owes_second_factor, person_by_token
from mingcha.records.accounts.states import Permission

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER = "bearer "


class PersonalToken(AuthBase):
    """The check of one operation. The name is that of the scheme in the OpenAPI document."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "A personal token, which only reads. Browsers use their session instead, and send the header X-CSRFToken with "
        "everything that changes something."
    )

    def __init__(self, permission: Permission, *, asks_again: bool) -> None:
        super().__init__()
        self.permission, self.asks_again = permission, asks_again

    def __call__(self, request: HttpRequest) -> Person:
        """The person asking. Raises NotAllowed (``permission.*``)."""
        person = _by_token(request) or _by_session(request)
        if not person.may(self.permission):
            raise NotAllowed("permission.missing", f"Permission {self.permission.value} is missing.")
        if self.asks_again and not is_recent(request):  # type: ignore[arg-type]
            raise NotAllowed("permission.identity", "Confirm who you are first.")
        return person


def signed_in(permission: Permission, *, asks_again: bool = False) -> PersonalToken:
    """Let only persons in whose role permits `permission`. `asks_again`: they must have shown within minutes that it is
    they, as the page of the same act asks (`recent_identity`)."""
    return PersonalToken(permission, asks_again=asks_again)


def _by_token(request: HttpRequest) -> Person | None:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith(_BEARER):
        return None
    person = person_by_token(header[len(_BEARER) :].strip(), request.at)  # type: ignore[attr-defined]
    if person is None:
        raise NotAllowed("permission.sign_in", "The token is unknown, revoked or expired.")
    if request.method not in SAFE:
        raise NotAllowed("permission.token_reads", "A personal token only reads.")
    request.user = person
    return person


def _by_session(request: HttpRequest) -> Person:
    asked: PersonRequest = request  # type: ignore[assignment]
    person = asked.user
    if not person.is_authenticated or not is_alive(asked, person, asked.at, address_of(asked)):
        raise NotAllowed("permission.sign_in", "Not signed in.")
    if request.method not in SAFE and _csrf_refused(request):
        raise NotAllowed("permission.csrf", "The CSRF token is missing or wrong.")
    if person.must_set_password:
        raise NotAllowed("permission.first_password", "The own password is not set yet.")
    if owes_second_factor(person):
        raise NotAllowed("permission.second_factor", "A second factor must be set up first.")
    return person


class _Csrf(CsrfViewMiddleware):
    """Django's check, giving the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _csrf_refused(request: HttpRequest) -> bool:
    check = _Csrf(lambda _request: HttpResponse())
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None
