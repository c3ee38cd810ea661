"""Pictures out of stored access units."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Corrupt
from mingcha.media.container import nal
from mingcha.media.container.decode import picture_jpeg
from mingcha.media.container.samples import StoredPicture
from mingcha.media.units import AccessUnit
from tests.media.playback.clips import access_units, clip, strip_of_jpeg, video_format

FRAME = 3600


def stored(units: list[AccessUnit]) -> list[StoredPicture]:
    return [StoredPicture(unit.payload, unit.pts, unit.is_key) for unit in units]


@pytest.mark.parametrize(("codec", "bframes"), [("h264", 0), ("h264", 2), ("h265", 0)])
def test_it_shows_exactly_the_picture_at_an_instant(codec: str, bframes: int) -> None:
    media = clip(codec=codec, bframes=bframes, seconds=2, gop=50)
    units = stored(access_units(media))
    for number in (0, 7, 31):
        data, pts = picture_jpeg(video_format(media), units, number * FRAME + FRAME // 2)
        assert pts == number * FRAME
        assert strip_of_jpeg(data) == number


def test_it_makes_a_small_preview_of_a_key_frame_and_never_enlarges() -> None:
    media = clip(seconds=2)
    key = stored(access_units(media))[25]
    assert key.is_key
    small, _ = picture_jpeg(video_format(media), [key], key.pts, max_width=160)
    large, _ = picture_jpeg(video_format(media), [key], key.pts, max_width=4000)
    assert strip_of_jpeg(large) == 25
    assert len(small) < len(large)


def test_it_says_when_nothing_can_be_decoded() -> None:
    media = clip(seconds=2)
    for payload in (b"", b"\x00\x00\x00\x05hello", b"\xff" * 40):
        with pytest.raises(Corrupt):
            picture_jpeg(video_format(media), [StoredPicture(payload, 0, True)], 0)


def test_it_survives_flipped_bytes_in_the_middle() -> None:
    media = clip(seconds=2, gop=50)
    units = stored(access_units(media))
    for index in range(5, 20):
        payload = bytearray(units[index].payload)
        payload[len(payload) // 2] ^= 0xFF
        units[index] = StoredPicture(bytes(payload), units[index].pts, False)
    data, _ = picture_jpeg(video_format(media), units, 49 * FRAME)
    assert data.startswith(b"\xff\xd8")


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_nal_units_survive_both_forms(codec: str) -> None:
    media = clip(codec=codec, seconds=2)
    for sample in media.video.samples[:5]:
        assert tuple(nal.split_lengths(nal.with_lengths(sample.nals))) == sample.nals
        assert tuple(nal.split_annex_b(nal.annex_b(sample.nals))) == sample.nals


def test_it_names_codecs_as_browsers_want_them() -> None:
    assert nal.codec_string("h264", bytes.fromhex("6764001facd9")) == "avc1.64001f"
    media = clip(codec="h265", seconds=2)
    assert nal.codec_string("h265", media.video.sps[0]).startswith("hvc1.1.6.L")
