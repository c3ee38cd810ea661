"""The second factor on the pages: set up, shown at the door, removed; recovery codes; keys."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from mingcha.records.accounts import actions
from mingcha.records.accounts.factors.rows import factors_of, has_second_factor
from mingcha.records.accounts.models import Person
from tests.records.accounts.soft_key import SoftKey
from tests.records.accounts.test_factors import SECRET, STEP, code
from tests.support.office import AT, PASSWORD, browser, last_entry, words

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US


def with_app(person: Person) -> list[str]:
    return actions.add_app(person=person, secret=SECRET, code=code(AT - STEP), at=AT)


def at_the_door(person: Person, **options: Any) -> Client:
    client = browser(**options)
    given = {"username": person.username, "password": PASSWORD, "next": "/cameras/"}
    assert client.post("/sign-in/", given).headers["Location"] == "/sign-in/second/"
    return client


def test_an_app_is_set_up_by_its_first_code_and_recovery_codes_are_shown_once(guard: Person) -> None:
    client = browser(guard)
    page = client.get("/account/app/").text
    secret = re.sub(r"\s", "", re.findall(r'id="app-secret">([^<]+)<', page)[0])
    assert "<svg" in page
    assert "style=" not in page
    done = client.post("/account/app/", {"code": code(AT, secret)})
    shown = re.findall(r'<code class="code">(\d{5}-\d{5})</code>', done.text)
    assert len(shown) == 10
    assert shown[0] not in client.get("/account/").text
    assert secret not in json.dumps(dict(client.session.items()))
    assert [factor.kind for factor in factors_of(guard)] == ["app"]


def test_the_secret_waits_sealed_in_the_session_and_stays_the_same(guard: Person) -> None:
    client = browser(guard)
    first, again = (re.findall(r'id="app-secret">([^<]+)<', client.get("/account/app/").text) for _ in range(2))
    assert first == again
    assert first[0].replace(" ", "") not in json.dumps(dict(client.session.items()))


def test_a_wrong_first_code_stands_at_its_field(guard: Person) -> None:
    response = browser(guard).post("/account/app/", {"code": "000000"})
    assert "code" in response.context["form"].errors
    assert not has_second_factor(guard)


def test_the_password_alone_opens_no_page(guard: Person) -> None:
    with_app(guard)
    client = at_the_door(guard)
    assert client.get("/cameras/").status_code == 302
    assert client.get("/api/viewings/x/").status_code in (401, 404, 405)
    assert "person.signed_in" not in words()


def test_the_code_opens_and_leads_where_one_wanted_to_go(guard: Person) -> None:
    with_app(guard)
    client = at_the_door(guard)
    assert client.post("/sign-in/second/", {"code": code(AT)}).headers["Location"] == "/cameras/"
    assert client.get("/cameras/").status_code == 200


def test_a_wrong_code_is_told_and_then_locked(guard: Person) -> None:
    with_app(guard)
    client = at_the_door(guard)
    for _ in range(5):
        assert client.post("/sign-in/second/", {"code": "000000"}).status_code == 403
    assert client.post("/sign-in/second/", {"code": code(AT)}).status_code == 429
    assert client.get("/cameras/").status_code == 302


def test_an_empty_code_is_told_at_its_field(guard: Person) -> None:
    with_app(guard)
    response = at_the_door(guard).post("/sign-in/second/", {"code": ""})
    assert "code" in response.context["form"].errors


def test_the_half_of_a_sign_in_lasts_five_minutes(guard: Person) -> None:
    with_app(guard)
    client = at_the_door(guard)
    django_settings.CLOCK.advance(5 * MINUTE_US)
    assert client.get("/sign-in/second/").headers["Location"] == "/sign-in/"


def test_nobody_comes_to_the_second_half_without_the_first(guard: Person) -> None:
    with_app(guard)
    client = browser()
    assert client.get("/sign-in/second/").headers["Location"] == "/sign-in/"
    assert client.post("/sign-in/second/", {"code": code(AT)}).headers["Location"] == "/sign-in/"


def test_a_new_password_between_the_halves_sends_one_back(guard: Person) -> None:
    with_app(guard)
    client = at_the_door(guard)
    actions.set_own_password(person=guard, password="four calm grey geese", at=AT)
    assert client.post("/sign-in/second/", {"code": code(AT)}).headers["Location"] == "/sign-in/"


def test_a_recovery_code_opens(guard: Person) -> None:
    made = with_app(guard)
    client = at_the_door(guard)
    assert client.post("/sign-in/second/", {"code": made[0]}).status_code == 302
    assert last_entry().act == "person.recovery_code_used"


def options_of(text: str) -> dict[str, Any]:
    held = re.findall(r'<script id="key-options" type="application/json">(.*?)</script>', text)[0]
    options: dict[str, Any] = json.loads(html.unescape(held))
    return options


def add_key(client: Client, key: SoftKey, name: str = "蓝色钥匙") -> Any:
    options = options_of(client.get("/account/key/").text)
    answer = key.create(options, {}, origin="http://localhost")
    return client.post("/account/key/", {"name": name, "key": answer.text})


def test_a_key_is_added_and_opens_the_door(guard: Person) -> None:
    key, client = SoftKey(), browser(guard, HTTP_HOST="localhost")
    assert 'id="recovery-codes"' in add_key(client, key).text
    door = at_the_door(guard, HTTP_HOST="localhost")
    options = options_of(door.get("/sign-in/second/").text)
    answer = key.get(options, {}, origin="http://localhost")
    assert door.post("/sign-in/second/", {"key": answer.text}).headers["Location"] == "/cameras/"
    assert last_entry().detail_fields["second_factor"] == "key"


def test_an_answer_of_a_key_is_believed_once_and_in_time(guard: Person) -> None:
    key = SoftKey()
    add_key(browser(guard, HTTP_HOST="localhost"), key)
    door = at_the_door(guard, HTTP_HOST="localhost")
    answer = key.get(options_of(door.get("/sign-in/second/").text), {}, origin="http://localhost")
    door.post("/sign-in/second/", {"key": answer.text})
    door.post("/sign-out/")
    again = at_the_door(guard, HTTP_HOST="localhost")
    again.get("/sign-in/second/")
    assert again.post("/sign-in/second/", {"key": answer.text}).status_code == 403


def test_a_key_without_a_question_is_told_to_try_again(guard: Person) -> None:
    client = browser(guard, HTTP_HOST="localhost")
    response = client.post("/account/key/", {"name": "x", "key": "{}"})
    assert response.context["form"].non_field_errors()
    assert not has_second_factor(guard)


@pytest.mark.parametrize("host", ["127.0.0.1:8800", "[::1]:8800"])
def test_at_an_address_of_digits_the_page_says_that_keys_do_not_work(guard: Person, host: str) -> None:
    page = browser(guard, HTTP_HOST=host).get("/account/key/").text
    assert 'id="key-options"' not in page
    assert "localhost" in page


def test_removing_asks_once_more_and_a_code_answers(guard: Person) -> None:
    with_app(guard)
    client = browser(guard, confirmed=False)
    url = f"/account/factors/{factors_of(guard)[0].public_id}/remove/"
    asked = client.post(url)
    assert 'name="identity_code"' in asked.text
    done = client.post(url, {"identity_asked": "1", "identity_code": code(AT)})
    assert done.status_code == 302
    assert not has_second_factor(guard)


def test_removing_is_not_done_by_a_wrong_code(guard: Person) -> None:
    with_app(guard)
    url = f"/account/factors/{factors_of(guard)[0].public_id}/remove/"
    refused = browser(guard, confirmed=False).post(url, {"identity_asked": "1", "identity_code": "000000"})
    assert refused.status_code == 403
    assert has_second_factor(guard)
    assert words()[-1] == "person.second_factor_failed"


def test_adding_asks_once_more_and_leads_back(guard: Person) -> None:
    response = browser(guard, confirmed=False).get("/account/app/")
    assert response.headers["Location"] == "/confirm/?next=%2Faccount%2Fapp%2F"


def test_new_recovery_codes_are_shown_once(guard: Person) -> None:
    old = with_app(guard)
    shown = re.findall(r"\d{5}-\d{5}", browser(guard).post("/account/recovery-codes/").text)
    assert len(shown) == 10
    assert not set(shown) & set(old)


def test_the_account_page_recommends_a_second_factor_until_there_is_one(guard: Person) -> None:
    client = browser(guard)
    client.cookies["mingcha_language"] = "en"
    assert "Only your password protects this account." in client.get("/account/").text
    with_app(guard)
    assert "Only your password protects this account." not in client.get("/account/").text


def test_where_it_is_required_other_pages_wait_for_it(guard: Person, settings: Any) -> None:
    settings.SECOND_FACTOR = "required"
    client = browser(guard)
    assert client.get("/cameras/").headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get("/account/app/").status_code == 200
    answer = client.post("/api/cameras/x/probe/", "{}", content_type="application/json")
    assert answer.status_code in (403, 404)
    with_app(guard)
    assert client.get("/cameras/").status_code == 200


def test_where_it_is_required_roles_that_only_read_books_go_on(settings: Any) -> None:
    from tests.support.office import make_person

    settings.SECOND_FACTOR = "required"
    inspector = make_person("inspector", "检查员", "inspector")
    assert browser(inspector).get("/register/").status_code == 200


def test_switched_off_nothing_is_offered(guard: Person, settings: Any) -> None:
    settings.SECOND_FACTOR = "off"
    assert "/account/app/" not in browser(guard).get("/account/").text
    assert browser(guard).post("/account/app/", {"code": "000000"}).status_code == 409


def test_a_manager_clears_anothers_lost_factors(guard: Person, manager: Person) -> None:
    with_app(guard)
    client = browser(manager)
    assert "/second-factors/" in client.get(f"/people/{guard.public_id}/").text
    client.post(f"/people/{guard.public_id}/second-factors/")
    assert not has_second_factor(guard)
