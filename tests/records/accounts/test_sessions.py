"""Browser sessions: listed, ended by their person or a manager, over by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts import actions
from mingcha.records.accounts.models import BrowserSession, Person
from mingcha.records.accounts.queries import session_for, sessions_of
from tests.support.office import AT, browser, last_entry

MINUTE_US = 60_000_000
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def opened(person: Person, **options: Any) -> Any:
    client = browser(person, **options)
    assert client.get("/about/").status_code == 200
    return client


def test_each_browser_is_a_line_of_the_list(guard: Person) -> None:
    opened(guard, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="10.0.0.7")
    opened(guard)
    listed = sessions_of(guard, viewer=guard, at=AT)
    assert {(row.address, row.user_agent) for row in listed} == {("10.0.0.7", FIREFOX), ("127.0.0.1", "")}


def test_ending_one_signs_that_browser_out_and_is_entered(guard: Person) -> None:
    client, other = opened(guard), opened(guard)
    row = BrowserSession.objects.get(session_key=client.session.session_key)
    actions.end_session(session=row, actor=guard, at=AT)
    assert last_entry().act == "person.session_ended"
    assert client.get("/about/").headers["Location"].startswith("/sign-in/")
    assert other.get("/about/").status_code == 200
    assert not Session.objects.filter(session_key=row.session_key).exists()


def test_ending_all_others_leaves_this_one(guard: Person) -> None:
    client, other = opened(guard), opened(guard)
    count = actions.end_other_sessions(person=guard, session_key=client.session.session_key, at=AT)
    assert count == 1
    assert client.get("/about/").status_code == 200
    assert other.get("/about/").status_code == 302


def test_a_manager_ends_anothers_a_guard_does_not(guard: Person, manager: Person, outsider: Person) -> None:
    client = opened(guard)
    row = BrowserSession.objects.get()
    opened(manager)
    managers = BrowserSession.objects.get(person=manager)
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            actions.end_session(session=managers, actor=actor, at=AT)
        with pytest.raises(NotAllowed):
            actions.end_sessions(person=manager, actor=actor, at=AT)
    actions.end_session(session=row, actor=manager, at=AT)
    assert client.get("/about/").status_code == 302


def test_others_sessions_are_seen_by_who_manages_people_only(guard: Person, manager: Person) -> None:
    opened(guard)
    assert sessions_of(guard, viewer=manager, at=AT)
    assert not sessions_of(manager, viewer=guard, at=AT)
    row = BrowserSession.objects.get()
    with pytest.raises(NotAllowed):
        session_for(viewer=guard, person=manager, public_id=row.public_id)


def test_a_new_password_ends_all_others(guard: Person) -> None:
    client, other = opened(guard), opened(guard)
    new = "three green bicycles"
    answer = client.post("/password/", {"current": "correct horse battery", "password": new, "again": new})
    assert answer.status_code == 302
    assert client.get("/about/").status_code == 200
    assert other.get("/about/").status_code == 302
    assert len(sessions_of(guard, viewer=guard, at=AT)) == 1


def test_disabling_ends_all_at_once(guard: Person, manager: Person) -> None:
    client = opened(guard)
    actions.disable_person(person=guard, actor=manager, at=AT)
    assert not Session.objects.filter(session_key=client.session.session_key).exists()


def test_an_idle_session_ends(guard: Person, settings: Any) -> None:
    settings.IDLE_MINUTES = 30
    client = opened(guard)
    django_settings.CLOCK.advance(30 * MINUTE_US - 1)
    assert client.get("/about/").status_code == 200
    django_settings.CLOCK.advance(30 * MINUTE_US)
    assert client.get("/about/").headers["Location"].startswith("/sign-in/")
    assert BrowserSession.objects.get().ended_at is not None


def test_zero_minutes_means_never(guard: Person, settings: Any) -> None:
    settings.IDLE_MINUTES = 0
    client = opened(guard)
    django_settings.CLOCK.advance(11 * 60 * MINUTE_US)
    assert client.get("/about/").status_code == 200


def test_a_session_in_use_ends_after_its_shift(guard: Person) -> None:
    client = opened(guard)
    for _ in range(24):
        django_settings.CLOCK.advance(30 * MINUTE_US - 1)
        assert client.get("/about/").status_code == 200
    django_settings.CLOCK.advance(MINUTE_US)
    assert client.get("/about/").status_code == 302


def test_signing_out_closes_the_line(guard: Person) -> None:
    client = opened(guard)
    client.post("/sign-out/")
    assert BrowserSession.objects.get().ended_at == AT
    assert sessions_of(guard, viewer=guard, at=AT) == []


def test_a_closed_account_ends_nothing(guard: Person, manager: Person) -> None:
    opened(guard)
    row = BrowserSession.objects.get()
    actions.disable_person(person=guard, actor=manager, at=AT)
    with pytest.raises(NotAllowed):
        actions.end_session(session=row, actor=Person.objects.get(pk=guard.pk), at=AT)


def test_notes_of_long_ago_are_dropped(guard: Person) -> None:
    opened(guard)
    BrowserSession.objects.update(seen_at=AT - timedelta(days=91))
    opened(guard)
    assert BrowserSession.objects.count() == 1
