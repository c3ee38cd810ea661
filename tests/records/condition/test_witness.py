"""Witnesses of the ledger as the recorder tells of them: since when they cosign, and when somebody is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.ids import new_id
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.condition.queries import owed, unwitnessed_since, witnesses
from mingcha.wire.facts import Fact
from tests.support.office import AT

HOUR = timedelta(hours=1)


def tell(kind: str, after: timedelta, **detail: Any) -> None:
    told = {"witness": "witness.example", **detail}
    take_facts(facts=[Fact(new_id("fct"), kind, from_datetime(AT + after), "", told, sequence=1)])


def test_a_day_without_a_cosignature_is_told_with_the_instant_of_the_last(manager: Person) -> None:
    tell("local.upkeep", 0 * HOUR, act="witness.added", operator="root")
    tell("witness.state", HOUR, state="ok")
    assert unwitnessed_since(witnesses(viewer=manager)) is None
    tell("witness.state", 5 * HOUR, state="away")
    tell("witness.state", 9 * HOUR, state="away")  # the recorder was started again
    assert unwitnessed_since(witnesses(viewer=manager)) == AT + 5 * HOUR
    assert owed(manager, AT + 28 * HOUR) == []
    (line,) = owed(manager, AT + 30 * HOUR)
    assert "witness.example" in line.text
    tell("witness.state", 31 * HOUR, state="clock")
    assert owed(manager, AT + 99 * HOUR) == []


@pytest.mark.parametrize("state", ["refused", "false"])
def test_another_history_is_told_at_once(manager: Person, state: str) -> None:
    tell("witness.state", 0 * HOUR, state=state)
    assert len(owed(manager, AT)) == 1


def test_one_struck_off_owes_nothing_until_it_is_named_again(manager: Person) -> None:
    tell("witness.state", 0 * HOUR, state="away")
    tell("local.upkeep", HOUR, act="witness.removed", operator="root")
    tell("witness.state", HOUR, state="away")
    assert (witnesses(viewer=manager), owed(manager, AT + 99 * HOUR)) == ([], [])
    tell("local.upkeep", 2 * HOUR, act="witness.added", operator="root")
    assert [one.state for one in witnesses(viewer=manager)] == ["named"]
    assert len(owed(manager, AT + 99 * HOUR)) == 1
