"""Headers and parts, judged by ffmpeg."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mingcha.base.errors import Invalid
from mingcha.media.container import fmp4
from mingcha.media.container.boxes import find
from mingcha.media.container.scan import scan
from mingcha.media.sim.tiny import tiny_clip
from mingcha.media.units import AudioFormat
from tests.media.catalog.film import VIDEO
from tests.media.container.movie import boxes_of, frame_hashes, needs_ffmpeg, probe, samples_of
from tests.media.playback.clips import clip

pytestmark = [pytest.mark.external, needs_ffmpeg]


@pytest.mark.parametrize(
    ("codec", "bframes", "tag", "profile"),
    [
        ("h264", 0, "avc1", "h264"),
        ("h264", 2, "avc1", "h264"),
        ("h265", 0, "hvc1", "hevc"),
        ("h265", 2, "hvc1", "hevc"),
    ],
)
def test_every_picture_comes_back_in_order(tmp_path: Path, codec: str, bframes: int, tag: str, profile: str) -> None:
    _, header, parts = boxes_of(codec=codec, bframes=bframes)
    path = tmp_path / "segment.mp4"
    path.write_bytes(header + b"".join(parts))
    stream = probe(path, "stream=codec_name,codec_tag_string,nb_read_frames,width,height,has_b_frames:format=duration")
    assert stream["codec_name"] == profile
    assert stream["codec_tag_string"] == tag
    assert stream["nb_read_frames"] == "100"
    assert (stream["width"], stream["height"]) == ("320", "180")
    assert float(stream["duration"]) == pytest.approx(4.0, abs=0.001)
    assert frame_hashes(path) == frame_hashes(tiny_clip(codec=codec, bframes=bframes))  # type: ignore[arg-type]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_parameter_sets_inside_the_samples_do_no_harm(tmp_path: Path, codec: str) -> None:
    _, header, parts = boxes_of(codec=codec, in_band=True)
    path = tmp_path / "segment.mp4"
    path.write_bytes(header + b"".join(parts))
    assert probe(path, "stream=nb_read_frames")["nb_read_frames"] == "100"
    assert frame_hashes(path) == frame_hashes(tiny_clip(codec=codec))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codec", "tag", "rate"), [("aac", "mp4a", 48_000), ("pcma", "alaw", 8_000), ("pcmu", "ulaw", 8_000)]
)
def test_sound_is_carried_along(tmp_path: Path, codec: str, tag: str, rate: int) -> None:
    _, header, parts = boxes_of(audio=codec)
    path = tmp_path / "segment.mp4"
    path.write_bytes(header + b"".join(parts))
    text = probe(path, "stream=codec_type,codec_tag_string,sample_rate,channels,duration")
    assert text["codec_tag_string"] == tag  # the last stream printed is the sound
    assert text["sample_rate"] == str(rate)
    assert text["channels"] == "1"
    found = scan(path)
    assert found.media_duration == 4 * 90_000


def test_a_header_and_any_later_part_make_a_playable_piece(tmp_path: Path) -> None:
    _, header, parts = boxes_of()
    path = tmp_path / "piece.mp4"
    path.write_bytes(header + fmp4.patch_tfdt(parts[2], 90_000))
    assert frame_hashes(path) == frame_hashes(tiny_clip())[50:75]


def test_a_fragment_for_each_frame_plays_the_same(tmp_path: Path) -> None:
    _, header, _ = boxes_of()
    path = tmp_path / "live.mp4"
    fragments = [fmp4.part(n, [sample]) for n, sample in enumerate(samples_of(clip(), 0), start=1)]
    path.write_bytes(header + b"".join(fragments))
    assert frame_hashes(path) == frame_hashes(tiny_clip())


def test_a_format_without_parameter_sets_is_refused() -> None:
    for broken in (replace(VIDEO, sps=()), replace(VIDEO, pps=()), replace(VIDEO, sps=(b"\x67",))):
        with pytest.raises(Invalid):
            fmp4.header(broken)
    with pytest.raises(Invalid):
        fmp4.header(replace(VIDEO, codec="h265"))
    with pytest.raises(Invalid):
        fmp4.header(VIDEO, AudioFormat("aac", 16_000, 1))


def test_the_configuration_tells_the_chroma_of_high_profiles() -> None:
    high = bytes.fromhex("6764001facd9405005bb016a02020280000003008000001e478c18cb")
    header = fmp4.header(replace(VIDEO, sps=(high,)))
    entry = header.index(b"avcC") - 4
    size = int.from_bytes(header[entry : entry + 4], "big")
    assert header[entry + 8 : entry + 12] == b"\x01" + high[1:4]
    assert header[entry + size - 4 : entry + size] == b"\xfd\xf8\xf8\x00"


def test_a_header_without_identity_has_no_box_of_ours() -> None:
    header = fmp4.header(VIDEO)
    assert find(header, (b"moov", b"uuid")) is None
    assert find(header, (b"moov", b"mvex", b"trex")) is not None
