"""Security headers on everything, and what the policy holds."""

from __future__ import annotations

import re

import pytest

from mingcha.records.accounts.models import Person
from tests.support.office import browser

PATHS = ("/", "/sign-in/", "/wall/", "/nope/", "/static/nope.css", "/language/", "/api/viewings")


def directives(policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in policy.split(";"))}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_them(guard: Person, path: str) -> None:
    for client in (browser(), browser(guard)):
        headers = client.get(path).headers
        policy = directives(headers["Content-Security-Policy"])
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_the_media_server_is_let_in_by_http_and_websocket(guard: Person, settings: object) -> None:
    policy = directives(browser(guard).get("/wall/").headers["Content-Security-Policy"])
    assert policy["connect-src"] == ["'self'", "http://testserver:8801", "ws://testserver:8801"]
    assert "http://testserver:8801" in policy["img-src"]
    assert "http://testserver:8801" in policy["media-src"]


def test_a_set_media_address_is_taken_as_it_is(guard: Person, settings: object) -> None:
    settings.MEDIA_ORIGIN = "https://video.example"  # type: ignore[attr-defined]
    client = browser(guard)
    response = client.get("/wall/")
    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["connect-src"] == ["'self'", "https://video.example", "wss://video.example"]
    assert '"mediaOrigin": "https://video.example"' in response.text


@pytest.mark.parametrize(
    ("host", "origin"), [("[::1]:9000", "http://[::1]:8801"), ("127.0.0.1", "http://127.0.0.1:8801")]
)
def test_the_host_of_the_page_is_the_host_of_the_pictures(host: str, origin: str) -> None:
    policy = directives(browser(headers={"host": host}).get("/sign-in/").headers["Content-Security-Policy"])
    assert origin in policy["connect-src"]


def test_a_foreign_host_is_refused_and_not_repeated() -> None:
    response = browser(headers={"host": "evil.example"}).get("/sign-in/")
    assert response.status_code == 400
    assert "evil.example" not in str(response.headers) + response.text


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(guard: Person) -> None:
    client = browser()
    client.get("/sign-in/")
    client.post("/sign-in/", {"username": "guard", "password": "correct horse battery"})
    for name in ("mingcha_session", "mingcha_csrf"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"


def test_no_page_is_kept_by_caches(guard: Person) -> None:
    for path in ("/", "/wall/", "/cameras/", "/sign-in/"):
        assert "no-store" in browser(guard).get(path).headers.get("Cache-Control", "no-store")


def test_no_template_needs_what_the_policy_forbids(guard: Person) -> None:
    for path in ("/", "/wall/", "/cameras/"):
        html = browser(guard).get(path).text
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", html)
