"""`mingcha sim` as a person starts it, and other programs that watch its cameras."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from mingcha.base.errors import Invalid
from mingcha.media.container.demux import split_start_codes
from mingcha.media.container.encode import ClipWriter, VideoSpec
from mingcha.media.sim import Clip, tiny_clip
from mingcha.media.sim.clip import hash_nals
from mingcha.media.sim.faults import meanings
from mingcha.media.sim.library import file_cameras
from mingcha.media.units import VideoCodec
from tests.conftest import SHARED

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "mingcha.cli.main", "sim")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


@contextmanager
def _sim(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and the first line it prints."""
    with subprocess.Popen(
        [*COMMAND, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0, process.stderr.read()


def test_it_prints_addresses_that_other_programs_can_read(tmp_path: Path) -> None:
    files = [str(tiny_clip(seconds=2)), str(tiny_clip("h265", seconds=2, audio="aac"))]
    with _sim("--files", *files, "--cache", str(tmp_path), "--json", "--user", "u", "--password", "p w") as (_, line):
        cameras = json.loads(line)["cameras"]
        assert len(cameras) == 2
        if shutil.which("ffprobe") is None:
            pytest.skip("ffprobe is not installed")
        for streams, codec in zip(cameras.values(), ("h264", "hevc"), strict=True):
            for transport in ("tcp", "udp"):
                url = streams["main"].replace("rtsp://", "rtsp://u:p%20w@")
                assert codec in _probe(url, transport)


def _probe(url: str, transport: str) -> str:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-rtsp_transport", transport, "-show_entries", "stream=codec_name,width", url],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "width=320" in done.stdout
    return done.stdout


@pytest.mark.external
@pytest.mark.parametrize("protocols", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_gstreamer_plays_it(protocols: str, codec: VideoCodec, tmp_path: Path) -> None:
    if shutil.which("gst-launch-1.0") is None:
        pytest.skip("gst-launch-1.0 is not installed")
    received = tmp_path / "received"
    clip = Clip.load(tiny_clip(codec, seconds=2))
    with _sim("--files", str(tiny_clip(codec, seconds=2)), "--user", "u", "--password", "p") as (_, line):
        source = ["rtspsrc", f"location={line.strip()}", f"protocols={protocols}", "user-id=u", "user-pw=p"]
        framing = f"video/x-{codec},stream-format=byte-stream,alignment=au"
        sink = ["identity", "eos-after=40", "!", "filesink", f"location={received}"]
        chain = [f"rtp{codec}depay", "!", f"{codec}parse", "!", framing, "!", *sink]
        done = subprocess.run(
            ["gst-launch-1.0", "-q", *source, "!", *chain], capture_output=True, text=True, timeout=40, check=False
        )
    assert done.returncode == 0, done.stderr
    place = {picture: number for number, picture in enumerate(clip.unit_hashes)}
    hashes = [hash_nals(codec, [nal]) for nal in split_start_codes(received.read_bytes())]
    shown = [place[one] for one in hashes if one in place]
    # The file ends where GStreamer stopped writing, so the last picture may be cut.
    assert len(shown) >= 38
    assert shown == [(shown[0] + n) % 50 for n in range(len(shown))]


def test_the_same_file_makes_several_cameras_out_of_step(tmp_path: Path) -> None:
    path = tiny_clip(seconds=2)
    cameras = file_cameras([path], tmp_path, 4)
    assert [camera.name for camera in cameras] == [path.stem, *(f"{path.stem}-{n}" for n in (2, 3, 4))]
    assert len({camera.phase_us for camera in cameras}) == 4
    assert len({id(camera.streams["main"]) for camera in cameras}) == 1


def test_names_of_files_become_names_in_addresses(tmp_path: Path) -> None:
    strange = tmp_path / "门口 \"north\" & 'south' 🚗.mp4"
    shutil.copy(tiny_clip(seconds=1), strange)
    only_strange = tmp_path / "门口.mp4"
    shutil.copy(strange, only_strange)
    assert [camera.name for camera in file_cameras([strange, only_strange], tmp_path)] == ["north-south", "file"]


@pytest.mark.shared
def test_real_clips_keep_their_odd_frame_rates_and_other_codecs_are_made_over(tmp_path: Path) -> None:
    folder = SHARED / "media" / "video"
    if not folder.is_dir():
        pytest.skip("no ../shared here")
    names = {"intel-car-detection.mp4": 12.5, "intel-classroom.mp4": 15, "intel-people-detection.mp4": 12}
    for camera, fps in zip(file_cameras([folder / name for name in names], tmp_path), names.values(), strict=True):
        clip = camera.streams["main"]
        assert float(clip.fps) == fps
        stamps = sorted(sample.pts for sample in clip.video.samples)
        assert {b - a for a, b in pairwise(stamps)} == {90_000 / fps}
    assert list(tmp_path.iterdir()) == []


def test_a_codec_no_camera_sends_is_made_over_once(tmp_path: Path) -> None:
    import av
    import numpy as np

    source = tmp_path / "old.avi"
    with av.open(str(source), "w") as output:
        stream = output.add_stream("msmpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(10):
            picture = np.full((120, 160, 3), number * 20, dtype=np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        output.mux(stream.encode(None))
    cache = tmp_path / "cache"
    clip = file_cameras([source], cache)[0].streams["main"]
    assert (clip.codec, clip.video.width, float(clip.fps), len(clip.video.samples)) == ("h264", 160, 10, 10)
    made = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert len(made) == 1
    file_cameras([source], cache)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == made


def test_what_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    page = tmp_path / "page.mp4"
    page.write_text("<html>")
    with pytest.raises(Invalid, match=r"page\.mp4"):
        file_cameras([page], tmp_path)
    with pytest.raises(Invalid, match="no file"):
        file_cameras([tmp_path / "absent.mp4"], tmp_path)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--files", "absent.mp4"), "absent.mp4"),
        (("--fault", "explode"), "explode"),
        (("--user", "u"), "--password"),
    ],
)
def test_a_wrong_command_line_is_refused_in_one_line(options: tuple[str, ...], word: str) -> None:
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_clip_that_failed_leaves_no_file(tmp_path: Path) -> None:
    from fractions import Fraction

    with pytest.raises(RuntimeError), ClipWriter(tmp_path / "a.mp4", VideoSpec("h264", (320, 180), Fraction(25), 25)):
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_help_and_reference_name_every_fault() -> None:
    shown = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, env=ENVIRONMENT, check=True).stdout
    reference = (ROOT / "docs" / "ref" / "sim.md").read_text(encoding="utf-8")
    for name, meaning in meanings():
        assert f"  {name} " in shown
        assert f"| `{name}` | {meaning} |" in reference, f"docs/ref/sim.md: | `{name}` | {meaning} |"
