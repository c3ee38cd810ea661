"""Personal API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts import actions
from mingcha.records.accounts.actions.tokens import TOKEN_LIMIT
from mingcha.records.accounts.models import ApiToken, Person
from mingcha.records.accounts.queries import person_by_token
from tests.support.office import AT, LATER, last_entry


def make(person: Person, **changes: Any) -> tuple[ApiToken, str]:
    return actions.make_token(**{"person": person, "name": "报表程序", "days": 30, "at": AT, **changes})


def test_a_token_speaks_for_its_person_until_it_ends(manager: Person) -> None:
    token, text = make(manager)
    assert person_by_token(text, LATER) == manager
    assert person_by_token(text, AT + timedelta(days=30)) is None
    assert (last_entry().act, last_entry().detail_fields["token"]) == ("person.token_made", token.public_id)


def test_neither_table_nor_register_holds_its_text(manager: Person) -> None:
    token, text = make(manager)
    assert text not in str(ApiToken.objects.values().get())
    assert text not in last_entry().detail
    assert text.endswith(token.hint)


def test_a_revoked_one_is_worth_nothing(manager: Person) -> None:
    token, text = make(manager)
    actions.revoke_token(person=manager, public_id=token.public_id, at=AT)
    assert person_by_token(text, LATER) is None
    assert last_entry().act == "person.token_revoked"
    with pytest.raises(Conflict):
        actions.revoke_token(person=manager, public_id=token.public_id, at=AT)


def test_it_waits_for_the_own_password(manager: Person, guard: Person) -> None:
    _token, text = make(guard)
    actions.issue_one_time_login(person=guard, actor=manager, at=AT)
    assert person_by_token(text, LATER) is None
    actions.set_own_password(person=Person.objects.get(pk=guard.pk), password="four calm grey geese", at=AT)
    assert person_by_token(text, LATER) == guard


def test_it_ends_with_the_account_for_good(manager: Person, guard: Person) -> None:
    _token, text = make(guard)
    actions.disable_person(person=guard, actor=manager, at=AT)
    actions.enable_person(person=guard, actor=manager, at=AT)
    actions.set_own_password(person=Person.objects.get(pk=guard.pk), password="four calm grey geese", at=AT)
    assert person_by_token(text, LATER) is None


@pytest.mark.parametrize("text", ["", "mct_", "mct_x", "Bearer", "mct_" + "A" * 43])
def test_an_unknown_text_is_nobody(manager: Person, text: str) -> None:
    make(manager)
    assert person_by_token(text, LATER) is None


def test_nobody_revokes_anothers(manager: Person, guard: Person) -> None:
    token, _text = make(manager)
    with pytest.raises(NotAllowed):
        actions.revoke_token(person=guard, public_id=token.public_id, at=AT)


def test_the_outsider_makes_none(outsider: Person) -> None:
    with pytest.raises(NotAllowed):
        make(Person.objects.get(pk=outsider.pk))


@pytest.mark.parametrize("changes", [{"name": " "}, {"name": "x" * 81}, {"name": "a\nb"}, {"days": 31}, {"days": 0}])
def test_it_wants_a_name_and_an_end(manager: Person, changes: Any) -> None:
    with pytest.raises(Invalid):
        make(manager, **changes)


def test_there_is_an_end_to_how_many(manager: Person) -> None:
    for _ in range(TOKEN_LIMIT):
        make(manager)
    with pytest.raises(Conflict):
        make(manager)


def test_its_last_use_is_noted_to_the_minute(manager: Person) -> None:
    _token, text = make(manager)
    person_by_token(text, LATER)
    person_by_token(text, LATER + timedelta(seconds=59))
    assert ApiToken.objects.get().used_at == LATER
    person_by_token(text, LATER + timedelta(seconds=60))
    assert ApiToken.objects.get().used_at == LATER + timedelta(seconds=60)
