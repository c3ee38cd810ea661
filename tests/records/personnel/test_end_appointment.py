"""Ending an appointment early, and posts: opening, changing, closing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel import actions
from mingcha.records.personnel.models import Appointment, Post
from mingcha.records.personnel.queries import appointments_of, has_watch
from tests.records.personnel.conftest import TODAY, complete
from tests.support.office import AT, LATER, last_entry


@pytest.fixture
def appointment(guard: Person, clerk: Person, post: Post, manager: Person) -> Appointment:
    complete(guard, clerk, post.site)
    return actions.appoint(person=guard, post=post, from_on=TODAY, until_on=None, actor=manager, at=AT)


def test_it_ends_at_once_and_history_stays(appointment: Appointment, guard: Person, manager: Person) -> None:
    assert has_watch(guard, TODAY)
    actions.end_appointment(appointment=appointment, reason=" 调离\n本岗 ", actor=manager, at=LATER)
    assert not has_watch(guard, TODAY)
    assert not has_watch(guard, TODAY + timedelta(days=1))
    kept = appointments_of(guard).get()
    assert (kept.from_on, kept.until_on, kept.ended_at, kept.end_reason) == (TODAY, None, LATER, "调离 本岗")
    entry = last_entry()
    assert (entry.act, entry.subject) == ("appointment.ended", guard.public_id)
    assert entry.detail_fields["end_reason"] == "调离 本岗"
    assert appointment.public_id in entry.about


def test_it_was_held_on_the_days_before_it_ended(appointment: Appointment, guard: Person, manager: Person) -> None:
    actions.end_appointment(appointment=appointment, reason="调离", actor=manager, at=AT + timedelta(days=5))
    assert has_watch(guard, TODAY + timedelta(days=4))
    assert not has_watch(guard, TODAY + timedelta(days=5))


def test_a_reason_is_demanded_and_twice_is_a_conflict(appointment: Appointment, manager: Person) -> None:
    with pytest.raises(Invalid) as caught:
        actions.end_appointment(appointment=appointment, reason=" \n ", actor=manager, at=LATER)
    assert caught.value.code == "appointment.reason"
    actions.end_appointment(appointment=appointment, reason="离职", actor=manager, at=LATER)
    with pytest.raises(Conflict):
        actions.end_appointment(appointment=appointment, reason="离职", actor=manager, at=LATER)


def test_one_that_ran_out_by_itself_is_not_ended_again(appointment: Appointment, manager: Person) -> None:
    Appointment.objects.update(from_on=TODAY - timedelta(days=9), until_on=TODAY - timedelta(days=1))
    with pytest.raises(Conflict):
        actions.end_appointment(appointment=appointment, reason="离职", actor=manager, at=LATER)


def test_only_who_appoints_ends(
    appointment: Appointment, clerk: Person, guard: Person, outsider: Person, auditor: Person
) -> None:
    for actor in (clerk, guard, outsider, auditor):
        with pytest.raises(NotAllowed):
            actions.end_appointment(appointment=appointment, reason="离职", actor=actor, at=LATER)


def test_a_post_that_is_held_stays_open(appointment: Appointment, post: Post, clerk: Person, manager: Person) -> None:
    with pytest.raises(Conflict) as caught:
        actions.close_post(post=post, actor=clerk, at=LATER)
    assert caught.value.code == "post.held"
    actions.end_appointment(appointment=appointment, reason="离职", actor=manager, at=LATER)
    actions.close_post(post=post, actor=clerk, at=LATER)
    assert last_entry().act == "post.closed"
    with pytest.raises(Conflict):
        actions.change_post(post=post, name="x", seats=1, actor=clerk, at=LATER)


def test_names_of_posts_are_once_for_a_site(post: Post, clerk: Person, wuhan: Site) -> None:
    with pytest.raises(Conflict) as caught:
        actions.open_post(site=wuhan, name=" 东区值班 ", kind="monitoring", seats=1, actor=clerk, at=AT)
    assert caught.value.code == "post.name_taken"
    actions.close_post(post=post, actor=clerk, at=AT)
    assert actions.open_post(site=wuhan, name="东区值班", kind="monitoring", seats=1, actor=clerk, at=AT)


@pytest.mark.parametrize(
    ("name", "seats", "code"),
    [
        ("", 1, "file.text_empty"),
        ("a\u2028b", 1, "file.text_control"),
        ("长" * 201, 1, "file.text_long"),
        ("好", 0, "post.seats"),
        ("好", 201, "post.seats"),
    ],
)
def test_what_is_no_post_is_refused(clerk: Person, wuhan: Site, name: str, seats: int, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        actions.open_post(site=wuhan, name=name, kind="monitoring", seats=seats, actor=clerk, at=AT)
    assert caught.value.code == code


def test_a_change_is_entered_with_both_sides(post: Post, clerk: Person) -> None:
    actions.change_post(post=post, name="东一区值班", seats=3, actor=clerk, at=AT)
    assert last_entry().detail_fields["before"] == {"name": "东区值班", "seats": 2}
    assert last_entry().detail_fields["after"] == {"name": "东一区值班", "seats": 3}


def test_a_guard_and_the_outsider_open_no_posts(
    guard: Person, outsider: Person, auditor: Person, wuhan: Site, post: Post
) -> None:
    for actor in (guard, outsider, auditor):
        for attempt in (
            lambda actor=actor: actions.open_post(site=wuhan, name="x", kind="monitoring", seats=1, actor=actor, at=AT),
            lambda actor=actor: actions.change_post(post=post, name="x", seats=1, actor=actor, at=AT),
            lambda actor=actor: actions.close_post(post=post, actor=actor, at=AT),
        ):
            with pytest.raises(NotAllowed):
                attempt()
