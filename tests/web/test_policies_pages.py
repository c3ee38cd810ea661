"""Pages of policies and approvals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.html import escape

from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.policies.actions import approve, ask_approval, change_policy
from mingcha.records.policies.models import Approval, Change
from mingcha.records.policies.queries import standing_approval, value_of
from mingcha.records.policies.states import ApprovalKind, PolicyKey
from tests.support.office import AT, PASSWORD, browser, make_person, words
from tests.web.test_sign_in_second import code, with_app

KEY = PolicyKey.SECOND_NIGHT
VIEWING = ApprovalKind.VIEWING


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周敏", "auditor")


def decide(client: Any, value: int, **more: str) -> Any:
    return client.post(f"/policies/{KEY}/", {"value": value, "reason": "夜间从严", **more})


def wish(by: Person, kind: str = VIEWING) -> Approval:
    facts = {"kind": "playback", "cameras": ["cam_0000000000000001"], "from_us": 1, "to_us": 2, "reason": "incident"}
    return ask_approval(kind=kind, subject=by.public_id, facts=facts, subject_name="东门" * 100, actor=by, at=AT)


def given(username: str, password: str = PASSWORD, code: str = "") -> dict[str, str]:
    return {"username": username, "password": password, "code": code}


# Policies


def test_the_table_shows_every_policy_and_that_nobody_has_decided(manager: Person, site: Site) -> None:
    page = browser(manager).get("/policies/").text
    assert all(escape(str(key.label)) in page for key in PolicyKey)
    assert "22:00" in page


def test_a_manager_decides_a_stricter_policy_at_once_and_the_page_says_since_when_and_by_whom(manager: Person) -> None:
    client = browser(manager)
    assert decide(client, 1).status_code == 302
    assert value_of(KEY, at=AT) == 1
    page = client.get(f"/policies/{KEY}/").text
    assert "李卫" in page
    assert "夜间从严" in page


def test_a_weaker_policy_waits_and_another_agrees_on_the_page(manager: Person, auditor: Person) -> None:
    client = browser(manager)
    decide(client, 1)
    decide(client, 0)
    change = Change.objects.get(effective_at=None)
    assert f"/policies/changes/{change.public_id}/agree/" not in client.get("/policies/").text
    other = browser(auditor)
    assert f"/policies/changes/{change.public_id}/agree/" in other.get("/policies/").text
    other.post(f"/policies/changes/{change.public_id}/agree/")
    assert value_of(KEY, at=AT + timedelta(days=2)) == 1
    assert value_of(KEY, at=AT + timedelta(days=4)) == 0
    assert "2026-11-24" in other.get("/policies/").text


def test_one_person_cannot_agree_with_themselves_by_the_address(manager: Person) -> None:
    client = browser(manager)
    decide(client, 1)
    decide(client, 0)
    change = Change.objects.get(effective_at=None)
    client.post(f"/policies/changes/{change.public_id}/agree/")
    change.refresh_from_db()
    assert change.agreed_at is None


def test_a_site_of_nobody_is_refused_and_what_was_typed_stays(manager: Person, site: Site) -> None:
    answer = decide(browser(manager), 1, scope="sit_0000000000000000", reason="理由还在")
    assert answer.status_code == 400
    assert "理由还在" in answer.text
    assert decide(browser(manager), 1, scope=site.public_id).status_code == 302
    assert value_of(KEY, site=site.public_id, at=AT) == 1
    assert value_of(KEY, at=AT) == 0


@pytest.mark.parametrize(("role", "page", "act"), [("guard", 403, 403), ("inspector", 200, 403), ("clerk", 200, 403)])
def test_whoever_may_not_change_policies_does_not(role: str, page: int, act: int) -> None:
    client = browser(make_person("other", "无权者", role))
    assert client.get("/policies/").status_code == page
    assert decide(client, 1).status_code == act
    assert not Change.objects.exists()


def test_deciding_asks_who_sits_there(manager: Person) -> None:
    client = browser(manager, confirmed=False)
    assert "identity_password" in decide(client, 1).text
    assert not Change.objects.exists()


def test_an_unknown_policy_is_not_there(manager: Person) -> None:
    assert browser(manager).get("/policies/nothing/").status_code == 404


def test_the_log_policy_says_what_the_law_says_of_each_site(manager: Person, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(region="440305", place="shopping_mall", drafts=True)
    page = browser(manager).get("/policies/keep_log_days/").text
    assert "滨江商场" in page
    assert "/law/" in page


# Approvals


def test_a_wish_waits_on_the_page_and_at_home_of_whoever_may_answer(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    assert asked.public_id in browser(manager).get("/approvals/").text
    assert asked.public_id in browser(manager).get("/").text
    assert asked.public_id not in browser(guard).get("/").text
    page = browser(guard).get(f"/approvals/{asked.public_id}/").text
    assert f"/approvals/{asked.public_id}/confirm/" in page
    assert f"/approvals/{asked.public_id}/approve/" not in page


def test_a_manager_approves_in_their_own_sign_in(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client = browser(manager)
    assert client.get(f"/approvals/{asked.public_id}/").status_code == 200
    client.post(f"/approvals/{asked.public_id}/approve/")
    assert standing_approval(VIEWING, guard.public_id, AT) == asked


def test_approving_asks_who_sits_there(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    answer = browser(manager, confirmed=False).post(f"/approvals/{asked.public_id}/approve/")
    assert "identity_password" in answer.text
    assert standing_approval(VIEWING, guard.public_id, AT) is None


def test_a_refusal_wants_words_and_is_shown_to_who_asked(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client = browser(manager)
    assert client.post(f"/approvals/{asked.public_id}/refuse/", {"note": ""}).status_code == 400
    client.post(f"/approvals/{asked.public_id}/refuse/", {"note": "先写事由"})
    assert "先写事由" in browser(guard).get(f"/approvals/{asked.public_id}/").text


def test_anothers_wish_is_unknown_to_who_may_not_answer_it(guard: Person, manager: Person) -> None:
    other = make_person("other", "另一人", "guard")
    asked = wish(manager)
    for address in ("", "approve/", "refuse/", "withdraw/", "confirm/"):
        client = browser(other)
        path = f"/approvals/{asked.public_id}/{address}"
        assert (client.post(path, given("manager")) if address else client.get(path)).status_code == 404


def test_the_second_person_confirms_on_the_screen_of_who_asked(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client = browser(guard)
    answer = client.post(f"/approvals/{asked.public_id}/confirm/", {**given("manager"), "next": "/playback/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/playback/")
    assert standing_approval(VIEWING, guard.public_id, AT) == asked
    assert words()[-2:] == ["person.identity_confirmed", "approval.given"]
    assert "王芳" in client.get("/").text


def test_it_leads_nowhere_else(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    body = {**given("manager"), "next": "https://evil.example/"}
    answer = browser(guard).post(f"/approvals/{asked.public_id}/confirm/", body)
    assert answer.headers["Location"] == f"/approvals/{asked.public_id}/"


@pytest.mark.parametrize(
    ("second", "status"),
    [("guard", 403), ("nobody", 403), ("colleague", 403), ("outsider", 403), ("", 400)],
)
def test_nobody_else_confirms_on_the_screen(
    guard: Person, manager: Person, outsider: Person, second: str, status: int
) -> None:
    """Oneself, an unknown name, a colleague without the right, a closed account, nothing at all."""
    make_person("colleague", "同事", "guard")
    asked = wish(guard)
    answer = browser(guard).post(f"/approvals/{asked.public_id}/confirm/", given(second))
    assert answer.status_code == status
    assert standing_approval(VIEWING, guard.public_id, AT) is None


def test_a_one_time_password_confirms_nothing(guard: Person, manager: Person) -> None:
    _person, password = accounts.create_person(
        username="fresh", name="新来", role="manager", actor=manager, at=AT, language="zh-hans"
    )
    asked = wish(guard)
    answer = browser(guard).post(f"/approvals/{asked.public_id}/confirm/", given("fresh", password))
    assert answer.status_code == 403
    assert Person.objects.get(username="fresh").check_password(password)


def test_a_second_factor_is_wanted_and_its_code_used_up(guard: Person, manager: Person) -> None:
    with_app(manager)
    asked = wish(guard)
    path = f"/approvals/{asked.public_id}/confirm/"
    client = browser(guard)
    assert client.post(path, given("manager")).status_code == 403
    assert client.post(path, given("manager", code="000000")).status_code == 403
    assert "person.second_factor_failed" in words()
    assert client.post(path, given("manager", code=code(AT))).status_code == 302
    again = wish(guard)
    answer = client.post(f"/approvals/{again.public_id}/confirm/", given("manager", code=code(AT)))
    assert answer.status_code == 403


def test_where_a_second_factor_is_required_one_without_cannot_confirm(
    guard: Person, manager: Person, settings: Any
) -> None:
    asked = wish(guard)
    client = browser(guard)
    with_app(guard)
    settings.SECOND_FACTOR = "required"
    assert client.post(f"/approvals/{asked.public_id}/confirm/", given("manager")).status_code == 403
    assert standing_approval(VIEWING, guard.public_id, AT) is None


def test_guessing_the_password_of_the_second_person_locks_like_signing_in(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client, path = browser(guard), f"/approvals/{asked.public_id}/confirm/"
    answers = [client.post(path, given("manager", f"wrong{number}")).status_code for number in range(6)]
    assert answers == [403] * 5 + [429]
    assert client.post(path, given("manager")).status_code == 429
    assert "person.locked_out" in words()
    assert browser().post("/sign-in/", {"username": "manager", "password": PASSWORD}).status_code == 429


def test_the_json_confirms_like_the_page_and_says_where_it_stands(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client, path = browser(guard), f"/api/approvals/{asked.public_id}"
    assert client.get(path).json()["state"] == "waiting"
    wrong = client.post(f"{path}/confirm", given("manager", "nope"), content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (403, "sign_in.failed")
    done = client.post(f"{path}/confirm", given("manager"), content_type="application/json")
    assert done.status_code == 204
    assert client.get(path).json()["state"] == "given"
    assert browser(manager).get(path).status_code == 404


@pytest.mark.parametrize("body", ["", "[]", "{", '{"username": 1}', "null"])
def test_unreadable_json_is_refused(guard: Person, body: str) -> None:
    asked = wish(guard)
    path = f"/api/approvals/{asked.public_id}/confirm"
    assert browser(guard).post(path, body, content_type="application/json").status_code == 400


def test_without_the_token_of_the_page_nobody_confirms(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    client = browser(guard, enforce_csrf_checks=True)
    path = f"/api/approvals/{asked.public_id}/confirm"
    assert client.post(path, given("manager"), content_type="application/json").status_code == 403
    assert standing_approval(VIEWING, guard.public_id, AT) is None


def test_an_answered_wish_asks_nobody_for_a_password(guard: Person, manager: Person) -> None:
    asked = approve(approval=wish(guard), actor=manager, at=AT)
    answer = browser(guard).post(f"/approvals/{asked.public_id}/confirm/", given("manager", "wrong"))
    assert answer.status_code == 403
    assert "person.sign_in_failed" not in words()


def test_who_asked_takes_it_back(guard: Person, manager: Person) -> None:
    asked = wish(guard)
    browser(guard).post(f"/approvals/{asked.public_id}/withdraw/")
    asked.refresh_from_db()
    assert asked.answer == "withdrawn"


def test_a_weaker_policy_waits_at_home_of_the_auditor(manager: Person, auditor: Person) -> None:
    change_policy(key=KEY, value=1, reason="夜间从严", actor=manager, at=AT)
    change_policy(key=KEY, value=0, reason="放宽", actor=manager, at=AT)
    assert f"/policies/{KEY}/" in browser(auditor).get("/").text
    assert f"/policies/{KEY}/" not in browser(manager).get("/").text
