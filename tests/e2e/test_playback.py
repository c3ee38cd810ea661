"""Playback and copies, as a manager uses them."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.product import Product
from tests.e2e.screens import open_playback, wait_for_picture


def test_recorded_pictures_play_and_step(manager: Page) -> None:
    open_playback(manager)
    before = manager.evaluate("document.querySelector('video').currentTime")
    manager.keyboard.press("Space")
    manager.wait_for_function(
        "(before) => document.querySelector('video').currentTime > before + 1.5", arg=before, timeout=20_000
    )
    manager.keyboard.press("Space")
    manager.wait_for_function("() => document.querySelector('video').paused")
    at = manager.evaluate("document.querySelector('video').currentTime")
    manager.keyboard.press(",")
    manager.wait_for_function("(at) => document.querySelector('video').currentTime < at", arg=at)
    manager.keyboard.press(".")
    manager.wait_for_function("(at) => Math.abs(document.querySelector('video').currentTime - at) < 0.06", arg=at)


def test_an_h265_recording_is_shown_transcoded_and_said(manager: Page, product: Product) -> None:
    manager.goto("/playback/")
    config = json.loads(manager.locator("#island-config").text_content() or "")
    hall = next(camera["id"] for camera in config["cameras"] if "H.265" in camera["name"])
    manager.goto(f"/playback/?camera={hall}")
    manager.locator("dialog[open] button.button--primary").click()
    wait_for_picture(manager, 40_000)
    expect(manager.locator("main")).to_contain_text("Transcoded")


@pytest.mark.external
def test_a_copy_is_exact_and_plays_anywhere(manager: Page, tmp_path: Path) -> None:
    open_playback(manager)
    manager.keyboard.press("[")
    manager.keyboard.press("Space")
    time.sleep(3)
    manager.keyboard.press("Space")
    manager.keyboard.press("]")
    manager.keyboard.press("x")
    dialog = manager.locator("dialog[open]")
    dialog.locator("button.button--primary").click()
    with manager.expect_download(timeout=60_000) as download:
        dialog.locator("a[download]").filter(has_text=".mp4").first.click(timeout=30_000)
    path = tmp_path / "copy.mp4"
    download.value.save_as(path)
    probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(path)]
    duration_s = float(subprocess.run(probe, capture_output=True, text=True, check=True).stdout)
    assert 1.0 < duration_s < 10.0
    played = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"], capture_output=True)
    assert played.stderr == b""
