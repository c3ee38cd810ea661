"""Acts on persons: adding, roles, one-time logins, the own password, closing and opening accounts."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.actions.sessions import drop_sessions
from mingcha.records.accounts.models import NAME_LIMIT, USERNAME_SHAPE, ApiToken, Person, fold_username
from mingcha.records.accounts.queries import is_last_manager, require
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.register.actions import Actor, act, enter

ONE_TIME_LIFE = timedelta(days=3)
_ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@act("person.created")
def create_person(
    *, username: str, name: str, role: str, actor: Actor, at: datetime, language: str = ""
) -> tuple[Person, str]:
    """Add a person and return it with its one-time password, which is shown once and stored only as a hash.

    `language`: empty for that of the browser of the first sign-in. Raises NotAllowed, Invalid
    (``person.username_shape``, ``person.name_empty``, ``person.name_long``) or Conflict (``person.username_taken``).
    """
    require(actor, Permission.MANAGE_PEOPLE)
    folded = fold_username(username)
    if not USERNAME_SHAPE.match(folded):
        raise Invalid(
            "person.username_shape", "A sign-in name has 2 to 64 letters, digits, dots, hyphens, underscores."
        )
    _check_name(name)
    if Person.objects.filter(username=folded).exists():
        raise Conflict("person.username_taken", "This sign-in name is taken already.")
    person = Person(username=folded, name=name.strip(), role=Role(role), language=language, created_at=at)
    password = _give_one_time_password(person, at)
    person.save(force_insert=True)
    enter(
        actor=actor,
        at=at,
        subject=person.public_id,
        subject_name=person.name,
        detail={"login": folded, "role": person.role},
    )
    return person, password


@act("person.one_time_login_issued")
def issue_one_time_login(*, person: Person, actor: Actor, at: datetime) -> str:
    """Replace the person's password by a one-time one and return it. All their sessions end with this."""
    require(actor, Permission.MANAGE_PEOPLE)
    password = _give_one_time_password(person, at)
    person.save(update_fields=("password", "must_set_password", "one_time_until"))
    drop_sessions(person, at)
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name, detail={"login": person.username})
    return password


@act("person.role_changed")
def change_role(*, person: Person, role: str, actor: Actor, at: datetime) -> None:
    """Give another role. Raises Conflict when the last manager would be lost."""
    require(actor, Permission.MANAGE_PEOPLE)
    _refuse_self(person, actor)
    if role != Role.MANAGER and is_last_manager(person):
        raise Conflict("person.last_manager", "This is the last active manager.")
    before = person.role
    if Person.objects.filter(pk=person.pk, role=before).update(role=Role(role)) != 1:
        raise Conflict("person.unknown", "The person was changed by somebody else.")
    person.role = role
    enter(
        actor=actor,
        at=at,
        subject=person.public_id,
        subject_name=person.name,
        detail={"role_before": before, "role": role},
    )


@act("person.disabled")
def disable_person(*, person: Person, actor: Actor, at: datetime) -> None:
    """Close the account; the person's sessions end at once, and their API tokens for good."""
    require(actor, Permission.MANAGE_PEOPLE)
    _refuse_self(person, actor)
    if is_last_manager(person):
        raise Conflict("person.last_manager", "This is the last active manager.")
    if Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False) != 1:
        raise Conflict("person.disabled", "The account is disabled already.")
    person.is_active = False
    drop_sessions(person, at)
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=at)
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name)


@act("person.enabled")
def enable_person(*, person: Person, actor: Actor, at: datetime) -> str:
    """Open a disabled account again; returns a one-time password, since the old one is not to be trusted."""
    require(actor, Permission.MANAGE_PEOPLE)
    person.is_active = True
    password = _give_one_time_password(person, at)
    person.save(update_fields=("is_active", "password", "must_set_password", "one_time_until"))
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name)
    return password


@act("person.password_set")
def set_own_password(*, person: Person, password: str, at: datetime, session_key: str = "") -> None:
    """Set one's own password; all sessions but the given one end. Raises Invalid (``password.weak``) with the reasons
    in ``params``."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password.weak", "The password is too weak.", reasons=list(error.messages)) from error
    person.set_password(password)
    person.must_set_password = False
    person.one_time_until = None
    person.save(update_fields=("password", "must_set_password", "one_time_until"))
    drop_sessions(person, at, keep=session_key)
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name)


def _check_name(name: str) -> None:
    """Any script; no control characters, since names stand in logs, on paper and in the register for ever."""
    if not name.strip():
        raise Invalid("person.name_empty", "Give the person's name.")
    if len(name.strip()) > NAME_LIMIT:
        raise Invalid("person.name_long", f"A name has at most {NAME_LIMIT} characters.", limit=NAME_LIMIT)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Invalid("person.name_control", "The name must not hold control characters.")


def _refuse_self(person: Person, actor: Actor) -> None:
    if actor.public_id == person.public_id:
        raise Conflict("person.self", "Nobody changes their own role or disables themselves.")


def _give_one_time_password(person: Person, at: datetime) -> str:
    password = "-".join("".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(4))
    person.set_password(password)
    person.must_set_password = True
    person.one_time_until = at + ONE_TIME_LIFE
    return password
