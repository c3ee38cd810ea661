"""A person sets up an app and a key, and comes in by each of them; then the key is taken away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import VIEWPORT
from tests.e2e.product import Product
from tests.e2e.screens import PASSWORD, sign_out

PERSON = "keyholder"


@pytest.fixture
def elsewhere(browser: Browser, product: Product) -> Iterator[Page]:
    """A page at ``localhost``: browsers offer keys under names only. With a key of its own in software."""
    url = product.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=url, viewport=VIEWPORT, locale="en")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def one_time_password(manager: Page) -> str:
    """The manager adds a person and is shown the password once."""
    manager.goto("/people/add/")
    manager.fill("[name=name]", "持钥人")
    manager.fill("[name=username]", PERSON)
    manager.select_option("[name=role]", "auditor")
    manager.click("main form button[type=submit]")
    if manager.locator("[name=identity_password]").count():
        manager.fill("[name=identity_password]", PASSWORD)
        manager.click("main form button[type=submit]")
    return manager.locator("#one-time-password").inner_text()


def come_to_the_door(page: Page, password: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", PERSON)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.click("main button[type=submit]")


def step_now() -> int:
    return int(time.time()) // 30


def code(secret: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret, step)))


def test_app_and_key_open_the_door_and_the_password_alone_does_not(manager: Page, elsewhere: Page) -> None:
    page = elsewhere
    come_to_the_door(page, one_time_password(manager))
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.click("main button[type=submit]")

    page.goto("/account/")
    expect(page.get_by_text("Only your password protects this account.")).to_be_visible()
    page.goto("/account/app/")
    expect(page.locator("svg.qr")).to_be_visible()
    secret = re.sub(r"\s", "", page.locator("#app-secret").inner_text())
    used = step_now()
    page.fill("[name=code]", code(secret, used))
    page.click("main form button[type=submit]")
    expect(page.locator("#recovery-codes li")).to_have_count(10)

    page.goto("/account/key/")
    page.fill("[name=name]", "Blue key")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/account/")
    expect(page.get_by_role("cell", name="Blue key", exact=True)).to_be_visible()

    sign_out(page)
    come_to_the_door(page, PASSWORD)
    expect(page).to_have_url(re.compile("/sign-in/second/"))
    page.goto("/register/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))
    page.goto("/sign-in/second/")
    with page.expect_navigation():
        page.click("[data-key-ask]")
    expect(page).not_to_have_url(re.compile("/sign-in/"))

    sign_out(page)
    come_to_the_door(page, PASSWORD)
    page.fill("[name=code]", code(secret, max(step_now(), used + 1)))
    with page.expect_navigation():
        page.click("main form button[type=submit]")
    expect(page).not_to_have_url(re.compile("/sign-in/"))

    page.goto("/account/")
    page.get_by_role("button", name="Remove Security key").click()
    page.locator("dialog[open] button.button--primary").click()
    page.wait_for_load_state()
    expect(page.get_by_role("cell", name="Blue key", exact=True)).to_have_count(0)
