"""Recordings and copies in a real browser: the right pictures, at the right times, after any jump."""

from __future__ import annotations

import asyncio
import base64
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import BaseRoute, Route

from mingcha.base.timerange import TimeRange
from mingcha.media.export.copying import export_range
from mingcha.media.playback.routes import routes
from mingcha.media.sim.strip import read_strip
from mingcha.wire.ticket import mint
from tests.media.playback.archive import CAMERA
from tests.media.playback.clips import clip
from tests.media.playback.server import KEY, at, playback

playwright = pytest.importorskip("playwright.async_api")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HLS_JS = Path(__file__).parents[3] / "frontend/node_modules/hls.js/dist/hls.min.js"
SIZE = (320, 180)

pytestmark = [
    pytest.mark.external,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(not HLS_JS.exists(), reason="the front end's packages are not installed (npm ci)"),
]

PAGE = """<!doctype html><video muted playsinline></video><script src="/hls.js"></script><script>
const video = document.querySelector("video");
const until = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }));
function picture() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, 320, 180);
  let text = "";
  for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
  return btoa(text);
}
async function go(seconds) {
  const shown = new Promise((done) => video.requestVideoFrameCallback((_, data) => done(data.mediaTime)));
  video.currentTime = seconds;
  await until("seeked");
  const mediaTime = await Promise.race([shown, new Promise((done) => setTimeout(() => done(null), 500))]);
  return { picture: picture(), mediaTime };
}
async function openHls(address, ticket) {
  const hls = new Hls({ enableWorker: false,
    xhrSetup: (request) => request.setRequestHeader("Authorization", "Bearer " + ticket) });
  window.failures = [];
  hls.on(Hls.Events.ERROR, (_, data) => window.failures.push(data.details + (data.fatal ? " fatal" : "")));
  const loaded = new Promise((done) => hls.on(Hls.Events.LEVEL_LOADED, (_, data) => done(data.details)));
  hls.loadSource(address);
  hls.attachMedia(video);
  const details = await loaded;
  await until("loadeddata");
  return { duration: video.duration, first: details.fragments[0].programDateTime, at: video.currentTime };
}
async function openFile(address) {
  const shown = new Promise((done) => video.requestVideoFrameCallback(done));
  video.src = address;
  await until("loadeddata");
  await Promise.race([shown, new Promise((done) => setTimeout(done, 2000))]);
  return { duration: video.duration, picture: picture() };
}
async function play(seconds) {
  const end = video.currentTime + seconds;
  await video.play();
  while (video.currentTime < end && !video.ended) await new Promise((done) => setTimeout(done, 20));
  video.pause();
  return video.currentTime;
}
</script>"""


def number(result: dict[str, Any]) -> int | None:
    raw = np.frombuffer(base64.b64decode(result["picture"]), dtype=np.uint8)
    return read_strip(raw.reshape(SIZE[1], SIZE[0], 3))


@asynccontextmanager
async def served(more: list[BaseRoute]) -> AsyncIterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    application = Starlette(
        routes=[
            Route("/", lambda request: HTMLResponse(PAGE)),
            Route("/hls.js", lambda request: FileResponse(HLS_JS)),
            *more,
        ]
    )
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def page(address: str) -> AsyncIterator[Any]:
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        try:
            async with asyncio.timeout(150):
                opened = await browser.new_page()
                await opened.goto(address)
                yield opened
        finally:
            await browser.close()


async def test_a_recording_plays_and_every_jump_shows_its_picture(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        it.archive.record(clip(seconds=4, bframes=2, gop=50, audio="aac"), loops=3)
        it.archive.record(clip(codec="h265", seconds=4), start_us=at(20))
        token = mint(it.ticket(1, 60), KEY)
        async with served(list(routes(it.services))) as address, page(address) as opened:
            url = f"{address}/hls/{CAMERA}/index.m3u8?from={at(1)}&to={at(60)}"
            begun = await opened.evaluate("([url, token]) => openHls(url, token)", [url, token])
            assert begun["first"] == at(0) / 1000
            assert begun["duration"] == pytest.approx(16, abs=0.2)
            assert begun["at"] == pytest.approx(1, abs=0.1)  # the pre-roll is not shown
            for seconds, frame in ((5.3, 32), (1.1, 27), (11.9, 97), (7.98, 99), (8.02, 0), (13.5, 37), (2.5, 62)):
                got = await opened.evaluate("(seconds) => go(seconds)", seconds)
                assert number(got) == frame, seconds
            await opened.evaluate("go(3.5)")
            assert await opened.evaluate("play(1.5)") >= 5
            # Over the gap and from one format to the other, without stopping.
            await opened.evaluate("go(11)")
            assert await opened.evaluate("play(2.5)") >= 13.4
            failures = await opened.evaluate("window.failures")
            assert [text for text in failures if "fatal" in text] == []


async def test_a_copy_plays_from_its_first_picture_to_its_last(tmp_path: Path) -> None:
    async with playback(tmp_path / "a") as it:
        recorded = it.archive.record(clip(seconds=4, bframes=2, gop=50, audio="aac"), loops=3)
        asked = TimeRange(at(1.73), at(9.05))
        result = export_range(it.archive.footage, CAMERA, "main", asked, tmp_path / "out", min_free_bytes=0)
        expected = [p for p in recorded.pictures if asked.contains(p.wall_us)]
        file = tmp_path / "out" / result.files[0].name
        more: list[BaseRoute] = [Route("/copy.mp4", lambda request: FileResponse(file))]
        async with served(more) as address, page(address) as opened:
            begun = await opened.evaluate("(url) => openFile(url)", f"{address}/copy.mp4")
            assert begun["duration"] == pytest.approx(7.29, abs=0.03)
            assert number(begun) == expected[0].frame
            for index in (0, 1, 50, 100, len(expected) - 1):
                got = await opened.evaluate("(seconds) => go(seconds)", index * 0.04 + 0.02)
                assert number(got) == expected[index].frame, index
