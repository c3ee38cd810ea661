"""Adding a person."""

from __future__ import annotations

import pytest
from django.utils.crypto import constant_time_compare

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.actions import create_person
from mingcha.records.accounts.models import Person
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, last_entry


def add(actor: object, **changes: str) -> tuple[Person, str]:
    fields = {"username": "zhang.san", "name": "张三", "role": "guard", **changes}
    return create_person(**fields, actor=actor, at=AT)  # type: ignore[arg-type]


def test_it_gives_a_one_time_password_that_is_stored_only_as_a_hash(manager: Person) -> None:
    person, password = add(manager)
    assert person.check_password(password)
    assert password not in person.password
    assert person.must_set_password
    assert len(password.replace("-", "")) == 16


def test_it_leaves_an_entry_without_the_password(manager: Person) -> None:
    person, password = add(manager)
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject) == ("person.created", manager.public_id, person.public_id)
    assert password not in entry.detail


def test_no_two_passwords_are_alike(manager: Person) -> None:
    _person, first = add(manager)
    _other, second = add(manager, username="li.si")
    assert not constant_time_compare(first, second)


def test_the_console_may_make_the_first_person() -> None:
    person, _password = add(CONSOLE, role="manager")
    assert person.role == "manager"


def test_a_guard_may_not(guard: Person) -> None:
    with pytest.raises(NotAllowed):
        add(guard)


def test_the_outsider_may_not(outsider: Person) -> None:
    with pytest.raises(NotAllowed):
        add(outsider)


@pytest.mark.parametrize("username", ["", "a", "a b", "x" * 65, "a/b", "a@b", "<b>", "a\u202eb"])
def test_it_refuses_a_sign_in_name_of_another_shape(manager: Person, username: str) -> None:
    with pytest.raises(Invalid) as caught:
        add(manager, username=username)
    assert caught.value.code == "person.username_shape"


def test_names_that_look_alike_are_the_same_name(manager: Person) -> None:
    add(manager, username="Zhang.San")
    with pytest.raises(Conflict) as caught:
        add(manager, username="ｚｈａｎｇ.san")
    assert caught.value.code == "person.username_taken"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\u2028b", "a\x00b"])
def test_it_refuses_an_empty_name_and_control_characters(manager: Person, name: str) -> None:
    with pytest.raises(Invalid):
        add(manager, name=name)


def test_it_refuses_an_unknown_role(manager: Person) -> None:
    with pytest.raises(ValueError, match="emperor"):
        add(manager, role="emperor")


def test_it_refuses_a_name_that_is_too_long_and_says_how_long_it_may_be(manager: Person) -> None:
    with pytest.raises(Invalid) as caught:
        add(manager, name="长" * 201)
    assert (caught.value.code, caught.value.params["limit"]) == ("person.name_long", 200)
    add(manager, name="长" * 200)
