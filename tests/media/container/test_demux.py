"""Files into access units: framings, parameter sets, times, and what is no video."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.errors import Invalid
from mingcha.media.container.demux import demux, nal_type, split_lengths, split_start_codes
from mingcha.media.sim.tiny import tiny_clip

# A NAL unit never ends in zero and holds no start code inside (H.264 7.4.1).
NALS = st.lists(st.binary(min_size=1, max_size=40).map(lambda body: body.replace(b"\0", b"\1")), min_size=1, max_size=6)


@given(NALS)
def test_both_framings_give_back_the_same_units(nals: list[bytes]) -> None:
    assert split_lengths(b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)) == tuple(nals)
    assert split_start_codes(b"".join(b"\0\0\0\1" + nal for nal in nals)) == tuple(nals)
    assert split_start_codes(b"".join(b"\0\0\1" + nal for nal in nals) + b"\0\0") == tuple(nals)


@given(st.binary(max_size=60))
def test_lengths_that_do_not_add_up_are_refused(payload: bytes) -> None:
    at, is_whole = 0, True
    while is_whole and at < len(payload):
        at += 4 + int.from_bytes(payload[at : at + 4], "big")
        is_whole = at <= len(payload)
    if is_whole:
        assert sum(len(nal) for nal in split_lengths(payload)) <= len(payload)
    else:
        with pytest.raises(Invalid, match="cut short"):
            split_lengths(payload)


@pytest.mark.parametrize(("codec", "bframes"), [("h264", 0), ("h264", 2), ("h265", 2)])
def test_a_clip_comes_out_with_sets_and_times(codec: str, bframes: int) -> None:
    video = demux(tiny_clip(codec, seconds=2, gop=10, bframes=bframes)).video  # type: ignore[arg-type]
    assert (video.codec, video.width, video.height, float(video.fps)) == (codec, 320, 180, 25)
    assert len(video.sps) == len(video.pps) == 1
    assert len(video.vps) == (1 if codec == "h265" else 0)
    assert nal_type(video.codec, video.sps[0]) == (7 if codec == "h264" else 33)
    stamps = sorted(sample.pts for sample in video.samples)
    assert stamps[0] == 0
    assert {b - a for a, b in pairwise(stamps)} == {3600}
    assert all(sample.dts <= sample.pts for sample in video.samples)
    assert all(a.dts < b.dts for a, b in pairwise(video.samples))
    assert video.duration == 2 * 90_000
    assert [n for n, sample in enumerate(video.samples) if sample.is_key] == [0, 10, 20, 30, 40]
    assert (max(s.pts - s.dts for s in video.samples) > 0) is (bframes > 0)


def test_a_byte_stream_file_gives_the_same_units_as_mp4(tmp_path: Path) -> None:
    source = tiny_clip(seconds=1)
    target = tmp_path / "clip.ts"
    with av.open(str(source)) as opened, av.open(str(target), "w", format="mpegts") as output:
        stream = output.add_stream_from_template(opened.streams.video[0])
        for packet in opened.demux(video=0):
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    first, second = demux(source).video, demux(target).video
    assert second.sps == first.sps

    def slices(samples: object) -> list[list[bytes]]:
        return [[nal for nal in one.nals if nal[0] & 0x1F in (1, 5)] for one in samples]  # type: ignore[attr-defined]

    assert slices(second.samples) == slices(first.samples)


@pytest.mark.parametrize(("codec", "count", "ticks"), [("aac", 48, 1024), ("pcma", 50, 160)])
def test_sound_comes_in_frames(codec: str, count: int, ticks: int) -> None:
    audio = demux(tiny_clip(seconds=1, audio=codec)).audio  # type: ignore[arg-type]
    assert audio is not None
    assert audio.format.codec == codec
    assert audio.frame_ticks == ticks
    assert abs(len(audio.frames) - count) <= 2


def test_what_cannot_be_served_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.mp4"
    page.write_bytes(b"<html>" * 100)
    with pytest.raises(Invalid) as unreadable:
        demux(page)
    assert unreadable.value.code == "media.unreadable"
    odd = tmp_path / "odd.avi"
    with av.open(str(odd), "w") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        output.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), dtype=np.uint8), format="rgb24")))
        output.mux(stream.encode(None))
    with pytest.raises(Invalid) as codec:
        demux(odd)
    assert codec.value.code == "media.codec"
