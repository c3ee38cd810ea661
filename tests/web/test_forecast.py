"""The reckoning of the forecast: pure, in small numbers."""

from __future__ import annotations

import pytest

from mingcha.web.pages.forecast import Load, outlook


def load(
    rate: float = 10, held: float = 0, age: float = 0, floor: int = 30, by_law: int | None = None, **more: object
) -> Load:
    ceiling = more.get("ceiling", floor)
    assert ceiling is None or isinstance(ceiling, int)
    return Load(rate, held, age, floor, floor if by_law is None else by_law, ceiling)


def test_a_new_archive_breaks_on_the_day_the_room_is_used_up() -> None:
    found = outlook([load()], 200)
    assert (found.holds_days, found.breaks_in, found.lack, found.by_law) == (20, 21, 100, True)


def test_an_archive_as_old_as_its_floor_stays_as_large_as_it_is() -> None:
    found = outlook([load(held=300, age=30)], 300)
    assert (found.breaks_in, found.full_in, found.lack) == (None, None, 0)


def test_an_archive_that_is_still_young_is_reckoned_to_the_age_it_will_reach() -> None:
    """Ten days old, 100 bytes: it will grow to 300. There is room for 150, so in six days it is over."""
    found = outlook([load(held=100, age=10)], 150)
    assert (found.breaks_in, found.lack) == (6, 150)


def test_a_rate_that_rises_replaces_the_old_footage_day_by_day() -> None:
    """Thirty days at 10 are held; from now on 20 a day come in, and 10 a day go."""
    found = outlook([load(rate=20, held=300, age=30)], 400)
    assert (found.breaks_in, found.lack) == (11, 200)


def test_a_camera_that_is_gone_gives_its_room_back() -> None:
    gone = load(rate=0, held=300, age=30)
    assert outlook([load(), gone], 299).breaks_in == 0
    assert outlook([load(), gone], 300).breaks_in is None


def test_where_nothing_is_deleted_by_order_the_room_ends_without_breaking_anything() -> None:
    found = outlook([load(floor=0, ceiling=None)], 100)
    assert (found.full_in, found.breaks_in, found.lack) == (11, None, 0)


def test_the_house_s_own_days_break_without_the_law_s() -> None:
    found = outlook([load(floor=60, by_law=15, ceiling=None)], 300)
    assert (found.breaks_in, found.by_law, found.lack) == (31, False, 300)


def test_cameras_of_different_terms_add_up() -> None:
    found = outlook([load(floor=30), load(floor=90)], 900)
    assert found.lack == 300
    assert outlook([load(floor=30), load(floor=90)], 1200).lack == 0


def test_nothing_known_nothing_said() -> None:
    assert outlook([], 100).holds_days is None
    assert outlook([load(rate=0, held=100, age=3)], 10).holds_days is None


@pytest.mark.parametrize(("lack", "said"), [(1, "0.1"), (10**11, "0.1"), (10**11 + 1, "0.2"), (4 * 10**12, "4.0")])
def test_what_lacks_is_rounded_up_to_tenths_of_a_terabyte(lack: int, said: str) -> None:
    assert outlook([load(rate=lack / 30)], 0).lack_tb == said


def test_it_never_says_enough_when_a_day_by_day_count_says_not() -> None:
    """Against a plain simulation: one archive, a day at a time, oldest first."""
    for rate, before, age, floor in ((10, 10, 5, 30), (10, 5, 30, 30), (30, 10, 40, 30), (7, 13, 20, 60)):
        found = outlook([load(rate=rate, held=before * age, age=age, floor=floor)], 10**9)
        days = [before] * age
        for day in range(1, 120):
            days.append(rate)
            must = sum(days[-floor:])
            own = outlook([load(rate=rate, held=before * age, age=age, floor=floor)], must)
            assert own.breaks_in is None or own.breaks_in != day, (rate, before, age, floor, day)
        assert found.lack == 0
