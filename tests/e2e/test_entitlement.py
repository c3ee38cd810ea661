"""Who may do what, tried from outside."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import Product
from tests.e2e.screens import PASSWORD, open_wall, sign_out, wait_for_state

PATHS = (
    "/status?camera=cam_0000000000000000",
    "/timeline?camera=cam_0000000000000000&from=1&to=2",
    "/hls/cam_0000000000000000/index.m3u8?from=1&to=2",
    "/preview?camera=cam_0000000000000000&at=1",
    "/snapshot?camera=cam_0000000000000000",
    "/exports/exp_0000000000000000",
    "/control/facts?after=0",
    "/control/status",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_address_of_the_video_server_answers_without_a_ticket(product: Product, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{product.media_port}{path}", timeout=10)
    assert refused.value.code in (403, 404)
    refused.value.close()


def test_a_page_of_another_origin_may_not_use_the_video_server(product: Product) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{product.media_port}/control/status", headers={"Origin": "http://evil.invalid"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 403
    refused.value.close()


def test_a_guard_may_not_manage_cameras_or_people(guard: Page) -> None:
    for path in ("/cameras/add/", "/people/"):
        answer = guard.goto(path)
        assert answer is not None
        assert answer.status == 403
        expect(guard.locator("main")).to_be_visible()


def test_a_stranger_is_sent_to_sign_in(page: Page) -> None:
    for path in ("/", "/wall/", "/playback/", "/cameras/", "/register/"):
        page.goto(path)
        assert "/sign-in/" in page.url


@pytest.mark.usefixtures("profiles")
def test_signing_out_ends_the_picture_within_two_seconds(page: Page) -> None:
    page.goto("/sign-in/")
    page.fill("input[name=username]", "guard")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    open_wall(page)
    wait_for_state(page, "东门岗亭", "live")
    other = page.context.new_page()
    other.goto("/")
    sign_out(other)
    signed_out_s = time.monotonic()
    page.wait_for_function(
        """() => [...document.querySelectorAll("section.tile")]
           .every((tile) => !["live", "connecting"].includes(tile.dataset.state))""",
        timeout=10_000,
    )
    assert time.monotonic() - signed_out_s < 3.0
