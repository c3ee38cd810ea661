"""Signing in: one-time passwords, failures, the lock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.actions import ONE_TIME_LIFE, create_person, sign_in
from mingcha.records.accounts.models import Person, SignInFailure
from mingcha.records.accounts.queries import ADDRESS_LIMIT, PAIR_LIMIT, WINDOW
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, LATER, PASSWORD, last_entry, words


def enter(username: str = "guard", password: str = PASSWORD, address: str = "10.1.1.1", at: object = LATER) -> Person:
    return sign_in(username=username, password=password, address=address, at=at)  # type: ignore[arg-type]


def fail(times: int, **changes: object) -> None:
    for _ in range(times):
        with pytest.raises(NotAllowed) as caught:
            enter(**{"password": "wrong", **changes})  # type: ignore[arg-type]
        assert caught.value.code == "sign_in.failed"


def test_the_right_password_opens_and_is_entered(guard: Person) -> None:
    assert enter() == guard
    entry = last_entry()
    assert (entry.act, entry.subject) == ("person.signed_in", guard.public_id)
    assert entry.detail_fields == {"network_address": "10.1.1.1", "one_time": False}


def test_the_sign_in_name_may_be_typed_in_any_case_and_width(guard: Person) -> None:
    assert enter(" ＧＵＡＲＤ ") == guard


def test_a_one_time_password_works_once(manager: Person) -> None:
    _person, password = create_person(username="new", name="新人", role="guard", actor=manager, at=AT)
    person = enter("new", password)
    assert person.must_set_password
    with pytest.raises(NotAllowed):
        enter("new", password)


def test_a_one_time_password_ends_by_itself(manager: Person) -> None:
    _person, password = create_person(username="new", name="新人", role="guard", actor=manager, at=AT)
    with pytest.raises(NotAllowed):
        enter("new", password, at=AT + ONE_TIME_LIFE)


def test_a_disabled_account_stays_out(outsider: Person) -> None:
    with pytest.raises(NotAllowed) as caught:
        enter("outsider")
    assert caught.value.code == "sign_in.failed"


def test_a_wrong_name_and_a_wrong_password_cannot_be_told_apart(guard: Person) -> None:
    fail(1)
    fail(1, username="nobody")


def test_an_unknown_name_is_not_written_down_since_it_may_be_a_password() -> None:
    fail(1, username="MyS3cretPassphrase")
    entry = last_entry()
    assert entry.act == "person.sign_in_failed"
    assert "secret" not in (entry.detail + entry.subject_name).lower()


def test_the_pair_of_name_and_address_is_locked_after_failures(guard: Person) -> None:
    fail(PAIR_LIMIT)
    assert words()[-2:] == ["person.sign_in_failed", "person.locked_out"]
    with pytest.raises(NotAllowed) as caught:
        enter()
    assert caught.value.code == "sign_in.locked"
    assert caught.value.params["minutes"] == 15


def test_a_stranger_elsewhere_does_not_lock_the_guard_out(guard: Person) -> None:
    fail(PAIR_LIMIT, address="10.9.9.9")
    assert enter() == guard


def test_the_lock_opens_by_itself(guard: Person) -> None:
    fail(PAIR_LIMIT)
    with pytest.raises(NotAllowed):
        enter(at=LATER + WINDOW - timedelta(seconds=1))
    assert enter(at=LATER + WINDOW) == guard


def test_one_address_cannot_try_many_names(guard: Person) -> None:
    fail_at = [f"name{number}" for number in range(ADDRESS_LIMIT)]
    for name in fail_at:
        fail(1, username=name)
    with pytest.raises(NotAllowed) as caught:
        enter()
    assert caught.value.code == "sign_in.locked"


def test_success_forgets_the_failures_of_the_pair(guard: Person) -> None:
    fail(PAIR_LIMIT - 1)
    enter()
    fail(PAIR_LIMIT - 1)
    assert enter() == guard


def test_old_failures_are_dropped(guard: Person) -> None:
    fail(1)
    fail(1, at=LATER + timedelta(days=2))
    assert SignInFailure.objects.count() == 1


def test_the_console_is_not_a_person_to_sign_in_as() -> None:
    fail(1, username=CONSOLE.public_id)
