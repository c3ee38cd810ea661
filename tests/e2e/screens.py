"""What journeys do on the screens, in one place, so that they read as a person's steps."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from tests.e2e.product import Product

PASSWORD = "correct-horse-77"


def first_sign_in(page: Page, product: Product, username: str) -> None:
    """Come in by the one-time password that `mingcha up` printed, and set an own one."""
    login = product.logins[username]
    page.goto(f"{product.url}/sign-in/")
    page.fill("input[name=username]", login.username)
    page.fill("input[name=password]", login.password)
    page.click("main button[type=submit]")
    page.wait_for_url("**/password/")
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{product.url}/")


def sign_out(page: Page) -> None:
    """Out by the menu that bears the person's name, the last of the bar."""
    page.locator("details[data-menu] summary").last.click()
    page.locator("form[action='/sign-out/'] button").click()
    page.wait_for_url("**/sign-in/**")


def give_reason(page: Page) -> None:
    """Answer the question why, if it is asked."""
    button = page.locator("dialog[open] button.button--primary")
    button.wait_for()
    button.click()


def open_wall(page: Page) -> None:
    page.goto("/wall/")
    give_reason(page)


def tile(page: Page, name: str) -> Locator:
    """The tile that shows this camera."""
    return page.locator("section.tile").filter(has_text=name)


def wait_for_state(page: Page, name: str, state: str, timeout_ms: float = 20_000) -> None:
    page.wait_for_function(
        """([name, state]) => [...document.querySelectorAll("section.tile")]
           .some((tile) => tile.textContent.includes(name) && tile.dataset.state === state)""",
        arg=[name, state],
        timeout=timeout_ms,
    )


def open_playback(page: Page) -> None:
    page.goto("/playback/")
    give_reason(page)
    wait_for_picture(page)


def wait_for_picture(page: Page, timeout_ms: float = 20_000) -> None:
    """Some picture can be seen."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].some((video) => video.readyState >= 2 && video.videoWidth > 0)",
        timeout=timeout_ms,
    )
