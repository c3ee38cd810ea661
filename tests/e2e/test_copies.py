"""A copy's whole way in the running product: granted, made by the recorder, sealed, approved by a second person,
downloaded, handed over, returned, destroyed with its certificate; and one nobody comes for."""

from __future__ import annotations

import datetime
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.cameras import CameraThread
from tests.e2e.conftest import PATIENCE_MS, VIEWPORT
from tests.e2e.product import Login, Product
from tests.e2e.screens import PASSWORD, first_sign_in, give_reason, wait_for_picture

SHANGHAI = ZoneInfo("Asia/Shanghai")
CAMERA = "东门"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of its own, since copies expire at once in one of the journeys; whichever comes first moves in."""
    return tmp_path_factory.mktemp("copies")


@contextmanager
def living_in(
    house: Path, browser: Browser, cameras: CameraThread, tables: Path, **settings: str
) -> Iterator[tuple[Product, Page]]:
    """The product in this house, and a page of its manager."""
    is_new = not (house / "data").exists()
    product = Product(house, f"--camera=西门={cameras.url('court')}", settings=settings, tables=tables)
    try:
        if is_new:
            lawful_camera(product, cameras)
        page = signed_in(browser, product, first=is_new)
        yield product, page
        page.context.close()
    finally:
        assert product.stop() in (0, 130), product.output


def signed_in(browser: Browser, product: Product, *, first: bool) -> Page:
    context = browser.new_context(
        base_url=product.url, viewport=VIEWPORT, locale="en", timezone_id="Asia/Shanghai", accept_downloads=True
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if first:
        first_sign_in(page, product, "manager")
    else:
        page.goto("/sign-in/")
        page.fill("input[name=username]", "manager")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{product.url}/")
    return page


def submit(page: Page, action: str) -> None:
    """Send the form with this address, answering both who it is and whether it is meant."""
    page.evaluate("document.querySelectorAll('.alerts').forEach((told) => told.remove())")  # of the step before
    page.locator(f'form[action$="{action}"] button[type=submit]').click()
    confirm = page.locator("dialog[open] .dialog__foot button").last
    identity = page.locator("input[name=identity_password]")
    settled = page.locator(".alerts .alert, .field__error, .alert--danger")
    expect(confirm.or_(identity).or_(settled).first).to_be_visible()
    if confirm.is_visible():
        confirm.click()
        expect(identity.or_(settled).first).to_be_visible()
    if identity.is_visible():
        identity.fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()


def sign_by_hand(page: Page, action: str) -> None:
    pad = page.locator(f'form[action$="{action}"] canvas')
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    for step in range(10):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 30 + 20 * (step % 2))
    page.mouse.up()
    name = "over-signature" if "over" in action else "back-signature"
    page.wait_for_function(f"() => document.querySelector('[name={name}]').files.length === 1")


def lawful_camera(product: Product, cameras: CameraThread) -> None:
    """One in Beijing, where only the national order binds."""
    facts = ("--region", "110101", "--place", "mall", "--necessity", "防盗")
    product.command("camera", "add", CAMERA, cameras.url("gate"), *facts)


def site_of(page: Page) -> str:
    """The one site's id."""
    page.goto("/places/")
    link = page.locator('a[href^="/sites/sit_"]').first.get_attribute("href") or ""
    return link.strip("/").rpartition("/")[2]


def granted(page: Page, site: str) -> None:
    """The police ask for a copy of the last minutes; an officer signs, the manager grants."""
    page.goto(f"/requests/new/{site}/organ/")
    page.select_option("[name=requester]", "public_security")
    page.fill("[name=organ]", "江岸分局")
    page.fill("[name=statutory_duty]", "刑事案件侦查")
    page.fill("[name=purpose]", "盗窃案")
    page.select_option("[name=mode]", "copy")
    page.get_by_label(CAMERA).check()
    page.select_option("[name=what]", "recorded")
    now = datetime.datetime.now(SHANGHAI)
    for name, minutes in (("from_at", -10), ("until_at", 10)):
        page.fill(f"[name={name}]", f"{now + datetime.timedelta(minutes=minutes):%Y-%m-%dT%H:%M}")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/requests/req_*/")
    page.fill("[name=officer-name]", "陈警官")
    page.fill("[name=officer-organ]", "江岸分局")
    page.select_option("[name=officer-certificate]", "work_certificate")
    page.fill("[name=officer-signed_name]", "陈警官")
    submit(page, "/officers/")
    submit(page, "/grant/")
    expect(page.locator('a[href$="/look/"]')).to_be_visible()


def copy_made(page: Page) -> None:
    """Some seconds marked and copied; the dialog offers the files."""
    wait_for_picture(page, 60_000)
    page.keyboard.press("[")
    page.keyboard.press("Space")
    time.sleep(2)
    page.keyboard.press("Space")
    page.keyboard.press("]")
    page.keyboard.press("x")
    page.locator("dialog[open] button.button--primary").click()
    page.locator("dialog[open] a[download]").first.wait_for()


