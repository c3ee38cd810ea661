"""Pictures for the guides, taken from the running product: `python -m tools.screenshots`.

Starts the product on its six simulated cameras in a directory of its own, and takes each screen in Chinese and English
and in both themes, at the size of a guard's screen and of a phone, into docs/guide/images.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import SWITCHES
from tests.e2e.product import Product
from tests.e2e.screens import first_sign_in

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "guide" / "images"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
OFFICE = {"home": "/", "cameras": "/cameras/", "register": "/register/", "people": "/people/"}
LIGHT_ONLY = {"map": "/map/", "places": "/places/", "personnel": "/personnel/", "documents": "/documents/"}
FOLLOWED = {
    "site": ("/places/", "main a[href^='/sites/sit_']"),
    "camera": ("/cameras/", "main a[href^='/cameras/cam_']"),
    "plan": ("/map/", "#sites a[href^='/map/areas/']"),
}
"""Pages that are reached from a list: the list, and which link to follow."""
SETTLE_S = 6.0


def give_reason(page: Page) -> None:
    button = page.locator("dialog[open] button.button--primary")
    try:
        button.wait_for(timeout=3000)
    except Exception:  # noqa: BLE001 - asked once a session only
        return
    button.click()


def set_language(page: Page, product: Product, language: str) -> None:
    page.goto(f"{product.url}/about/")
    if page.evaluate("document.documentElement.lang").lower() != language:
        page.locator("form[action*='language'] button").first.click()
        page.wait_for_load_state()


def set_theme(page: Page, product: Product, theme: str) -> None:
    page.context.add_cookies(
        [{"name": f"mingcha_theme_{kind}", "value": theme, "url": product.url} for kind in ("room", "office")]
    )


def take(page: Page, name: str, language: str) -> None:
    path = IMAGES / f"{name}-{language}.jpg"
    page.screenshot(path=path, type="jpeg", quality=80)
    print(path.relative_to(IMAGES.parents[2]), path.stat().st_size // 1024, "kB", flush=True)


def office(page: Page, product: Product, language: str) -> None:
    """Pages shown once for each language, in the theme that is set: the light one."""
    for name, address in LIGHT_ONLY.items():
        page.goto(f"{product.url}{address}")
        time.sleep(1.5)
        take(page, f"{name}-light", language)
    for name, (address, link) in FOLLOWED.items():
        page.goto(f"{product.url}{address}")
        page.goto(product.url + (page.locator(link).first.get_attribute("href") or "/"))
        time.sleep(1.5)
        take(page, f"{name}-light", language)


def tour(browser: Browser, product: Product) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{product.url}/sign-in/")
    take(page, "sign-in-light", "zh")
    page.locator("form[action*='language'] button").first.click()
    page.wait_for_load_state()
    take(page, "sign-in-light", "en")
    first_sign_in(page, product, "manager")
    time.sleep(60)
    for language, code in LANGUAGES.items():
        set_language(page, product, code)
        for theme in ("dark", "light"):
            set_theme(page, product, theme)
            page.set_viewport_size({"width": 1366, "height": 768})
            page.goto(f"{product.url}/wall/")
            give_reason(page)
            time.sleep(SETTLE_S)
            take(page, f"wall-{theme}", language)
            page.goto(f"{product.url}/playback/")
            give_reason(page)
            time.sleep(SETTLE_S)
            for _ in range(6):
                page.keyboard.press("+")
            time.sleep(2)
            take(page, f"playback-{theme}", language)
            for name, address in OFFICE.items():
                page.goto(f"{product.url}{address}")
                time.sleep(0.5)
                take(page, f"{name}-{theme}", language)
        office(page, product, language)
        set_theme(page, product, "dark")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{product.url}/wall/")
        give_reason(page)
        time.sleep(SETTLE_S)
        take(page, "wall-phone", language)
        page.goto(f"{product.url}/")
        take(page, "home-phone", language)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mingcha-pictures-") as directory:
        product = Product(Path(directory))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
                tour(browser, product)
                browser.close()
        finally:
            product.stop()


if __name__ == "__main__":
    main()
