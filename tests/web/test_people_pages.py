"""People as a manager sees them."""

from __future__ import annotations

import re

from mingcha.records.accounts.models import Person
from tests.support.office import browser, words


def test_a_new_guard_gets_a_one_time_password_shown_once(manager: Person) -> None:
    client = browser(manager)
    response = client.post("/people/add/", {"name": "新人", "username": "new", "role": "guard", "language": "en"})
    password = re.search(r'id="one-time-password">([^<]+)<', response.text)
    person = Person.objects.get(username="new")
    assert password is not None
    assert person.check_password(password.group(1))
    assert password.group(1) not in client.get(f"/people/{person.public_id}/").text


def test_errors_stand_at_their_fields(manager: Person) -> None:
    client = browser(manager)
    taken = client.post("/people/add/", {"name": "x", "username": "manager", "role": "guard", "language": "en"})
    assert "username" in taken.context["form"].errors
    odd = client.post("/people/add/", {"name": "", "username": "a b", "role": "king", "language": "xx"})
    assert set(odd.context["form"].errors) == {"name", "role", "language"}


def test_role_disable_enable_and_a_new_login(manager: Person, guard: Person) -> None:
    client, url = browser(manager), f"/people/{guard.public_id}/"
    client.post(f"{url}role/", {"role": "manager"})
    client.post(f"{url}disable/")
    assert not Person.objects.get(pk=guard.pk).is_active
    assert "one-time-password" in client.post(f"{url}enable/").text
    assert "one-time-password" in client.post(f"{url}one-time-login/").text
    expected = ["person.role_changed", "person.disabled", "person.enabled", "person.one_time_login_issued"]
    assert words()[-4:] == expected


def test_what_cannot_be_done_is_a_page_with_the_reason(manager: Person) -> None:
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    response = client.post(f"/people/{manager.public_id}/disable/")
    assert response.status_code == 409
    assert "You cannot do this to your own account." in response.text


def test_an_unknown_person_is_not_found(manager: Person) -> None:
    assert browser(manager).get("/people/per_0000000000000000/").status_code == 404
    assert browser(manager).post("/people/' OR 1=1/disable/").status_code == 404