def copies_known(page: Page) -> set[str]:
    page.goto("/copies/")
    links = page.locator('td a[href^="/copies/itm_"]').all()
    return {link.get_attribute("href") or "" for link in links}


def open_new(page: Page, before: set[str]) -> str:
    """The page of the copy that came into custody since; its address."""
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while not (new := copies_known(page) - before):
        assert time.monotonic() < give_up, "no copy came into custody"
        time.sleep(0.5)
    address = new.pop()
    page.goto(address)
    return address


def state(page: Page, words: str, address: str) -> None:
    """Look again until the badge says so."""
    badge = page.locator(".page-head .badge")
    for _ in range(40):
        if words in (badge.first.text_content() or ""):
            return
        time.sleep(0.5)
        page.goto(address)
    expect(badge.first).to_contain_text(words)


def sealed_and_approved(page: Page, address: str) -> None:
    page.select_option("[name=seal-medium]", "disc")
    page.fill("[name=seal-seal_number]", "FT-00017")
    page.fill("[name=seal-receiver_name]", "陈警官")
    submit(page, "/seal/")
    submit_ask = page.locator('form[action$="/ask-approval/"] button')
    submit_ask.click()
    page.wait_for_url("**/approvals/**")
    page.fill("[name=username]", "second")
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=username]) button[type=submit]").click()
    page.wait_for_url(f"**{address}")
    expect(page.locator("main")).to_contain_text("Approved by 孙立")


def second_manager(browser: Browser, product: Product) -> None:
    """Another manager, who has set an own password; and the policy that asks for one."""
    printed = product.command("person", "add", "second", "孙立", "--role", "manager")
    password = re.search(r"second +(\S+)", printed)
    assert password is not None
    context = browser.new_context(base_url=product.url, locale="en")
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("input[name=username]", "second")
    page.fill("input[name=password]", Login("second", password[1]).password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/")
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{product.url}/")
    page.goto("/policies/second_handover/")
    page.select_option("[name=value]", "1")
    page.fill("[name=reason]", "移交须两人")
    page.locator("main form button[type=submit]").first.click()
    identity = page.locator("input[name=identity_password]")
    done = page.locator(".alerts .alert")
    expect(identity.or_(done).first).to_be_visible()
    if identity.is_visible():
        identity.fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
    expect(done.first).to_be_visible()
    context.close()


def test_a_copy_goes_out_comes_back_and_is_destroyed(
    browser: Browser, house: Path, cameras: CameraThread, empty_office: Path
) -> None:
    with living_in(house, browser, cameras, empty_office) as (product, page):
        second_manager(browser, product)
        before = copies_known(page)
        granted(page, site_of(page))
        page.locator('a[href$="/look/"]').click()
        copy_made(page)
        address = open_new(page, before)
        state(page, "Not fetched yet", address)
        sealed_and_approved(page, address)
        submit_download = page.locator('form[action$="/download/"] button')
        submit_download.click()
        with page.expect_download() as saved:
            page.locator('a[href*="/files/manifest.json"]').click()
        manifest = house / "manifest.json"
        saved.value.save_as(manifest)
        page.goto(address)
        sign_by_hand(page, "/hand-over/")
        submit(page, "/hand-over/")
        state(page, "Handed over", address)
        assert page.locator('form[action$="/download/"]').count() == 0
        page.goto(f"{address}receipt/")
        expect(page.locator("main")).to_contain_text("FT-00017")
        page.goto(address)
        sign_by_hand(page, "/take-back/")
        submit(page, "/take-back/")
        state(page, "Returned", address)
        page.select_option("[name=destroy-ending]", "returned")
        submit(page, "/destroy/")
        expect(page.locator("main")).to_contain_text("Being destroyed")
        page.fill("[name=attest-how]", "光盘已剪碎，文件已删除")
        submit(page, "/attest/")
        state(page, "Destroyed", address)
        page.goto(f"{address}certificate/")
        expect(page.locator("main")).to_contain_text("as the recorder told")
        expect(page.locator("main svg.qr")).to_be_visible()
        page.goto("/copies/check/")
        page.set_input_files("[name=manifest]", manifest)
        page.locator("main form button[type=submit]").click()
        expect(page.locator("main")).to_contain_text("Ours and unchanged")


def test_a_copy_nobody_comes_for_goes_by_itself(
    browser: Browser, house: Path, cameras: CameraThread, empty_office: Path
) -> None:
    at_once = {"MINGCHA_ITEM_UNCLAIMED_HOURS": "0"}
    with living_in(house, browser, cameras, empty_office, **at_once) as (_product, page):
        before = copies_known(page)
        page.goto("/playback/")
        config = json.loads(page.locator("#island-config").text_content() or "")
        camera = next(one["id"] for one in config["cameras"] if one["name"] == CAMERA)
        page.goto(f"/playback/?camera={camera}")
        give_reason(page)
        copy_made(page)
        address = open_new(page, before)
        state(page, "Destroyed", address)
        expect(page.locator("main")).to_contain_text("Nobody fetched it in time")
        page.goto(f"{address}certificate/")
        expect(page.locator("main")).to_contain_text("It never left the recorder.")
