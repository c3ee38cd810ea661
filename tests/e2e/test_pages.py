"""Every office page, in both languages, on a phone, a desk and a large screen: it stands, says nothing on the console,
and nothing sticks out sideways."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.product import Product

PATHS = [
    "/",
    "/cameras/",
    "/cameras/add/",
    "/sites/add/",
    "/people/",
    "/people/add/",
    "/register/",
    "/copies/",
    "/about/",
    "/account/",
    "/permissions/",
]
WIDTHS = (360, 1366, 2560)


@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_every_office_page_stands(
    browser: Browser, product: Product, profiles: dict[str, Any], language: str, lang: str
) -> None:
    context = browser.new_context(base_url=product.url, storage_state=profiles["manager"])
    context.add_cookies([{"name": "mingcha_language", "value": language, "url": product.url}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    wide = []
    for path in PATHS:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("h1").first).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append((path, width))
    context.close()
    assert wide == []
    assert [line for line in said if line.startswith(("error", "warning"))] == []
