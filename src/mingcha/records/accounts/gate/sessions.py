"""The browser session behind a request: noted for the person's list, refused once it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest

from mingcha.records.accounts.models import BrowserSession, Person
from mingcha.records.accounts.queries import SEEN_EVERY, session_ended

SESSION_KEY = "browser_session"
_AGENT_LIMIT = 300
# The list shows open ones only; older notes serve nobody, since the register says who signed in.
_NOTES_KEPT = timedelta(days=90)


def is_alive(request: HttpRequest, person: Person, at: datetime, address: str) -> bool:
    """Note that the session is used; False, and signed out, when it ended or lay idle too long.

    The note stands under an id that lives in the session, since Django gives a session a new key when a password is
    changed. It is no act: it says nothing that signing in has not said.
    """
    key = request.session.session_key or ""
    row = BrowserSession.objects.filter(public_id=request.session.get(SESSION_KEY, ""), person=person).first()
    if row is None:
        _note(request, person, key, at, address)
        return True
    if session_ended(row, at):
        close(request, at)
        logout(request)
        return False
    if row.session_key != key or at - row.seen_at >= SEEN_EVERY:
        BrowserSession.objects.filter(pk=row.pk).update(session_key=key, seen_at=at, address=address)
    return True


def close(request: HttpRequest, at: datetime) -> None:
    """Note that the session ended; the caller signs out."""
    noted = BrowserSession.objects.filter(public_id=request.session.get(SESSION_KEY, ""), ended_at__isnull=True)
    noted.update(ended_at=at)


def _note(request: HttpRequest, person: Person, key: str, at: datetime, address: str) -> None:
    BrowserSession.objects.filter(person=person, seen_at__lt=at - _NOTES_KEPT).delete()
    agent = request.META.get("HTTP_USER_AGENT", "")[:_AGENT_LIMIT]
    fields = {
        "person": person,
        "address": address,
        "user_agent": agent,
        "began_at": at,
        "seen_at": at,
        "ended_at": None,
    }
    # Two first requests of one session may come at once: the second finds the row of the first.
    row, _made = BrowserSession.objects.update_or_create(session_key=key, defaults=fields)
    request.session[SESSION_KEY] = row.public_id
