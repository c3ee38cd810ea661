"""Acts on persons: adding, roles, one-time logins, passwords, sign-in and sign-out."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import USERNAME_SHAPE, Person, SignInFailure, fold_username
from mingcha.records.accounts.queries import WINDOW, is_last_manager, locked_until, require
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.register.actions import SYSTEM, Actor, act, enter

ONE_TIME_LIFE = timedelta(days=3)
_ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_FAILURES_KEPT = timedelta(days=1)


@act("person.created")
def create_person(
    *, username: str, name: str, role: str, actor: Actor, at: datetime, language: str = "zh-hans"
) -> tuple[Person, str]:
    """Add a person and return it with its one-time password, which is shown once and stored only as a hash.

    Raises NotAllowed, Invalid (``person.username_shape``, ``person.name_empty``) or Conflict
    (``person.username_taken``).
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
    """Close the account; the person's sessions end with their next request."""
    require(actor, Permission.MANAGE_PEOPLE)
    _refuse_self(person, actor)
    if is_last_manager(person):
        raise Conflict("person.last_manager", "This is the last active manager.")
    if Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False) != 1:
        raise Conflict("person.disabled", "The account is disabled already.")
    person.is_active = False
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
def set_own_password(*, person: Person, password: str, at: datetime) -> None:
    """Set one's own password. Raises Invalid (``password.weak``) with the reasons in ``params``."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid("password.weak", "The password is too weak.", reasons=list(error.messages)) from error
    person.set_password(password)
    person.must_set_password = False
    person.one_time_until = None
    person.save(update_fields=("password", "must_set_password", "one_time_until"))
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name)


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Person:
    """Check name and password and enter the outcome. A one-time password is used up by this.

    Raises NotAllowed (``sign_in.failed``, ``sign_in.locked`` with ``minutes``); wrong name and wrong password cannot
    be told apart.
    """
    folded = fold_username(username)[:64]
    _refuse_locked(folded, address, at)
    person = authenticate(username=folded, password=password)
    if isinstance(person, Person) and _may_enter(person, at):
        _note_sign_in(person=person, address=address, at=at)
        return person
    _note_failure(username=folded, address=address, at=at)
    raise NotAllowed("sign_in.failed", "Name or password is wrong.")


def confirm_identity(*, person: Person, password: str, address: str, at: datetime) -> None:
    """Ask the signed-in person for the password again, before something serious: who sits at an unattended desk does
    not know it. Failures count and are entered like those of signing in. Raises NotAllowed (``password.current``,
    ``sign_in.locked``)."""
    _refuse_locked(person.username, address, at)
    if not person.check_password(password):
        _note_failure(username=person.username, address=address, at=at)
        raise NotAllowed("password.current", "The present password is wrong.")


@act("person.signed_out")
def sign_out(*, person: Person, at: datetime) -> None:
    """Enter that the person left. The caller ends the session."""
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name)


@act("person.signed_in")
def _note_sign_in(*, person: Person, address: str, at: datetime) -> None:
    one_time = person.one_time_until is not None
    if one_time:
        person.set_unusable_password()
        person.one_time_until = None
        used = Person.objects.filter(pk=person.pk, one_time_until__isnull=False)
        if used.update(password=person.password, one_time_until=None) != 1:
            raise NotAllowed("sign_in.failed", "The one-time password was used at the same moment elsewhere.")
    person.last_login = at
    person.save(update_fields=("last_login",))
    SignInFailure.objects.filter(username=person.username, address=address).delete()
    enter(
        actor=person,
        at=at,
        subject=person.public_id,
        subject_name=person.name,
        detail={"network_address": address, "one_time": one_time},
    )


@act("person.sign_in_failed", "person.locked_out")
def _note_failure(*, username: str, address: str, at: datetime) -> None:
    """Unknown names are not written down: people type passwords into the wrong field, and this book never forgets."""
    SignInFailure.objects.filter(at__lt=at - max(_FAILURES_KEPT, WINDOW)).delete()
    SignInFailure.objects.create(username=username, address=address, at=at)
    known = Person.objects.filter(username=username).first()
    detail = {"login": username if known else "?", "network_address": address}
    refs = [known.public_id] if known else []
    enter(actor=SYSTEM, at=at, refs=refs, detail=detail)
    if locked_until(username=username, address=address, at=at) is not None:
        enter(actor=SYSTEM, at=at, refs=refs, detail=detail, word="person.locked_out")


def _refuse_locked(username: str, address: str, at: datetime) -> None:
    locked = locked_until(username=username, address=address, at=at)
    if locked is not None:
        minutes = max(1, -(-int((locked - at).total_seconds()) // 60))
        raise NotAllowed("sign_in.locked", "Too many failures.", minutes=minutes)


def _check_name(name: str) -> None:
    """Any script; no control characters, since names stand in logs, on paper and in the register for ever."""
    if not name.strip():
        raise Invalid("person.name_empty", "Give the person's name.")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name):
        raise Invalid("person.name_control", "The name must not hold control characters.")


def _may_enter(person: Person, at: datetime) -> bool:
    return person.one_time_until is None or at < person.one_time_until


def _refuse_self(person: Person, actor: Actor) -> None:
    if actor.public_id == person.public_id:
        raise Conflict("person.self", "Nobody changes their own role or disables themselves.")


def _give_one_time_password(person: Person, at: datetime) -> str:
    password = "-".join("".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(4))
    person.set_password(password)
    person.must_set_password = True
    person.one_time_until = at + ONE_TIME_LIFE
    return password
