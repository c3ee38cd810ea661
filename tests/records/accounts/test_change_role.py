"""Changing roles, closing and reopening accounts."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.records.accounts.actions import change_role, disable_person, enable_person
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import MATRIX, Permission, Role
from tests.support.office import AT, PASSWORD, last_entry, make_person


@pytest.fixture
def second(manager: Person) -> Person:
    return make_person("second", "另一位", "manager")


def test_a_role_change_is_entered_with_both_roles(manager: Person, guard: Person) -> None:
    change_role(person=guard, role="manager", actor=manager, at=AT)
    assert Person.objects.get(pk=guard.pk).may(Permission.MANAGE_PEOPLE)
    assert last_entry().detail_fields == {"role_before": "guard", "role": "manager"}


def test_nobody_changes_themselves(manager: Person, second: Person) -> None:
    for change in (
        lambda: change_role(person=manager, role="guard", actor=manager, at=AT),
        lambda: disable_person(person=manager, actor=manager, at=AT),
    ):
        with pytest.raises(Conflict) as caught:
            change()
        assert caught.value.code == "person.self"


def test_the_last_manager_cannot_be_lost(manager: Person, second: Person) -> None:
    disable_person(person=manager, actor=second, at=AT)
    third = make_person("third", "第三位", "guard")
    Person.objects.filter(pk=third.pk).update(role="manager", is_active=False)
    for change in (
        lambda: change_role(person=second, role="guard", actor=_acting(), at=AT),
        lambda: disable_person(person=second, actor=_acting(), at=AT),
    ):
        with pytest.raises(Conflict) as caught:
            change()
        assert caught.value.code == "person.last_manager"


def _acting() -> object:
    from mingcha.records.register.actions import CONSOLE

    return CONSOLE


def test_a_disabled_person_may_nothing_and_comes_back_with_a_one_time_password(manager: Person, guard: Person) -> None:
    disable_person(person=guard, actor=manager, at=AT)
    assert not Person.objects.get(pk=guard.pk).may(Permission.SEE_CAMERAS)
    password = enable_person(person=guard, actor=manager, at=AT)
    person = Person.objects.get(pk=guard.pk)
    assert person.check_password(password)
    assert not person.check_password(PASSWORD)
    assert last_entry().act == "person.enabled"


def test_twice_disabled_is_a_conflict(manager: Person, outsider: Person) -> None:
    with pytest.raises(Conflict):
        disable_person(person=outsider, actor=manager, at=AT)


def test_a_guard_and_the_outsider_may_not(guard: Person, outsider: Person, manager: Person) -> None:
    for actor in (guard, outsider):
        for change in (
            lambda actor=actor: change_role(person=manager, role="guard", actor=actor, at=AT),
            lambda actor=actor: disable_person(person=manager, actor=actor, at=AT),
            lambda actor=actor: enable_person(person=outsider, actor=actor, at=AT),
        ):
            with pytest.raises(NotAllowed):
                change()


def test_every_role_is_in_the_matrix_and_a_guard_manages_nothing() -> None:
    assert set(MATRIX) == set(Role.values)
    forbidden = {Permission.MANAGE_CAMERAS, Permission.MANAGE_PEOPLE, Permission.READ_REGISTER, Permission.ORDER_EXPORT}
    assert not MATRIX[Role.GUARD] & forbidden


def test_of_two_managers_who_change_it_at_once_the_second_is_told(manager: Person, guard: Person) -> None:
    seen_before = Person.objects.get(pk=guard.pk)
    change_role(person=guard, role="auditor", actor=manager, at=AT)
    with pytest.raises(Conflict):
        change_role(person=seen_before, role="clerk", actor=manager, at=AT)
    assert Person.objects.get(pk=guard.pk).role == "auditor"
