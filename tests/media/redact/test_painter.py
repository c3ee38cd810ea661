"""A stretch goes in picture by picture and comes out whole, in order, and covered from the first picture on."""

from __future__ import annotations

import numpy as np
import pytest

from mingcha.media.container.repaint import Drawn
from mingcha.media.redact.boxes import Box
from mingcha.media.redact.paint import GREY, luma_of
from mingcha.media.redact.painter import Coverer, Painter

WIDTH, HEIGHT, STEP = 320, 192, 3600
LOOK_EVERY = 5 * STEP


def picture(index: int, *, person_at: int | None = None) -> Drawn:
    luma = np.random.default_rng(7).integers(80, 120, (HEIGHT, WIDTH)).astype(np.uint8)
    if person_at is not None:
        luma[70:110, person_at : person_at + 20] = np.random.default_rng(9).integers(0, 60, (40, 20))
    planes = np.concatenate([luma, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])
    return Drawn(planes, index * STEP, lambda width, height: np.zeros((height, width, 3), np.uint8))


def masked(pictures: list[Drawn], painter: Painter) -> list[tuple[np.ndarray, int]]:
    out = [done for given in pictures for done in painter.feed(given)]
    return [*out, *painter.finish()]


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 23])
def test_every_picture_comes_out_once_in_order_with_its_time(count: int) -> None:
    given = [picture(index) for index in range(count)]
    out = masked(given, Painter((), look_every=LOOK_EVERY, find=lambda _: []))
    assert [pts for _, pts in out] == [one.pts for one in given]


def test_who_moves_is_covered_on_every_picture_also_the_first() -> None:
    given = [picture(index, person_at=60 + 4 * index) for index in range(20)]
    out = masked(given, Painter((), look_every=LOOK_EVERY, find=lambda _: []))
    for before, (after, _) in zip(given, out, strict=True):
        left = 60 + 4 * (before.pts // STEP)
        was, now = (luma_of(planes)[70:110, left : left + 20].astype(int) for planes in (before.planes, after))
        # Nothing of the person's own texture is left: the cover is flat within each square.
        assert abs(np.corrcoef(was.ravel(), now.ravel())[0, 1]) < 0.5 or now.std() < 1
        assert len(np.unique(now)) <= 6


def test_a_face_found_is_grey_between_the_looks_too() -> None:
    given = [picture(index) for index in range(11)]
    out = masked(given, Painter((), look_every=LOOK_EVERY, find=lambda _: [Box(0.4, 0.4, 0.5, 0.5)]))
    for after, _ in out:
        assert set(luma_of(after)[78:95, 130:158].ravel()) == {GREY}


def test_a_single_picture_is_covered_all_over() -> None:
    ((after, _),) = masked([picture(0, person_at=60)], Painter((), look_every=LOOK_EVERY, find=lambda _: []))
    assert len(np.unique(luma_of(after))) <= (WIDTH // 32) * (HEIGHT // 32)


def test_who_asked_to_see_themselves_stays_clear() -> None:
    clear = (Box(0.0, 0.0, 0.5, 1.0),)
    given = [picture(index, person_at=60 + 2 * index) for index in range(8)]
    out = masked(given, Painter(clear, look_every=LOOK_EVERY, find=lambda _: [Box(0.2, 0.4, 0.3, 0.5)]))
    for before, (after, _) in zip(given, out, strict=True):
        assert np.array_equal(luma_of(after)[:, :160], luma_of(before.planes)[:, :160])


def test_a_preview_is_coarse_everywhere() -> None:
    ((after, pts),) = Coverer(()).feed(picture(3, person_at=60))
    assert pts == 3 * STEP
    assert len(np.unique(luma_of(after))) <= 60
