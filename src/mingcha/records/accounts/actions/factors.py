"""Acts on second factors."""

from __future__ import annotations

from datetime import datetime

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.factors import app, codes, keys
from mingcha.records.accounts.factors.keys import Answer
from mingcha.records.accounts.factors.rows import KIND_OF, factors_of, has_second_factor, row_of, rows_of
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require, second_factor_policy
from mingcha.records.accounts.states import Permission, Proof, SecondFactorPolicy
from mingcha.records.register.actions import Actor, act, enter

KEY_NAME_LIMIT = 60
KEY_LIMIT = 10


@act("person.second_factor_added", "person.recovery_codes_made")
def add_app(*, person: Person, secret: str, code: str, at: datetime) -> list[str]:
    """Keep an authenticator app that has shown its first code. Returns fresh recovery codes when the person had no
    second factor before, else none. Raises NotAllowed (``factor.wrong``) or Conflict (``factor.app_known``)."""
    _require_offered()
    if any(factor.kind is Proof.APP for factor in factors_of(person)):
        raise Conflict("factor.app_known", "There is an authenticator app already.")
    step = app.matching_step(secret, code, at)
    if step is None:
        raise NotAllowed("factor.wrong", "The code is wrong.")
    is_first = not has_second_factor(person)
    app.take(person, secret, step, at)
    _enter(person, at, "person.second_factor_added", {"second_factor": Proof.APP.value})
    return _make_codes(person, at) if is_first else []


@act("person.second_factor_added", "person.recovery_codes_made")
def add_key(*, person: Person, name: str, answer: Answer, at: datetime) -> list[str]:
    """Keep a security key or passkey. Returns fresh recovery codes when the person had no second factor before. Raises
    Invalid (``factor.key_name``), NotAllowed (``factor.key_wrong``) or Conflict (``factor.too_many``)."""
    _require_offered()
    name = name.strip()
    if not name or len(name) > KEY_NAME_LIMIT or not name.isprintable():
        raise Invalid("factor.key_name", f"Name the key in 1 to {KEY_NAME_LIMIT} characters.", limit=KEY_NAME_LIMIT)
    if len(factors_of(person)) >= KEY_LIMIT:
        raise Conflict("factor.too_many", f"At most {KEY_LIMIT} second factors.", limit=KEY_LIMIT)
    is_first = not has_second_factor(person)
    keys.take(person, name, answer, at)
    _enter(person, at, "person.second_factor_added", {"second_factor": Proof.KEY.value, "key_name": name})
    return _make_codes(person, at) if is_first else []


@act("person.recovery_codes_made")
def renew_recovery_codes(*, person: Person, at: datetime) -> list[str]:
    """Ten new codes; the old ones are worthless. Raises Conflict (``factor.none``) without a second factor."""
    if not has_second_factor(person):
        raise Conflict("factor.none", "There is no second factor to recover.")
    return _make_codes(person, at)


@act("person.second_factor_removed")
def remove_factor(*, person: Person, public_id: str, at: datetime) -> None:
    """Take one of one's own factors away; with the last one the recovery codes go too. Raises NotAllowed
    (``factor.unknown``)."""
    row = row_of(person, public_id)
    if row is None:
        raise NotAllowed("factor.unknown", "There is no such second factor.")
    kind, name = KIND_OF[row.type], row.data.get("name", "")
    row.delete()
    if not has_second_factor(person):
        rows_of(person).delete()
    _enter(person, at, "person.second_factor_removed", {"second_factor": kind.value, "key_name": name})


@act("person.second_factors_cleared")
def clear_second_factors(*, person: Person, actor: Actor, at: datetime) -> None:
    """Take all second factors of a person away, and the tie to the organisation's sign-in, for somebody who lost them.
    Nobody does it to themselves: that would make a stolen session enough. Raises NotAllowed, Conflict."""
    require(actor, Permission.MANAGE_PEOPLE)
    if actor.public_id == person.public_id:
        raise Conflict("person.self", "Nobody clears their own second factors.")
    rows_of(person).delete()
    Person.objects.filter(pk=person.pk).update(organisation_subject="")
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name, detail={"login": person.username})


def _make_codes(person: Person, at: datetime) -> list[str]:
    made = codes.renew(person, at)
    _enter(person, at, "person.recovery_codes_made", {"codes_left": len(made)})
    return made


def _require_offered() -> None:
    if second_factor_policy() is SecondFactorPolicy.OFF:
        raise Conflict("factor.off", "Second factors are switched off here.")


def _enter(person: Person, at: datetime, word: str, detail: dict[str, object]) -> None:
    enter(actor=person, at=at, subject=person.public_id, subject_name=person.name, detail=detail, word=word)
