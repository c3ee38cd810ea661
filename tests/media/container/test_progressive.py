"""The plain MP4 around stored parts: tables and edit lists that players agree on."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from mingcha.base.errors import Corrupt
from mingcha.media.container import fmp4, nal
from mingcha.media.container.boxes import find, walk
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.progressive import MDAT_HEADER_BYTES, ProgressiveFile
from mingcha.media.container.samples import read_samples
from mingcha.media.container.stored_format import read_format
from tests.media.playback.clips import clip, video_format


def build(path: Path, shown_from: int, shown_to: int, *, sound_from: int = 0, jitter: int = 0) -> bytes:
    """A file of the first 50 pictures of a clip in two parts; times in 90 kHz ticks."""
    media = clip(seconds=2, audio="aac")
    assert media.audio is not None
    header = fmp4.header(video_format(media), media.audio.format)
    movie = ProgressiveFile(header)
    content = b""
    for number, first in enumerate((0, 25), 1):
        video = []
        for index, sample in enumerate(media.video.samples[first : first + 25], first):
            at = index * 3600 + index % 3 * jitter
            video.append(Sample(nal.with_lengths(sample.nals), at, at, 3600, sample.is_key))
        sound = [
            Sample(frame, index * 1024 + sound_from, index * 1024 + sound_from, 1024, True)
            for index, frame in enumerate(media.audio.frames)
            if first * 3600 <= index * 1024 * 90_000 // 48_000 < (first + 25) * 3600
        ]
        data = fmp4.part(number, video, sound)
        tracks = read_samples(data)
        for entry, sample in zip(tracks[0].samples, video, strict=True):
            movie.video.add(len(content) + entry.offset, entry.size, sample.dts, sample.pts, is_key=entry.is_key)
        assert movie.audio is not None
        for entry, sample in zip(tracks[1].samples, sound, strict=True):
            movie.audio.add(len(content) + entry.offset, entry.size, sample.dts, sample.pts, is_key=True)
        content += data
    movie.video.finish(3600)
    assert movie.audio is not None
    movie.audio.finish(1024)
    head = b"".join(bytes(piece) for piece in movie.head(shown_from, shown_to, len(content)).pieces())
    path.write_bytes(head + content)
    return head


def test_the_head_is_as_long_as_its_offsets_say(tmp_path: Path) -> None:
    head = build(tmp_path / "x.mp4", 0, 50 * 3600)
    data = (tmp_path / "x.mp4").read_bytes()
    kinds = [box.kind for box in walk(data)]
    assert kinds == [b"ftyp", b"moov", b"mdat"]
    mdat = list(walk(data))[-1]
    assert mdat.start + MDAT_HEADER_BYTES == len(head) == mdat.body
    assert [box.kind for box in walk(data, mdat.body, mdat.end)] == [b"moof", b"mdat"] * 2


@pytest.mark.parametrize("jitter", [0, 7])
def test_every_sample_is_found_where_the_tables_say(tmp_path: Path, jitter: int) -> None:
    build(tmp_path / "x.mp4", 0, 50 * 3600, jitter=jitter)
    media = clip(seconds=2, audio="aac")
    assert media.audio is not None
    with av.open(str(tmp_path / "x.mp4")) as opened:
        video = [bytes(packet) for packet in opened.demux(video=0) if packet.size]
        assert video == [nal.with_lengths(sample.nals) for sample in media.video.samples[:50]]
    with av.open(str(tmp_path / "x.mp4")) as opened:
        sound = [bytes(packet) for packet in opened.demux(audio=0) if packet.size]
        assert sound == list(media.audio.frames[: len(sound)])
        assert len(sound) > 90


def test_the_edit_list_hides_what_is_before_and_after(tmp_path: Path) -> None:
    build(tmp_path / "x.mp4", 10 * 3600, 40 * 3600)
    with av.open(str(tmp_path / "x.mp4")) as opened:
        times = [frame.time for frame in opened.decode(video=0)]
        assert len(times) == 30
        assert times[0] == 0
        assert opened.duration == Fraction(30, 25) * av.time_base


def test_sound_that_begins_late_begins_late_in_the_player_too(tmp_path: Path) -> None:
    build(tmp_path / "x.mp4", 0, 50 * 3600, sound_from=24_000)
    data = (tmp_path / "x.mp4").read_bytes()
    tracks = [box for box in walk(data, find(data, (b"moov",)).body) if box.kind == b"trak"]  # type: ignore[union-attr]
    edits = find(data, (b"edts", b"elst"), tracks[1].body, tracks[1].end)
    assert edits is not None
    body = data[edits.body : edits.end]
    assert int.from_bytes(body[4:8], "big") == 2
    assert int.from_bytes(body[8:16], "big") == 45_000
    assert int.from_bytes(body[16:24], "big", signed=True) == -1


def test_times_that_stand_still_are_moved_on(tmp_path: Path) -> None:
    movie = ProgressiveFile(fmp4.header(video_format(clip(seconds=2))))
    assert movie.video.add(0, 10, 100, 100, is_key=True) == 100
    assert movie.video.add(10, 10, 100, 100, is_key=False) == 101
    assert movie.video.add(20, 10, 50, 60, is_key=False) == 102
    movie.video.finish(0)
    assert movie.video.duration == 3


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("audio", [None, "aac", "pcma"])
def test_a_header_gives_back_the_formats_it_was_made_of(codec: str, audio: str | None) -> None:
    media = clip(codec=codec, seconds=2, audio=audio)
    video = video_format(media)
    sound = media.audio.format if media.audio is not None else None
    found, heard = read_format(fmp4.header(video, sound))
    assert (found.sps, found.pps, found.vps) == (video.sps, video.pps, video.vps)
    assert (found.codec_string, found.width, found.height) == (video.codec_string, 320, 180)
    assert heard == sound


def test_a_torn_header_is_corrupt_and_nothing_worse() -> None:
    header = fmp4.header(video_format(clip(seconds=2, codec="h265")), None)
    for length in range(0, len(header), 7):
        with pytest.raises(Corrupt):
            read_format(header[:length])
    for position in range(60, len(header), 5):
        bent = bytearray(header)
        bent[position] ^= 0xFF
        try:
            read_format(bytes(bent))
        except Corrupt:
            continue
