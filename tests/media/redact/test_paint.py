"""What covering leaves of the pixels: nothing that was in them."""

from __future__ import annotations

import numpy as np

from mingcha.media.redact.boxes import Box
from mingcha.media.redact.motion import CELL_PX
from mingcha.media.redact.paint import GREY, covered, luma_of

WIDTH, HEIGHT = 96, 64


def noise(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT * 3 // 2, WIDTH), np.uint8)


def nothing_moves() -> np.ndarray:
    return np.zeros((2, 3), np.bool_)


def test_a_face_becomes_one_grey_in_all_three_planes() -> None:
    before = noise()
    after = covered(before, nothing_moves(), [Box(0.25, 0.25, 0.5, 0.75)], ())
    luma = luma_of(after)
    assert set(luma[16:48, 24:48].ravel()) == {GREY}
    assert np.array_equal(luma[:16], luma_of(before)[:16])
    chroma = after[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    assert set(chroma[:, 8:24, 12:24].ravel()) == {128}


def test_a_moving_cell_becomes_one_value_a_plane() -> None:
    moving = nothing_moves()
    moving[1, 2] = True
    after = covered(noise(), moving, (), ())
    assert len(set(luma_of(after)[32:64, 64:96].ravel())) == 1
    chroma = after[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    assert [len(set(plane[16:32, 32:48].ravel())) for plane in chroma] == [1, 1]
    assert len(set(luma_of(after)[:32].ravel())) > 100


def test_pictures_that_differ_only_under_a_cover_become_the_same() -> None:
    one, other = noise(), noise()
    other[20:44, 30:40] = 255 - other[20:44, 30:40]
    face = [Box(0.25, 0.25, 0.5, 0.75)]
    assert np.array_equal(covered(one, nothing_moves(), face, ()), covered(other, nothing_moves(), face, ()))


def test_a_clear_box_stays_as_it_was_whatever_would_cover_it() -> None:
    before = noise()
    clear = Box(0.5, 0.0, 1.0, 1.0)
    after = covered(before, None, [Box(0.4, 0.2, 0.9, 0.8)], [clear])
    assert np.array_equal(luma_of(after)[:, 48:], luma_of(before)[:, 48:])
    assert set(luma_of(after)[20:40, 40:48].ravel()) == {GREY}


def test_the_picture_given_is_not_changed() -> None:
    before = noise()
    kept = before.copy()
    covered(before, None, [Box(0, 0, 1, 1)], ())
    assert np.array_equal(before, kept)


def test_sizes_that_are_no_multiple_of_a_cell_are_covered_to_the_edge() -> None:
    width, height = CELL_PX + 6, CELL_PX + 10
    before = np.random.default_rng(2).integers(0, 256, (height * 3 // 2, width), np.uint8)
    after = covered(before, None, (), ())
    assert len(set(luma_of(after)[CELL_PX:, CELL_PX:].ravel())) == 1
    assert len(set(luma_of(after)[:CELL_PX, CELL_PX:].ravel())) == 1
