"""From the one-time password to the home page, and out again."""

from __future__ import annotations

from typing import Any

from django.test import Client

from mingcha.records.accounts.actions import create_person
from mingcha.records.accounts.models import Person
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, PASSWORD, browser, words


def test_the_first_sign_in(manager: Person) -> None:
    _person, one_time = create_person(username="new", name="新人", role="guard", actor=CONSOLE, at=AT)
    client = browser()
    response = client.post("/sign-in/", {"username": "new", "password": one_time, "next": "/wall/"})
    assert response.headers["Location"] == "/password/"
    assert client.get("/wall/").headers["Location"] == "/password/"
    client.post("/password/", {"password": "three green bicycles", "again": "three green bicycles"})
    assert client.get("/wall/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/wall/").status_code == 302
    assert words()[-3:] == ["person.signed_in", "person.password_set", "person.signed_out"]


def change(client: Client, current: str, password: str, again: str) -> Any:
    return client.post("/password/", {"current": current, "password": password, "again": again})


def test_two_different_passwords_are_refused_at_the_field(guard: Person) -> None:
    response = change(browser(guard), PASSWORD, "three green bicycles", "other green things")
    assert "again" in response.context["form"].errors


def test_a_weak_password_is_refused_at_the_field(guard: Person) -> None:
    response = change(browser(guard), PASSWORD, "password123", "password123")
    assert "password" in response.context["form"].errors


def test_the_own_password_is_changed_only_by_who_knows_it(guard: Person) -> None:
    client = browser(guard)
    refused = change(client, "wrong", "three green bicycles", "three green bicycles")
    assert "current" in refused.context["form"].errors
    assert words()[-1] == "person.sign_in_failed"
    assert change(client, PASSWORD, "three green bicycles", "three green bicycles").status_code == 302
    assert Person.objects.get(pk=guard.pk).check_password("three green bicycles")
    assert client.get("/").status_code == 200


def test_guessing_the_present_password_is_locked_like_signing_in(guard: Person) -> None:
    client = browser(guard)
    for _ in range(5):
        change(client, "wrong", "three green bicycles", "three green bicycles")
    locked = change(client, PASSWORD, "three green bicycles", "three green bicycles")
    assert "15" in locked.context["form"].errors["current"][0]
    assert not Person.objects.get(pk=guard.pk).check_password("three green bicycles")


def test_after_signing_in_one_is_where_one_wanted_to_be(guard: Person) -> None:
    response = browser().post("/sign-in/", {"username": "guard", "password": PASSWORD, "next": "/playback/?at=5"})
    assert response.headers["Location"] == "/playback/?at=5"


def test_the_way_back_leads_to_no_other_house(guard: Person) -> None:
    for target in ("https://evil.example/", "//evil.example", "\\\\evil.example"):
        response = browser().post("/sign-in/", {"username": "guard", "password": PASSWORD, "next": target})
        assert response.headers["Location"] == "/"


def test_signing_in_gives_a_new_session(guard: Person) -> None:
    client = browser()
    client.cookies["mingcha_session"] = "a" * 32
    client.post("/sign-in/", {"username": "guard", "password": PASSWORD})
    assert client.cookies["mingcha_session"].value != "a" * 32


def test_failures_are_told_in_the_readers_language_and_then_locked(guard: Person) -> None:
    client = browser()
    client.cookies["mingcha_language"] = "en"
    for _ in range(5):
        response = client.post("/sign-in/", {"username": "guard", "password": "wrong"})
        assert "Name or password is wrong" in response.text
    response = client.post("/sign-in/", {"username": "guard", "password": PASSWORD})
    assert response.status_code == 429
    assert "Try again in 15 minutes." in response.text


def test_the_persons_language_follows_them_to_another_browser() -> None:
    create_person(username="anna", name="Anna", role="guard", language="en", actor=CONSOLE, at=AT)
    person = Person.objects.get()
    person.set_password(PASSWORD)
    person.must_set_password, person.one_time_until = False, None
    person.save()
    client = browser()
    client.post("/sign-in/", {"username": "anna", "password": PASSWORD})
    assert 'lang="en"' in client.get("/").text


def test_sign_out_wants_a_post(guard: Person) -> None:
    assert browser(guard).get("/sign-out/").status_code == 405
