"""Reads of persons, their sessions and tokens, and of the sign-in throttle."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import ApiToken, BrowserSession, Person, SignInFailure, fold_username
from mingcha.records.accounts.states import (
    Permission,
    Proof,
    Role,
    SecondFactorPolicy,
    role_wants_second_factor,
)
from mingcha.records.register.actions import Actor, FixedActor

WINDOW = timedelta(minutes=15)
PAIR_LIMIT = 5
ADDRESS_LIMIT = 50
# Wherever they come from: who fails at a second factor knows the password already, so this locks no innocent out.
SECOND_LIMIT = 10
# One shift, as the session's cookie.
SESSION_LIFE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
SEEN_EVERY = timedelta(minutes=1)
TOKEN_PREFIX = "mct_"  # noqa: S105 - what a token begins with, so that people and scanners know one


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor may. The node's own actors (console, system) may; persons by their role."""
    if isinstance(actor, FixedActor):
        return
    if not isinstance(actor, Person) or not actor.may(permission):
        raise NotAllowed("permission.missing", f"Permission {permission.value} is missing.")


def people(*, viewer: Person, text: str = "", role: str = "", state: str = "") -> QuerySet[Person]:
    """Persons of the unit, for those who may read about people; others see only themselves.

    `text`: part of the name or sign-in name; `state`: ``active``, ``disabled`` or ``waiting`` (no own password yet).
    """
    found = Person.objects.order_by("-is_active", "name", "id")
    if not (viewer.may(Permission.READ_PEOPLE) or viewer.may(Permission.MANAGE_PEOPLE)):
        found = found.filter(pk=viewer.pk)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(username__contains=fold_username(text)))
    if role:
        found = found.filter(role=role)
    if state == "waiting":
        return found.filter(is_active=True, must_set_password=True)
    if state in ("active", "disabled"):
        return found.filter(is_active=state == "active")
    return found


def person_for(*, viewer: Person, public_id: str) -> Person:
    """One person the viewer may see; raises NotAllowed so that ids cannot be tried out."""
    person = people(viewer=viewer).filter(public_id=public_id).first()
    if person is None:
        raise NotAllowed("person.unknown", "There is no such person.")
    return person


def is_last_manager(person: Person) -> bool:
    """Whether without this person nobody could manage people any more."""
    others = Person.objects.filter(role=Role.MANAGER, is_active=True).exclude(pk=person.pk)
    return person.role == Role.MANAGER and person.is_active and not others.exists()


def any_manager() -> bool:
    """Whether the office has been given its first manager."""
    return Person.objects.filter(role=Role.MANAGER, is_active=True).exists()


def locked_until(*, username: str | None, address: str, at: datetime, second: bool = False) -> datetime | None:
    """When the next attempt for this name from this address is welcome again; None: now.

    Counted per name and address together, so that a stranger cannot lock a guard out of the desk, and per address with
    a wider limit, so that one machine cannot try many names. `username` None: the address alone. `second`: at the
    second factor, whose failures are counted per name from everywhere too.
    """
    recent = SignInFailure.objects.filter(at__gt=at - WINDOW).order_by("-at")
    limits = [(recent.filter(address=address), ADDRESS_LIMIT)]
    if username is not None:
        limits.append((recent.filter(address=address, username=username), PAIR_LIMIT))
    if second:
        limits.append((recent.filter(username=username).exclude(proof=Proof.PASSWORD), SECOND_LIMIT))
    ends = [times[-1] + WINDOW for failures, limit in limits if len(times := _instants(failures, limit)) == limit]
    return max(ends, default=None)


def _instants(failures: QuerySet[SignInFailure], limit: int) -> list[datetime]:
    return list(failures.values_list("at", flat=True)[:limit])


def second_factor_policy() -> SecondFactorPolicy:
    """What this office asks of its accounts."""
    return SecondFactorPolicy(settings.SECOND_FACTOR)


def owes_second_factor(person: Person) -> bool:
    """Whether the person must set up a second factor before any other page opens."""
    strict = second_factor_policy() is SecondFactorPolicy.REQUIRED
    return strict and role_wants_second_factor(person.role) and not has_second_factor(person)


def session_ended(session: BrowserSession, at: datetime) -> bool:
    """Whether the session is over: ended, out of its shift, or unused too long."""
    idle = timedelta(minutes=settings.IDLE_MINUTES)
    too_old = at >= session.began_at + SESSION_LIFE
    unused = bool(idle) and at >= session.seen_at + idle
    return session.ended_at is not None or too_old or unused


def sessions_of(person: Person, *, viewer: Person, at: datetime) -> list[BrowserSession]:
    """Sessions that are open now, last used first: one's own, or anybody's for who manages people."""
    if viewer != person and not viewer.may(Permission.MANAGE_PEOPLE):
        return []
    rows = list(BrowserSession.objects.filter(person=person, ended_at__isnull=True).select_related("person"))
    keys = [row.session_key for row in rows]
    alive = set(Session.objects.filter(session_key__in=keys).values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in alive and not session_ended(row, at)]


def signed_in_spans(person: Person, *, since: datetime, at: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when the person was signed in, of sign-ins that lasted into the time since then. One that is open
    lasts until now while it is used."""
    rows = BrowserSession.objects.filter(person=person, began_at__lt=at, seen_at__gte=since)
    return [(row.began_at, row.ended_at or (row.seen_at if session_ended(row, at) else at)) for row in rows]


def session_for(*, viewer: Person, public_id: str, person: Person) -> BrowserSession:
    """One session of this person; raises NotAllowed (``session.unknown``)."""
    found = BrowserSession.objects.filter(public_id=public_id, person=person).select_related("person").first()
    if found is None or not (viewer == person or viewer.may(Permission.MANAGE_PEOPLE)):
        raise NotAllowed("session.unknown", "There is no such session.")
    return found


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """One's own tokens, the newest first; revoked and expired ones too, so that one sees what there was."""
    return ApiToken.objects.filter(person=person)


def token_digest(text: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(text.encode()).hexdigest()


def person_by_token(token: str, at: datetime) -> Person | None:
    """The person a token speaks for, or None: unknown, revoked, expired, or its person's account closed. The token only
    reads (`Scope.READ`): whoever answers to it must refuse every change. Its last use is noted once a minute."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    found = (
        ApiToken.objects.select_related("person")
        .filter(digest=token_digest(token), revoked_at__isnull=True, expires_at__gt=at)
        .first()
    )
    if found is None or not found.person.is_active or found.person.must_set_password:
        return None
    if found.used_at is None or at - found.used_at >= SEEN_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(used_at=at)
    return found.person
