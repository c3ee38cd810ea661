"""A take-over from the desk to the hand-back: officers turn a camera that really turns; the unit cannot meanwhile."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mingcha.base.clock import SystemClock
from mingcha.media.sim.cameras import TURNING, turning_camera
from mingcha.media.sim.server import SimServer
from tests.e2e.conftest import VIEWPORT
from tests.e2e.product import Product
from tests.e2e.screens import first_sign_in, give_reason, tile, wait_for_state

NAME = "广场球机"
TURN = "Turn the camera"

pytestmark = pytest.mark.slow


class Square:
    """The turning camera, served by a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.sim = SimServer(cameras=[turning_camera(SystemClock())])
        asyncio.run_coroutine_threadsafe(self.sim.start(), self._loop).result(20)

    @property
    def pan(self) -> float:
        return self.sim.turret(TURNING).look().pan

    @property
    def is_moving(self) -> bool:
        return self.sim.turret(TURNING).is_moving

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.sim.close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def square() -> Iterator[Square]:
    square = Square()
    yield square
    square.close()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, square: Square, empty_office: Path) -> Iterator[Product]:
    """A product of its own, in the city whose text lets police take a system over."""
    data: Path = tmp_path_factory.mktemp("takeover")
    product = Product(data, "--no-sim", "--region=440104", "--place=square", tables=empty_office)
    why = ("--necessity", "大型活动人流密集", "--control", square.sim.control_url(TURNING))
    product.command("camera", "add", NAME, square.sim.url(TURNING), *why)
    yield product
    assert product.stop() in (0, 130), product.output


@pytest.fixture(scope="module")
def people(browser: Browser, own: Product) -> dict[str, Page]:
    """Manager and guard, each at a screen of their own; the desk is a second window of the guard's."""
    pages = {}
    for username in ("manager", "guard"):
        context = browser.new_context(base_url=own.url, viewport=VIEWPORT, locale="en")
        pages[username] = context.new_page()
        first_sign_in(pages[username], own, username)
    pages["desk"] = pages["guard"].context.new_page()
    return pages


def test_a_takeover_goes_from_the_desk_to_the_hand_back(own: Product, square: Square, people: dict[str, Page]) -> None:
    manager, guard, desk = people["manager"], people["guard"], people["desk"]
    # The guard has the camera in hand.
    guard.goto("/wall/")
    give_reason(guard)
    wait_for_state(guard, NAME, "live")
    _take_in_hand(guard)
    _hold(guard, "ArrowRight", square)
    # The police come: one page, by keyboard.
    _receive(desk)
    url = desk.url
    expect(desk.locator("#decide")).to_have_count(0)
    manager.goto(url)
    manager.locator("#decide button[type=submit]").click()
    expect(manager.locator("#takeover")).to_be_visible()
    # From now on the unit has no hand on it, and sees who has.
    expect(guard.locator(".turnbar")).to_be_hidden()
    expect(guard.locator(".tile__taken")).to_contain_text("越秀分局")
    expect(tile(guard, NAME).get_by_label(TURN)).to_have_count(0)
    # The officers turn it at the desk, their names over the picture.
    desk.goto(f"{url}look/")
    wait_for_state(desk, NAME, "live")
    expect(desk.locator(".watermark").first).to_contain_text("陈警官")
    _take_in_hand(desk)
    _hold(desk, "ArrowRight", square)
    # Handing back stops the camera and the picture, even in the middle of a movement.
    desk.keyboard.down("ArrowRight")
    back = people["guard"].context.new_page()
    back.goto(url)
    back.fill('input[name="back-signed_name"]', "陈警官")
    back.locator('form[action$="/takeover/back/"] button[type=submit]').click()
    expect(back.locator("#takeover")).to_contain_text("Handed back by")
    expect(desk.locator(".turnbar")).to_be_hidden()
    desk.wait_for_function("!['live', 'late'].includes(document.querySelector('section.tile').dataset.state)")
    assert not square.is_moving
    desk.keyboard.up("ArrowRight")
    # Movements are in the book and on the receipt.
    moves = back.locator("table").filter(has_text="to the right").first
    for _ in range(30):  # the recorder tells of a movement a moment after it ended
        back.reload()
        if moves.is_visible():
            break
        back.wait_for_timeout(500)
    expect(back.locator("#takeover")).to_contain_text("Movements")
    expect(moves).to_be_visible()
    back.goto(f"{url}paper/")
    expect(back.locator("svg.qr")).to_be_visible()
    manager.goto("/register/?act=ptz.moved")
    expect(manager.locator("main")).to_contain_text("越秀分局")
    # The unit may turn again.
    expect(guard.locator(".tile__taken")).to_have_text("")
    _take_in_hand(guard)


def _take_in_hand(page: Page) -> None:
    tile(page, NAME).hover()
    tile(page, NAME).get_by_label(TURN).click()
    expect(page.locator(".turnbar[data-state=ready]")).to_be_visible()


def _hold(page: Page, key: str, square: Square) -> None:
    """Hold a key until the camera has turned, let go, and see it stand."""
    before = square.pan
    page.keyboard.down(key)
    for _ in range(100):
        page.wait_for_timeout(100)
        if abs(square.pan - before) > 1:
            break
    page.keyboard.up(key)
    assert square.pan != before
    for _ in range(50):
        page.wait_for_timeout(100)
        if not square.is_moving:
            return
    raise AssertionError("the camera goes on turning")


def _receive(page: Page) -> None:
    page.goto("/requests/new/")
    page.locator("main table a").first.press("Enter")
    page.wait_for_url("**/organ/")
    for field, text in (("organ", "越秀分局"), ("statutory_duty", "刑事案件侦查"), ("purpose", "搜寻嫌疑人")):
        page.fill(f'[name="{field}"]', text)
    page.select_option('[name="mode"]', "takeover")
    page.select_option('[name="what"]', "live")
    for number, name in enumerate(("陈警官", "林警官")):
        page.fill(f'[name="officer{number}-name"]', name)
        page.select_option(f'[name="officer{number}-certificate"]', "enforcement_certificate")
        page.fill(f'[name="officer{number}-signed_name"]', name)
    page.select_option('[name="paper0-kind"]', "introduction_letter")
    page.fill('[name="paper0-number"]', "介字 7")
    page.press('[name="paper0-number"]', "Enter")
    page.wait_for_url(re.compile(r"/requests/req_\w+/$"))
