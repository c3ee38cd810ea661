"""Every page that can be reached by links is looked over by axe, in both languages and both themes: nothing serious.

Each page is loaded once and then turned dark as its own switch does it, when only contrast can be another. The manager
sees every page, in Chinese; the guard sees the same templates with less in them, in English. axe-core comes from the
front end's own pinned packages; nothing is fetched while the tests run.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.e2e.product import Product

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = frozenset({"serious", "critical"})
MOST_PAGES = 80
_ID = re.compile(r"/(?:[a-z]{3}_[0-9a-z]{16}|\d+)(?=/|$)")
_LAW_TEXT = re.compile(r"^/law/[a-z0-9-]+/\d+/$")
DARK = "() => { document.documentElement.dataset.theme = 'dark'; }"
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
CONTRAST: dict[str, Any] = {**EVERYTHING, "runOnly": ["color-contrast"]}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not AXE.exists(), reason="the front end's packages are not installed (python3 dev.py setup)"),
]


@pytest.mark.parametrize(("username", "language"), [("manager", "zh-hans"), ("guard", "en")])
def test_no_page_keeps_anybody_out(
    browser: Browser, product: Product, profiles: dict[str, Any], username: str, language: str
) -> None:
    found = _look_over(browser, product, profiles[username], language)
    assert len(found) > (15 if username == "manager" else 6)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_signing_in_keeps_nobody_out(browser: Browser, product: Product) -> None:
    for language in ("zh-hans", "en"):
        context = _context(browser, product, None, language)
        page = context.new_page()
        page.goto("/sign-in/")
        assert _faults(page) == []
        page.goto("/no-such-page/")
        assert _faults(page) == []
        context.close()


def _look_over(browser: Browser, product: Product, profile: Any, language: str) -> dict[str, list[dict[str, str]]]:
    """Findings by path; one page for each shape of address."""
    context = _context(browser, product, profile, language)
    page = context.new_page()
    waiting, seen, found = deque(["/"]), {"/"}, {}
    while waiting and len(found) < MOST_PAGES:
        path = waiting.popleft()
        if not _is_page(page, path):
            continue
        found[path] = _faults(page)
        for link in _links(page, product):
            shape = _shape(link)
            if shape not in seen:
                seen.add(shape)
                waiting.append(link)
    context.close()
    return found


def _is_page(page: Page, path: str) -> bool:
    """Go there. False for what is refused, missing, or a file."""
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return False
    return answer is not None and answer.status == 200 and "text/html" in answer.headers.get("content-type", "")


def _context(browser: Browser, product: Product, profile: Any, language: str) -> Any:
    # axe is put into the page, which the page's own policy would refuse; it is tested elsewhere.
    context = browser.new_context(
        base_url=product.url,
        storage_state=profile,
        bypass_csp=True,
        viewport={"width": 1366, "height": 768},
        reduced_motion="reduce",
    )
    chosen = {"mingcha_language": language, "mingcha_theme_office": "light", "mingcha_theme_room": "light"}
    context.add_cookies([{"name": name, "value": value, "url": product.url} for name, value in chosen.items()])
    return context


def _faults(page: Page) -> list[dict[str, str]]:
    """What is serious or critical, light and dark: rule, how often, and the first place."""
    page.add_script_tag(path=AXE)
    light = page.evaluate("(options) => axe.run(document, options)", EVERYTHING)
    page.evaluate(DARK)
    dark = page.evaluate("(options) => axe.run(document, options)", CONTRAST)
    return [
        {"rule": one["id"], "theme": theme, "count": str(len(one["nodes"])), "where": one["nodes"][0]["html"][:200]}
        for theme, result in (("light", light), ("dark", dark))
        for one in result["violations"]
        if one["impact"] in GRAVE
    ]


def _links(page: Page, product: Product) -> Iterator[str]:
    for link in page.evaluate("() => [...document.querySelectorAll('a[href]')].map((a) => a.href)"):
        parts = urlsplit(link)
        if link.startswith(product.url) and not parts.path.startswith("/static/"):
            yield parts.path


def _shape(path: str) -> str:
    return "/law/text/" if _LAW_TEXT.match(path) else _ID.sub("/x", path)
