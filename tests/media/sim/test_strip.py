"""The frame number that a program can read off a picture."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mingcha.media.sim import read_strip, strip, tiny_clip


@given(st.integers(0, 65_535), st.sampled_from([(320, 180), (640, 360), (1280, 720), (1920, 1080), (768, 576)]))
def test_it_reads_what_was_drawn(number: int, size: tuple[int, int]) -> None:
    picture = np.full((size[1], size[0], 3), 120, dtype=np.uint8)
    strip.draw(picture, number)
    assert read_strip(picture) == number
    assert read_strip(picture[..., 0]) == number, "luma will do"


def test_it_reads_nothing_where_nothing_was_drawn() -> None:
    rng = np.random.default_rng(3)
    assert read_strip(np.zeros((360, 640, 3), dtype=np.uint8)) is None
    assert read_strip(np.full((360, 640, 3), 255, dtype=np.uint8)) is None
    assert read_strip(np.zeros((180, 40, 3), dtype=np.uint8)) is None
    noise = [rng.integers(0, 256, (360, 640, 3), dtype=np.uint8) for _ in range(40)]
    assert [read_strip(picture) for picture in noise] == [None] * 40


@given(st.integers(0, 65_535), st.integers(2, 25))
def test_one_wrong_block_is_noticed(number: int, block: int) -> None:
    picture = np.full((360, 640, 3), 120, dtype=np.uint8)
    strip.draw(picture, number)
    side = strip.block_px(360)
    square = picture[-side:, block * side : (block + 1) * side]
    square[:] = 255 - square
    assert read_strip(picture) != number


def test_it_survives_scaling_to_half() -> None:
    picture = np.full((720, 1280, 3), 120, dtype=np.uint8)
    strip.draw(picture, 1499)
    small = np.asarray(Image.fromarray(picture).resize((640, 360), Image.Resampling.BILINEAR))
    assert read_strip(small) == 1499


def _decoded(path: object) -> Iterator[npt.NDArray[np.uint8]]:
    with av.open(str(path)) as opened:
        for frame in opened.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize(("codec", "bframes"), [("h264", 0), ("h264", 2), ("h265", 0)])
def test_it_survives_encoding(codec: str, bframes: int) -> None:
    path = tiny_clip(codec, bframes=bframes, seconds=2)  # type: ignore[arg-type]
    assert [read_strip(picture) for picture in _decoded(path)] == list(range(50))
