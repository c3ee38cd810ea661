"""Ending browser sessions: one's own, or another's by who manages people."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import BrowserSession, Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.register.actions import Actor, act, enter


@act("person.session_ended")
def end_session(*, session: BrowserSession, actor: Actor, at: datetime) -> None:
    """End one session; what is watched in it ends too. One's own, or with the right to manage people."""
    _require_own_or_manager(session.person, actor)
    _end([session.session_key], at)
    _enter(session.person, actor, at, {"network_address": session.address})


@act("person.sessions_ended")
def end_other_sessions(*, person: Person, session_key: str, at: datetime) -> int:
    """End all one's sessions but this one; returns how many there were."""
    count = drop_sessions(person, at, keep=session_key)
    _enter(person, person, at, {"count": count})
    return count


@act("person.sessions_ended")
def end_sessions(*, person: Person, actor: Actor, at: datetime) -> int:
    """End all sessions of a person; returns how many there were."""
    require(actor, Permission.MANAGE_PEOPLE)
    count = drop_sessions(person, at)
    _enter(person, actor, at, {"count": count})
    return count


def drop_sessions(person: Person, at: datetime, keep: str = "") -> int:
    """End a person's sessions as part of another act; returns how many there were."""
    running = BrowserSession.objects.filter(person=person, ended_at__isnull=True).exclude(session_key=keep)
    keys = list(running.values_list("session_key", flat=True))
    _end(keys, at)
    return len(keys)


def _end(keys: list[str], at: datetime) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    BrowserSession.objects.filter(session_key__in=keys, ended_at__isnull=True).update(ended_at=at)


def _require_own_or_manager(person: Person, actor: Actor) -> None:
    if actor.public_id != person.public_id:
        require(actor, Permission.MANAGE_PEOPLE)
    elif isinstance(actor, Person) and not actor.is_active:
        raise NotAllowed("person.disabled", "The account is disabled.")


def _enter(person: Person, actor: Actor, at: datetime, detail: dict[str, object]) -> None:
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name, detail=detail)
