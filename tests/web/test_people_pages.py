"""People as a manager sees them."""

from __future__ import annotations

import re
from typing import Any

from mingcha.records.accounts.models import Person
from tests.support.office import AT, browser, make_person, words


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


def test_who_may_only_read_sees_people_but_no_way_to_change_them(manager: Person, guard: Person) -> None:
    auditor = make_person("auditor", "审计员", "auditor")
    client, url = browser(auditor), f"/people/{guard.public_id}/"
    assert "王芳" in client.get("/people/").text
    page = client.get(url).text
    assert client.get(url).status_code == 200
    assert not [path for path in ("role/", "disable/", "one-time-login/", "sessions/") if f"{url}{path}" in page]
    assert "/people/add/" not in client.get("/people/").text
    assert client.post(f"{url}role/", {"role": "manager"}).status_code == 403
    assert client.get("/people/add/").status_code == 403
    assert browser(guard).get("/people/").status_code == 403


def test_the_list_is_paged_searched_and_filtered(manager: Person, guard: Person) -> None:
    Person.objects.bulk_create(
        Person(username=f"p{number:03}", name=f"人员{number:03}", role="guard", created_at=AT) for number in range(120)
    )
    client = browser(manager)
    first = client.get("/people/")
    assert first.context["page"].paginator.count == 122
    assert len(first.context["page"].object_list) == 50
    last = client.get("/people/?page=3&role=guard")
    assert last.context["page"].object_list[0].name == "人员100"
    assert "role=guard&amp;page=2" in last.text
    found = client.get("/people/", {"text": "人员119"}).context["page"].object_list
    assert [item.username for item in found] == ["p119"]
    assert client.get("/people/", {"text": "MANAGER"}).context["page"].paginator.count == 1
    assert client.get("/people/", {"state": "waiting"}).context["page"].paginator.count == 120
    assert client.get("/people/", {"text": "nobody at all"}).context["page"].paginator.count == 0
    assert client.get("/people/?page=99&role=king&text=" + "x" * 200).status_code == 200


def test_a_name_over_the_limit_is_refused_in_words_not_cut(manager: Person) -> None:
    client = browser(manager)
    assert "maxlength" not in client.get("/people/add/").text
    given = {"name": "长" * 201, "username": "long", "role": "guard", "language": ""}
    assert "name" in client.post("/people/add/", given).context["form"].errors
    made = client.post("/people/add/", {**given, "name": "长" * 200})
    assert "one-time-password" in made.text
    assert "长" * 200 in client.get("/people/").text


def test_the_form_begins_in_the_language_of_the_browser(manager: Person) -> None:
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    assert '<option value="en" selected>' in client.get("/people/add/").text


def test_thousands_of_people_cost_as_many_queries_as_fifty(manager: Person, django_assert_max_num_queries: Any) -> None:
    Person.objects.bulk_create(
        Person(username=f"p{number:04}", name=f"人员{number:04}", role="guard", created_at=AT)
        for number in range(5_000)
    )
    client = browser(manager)
    client.get("/people/")
    with django_assert_max_num_queries(12):
        client.get("/people/", {"text": "49", "page": "2"})
