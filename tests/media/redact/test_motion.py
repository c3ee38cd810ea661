"""Which cells count as moving."""

from __future__ import annotations

import numpy as np

from mingcha.media.redact.motion import HELD_LOOKS, Motion


def street(person_at: int | None = None, *, brighter: int = 0) -> np.ndarray:
    """320 x 192 of noise that stands still; a dark block of 20 x 40 stands for somebody."""
    picture = np.random.default_rng(7).integers(80, 120, (192, 320)).astype(np.uint8) + np.uint8(brighter)
    if person_at is not None:
        picture[70:110, person_at : person_at + 20] = 10
    return picture


def test_the_first_look_and_a_street_at_rest_show_nothing_moving() -> None:
    motion = Motion()
    assert not motion.look(street()).any()
    assert not motion.look(street()).any()


def test_who_goes_is_covered_where_they_were_and_where_they_are() -> None:
    motion = Motion()
    motion.look(street(100))
    moving = motion.look(street(170))
    assert moving[2:4, 3].all()
    assert moving[2:4, 5].all()
    assert not moving[5].any()


def test_who_stands_still_again_stays_covered_a_while_and_not_for_ever() -> None:
    motion = Motion()
    motion.look(street(100))
    motion.look(street(170))
    held = [bool(motion.look(street(170)).any()) for _ in range(HELD_LOOKS)]
    assert held == [True] * (HELD_LOOKS - 1) + [False]


def test_a_lamp_that_goes_on_is_no_movement_and_somebody_under_it_is() -> None:
    motion = Motion()
    motion.look(street())
    assert not motion.look(street(brighter=60)).any()
    assert motion.look(street(100, brighter=0)).any()


def test_another_size_of_picture_begins_anew() -> None:
    motion = Motion()
    motion.look(street())
    assert not motion.look(street()[:100]).any()
