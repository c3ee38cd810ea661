"""Home and the navigation in the browser: everything is reached without a mouse and without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.product import Product

WIDTHS = (360, 1366, 3840)


def test_menus_open_by_keyboard_and_close_by_escape(manager: Page) -> None:
    manager.goto("/")
    group = manager.locator(".topbar__group").first
    group.locator("summary").focus()
    manager.keyboard.press("Enter")
    expect(group.locator(".menu__panel")).to_be_visible()
    manager.keyboard.press("Tab")
    assert manager.evaluate("document.activeElement.classList.contains('menu__item')")
    manager.keyboard.press("Escape")
    expect(group.locator(".menu__panel")).to_be_hidden()


def test_the_first_stop_leads_past_the_navigation(manager: Page) -> None:
    manager.goto("/")
    manager.keyboard.press("Tab")
    expect(manager.locator(".skip-link")).to_be_focused()
    manager.keyboard.press("Enter")
    assert manager.evaluate("location.hash") == "#main"


def test_the_navigation_works_without_script(browser: Browser, product: Product, profiles: dict[str, Any]) -> None:
    context = browser.new_context(base_url=product.url, storage_state=profiles["manager"], java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    group = page.locator(".topbar__group").first
    group.locator("summary").click()
    with page.expect_navigation():
        group.locator("a.menu__item").first.click()
    expect(page.locator(".topbar__group summary[aria-current]")).to_have_count(1)
    page.goto("/map/")
    expect(page.locator("#sites")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/", "/wall/", "/playback/", "/map/"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_in_the_bar_touches_or_hides_anything(
    browser: Browser, product: Product, profiles: dict[str, Any], path: str, width: int, language: str
) -> None:
    context = browser.new_context(
        base_url=product.url, storage_state=profiles["manager"], viewport={"width": width, "height": 900}
    )
    context.add_cookies([{"name": "mingcha_language", "value": language, "url": product.url}])
    page = context.new_page()
    page.goto(path)
    # The room's tools come with the script.
    if path in ("/wall/", "/playback/"):
        page.locator("#island-tools > *").first.wait_for()
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".topbar a, .topbar summary, .topbar button, .topbar input")]
           .filter((node) => node.checkVisibility() && !node.closest(".menu__panel"))
           .map((node) => node.getBoundingClientRect())
           .filter((box) => box.width > 1)
           .map(({left, right, top, bottom}) => ({left, right, top, bottom}))"""
    )
    context.close()
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = (
                one["right"] <= other["left"] + 1
                or other["right"] <= one["left"] + 1
                or one["bottom"] <= other["top"] + 1
                or other["bottom"] <= one["top"] + 1
            )
            assert apart, (one, other)


def test_home_leads_to_what_is_to_be_done(manager: Page) -> None:
    manager.goto("/")
    line = manager.locator(".todo__what > a").first
    expect(line).to_be_visible()
    with manager.expect_navigation():
        line.click()
    expect(manager.locator("h1").first).to_be_visible()
