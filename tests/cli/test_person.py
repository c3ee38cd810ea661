"""`mingcha person`: accounts from the node itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mingcha.cli import person as command
from mingcha.cli.main import main
from mingcha.records.accounts import actions
from mingcha.records.accounts.factors.rows import has_second_factor
from mingcha.records.accounts.models import Person
from tests.records.accounts.test_factors import SECRET, code
from tests.support.office import AT, _office, guard, key_dir, last_entry, manager, outsider, words  # noqa: F401


@pytest.fixture(autouse=True)
def _prepared(monkeypatch: pytest.MonkeyPatch, _office: None) -> None:  # noqa: F811
    """The tables are there already."""
    monkeypatch.setattr(command, "_office", lambda: None)


def run(*words_given: str) -> int:
    return main(["person", *words_given])


def test_it_adds_somebody_as_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", "boss", "李卫", "--role", "manager") == 0
    password = capsys.readouterr().out.split()[1]
    person = Person.objects.get()
    assert (person.role, person.language) == ("manager", "")
    assert person.check_password(password)
    assert (last_entry().act, last_entry().actor) == ("person.created", "console")


def test_the_last_manager_who_forgot_the_password_is_let_in(
    manager: Person,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("reset", "MANAGER") == 0
    person = Person.objects.get()
    assert person.check_password(capsys.readouterr().out.split()[1])
    assert person.must_set_password
    assert (last_entry().act, last_entry().actor) == ("person.one_time_login_issued", "console")


def test_second_factors_go_only_when_asked(manager: Person, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    actions.add_app(person=manager, secret=SECRET, code=code(AT), at=AT)
    run("reset", "manager")
    assert has_second_factor(manager)
    assert "--second-factors" in capsys.readouterr().out
    run("reset", "manager", "--second-factors")
    assert not has_second_factor(manager)
    assert "person.second_factors_cleared" in words()


def test_a_disabled_account_is_opened_only_when_asked(
    outsider: Person,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("reset", "outsider") == 2
    assert "--enable" in capsys.readouterr().err
    assert run("reset", "outsider", "--enable") == 0
    assert Person.objects.get(pk=outsider.pk).is_active
    assert last_entry().act == "person.enabled"


@pytest.mark.parametrize(
    "given",
    [("reset", "nobody"), ("add", "a b", "x"), ("add", "ok", ""), ("add", "ok", "x", "--role", "king")],
)
def test_what_cannot_be_done_is_said_in_one_line(given: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*given) == 2
    assert capsys.readouterr().err.startswith("mingcha: ")
    assert not Person.objects.exists()


def test_the_list_says_whose_account_is_open(
    manager: Person,  # noqa: F811
    outsider: Person,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("list", "--json")
    rows: list[Any] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["username"], row["state"]) for row in rows] == [("manager", "active"), ("outsider", "disabled")]
    run("list")
    assert manager.public_id in capsys.readouterr().out
