"""Rounds: one slot a day, everything within as many days as there are slots, nothing told twice."""

from __future__ import annotations

from pathlib import Path

from mingcha.media.verify import rounds
from mingcha.media.verify.rounds import DAY_US, Rounds
from mingcha.media.verify.segments import Finding

AT = 20_000 * DAY_US


def test_each_day_has_its_round_and_all_are_done_once_in_as_many_days() -> None:
    state, seen = Rounds.begin(7, AT), []
    for hour in range(24 * 14):
        at_us = AT + hour * DAY_US // 24
        now = state.next_round(at_us)
        if now is not None:
            seen.append((hour // 24, now.slot))
            state.finish(at_us)
    assert [day for day, _ in seen] == list(range(14))
    assert sorted(slot for _, slot in seen[:7]) == list(range(7))
    assert [slot for _, slot in seen[:7]] == [slot for _, slot in seen[7:]]


def test_days_without_power_are_made_up_for() -> None:
    state = Rounds.begin(7, AT)
    later = AT + 30 * DAY_US
    for _ in range(7):
        assert state.next_round(later) is not None
        state.finish(later)
    assert state.next_round(later) is None
    assert state.covered(later) == 7
    assert state.covered(later + 9 * DAY_US) == 0


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    state = Rounds.begin(3, AT)
    state.next_round(AT)
    state.finish(AT)
    assert state.next_round(AT - 400 * DAY_US) is not None


def test_a_round_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state = rounds.load(path, 5, AT)
    now = state.next_round(AT)
    assert now is not None
    now.through, now.segments = 17, 4
    state.broken[3] = "file.changed"
    rounds.save(path, state)
    assert rounds.load(path, 5, AT + DAY_US) == state
    fewer = rounds.load(path, 3, AT)
    assert (fewer.slots, fewer.now, fewer.broken) == (3, None, {3: "file.changed"})
    path.write_bytes(b"{")
    assert rounds.load(path, 5, AT) == Rounds.begin(5, AT)


def test_the_same_damage_is_news_once() -> None:
    state = Rounds.begin(2, AT)
    one, other = Finding("file.changed", 1, "cam", 0), Finding("file.missing", 1, "cam", 0)
    assert state.news([one]) == [one]
    assert state.news([one]) == []
    assert state.news([other]) == [other]
