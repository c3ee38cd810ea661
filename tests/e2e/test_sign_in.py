"""Signing in, and the language of the screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import Login, Product
from tests.e2e.screens import PASSWORD


def sign_in(page: Page, login: Login) -> None:
    """Send the sign-in form and wait for what comes next."""
    page.goto("/sign-in/")
    page.fill("[name=username]", login.username)
    page.fill("[name=password]", login.password)
    with page.expect_navigation():
        page.click("main button[type=submit]")


@pytest.mark.parametrize("path", ["/", "/wall/", "/playback/", "/register/", "/cameras/", "/people/", "/copies/"])
def test_a_stranger_is_asked_to_sign_in_everywhere(page: Page, path: str) -> None:
    page.goto(path)
    expect(page).to_have_url(re.compile("/sign-in/"))
    expect(page.locator("video")).to_have_count(0)


@pytest.mark.usefixtures("profiles")
def test_a_one_time_password_does_not_work_twice(page: Page, product: Product) -> None:
    sign_in(page, product.logins["guard"])
    expect(page).to_have_url(re.compile("/sign-in/"))
    expect(page.get_by_role("alert").first).to_be_visible()


@pytest.mark.usefixtures("profiles")
def test_a_refusal_does_not_tell_whether_the_name_exists(page: Page) -> None:
    texts = []
    for username in ("manager", "nobody-of-this-name"):
        sign_in(page, Login(username, "wrong wrong wrong"))
        expect(page).to_have_url(re.compile("/sign-in/"))
        texts.append(page.get_by_role("alert").first.inner_text())
    assert texts[0] == texts[1]


@pytest.mark.usefixtures("profiles")
def test_ones_own_password_works_until_the_session_is_gone(page: Page) -> None:
    sign_in(page, Login("guard", PASSWORD))
    page.goto("/cameras/")
    expect(page).to_have_url(re.compile("/cameras/"))
    page.context.clear_cookies(name="mingcha_session")
    page.goto("/cameras/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_language_is_switched_and_stays(page: Page) -> None:
    seen = []
    page.goto("/sign-in/")
    for _ in range(2):
        seen.append((page.locator("html").get_attribute("lang"), page.locator("h1").inner_text()))
        with page.expect_navigation():
            page.locator("form[action*=language] button").first.click()
    assert {language for language, _ in seen} == {"zh-Hans", "en"}
    assert seen[0][1] != seen[1][1]
    page.goto("/sign-in/")
    assert page.locator("html").get_attribute("lang") == seen[0][0]
