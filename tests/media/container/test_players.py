"""Files in the making, and files left by a killed recorder, open in ffprobe, ffmpeg and Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from mingcha.media.container.scan import scan
from mingcha.media.sim.tiny import tiny_clip
from tests.media.container.movie import boxes_of, frame_hashes, needs_ffmpeg

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium")
PAGE = b"""<!doctype html><title>t</title><video id=v muted></video><script>
const video = document.getElementById("v"), spec = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const tell = (what) => fetch("/result", {method: "POST", body: JSON.stringify(what)});
const shown = () => tell({width: video.videoWidth, height: video.videoHeight, time: video.currentTime,
  end: video.buffered.length ? video.buffered.end(0) : 0, duration: video.duration});
video.onerror = () => tell({error: String(video.error && video.error.message)});
video.onseeked = shown;
const seek = () => { video.currentTime = spec.at; };
if (!spec.type) { video.onloadeddata = seek; video.src = "/file"; }
else {
  const source = new MediaSource();
  video.src = URL.createObjectURL(source);
  source.onsourceopen = async () => {
    try {
      const buffer = source.addSourceBuffer(spec.type);
      buffer.onerror = () => tell({error: "append"});
      for (let n = 0; n < spec.pieces; n++) {
        const piece = await (await fetch("/piece/" + n)).arrayBuffer();
        await new Promise((done) => { buffer.onupdateend = done; buffer.appendBuffer(piece); });
      }
      seek();
    } catch (error) { tell({error: String(error)}); }
  };
}
</script>"""


@contextmanager
def written_in_part(path: Path, until: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has written so much of the file and stands still."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.media.container.growing", str(path), "0.05"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        for line in writer.stdout:
            if line.strip() == until:
                break
        writer.send_signal(19)  # SIGSTOP: still open, still being written
        yield writer
    finally:
        writer.kill()
        writer.wait()
        if writer.stdout is not None:
            writer.stdout.close()


@pytest.mark.external
@needs_ffmpeg
@pytest.mark.parametrize("killed", [False, True], ids=["open", "killed"])
def test_ffmpeg_shows_every_whole_part_of_a_file_in_the_making(tmp_path: Path, killed: bool) -> None:
    path = tmp_path / "segment.mp4"
    with written_in_part(path, "half 3") as writer:
        if killed:
            writer.kill()
            writer.wait()
        found = scan(path)
        assert len(found.parts) == 2
        assert found.torn_bytes > 0
        probed = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", str(path)],
            capture_output=True, text=True, timeout=30, check=True,
        )  # fmt: skip
        assert probed.stdout.strip() == "h264"
        decoded = subprocess.run(
            ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"],
            capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        shown = [line.rsplit(",", 1)[1].strip() for line in decoded.stdout.splitlines() if line[:1].isdigit()]
        assert shown[:50] == frame_hashes(tiny_clip())[:50]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(PAGE, "text/html")
        elif self.path == "/file":
            self._send_file()
        elif self.path.startswith("/piece/"):
            self._send(self.server.pieces[int(self.path.rsplit("/", 1)[1])], "video/mp4")
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.results.put(json.loads(body))
        self._send(b"", "text/plain")

    def _send(self, data: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def _send_file(self) -> None:
        data = self.server.file
        wanted = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")
        start = int(wanted[0])
        end = min(int(wanted[1] or len(data) - 1), len(data) - 1)
        span = f"bytes {start}-{end}/{len(data)}"
        self._send(data[start : end + 1], "video/mp4", 206, Content_Range=span, Accept_Ranges="bytes")

    def log_message(self, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, file: bytes, pieces: list[bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.file = file
        self.pieces = pieces
        self.results: Queue[dict[str, Any]] = Queue()


def in_chromium(profile: Path, spec: dict[str, Any], file: bytes = b"", pieces: list[bytes] | None = None) -> Any:
    """What the page reports after seeking to `spec["at"]`."""
    assert CHROMIUM is not None
    server = _Server(file, pieces or [])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    browser = subprocess.Popen(
        [
            CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
            "--disable-background-networking", f"--user-data-dir={profile}",
            f"http://127.0.0.1:{server.server_port}/#{json.dumps(spec)}",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return server.results.get(timeout=60)
    finally:
        os.killpg(browser.pid, 9)
        browser.wait()
        server.shutdown()
        server.server_close()
        thread.join()


chromium = [
    pytest.mark.external,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.mark.parametrize(("bframes", "in_band"), [(0, False), (0, True), (2, False)])
class TestChromium:
    pytestmark = chromium

    def test_a_file_plays_by_itself(self, tmp_path: Path, bframes: int, in_band: bool) -> None:
        _, header, parts = boxes_of(bframes=bframes, in_band=in_band)
        shown = in_chromium(tmp_path, {"at": 3.1}, header + b"".join(parts))
        assert shown.get("error") is None
        assert (shown["width"], shown["height"]) == (320, 180)
        assert shown["time"] == pytest.approx(3.1)

    def test_parts_play_through_media_source(self, tmp_path: Path, bframes: int, in_band: bool) -> None:
        video, header, parts = boxes_of(bframes=bframes, in_band=in_band)
        spec = {"at": 2.5, "type": f'video/mp4; codecs="{video.codec_string}"', "pieces": 5}
        shown = in_chromium(tmp_path, spec, pieces=[header, *parts])
        assert shown.get("error") is None
        assert shown["end"] == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("killed", [False, True], ids=["open", "killed"])
class TestTornInChromium:
    pytestmark = chromium

    def test_a_file_in_the_making_plays(self, tmp_path: Path, killed: bool) -> None:
        path = tmp_path / "segment.mp4"
        with written_in_part(path, "half 3") as writer:
            if killed:
                writer.kill()
                writer.wait()
            data = path.read_bytes()
        shown = in_chromium(tmp_path / "profile", {"at": 1.5}, data)
        assert shown.get("error") is None
        assert shown["time"] == pytest.approx(1.5)
