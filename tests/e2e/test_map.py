"""The map in the browser: sites and cameras found without a mouse, a camera put on a plan and kept there."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.product import Product

CAMERA = "东门岗亭"


def camera_id(page: Page, name: str) -> str:
    page.goto("/cameras/")
    href = page.locator("main a", has_text=name).first.get_attribute("href") or ""
    found = re.search(r"cam_[0-9a-z]+", href)
    assert found
    return found.group()


def ready(page: Page) -> None:
    expect(page.locator("#map")).to_have_attribute("data-state", "ready")


def test_a_camera_is_found_by_name_and_opened_as_a_card_with_the_keyboard(manager: Page, product: Product) -> None:
    hosts: set[str] = set()
    manager.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    camera = camera_id(manager, CAMERA)
    manager.goto(f"/cameras/{camera}/place/")
    manager.fill("[name=position]", "30.5867, 114.2871")
    manager.fill("[name=necessity]", "出入口需要看护")
    with manager.expect_navigation():
        manager.locator("main form button[type=submit]").last.click()
    manager.goto("/map/")
    ready(manager)
    expect(manager.locator("#map")).to_have_attribute("data-cameras", "1")
    canvas = manager.locator("#map canvas")
    canvas.focus()
    for key in ("+", "+", "ArrowLeft", "-", "0"):
        manager.keyboard.press(key)
    manager.fill("#map-search", "东门")
    entry = manager.locator(".map__entry", has_text=CAMERA)
    expect(entry).to_have_count(1)
    entry.focus()
    manager.keyboard.press("Enter")
    card = manager.locator(".map__card")
    expect(card).to_contain_text(CAMERA)
    expect(card.locator("a[href*='/wall/']")).to_be_visible()
    assert hosts == {"127.0.0.1"}
    assert manager.evaluate(
        "() => { const c = document.querySelector('#map canvas');"
        " const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return new Set(Array.from({length: p.length / 4}, (_, i) => p[4 * i] << 8 | p[4 * i + 1])).size > 3; }"
    )


def test_a_camera_is_put_on_the_plan_and_stays_there(manager: Page, tmp_path: Path) -> None:
    picture = tmp_path / "plan.png"
    Image.new("RGB", (400, 300), "white").save(picture)
    camera = camera_id(manager, CAMERA)
    manager.goto("/places/")
    manager.locator("main a[href*='/sites/sit_']").first.click()
    manager.wait_for_url("**/sites/sit_**")
    manager.goto(f"{manager.url.split('?')[0].rstrip('/')}/areas/add/")
    manager.fill("[name=name]", "一层")
    manager.set_input_files("[name=plan]", picture)
    manager.fill("[name=plan_mm_per_px]", "50")
    with manager.expect_navigation():
        manager.locator("main form button[type=submit]").last.click()
    manager.goto(f"/cameras/{camera}/place/")
    manager.select_option("[name=area]", label="一层")
    with manager.expect_navigation():
        manager.locator("main form button[type=submit]").last.click()
    manager.goto("/map/")
    manager.locator("#sites a", has_text="一层").click()
    ready(manager)
    manager.locator(".map__arrange").click()
    manager.locator(".map__entry", has_text=CAMERA).click()
    manager.locator(".map__card button", has_text="Put it on the plan").click()
    manager.locator("#map canvas").focus()
    manager.keyboard.press("]")
    manager.fill("#map-reason", "首次登记位置")
    manager.locator(".map__keep .button--primary").click()
    expect(manager.locator("#map")).to_have_attribute("data-saved", camera)
    manager.reload()
    ready(manager)
    expect(manager.locator("table td", has_text="yes").first).to_be_visible()
    expect(manager.locator("table", has_text=CAMERA)).to_contain_text("5°")


def test_a_guard_sees_the_map_but_arranges_nothing(guard: Page) -> None:
    guard.goto("/map/")
    ready(guard)
    links = guard.locator("#sites a")
    if links.count():
        links.first.click()
        ready(guard)
    expect(guard.locator(".map__arrange")).to_have_count(0)
