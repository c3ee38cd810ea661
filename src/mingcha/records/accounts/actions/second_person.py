"""A second person showing who they are at somebody else's screen, where nobody signs in or out for it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import authenticate

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.actions.sign_in import note_failure, note_identity, note_second_failure, refuse_locked
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import Person, fold_username
from mingcha.records.accounts.queries import owes_second_factor


def confirm_other(*, username: str, password: str, code: str, address: str, at: datetime) -> Person:
    """The person whose sign-in name, password and, where they have one, second factor these are. Entered as a
    confirmation of identity; failures count and lock as those of signing in.

    A one-time password shows nothing: it waits for its owner. Raises NotAllowed (``sign_in.failed``,
    ``sign_in.locked``, ``factor.wrong``, ``permission.second_factor`` where one must be set up first); wrong name and
    wrong password cannot be told apart.
    """
    folded = fold_username(username)[:64]
    refuse_locked(folded, address, at, second=True)
    person = authenticate(username=folded, password=password)
    if not isinstance(person, Person) or person.must_set_password or person.one_time_until is not None:
        note_failure(username=folded, address=address, at=at)
        raise NotAllowed("sign_in.failed", "Name or password is wrong.")
    if not has_second_factor(person):
        if owes_second_factor(person):
            raise NotAllowed("permission.second_factor", "A second factor has to be set up first.")
        note_identity(person=person, address=address, at=at)
        return person
    try:
        note_identity(person=person, address=address, at=at, proof=code)
    except NotAllowed:
        note_second_failure(person=person, proof=code, address=address, at=at)
        raise
    return person
