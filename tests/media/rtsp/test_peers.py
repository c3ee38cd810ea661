"""Streams of a server that is not ours: GStreamer's. (ffmpeg has no RTSP server: its muxer announces to one.)"""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Source, SourceError, parse_url
from tests.media.rtsp.packets import Film

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("gst_server.py")
NEEDED = """
import gi
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer
Gst.init(None)
wanted = ('x264enc', 'x265enc', 'voaacenc', 'alawenc', 'rtph264pay', 'rtph265pay', 'qtdemux', 'h264parse')
raise SystemExit(not all(Gst.ElementFactory.find(name) for name in wanted))
"""
TEST = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1"
H264 = f"{TEST} ! x264enc tune=zerolatency key-int-max=12 bitrate=1500 ! rtph264pay name=pay0 pt=96 config-interval=1"
B_PICTURES = (
    f"{TEST} ! x264enc bframes=2 key-int-max=12 rc-lookahead=4 ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96"
)
H265 = f"{TEST} ! x265enc tune=zerolatency key-int-max=12 ! rtph265pay name=pay0 pt=96"
G711 = "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1"
AAC = "audiotestsrc is-live=true ! audio/x-raw,rate=16000,channels=1 ! voaacenc ! rtpmp4gpay name=pay1 pt=97"


@functools.cache
def missing() -> str:
    """What this machine lacks for these tests; empty when nothing."""
    if not Path(SYSTEM_PYTHON).exists() or sys.platform != "linux":
        return "no system Python"
    if subprocess.run([SYSTEM_PYTHON, "-c", NEEDED], capture_output=True, check=False).returncode:
        return "GstRtspServer (python3-gi, gir1.2-gst-rtsp-server-1.0) and x264, x265, AAC encoders for it are wanted"
    return ""


@pytest.fixture(autouse=True)
def _needs_gstreamer() -> None:
    if missing():
        pytest.skip(missing())


pytestmark = pytest.mark.external


@asynccontextmanager
async def gstreamer(launch: str, *account: str) -> AsyncIterator[str]:
    """The address of the stream that the pipeline makes."""
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON,
        SERVER,
        f"( {launch} )",
        *account,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 20))
        yield f"rtsp://127.0.0.1:{port}/test"
    finally:
        process.kill()
        await process.communicate()


async def watch(source: Source, units: int) -> tuple[Film, object]:
    """Record that many units."""
    film = Film()
    session = Session(replace(source, open_timeout_s=15), film, Poller(asyncio.get_running_loop()), SystemClock())
    _, audio = await session.open()
    async with asyncio.timeout(20):
        while len(film.units) < units:
            await asyncio.sleep(0.02)
    await session.close()
    return film, audio


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(("launch", "codec"), [(H264, "h264"), (H265, "h265")])
async def test_it_reads_gstreamer(launch: str, codec: str, transport: str) -> None:
    async with gstreamer(launch) as url:
        film, _ = await watch(replace(parse_url(url), transport=transport), 30)
    video = film.formats[0][0]
    assert (video.codec, video.width, video.height, video.fps) == (codec, 320, 240, 25.0)
    assert len(film.formats) == 1
    assert film.losses == []
    assert film.units[0].is_key
    assert 2 <= sum(unit.is_key for unit in film.units) <= 4
    assert {after.pts - before.pts for before, after in pairwise(film.units)} == {3600}


async def test_it_reads_b_pictures() -> None:
    async with gstreamer(B_PICTURES) as url:
        film, _ = await watch(parse_url(url), 40)
    assert film.formats[-1][0].reorder_depth > 0
    assert film.losses == []
    times = [unit.pts for unit in film.units]
    assert times != sorted(times)
    assert min(times) >= 0
    middle = sorted(times)[: len(times) - 4]
    assert {after - before for before, after in pairwise(middle)} == {3600}


@pytest.mark.parametrize(("sound", "codec"), [(G711, "pcma"), (AAC, "aac")])
async def test_it_reads_sound(sound: str, codec: str) -> None:
    async with gstreamer(f"{H264} {sound}") as url:
        film, audio = await watch(replace(parse_url(url), audio=True), 60)
    assert getattr(audio, "codec", None) == codec
    sounds = [unit for unit in film.units if unit.is_audio]
    assert len(sounds) > 5
    steps = [after.pts - before.pts for before, after in pairwise(sounds)]
    assert set(steps) == {1024}
    assert film.losses == []


async def test_it_answers_the_password_of_gstreamer() -> None:
    async with gstreamer(H264, "guard", "s3cret") as url:
        film, _ = await watch(parse_url(url.replace("://", "://guard:s3cret@")), 5)
        assert film.units
        with pytest.raises(SourceError) as caught:
            await watch(parse_url(url.replace("://", "://guard:wrong@")), 5)
    assert caught.value.code == "camera.unauthorised"


async def test_an_unknown_path_is_told() -> None:
    async with gstreamer(H264) as url:
        with pytest.raises(SourceError) as caught:
            await watch(parse_url(url + "-not"), 1)
    assert caught.value.code == "camera.not_found"
