"""Releasing a hold: one asks, another releases, the recorder confirms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import ask_release, refuse_release, release_hold, review_hold
from mingcha.records.custody.models import Hold
from mingcha.records.custody.queries import owed
from tests.records.custody.conftest import tell
from tests.support.office import AT, LATER, last_entry, words


def test_two_persons_release_and_the_recorder_confirms(in_force: Hold, clerk: Person, manager: Person) -> None:
    ask_release(hold=in_force, reason="案件已结", actor=clerk, at=AT)
    assert in_force.state_at(AT) == "release_asked"
    release_hold(hold=in_force, actor=manager, at=LATER)
    assert in_force.state_at(LATER) == "releasing"
    assert last_entry().detail_fields == {"why": "案件已结", "asked_by": clerk.name}
    assert clerk.public_id in last_entry().refs
    tell(in_force, "hold.released", LATER)
    assert (in_force.state_at(LATER), in_force.released_at) == ("released", LATER)
    assert words()[-3:] == ["hold.release_asked", "hold.release_ordered", "hold.released"]


def test_nobody_releases_what_they_asked_for_themselves(in_force: Hold, manager: Person, second: Person) -> None:
    ask_release(hold=in_force, reason="不再需要", actor=manager, at=AT)
    with pytest.raises(NotAllowed) as refused:
        release_hold(hold=in_force, actor=manager, at=LATER)
    assert refused.value.code == "hold.same_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(released_by=manager)
    release_hold(hold=in_force, actor=second, at=LATER)
    assert in_force.released_by == second


def test_a_clerk_asks_but_does_not_release(in_force: Hold, clerk: Person, manager: Person) -> None:
    ask_release(hold=in_force, reason="不再需要", actor=manager, at=AT)
    with pytest.raises(NotAllowed):
        release_hold(hold=in_force, actor=clerk, at=LATER)
    assert in_force.state_at(LATER) == "release_asked"


@pytest.mark.parametrize("role", ["guard", "outsider"])
def test_others_neither_ask_nor_review(in_force: Hold, role: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(role)
    for act in (
        lambda: ask_release(hold=in_force, reason="x", actor=person, at=AT),
        lambda: review_hold(hold=in_force, note="x", actor=person, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nothing_is_released_unasked(in_force: Hold, manager: Person) -> None:
    with pytest.raises(Conflict):
        release_hold(hold=in_force, actor=manager, at=AT)


def test_a_release_waits_until_the_recorder_has_confirmed_the_hold(hold: Hold, clerk: Person) -> None:
    with pytest.raises(Conflict):
        ask_release(hold=hold, reason="误操作", actor=clerk, at=AT)


def test_a_release_wants_a_reason(in_force: Hold, clerk: Person) -> None:
    with pytest.raises(Invalid):
        ask_release(hold=in_force, reason=" ", actor=clerk, at=AT)


def test_it_is_asked_for_once(in_force: Hold, clerk: Person, manager: Person) -> None:
    stale = Hold.objects.get(pk=in_force.pk)
    ask_release(hold=in_force, reason="案件已结", actor=clerk, at=AT)
    with pytest.raises(Conflict):
        ask_release(hold=stale, reason="我也要求", actor=manager, at=AT)


def test_a_refused_release_leaves_the_hold_as_it_was(in_force: Hold, clerk: Person, manager: Person) -> None:
    ask_release(hold=in_force, reason="案件已结", actor=clerk, at=AT)
    refuse_release(hold=in_force, reason="上诉期未满", actor=manager, at=LATER)
    assert (in_force.state_at(LATER), in_force.release_asked_by) == ("in_force", None)
    assert last_entry().act == "hold.release_refused"
    ask_release(hold=in_force, reason="上诉期已满", actor=clerk, at=LATER)
    refuse_release(hold=in_force, reason="看错了", actor=clerk, at=LATER)
    assert in_force.state_at(LATER) == "in_force"


def test_the_second_person_is_told_and_the_first_is_not(in_force: Hold, manager: Person, second: Person) -> None:
    ask_release(hold=in_force, reason="案件已结", actor=manager, at=AT)
    assert [line.code for line in owed(second, AT)] == ["hold_release_waits"]
    assert owed(manager, AT) == []


def test_a_release_that_is_not_confirmed_is_owed(in_force: Hold, clerk: Person, manager: Person) -> None:
    ask_release(hold=in_force, reason="案件已结", actor=clerk, at=AT)
    release_hold(hold=in_force, actor=manager, at=AT)
    assert [line.code for line in owed(clerk, AT + timedelta(minutes=6))] == ["hold_unconfirmed"]


def test_the_recorder_alone_does_not_release(in_force: Hold) -> None:
    tell(in_force, "hold.released")
    assert in_force.state_at(AT) == "in_force"


def test_what_has_ended_is_not_reviewed(in_force: Hold, clerk: Person, manager: Person) -> None:
    ask_release(hold=in_force, reason="案件已结", actor=clerk, at=AT)
    release_hold(hold=in_force, actor=manager, at=AT)
    tell(in_force, "hold.released")
    with pytest.raises(Conflict):
        review_hold(hold=in_force, note="仍需要", actor=clerk, at=AT)
