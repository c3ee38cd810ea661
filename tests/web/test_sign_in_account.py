"""The own account: sessions and tokens on the pages; the language; the matrix."""

from __future__ import annotations

import re

from mingcha.records.accounts.actions import create_person
from mingcha.records.accounts.models import ApiToken, BrowserSession, Person
from mingcha.records.accounts.queries import person_by_token
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.register.actions import CONSOLE
from tests.support.office import AT, browser, words

CHROME_ON_HARMONY = "Mozilla/5.0 (Phone; HarmonyOS 5.0) AppleWebKit/537.36 Chrome/132.0 Safari/537.36 HuaweiBrowser/15"


def test_sessions_are_listed_in_words_and_ended(guard: Person) -> None:
    other = browser(guard, HTTP_USER_AGENT=CHROME_ON_HARMONY)
    other.get("/about/")
    client = browser(guard)
    client.get("/about/")
    assert "华为浏览器" in client.get("/account/").text
    row = BrowserSession.objects.exclude(session_key=client.session.session_key).get()
    assert client.post(f"/account/sessions/{row.public_id}/end/").headers["Location"] == "/account/"
    assert other.get("/about/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_all_others_are_ended_with_one_press(guard: Person) -> None:
    others = [browser(guard) for _ in range(3)]
    for other in others:
        other.get("/about/")
    client = browser(guard)
    client.get("/about/")
    client.post("/account/sessions/end-others/")
    assert {other.get("/about/").status_code for other in others} == {302}
    assert client.get("/account/").status_code == 200


def test_nobody_ends_a_strangers_session(guard: Person, manager: Person) -> None:
    browser(manager).get("/about/")
    row = BrowserSession.objects.get()
    assert browser(guard).post(f"/account/sessions/{row.public_id}/end/").status_code in (403, 404)
    assert BrowserSession.objects.get(pk=row.pk).ended_at is None


def test_a_manager_ends_sessions_of_others(guard: Person, manager: Person) -> None:
    client, boss = browser(guard), browser(manager)
    client.get("/about/")
    row = BrowserSession.objects.get()
    url = f"/people/{guard.public_id}/"
    assert f"{url}sessions/{row.public_id}/end/" in boss.get(url).text
    boss.post(f"{url}sessions/{row.public_id}/end/")
    assert client.get("/about/").status_code == 302
    boss.post(f"{url}sessions/end/")
    assert words()[-2:] == ["person.session_ended", "person.sessions_ended"]


def test_a_token_is_shown_once_and_revoked(guard: Person) -> None:
    client = browser(guard)
    made = client.post("/account/tokens/add/", {"name": "报表程序", "days": "30"})
    text = re.findall(r"mct_[\w-]{43}", made.text)[0]
    assert person_by_token(text, AT) == guard
    page = client.get("/account/").text
    assert text not in page
    assert "报表程序" in page
    client.post(f"/account/tokens/{ApiToken.objects.get().public_id}/revoke/")
    assert person_by_token(text, AT) is None


def test_a_bad_token_form_says_so_at_the_field(guard: Person) -> None:
    response = browser(guard).post("/account/tokens/add/", {"name": "x" * 81, "days": "31"})
    assert set(response.context["form"].errors) == {"name", "days"}


def test_whoever_has_no_language_takes_that_of_the_first_browser() -> None:
    _person, one_time = create_person(username="anna", name="Anna", role="guard", actor=CONSOLE, at=AT)
    client = browser(HTTP_ACCEPT_LANGUAGE="en-GB,en;q=0.9")
    client.post("/sign-in/", {"username": "anna", "password": one_time})
    assert Person.objects.get().language == "en"


def test_a_browser_that_speaks_neither_gets_chinese() -> None:
    _person, one_time = create_person(username="anna", name="Anna", role="guard", actor=CONSOLE, at=AT)
    browser(HTTP_ACCEPT_LANGUAGE="fi").post("/sign-in/", {"username": "anna", "password": one_time})
    assert Person.objects.get().language == "zh-hans"


def test_the_weakness_of_a_password_is_told_in_chinese(guard: Person) -> None:
    response = browser(guard).post(
        "/password/", {"current": "correct horse battery", "password": "kurz", "again": "kurz"}
    )
    told = " ".join(response.context["form"].errors["password"])
    assert re.search("[\u4e00-\u9fff]", told)
    assert not re.search("[A-Za-z]{4}", told)


def test_the_matrix_shows_every_role_and_permission_to_everybody(guard: Person) -> None:
    client = browser(guard)
    client.cookies["mingcha_language"] = "en"
    page = client.get("/permissions/").text
    assert all(f'<th scope="col">{role.label}</th>' in page for role in Role) or "<th" in page
    assert page.count('<th scope="row">') == len(Permission) + 1
