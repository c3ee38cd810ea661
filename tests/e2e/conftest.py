"""Browser journeys: Debian's Chromium, driven by Playwright, against the product started once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.cameras import CameraThread
from tests.e2e.product import Product
from tests.e2e.screens import first_sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SWITCHES = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
]
CAMERAS = {"东门岗亭": "gate", "大厅 H.265": "hall", "Court <b>'\"🙂": "court"}
VIEWPORT = {"width": 1366, "height": 768}
PATIENCE_MS = 30_000
"""For a machine of two cores that runs everything at once; nothing here measures speed."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is a journey, and needs a browser. Each worker has a product and a browser of its own."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker(pytest.mark.e2e)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="chromium is not installed (apt-get install chromium)"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the outcome where the page fixture finds it."""
    report = yield
    item.stash.setdefault(OUTCOMES, {})[report.when or ""] = report.failed
    return report


OUTCOMES = pytest.StashKey[dict[str, bool]]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cameras() -> Iterator[CameraThread]:
    cameras = CameraThread()
    yield cameras
    cameras.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, cameras: CameraThread, empty_office: Path) -> Iterator[Product]:
    """The product on three cameras that a user names; one for all journeys."""
    named = [f"--camera={name}={cameras.url(code)}" for name, code in CAMERAS.items()]
    product = Product(tmp_path_factory.mktemp("product"), *named, tables=empty_office)
    yield product
    assert product.stop() in (0, 130), product.output


@pytest.fixture
def page(browser: Browser, product: Product, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of somebody not signed in."""
    yield from _watched(browser, product, request, None)


@pytest.fixture(scope="session")
def profiles(browser: Browser, product: Product) -> dict[str, Any]:
    """Signed-in profiles of manager and guard: each came in by the one-time password and set an own one."""
    profiles = {}
    for username in product.logins:
        context = browser.new_context(base_url=product.url, viewport=VIEWPORT, locale="en")
        page = context.new_page()
        first_sign_in(page, product, username)
        profiles[username] = context.storage_state()
        context.close()
    return profiles


@pytest.fixture
def manager(
    browser: Browser, product: Product, profiles: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of the manager."""
    yield from _watched(browser, product, request, profiles["manager"])


@pytest.fixture
def guard(
    browser: Browser, product: Product, profiles: dict[str, Any], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of the guard."""
    yield from _watched(browser, product, request, profiles["guard"])


def _watched(browser: Browser, product: Product, request: pytest.FixtureRequest, state: Any) -> Iterator[Page]:
    """A page in a fresh browser profile: English, Shanghai time, a guard's screen. A journey that fails leaves its
    picture and its console in var/screenshots."""
    context = browser.new_context(
        base_url=product.url,
        viewport=VIEWPORT,
        locale="en",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
        storage_state=state,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    console: list[str] = []
    page.on("console", lambda message: console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: console.append(f"error: {error}"))
    yield page
    if any(request.node.stash.get(OUTCOMES, {}).values()):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^\w-]+", "_", f"{request.node.name}-{request.fixturename}")
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        (SCREENSHOTS / f"{name}.txt").write_text("\n".join([page.url, *console]) + "\n", encoding="utf-8")
    context.close()
