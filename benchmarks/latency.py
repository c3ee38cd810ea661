"""Camera to screen, read back from the picture: the burned-in frame number against the instant it was filmed.

    .venv/bin/python -m benchmarks.latency --seconds 30

Starts the whole product on a simulated street whose frame numbers follow the wall clock, opens the wall in headless
Chromium, reads the strip of blocks from the picture shown, and compares. Also: time to the first picture.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from mingcha.media.sim import read_strip
from tests.e2e.conftest import SWITCHES
from tests.e2e.product import Product
from tests.e2e.screens import first_sign_in

FPS = 25
LOOP_FRAMES = 60 * FPS

# Reads the lowest rows of the picture each time one is shown; answers [instant in ms, width, height, luma...].
READ = """async (count) => {
  const video = document.querySelector("section.tile video");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const rows = [];
  while (rows.length < count) {
    await new Promise((shown) => video.requestVideoFrameCallback(shown));
    const at = performance.timeOrigin + performance.now();
    context.drawImage(video, 0, 0);
    const strip = context.getImageData(0, canvas.height - 12, 260, 12).data;
    rows.push([at, ...Array.from({ length: 260 * 12 }, (_, i) => strip[4 * i])]);
  }
  return [canvas.height, rows];
}"""


ASK = "window.asked = performance.now(); document.querySelector('dialog[open] .button--primary').click()"


def shown_frames(page: Page, count: int) -> list[tuple[float, int]]:
    """(instant in s, frame number) of pictures as they appear."""
    height, rows = page.evaluate(READ, count)
    found = []
    for at_ms, *values in rows:
        picture = np.zeros((height, 260), dtype=np.uint8)
        picture[-12:] = np.array(values, dtype=np.uint8).reshape(12, 260)
        number = read_strip(picture)
        if number is not None:
            found.append((at_ms / 1000, number))
    return found


def latency_ms(at_s: float, number: int) -> float:
    """The frame number counts from the start of the UTC minute."""
    filmed_s = number / FPS
    return ((at_s - filmed_s) % 60) * 1000


@contextlib.contextmanager
def street(cache: Path) -> Iterator[str]:
    """The simulated street alone, on a port of its own."""
    command = [sys.executable, "-u", "-m", "mingcha.cli.main", "sim", "--cameras", "1", "--cache", str(cache)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield next(line.strip() for line in process.stdout if line.startswith("rtsp://") and "main" in line)
    finally:
        process.terminate()
        process.wait()


def first_pictures_ms(page: Page, product: Product, times: int) -> list[float]:
    """From asking for the viewing to the first picture decoded."""
    found = []
    for _ in range(times):
        page.goto(f"{product.url}/wall/")
        button = page.locator("dialog[open] button.button--primary")
        with contextlib.suppress(Exception):
            button.wait_for(timeout=3000)
        if button.count():
            page.evaluate(
                "window.asked = performance.now(); document.querySelector('dialog[open] .button--primary').click()"
            )
            page.evaluate(
                """() => new Promise((done) => { const look = () => {
                     const video = document.querySelector("section.tile video");
                     video && video.readyState >= 2 ? done() : setTimeout(look, 5); }; look(); })"""
            )
            found.append(page.evaluate("performance.now() - window.asked"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "mingcha" / "scenes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-latency-") as directory, street(arguments.cache) as url:
        product = Product(Path(directory), f"--camera=street={url}")
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
                page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
                first_sign_in(page, product, "guard")
                time.sleep(4)
                firsts = first_pictures_ms(page, product, 1)
                time.sleep(3)
                seen = shown_frames(page, int(arguments.seconds * FPS))
                browser.close()
        finally:
            product.stop()
    delays = [latency_ms(*each) for each in seen]
    half = len(delays) // 2
    print(f"first picture: {', '.join(f'{value:.0f} ms' for value in firsts)} after asking")
    print(f"camera to screen over {len(delays)} pictures: median {statistics.median(delays):.0f} ms")
    print(f"  90 %: {sorted(delays)[int(len(delays) * 0.9)]:.0f} ms, most {max(delays):.0f} ms")
    print(f"  first half {statistics.median(delays[:half]):.0f} ms, second {statistics.median(delays[half:]):.0f} ms")


if __name__ == "__main__":
    main()
