"""What goes wrong, as a page and as JSON, in the reader's language."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from mingcha.base.errors import Conflict, Corrupt, Invalid, MingchaError, NotAllowed, Unavailable, Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.wording import MESSAGES, explain_reason
from mingcha.web import errors
from mingcha.web.pages import home
from tests.support.office import browser


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("a.b", "x"), 403),
        (NotAllowed("camera.unknown", "x"), 404),
        (NotAllowed("permission.sign_in", "x"), 401),
        (Invalid("a.b", "x"), 400),
        (Conflict("a.b", "x"), 409),
        (Unlawful("a.b", "x", citations=()), 409),
        (Unavailable("a.b", "x"), 503),
        (Corrupt("a.b", "x"), 500),
    ],
)
def test_each_kind_has_its_status(error: MingchaError, status: int) -> None:
    assert errors.status_of(error) == status


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "这里没有内容"), ("en", "There is nothing here")])
def test_a_missing_page_speaks_the_readers_language(language: str, text: str) -> None:
    client = browser()
    client.cookies["mingcha_language"] = language
    response = client.get("/nothing/here/")
    assert (response.status_code, text in response.text) == (404, True)


def test_a_broken_page_gives_a_reference_and_nothing_else(
    guard: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(home, "_cameras", explode)
    client = Client(raise_request_exception=False)
    client.force_login(guard)
    with caplog.at_level(logging.ERROR):
        response = client.get("/")
    assert response.status_code == 500
    assert "secret detail" not in response.text
    reference = next(record for record in caplog.records if "reference" in record.message).message.split()[-1]
    assert reference in response.text
    assert "Content-Security-Policy" in response.headers


def test_a_form_from_elsewhere_is_refused(guard: Person) -> None:
    response = browser(guard, enforce_csrf_checks=True).post("/sign-out/")
    assert response.status_code == 403
    assert "表单已过期" in response.text
    assert "您无权" not in response.text


def test_an_address_that_takes_a_form_is_no_empty_page(guard: Person) -> None:
    response = browser(guard).get("/sign-out/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "按钮" in response.text


def test_json_is_answered_with_json(guard: Person) -> None:
    client = browser(guard)
    client.cookies["mingcha_language"] = "en"
    refused = client.post("/api/exports", "{}", content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission.missing")
    assert refused.json()["error"]["message"] == "Your role does not permit this."
    unknown = client.post("/api/nothing")
    assert unknown.json()["error"]["code"] == "http.404"


def test_a_stranger_asking_for_json_is_told_to_sign_in() -> None:
    response = browser().post("/api/viewings", "{}", content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "permission.sign_in")


def test_every_code_the_recorder_may_send_has_a_sentence() -> None:
    codes = (
        "url", "unresolved", "refused", "timeout", "silent", "unauthorised", "not_rtsp", "not_found", "no_video",
        "codec", "protocol", "closed", "tls",
    )  # fmt: skip
    assert [code for code in codes if f"camera.{code}" not in MESSAGES] == []


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert explain_reason("camera.on_fire") == "camera.on_fire"
    assert explain_reason("") == ""
