"""Signing in and out, the second factor at the door, and showing once more who one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import authenticate

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.factors import app, codes, keys
from mingcha.records.accounts.factors.keys import Answer
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import Person, SignInFailure, fold_username
from mingcha.records.accounts.queries import WINDOW, locked_until
from mingcha.records.accounts.states import Proof
from mingcha.records.register.actions import SYSTEM, act, enter

FAILURES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HalfSignedIn:
    """The password was right; the person has a second factor and is not signed in before it is shown."""

    person: Person


def sign_in(*, username: str, password: str, address: str, at: datetime) -> Person | HalfSignedIn:
    """Check name and password and enter the outcome. A one-time password is used up by signing in.

    Raises NotAllowed (``sign_in.failed``, ``sign_in.locked`` with ``minutes``); wrong name and wrong password cannot
    be told apart.
    """
    folded = fold_username(username)[:64]
    refuse_locked(folded, address, at)
    person = authenticate(username=folded, password=password)
    if isinstance(person, Person) and _may_enter(person, at):
        if has_second_factor(person):
            return HalfSignedIn(person)
        note_sign_in(person=person, address=address, at=at)
        return person
    note_failure(username=folded, address=address, at=at)
    raise NotAllowed("sign_in.failed", "Name or password is wrong.")


def sign_in_second(*, person: Person, proof: str | Answer, address: str, at: datetime, by: Proof) -> None:
    """Complete a sign-in by a code or a key's answer. `by`: what the first half was. Raises NotAllowed
    (``factor.wrong``, ``sign_in.locked``, ``sign_in.failed`` when the account was closed meanwhile)."""
    refuse_locked(person.username, address, at, second=True)
    if not person.is_active or not _may_enter(person, at):
        raise NotAllowed("sign_in.failed", "The account was closed.")
    try:
        note_sign_in(person=person, address=address, at=at, by=by, proof=proof)
    except NotAllowed as error:
        if error.code == "factor.wrong":
            note_second_failure(person=person, proof=proof, address=address, at=at)
        raise


def confirm_identity(*, person: Person, password: str, address: str, at: datetime) -> None:
    """Ask the signed-in person for the password again, before something serious: who sits at an unattended desk does
    not know it. Failures count and are entered like those of signing in. Raises NotAllowed (``password.current``,
    ``sign_in.locked``)."""
    refuse_locked(person.username, address, at)
    if not person.check_password(password):
        note_failure(username=person.username, address=address, at=at)
        raise NotAllowed("password.current", "The present password is wrong.")
    note_identity(person=person, address=address, at=at)


def confirm_second_factor(*, person: Person, proof: str | Answer, address: str, at: datetime) -> None:
    """The same by a second factor instead of the password. Raises NotAllowed (``factor.wrong``,
    ``sign_in.locked``)."""
    refuse_locked(person.username, address, at, second=True)
    try:
        note_identity(person=person, address=address, at=at, proof=proof)
    except NotAllowed:
        note_second_failure(person=person, proof=proof, address=address, at=at)
        raise


@act("person.signed_out")
def sign_out(*, person: Person, at: datetime) -> None:
    """Enter that the person left. The caller ends the session."""
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name)


@act("person.signed_in", "person.recovery_code_used")
def note_sign_in(
    *, person: Person, address: str, at: datetime, by: Proof = Proof.PASSWORD, proof: str | Answer | None = None
) -> None:
    """The one place where a sign-in becomes true: whoever has a second factor cannot pass here without it."""
    detail: dict[str, object] = {"network_address": address, "one_time": False}
    if proof is not None:
        detail["second_factor"] = _use(person, proof, at).value
    elif has_second_factor(person):
        raise NotAllowed("factor.wrong", "The second factor is missing.")
    if by is Proof.PASSWORD and person.one_time_until is not None:
        detail["one_time"] = True
        _use_up_one_time_password(person)
    if by is not Proof.PASSWORD:
        detail["by"] = by.value
    person.last_login = at
    person.save(update_fields=("last_login",))
    SignInFailure.objects.filter(username=person.username, address=address).delete()
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name, detail=detail)
    _enter_recovery_code(person, detail, at)


@act("person.identity_confirmed", "person.recovery_code_used")
def note_identity(*, person: Person, address: str, at: datetime, proof: str | Answer | None = None) -> None:
    """Enter that somebody has shown who they are; `proof` is used up."""
    detail: dict[str, object] = {"network_address": address}
    if proof is not None:
        detail["second_factor"] = _use(person, proof, at).value
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name, detail=detail)
    _enter_recovery_code(person, detail, at)


@act("person.sign_in_failed", "person.locked_out")
def note_failure(*, username: str, address: str, at: datetime) -> None:
    """Unknown names are not written down: people type passwords into the wrong field, and this book never forgets."""
    SignInFailure.objects.filter(at__lt=at - max(FAILURES_KEPT, WINDOW)).delete()
    SignInFailure.objects.create(username=username, address=address, at=at)
    known = Person.objects.filter(username=username).first()
    detail = {"login": username if known else "?", "network_address": address}
    refs = [known.public_id] if known else []
    enter(actor=SYSTEM, at=at, refs=refs, detail=detail)
    if locked_until(username=username, address=address, at=at) is not None:
        enter(actor=SYSTEM, at=at, refs=refs, detail=detail, word="person.locked_out")


@act("person.second_factor_failed", "person.locked_out")
def note_second_failure(*, person: Person, proof: str | Answer, address: str, at: datetime) -> None:
    """Entered with the person: whoever gets so far knows the password or sits at the desk."""
    kind = Proof.KEY if isinstance(proof, Answer) else Proof.APP
    SignInFailure.objects.create(username=person.username, address=address, at=at, proof=kind)
    detail = {"login": person.username, "network_address": address, "second_factor": kind.value}
    enter(actor=SYSTEM, at=at, subject=person.public_id, subject_name=person.name, detail=detail)
    if locked_until(username=person.username, address=address, at=at, second=True) is not None:
        refs = [person.public_id]
        enter(actor=SYSTEM, at=at, refs=refs, detail=detail, word="person.locked_out")


def refuse_locked(username: str | None, address: str, at: datetime, *, second: bool = False) -> None:
    """Raise NotAllowed (``sign_in.locked``) while there were too many failures."""
    locked = locked_until(username=username, address=address, at=at, second=second)
    if locked is not None:
        minutes = max(1, -(-int((locked - at).total_seconds()) // 60))
        raise NotAllowed("sign_in.locked", "Too many failures.", minutes=minutes)


def _use(person: Person, proof: str | Answer, at: datetime) -> Proof:
    """Use the code or the key up; which of them it was. Raises NotAllowed (``factor.wrong``)."""
    if isinstance(proof, Answer):
        if keys.use(person, proof, at):
            return Proof.KEY
    elif app.use(person, proof, at):
        return Proof.APP
    elif codes.use(person, proof, at):
        return Proof.RECOVERY_CODE
    raise NotAllowed("factor.wrong", "The code or key is wrong, or was used already.")


def _enter_recovery_code(person: Person, detail: dict[str, object], at: datetime) -> None:
    if detail.get("second_factor") == Proof.RECOVERY_CODE:
        left = {"codes_left": codes.left(person)}
        enter(
            actor=person,
            at=at,
            subject=person.public_id,
            subject_name=person.name,
            detail=left,
            word="person.recovery_code_used",
        )


def _may_enter(person: Person, at: datetime) -> bool:
    return person.one_time_until is None or at < person.one_time_until


def _use_up_one_time_password(person: Person) -> None:
    person.set_unusable_password()
    person.one_time_until = None
    unused = Person.objects.filter(pk=person.pk, one_time_until__isnull=False)
    if unused.update(password=person.password, one_time_until=None) != 1:
        raise NotAllowed("sign_in.failed", "The one-time password was used at the same moment elsewhere.")
