"""Replacing a password by a one-time one."""

from __future__ import annotations

import pytest

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.actions import issue_one_time_login
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, PASSWORD, browser, last_entry


def test_the_old_password_ends(manager: Person, guard: Person) -> None:
    password = issue_one_time_login(person=guard, actor=manager, at=AT)
    person = Person.objects.get(pk=guard.pk)
    assert person.check_password(password)
    assert not person.check_password(PASSWORD)
    assert not person.may(Permission.WATCH_LIVE)
    assert last_entry().act == "person.one_time_login_issued"


def test_sessions_end_with_it(manager: Person, guard: Person) -> None:
    client = browser(guard)
    assert client.get("/").status_code == 200
    issue_one_time_login(person=guard, actor=manager, at=AT)
    assert client.get("/").headers["Location"].startswith("/sign-in/")


def test_the_console_may(guard: Person) -> None:
    assert issue_one_time_login(person=guard, actor=CONSOLE, at=AT)


def test_a_guard_may_not_even_for_themselves(guard: Person) -> None:
    with pytest.raises(NotAllowed):
        issue_one_time_login(person=guard, actor=guard, at=AT)


def test_the_outsider_may_not(outsider: Person, guard: Person) -> None:
    with pytest.raises(NotAllowed):
        issue_one_time_login(person=guard, actor=outsider, at=AT)
