"""Setting one's own password."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Invalid
from mingcha.records.accounts.actions import create_person, set_own_password
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from tests.support.office import AT, last_entry


@pytest.fixture
def newcomer(manager: Person) -> Person:
    person, _password = create_person(username="newcomer", name="新来的", role="guard", actor=manager, at=AT)
    return person


def test_before_it_nothing_is_permitted_after_it_the_role_counts(newcomer: Person) -> None:
    assert not newcomer.may(Permission.WATCH_LIVE)
    set_own_password(person=newcomer, password="four calm grey geese", at=AT)
    assert Person.objects.get(pk=newcomer.pk).may(Permission.WATCH_LIVE)


def test_it_is_entered_without_the_password(newcomer: Person) -> None:
    set_own_password(person=newcomer, password="four calm grey geese", at=AT)
    entry = last_entry()
    assert (entry.act, entry.actor) == ("person.password_set", newcomer.public_id)
    assert "geese" not in entry.detail


@pytest.mark.parametrize("password", ["", "short", "123456789", "password123", "qwertyuiop", "newcomer12"])
def test_it_refuses_short_common_and_obvious_ones(newcomer: Person, password: str) -> None:
    with pytest.raises(Invalid) as caught:
        set_own_password(person=newcomer, password=password, at=AT)
    assert caught.value.params["reasons"]
    assert Person.objects.get(pk=newcomer.pk).must_set_password
