"""The browser of the journeys itself: it runs, plays what cameras send, and stays on this machine."""

from __future__ import annotations

from playwright.sync_api import Browser


def test_the_browser_has_media_source_extensions_for_h264(browser: Browser) -> None:
    page = browser.new_page()
    try:
        page.goto("data:text/html,<title>x</title>")
        kind = 'video/mp4; codecs="avc1.64001f"'
        assert page.evaluate("kind => MediaSource.isTypeSupported(kind)", kind)
    finally:
        page.close()


def test_the_browser_has_a_chinese_font(browser: Browser) -> None:
    """Without one, all characters are the same empty box, and screenshots show nothing."""
    page = browser.new_page()
    try:
        page.set_content('<meta charset="utf-8"><p><span id="a">明</span></p><p><span id="b">察</span></p>')
        assert page.locator("#a").screenshot() != page.locator("#b").screenshot()
    finally:
        page.close()
