"""Every picture of a file that GStreamer serves comes out once, in order, byte for byte."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import SourceError, parse_url
from tests.media.rtsp.packets import Film
from tests.media.rtsp.test_peers import gstreamer, missing

pytestmark = pytest.mark.external


@pytest.fixture(autouse=True)
def _needs_peers() -> None:
    if missing() or not shutil.which("ffmpeg"):
        pytest.skip(missing() or "ffmpeg is not installed")


CASES = {
    "h264 with B pictures": ("libx264", "bframes=2:keyint=10:log-level=none", "h264"),
    "h264 with four slices a picture": ("libx264", "slices=4:keyint=10:bframes=0:log-level=none", "h264"),
    "h264 with open groups": ("libx264", "open-gop=1:bframes=2:keyint=15:log-level=none", "h264"),
    "h265 with B pictures": ("libx265", "bframes=3:keyint=10:log-level=none", "h265"),
}


def encode(path: Path, encoder: str, options: str) -> bytes:
    """Make a clip; returns its NAL units behind start codes."""
    name = "-x264-params" if encoder == "libx264" else "-x265-params"
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-t", "1", "-pix_fmt", "yuv420p"]
    coder = ["-c:v", encoder, name, options, "-preset", "ultrafast", "-threads", "1"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *coder, str(path)], check=True)
    raw = ["-c", "copy", "-f", "h264" if encoder == "libx264" else "hevc", "-"]
    return subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), *raw], check=True, capture_output=True).stdout


def slices(nals: list[bytes], codec: str) -> list[str]:
    """Digests of the slices, in order."""
    kinds = range(1, 6) if codec == "h264" else range(32)
    found = [nal for nal in nals if (nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F) in kinds]
    return [hashlib.sha256(nal).hexdigest()[:16] for nal in found]


def of_file(data: bytes) -> list[bytes]:
    return [nal.rstrip(b"\0") for nal in data.split(b"\0\0\1") if nal.rstrip(b"\0")]


def of_units(payloads: list[bytes]) -> list[bytes]:
    nals = []
    for payload in payloads:
        at = 0
        while at < len(payload):
            size = struct.unpack_from(">I", payload, at)[0]
            nals.append(payload[at + 4 : at + 4 + size].rstrip(b"\0"))
            at += 4 + size
    return nals


@pytest.mark.parametrize(("name", "transport"), [*((name, "tcp") for name in CASES), ("h264 with B pictures", "udp")])
async def test_no_picture_is_lost_doubled_or_changed(name: str, transport: str, tmp_path: Path) -> None:
    encoder, options, codec = CASES[name]
    path = tmp_path / "clip.mp4"
    raw = encode(path, encoder, options)
    launch = f"filesrc location={path} ! qtdemux ! {codec}parse ! rtp{codec}pay name=pay0 pt=96 config-interval=-1"
    film = Film()
    async with gstreamer(launch) as url:
        source = replace(parse_url(url), transport=transport, open_timeout_s=15.0, silence_timeout_s=2.0)
        session = Session(source, film, Poller(asyncio.get_running_loop()), SystemClock())
        await session.open()
        with pytest.raises(SourceError) as caught:
            async with asyncio.timeout(15):
                await session.run()
        await session.close()
    assert caught.value.code == "camera.closed"  # BYE at the end of the file
    expected = slices(of_file(raw), codec)
    assert slices(of_units([unit.payload for unit in film.units]), codec) == expected
    assert len(film.units) == 25
    assert film.losses == []
    assert film.units[0].is_key
