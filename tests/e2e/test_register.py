"""The register: what was done is there, for those who may read it."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_guard_may_not_read_it(guard: Page) -> None:
    answer = guard.goto("/register/")
    assert answer is not None
    assert answer.status == 403


def test_a_viewing_stands_in_it_with_its_reason(guard: Page, manager: Page) -> None:
    guard.goto("/wall/")
    guard.locator("#reason-note").fill("找一把雨伞 <umbrella>")
    guard.locator("dialog[open] .button--primary").click()
    expect(guard.locator(".tile[data-state=live]").first).to_be_visible(timeout=30_000)
    manager.goto("/register/")
    expect(manager.locator("main")).to_contain_text("找一把雨伞 <umbrella>")


def test_nothing_plays_and_nothing_is_registered_before_a_reason_is_given(guard: Page) -> None:
    asked: list[str] = []
    guard.on("websocket", lambda socket: asked.append(socket.url))
    guard.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    guard.goto("/wall/")
    guard.locator("dialog[open]").wait_for()
    guard.keyboard.press("Escape")
    expect(guard.locator("dialog[open]")).to_have_count(0)
    guard.wait_for_timeout(1_000)
    expect(guard.locator(".tile[data-state=live]")).to_have_count(0)
    assert asked == []
