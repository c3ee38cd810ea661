"""The desk of requests in a browser: officers sign on the screen, their names move over the picture, and it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.cameras import CameraThread
from tests.e2e.conftest import PATIENCE_MS, VIEWPORT
from tests.e2e.product import Product
from tests.e2e.screens import first_sign_in, wait_for_state

CAMERA = "东门"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def beijing(tmp_path_factory: pytest.TempPathFactory, cameras: CameraThread, empty_office: Path) -> Iterator[Product]:
    """A product where only the national order binds."""
    directory: Path = tmp_path_factory.mktemp("desk")
    product = Product(directory, f"--camera={CAMERA}={cameras.url('gate')}", "--region=110101", tables=empty_office)
    yield product
    assert product.stop() in (0, 130), product.output


def _page(browser: Browser, product: Product, username: str) -> Page:
    context = browser.new_context(base_url=product.url, viewport=VIEWPORT, locale="en", timezone_id="Asia/Shanghai")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    first_sign_in(page, product, username)
    return page


def _sign_by_hand(page: Page) -> None:
    pad = page.locator('form[action$="/officers/"] canvas')
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    for step in range(10):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 30 + 20 * (step % 2))
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('[name=officer-signature]').files.length === 1")


def _receive(desk: Page) -> None:
    """The police ask to see live pictures; nothing is missing but somebody who is to see them."""
    desk.goto("/requests/new/")
    desk.locator('main a[href$="/organ/"]').first.click()
    desk.wait_for_url("**/organ/")
    desk.select_option("[name=requester]", "public_security")
    for field, text in (("organ", "江岸分局"), ("statutory_duty", "刑事案件侦查"), ("purpose", "查找走失老人")):
        desk.fill(f"[name={field}]", text)
    desk.select_option("[name=mode]", "view")
    desk.get_by_label(CAMERA).check()
    desk.select_option("[name=what]", "live")
    desk.locator("main form button[type=submit]").last.click()
    desk.wait_for_url("**/requests/req_*/")


def test_officers_sign_on_the_screen_look_under_their_names_and_are_ended(browser: Browser, beijing: Product) -> None:
    desk, manager = _page(browser, beijing, "guard"), _page(browser, beijing, "manager")
    _receive(desk)
    url = desk.url
    desk.fill("[name=officer-name]", "陈警官")
    desk.fill("[name=officer-organ]", "江岸分局")
    desk.select_option("[name=officer-certificate]", "work_certificate")
    _sign_by_hand(desk)
    desk.locator('form[action$="/officers/"] button[type=submit]').click()
    expect(desk.locator("img.signed")).to_be_visible()
    manager.goto(url)
    manager.locator('form[action$="/grant/"] button[type=submit]').click()
    manager.wait_for_load_state()
    desk.goto(f"{url}look/")
    wait_for_state(desk, CAMERA, "live", PATIENCE_MS)
    words = desk.locator(".watermark__words").first
    expect(words).to_contain_text("陈警官")
    before = words.bounding_box()
    desk.wait_for_timeout(1500)
    assert words.bounding_box() != before, "the names stand still"
    manager.goto(url)
    manager.fill("[name=end-reason]", "已看完")
    manager.locator('form[action$="/end/"] button[type=submit]').last.click()
    ended = time.monotonic()
    desk.wait_for_function("!['live', 'connecting'].includes(document.querySelector('section.tile').dataset.state)")
    assert time.monotonic() - ended < 5.0  # a busy test machine; tests/attacks/test_enforcement.py measures
    desk.goto(f"{url}look/")
    expect(desk.locator("section.tile")).to_have_count(0)
    desk.goto(f"{url}paper/")
    expect(desk.locator("svg.qr")).to_be_visible()
    for page in (desk, manager):
        page.context.close()
