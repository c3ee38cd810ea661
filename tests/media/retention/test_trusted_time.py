"""The time by which footage is deleted is never ahead of what has surely passed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.clock import US_PER_S
from mingcha.media.retention.trusted_time import SLACK_US, Mark, TrustedTime
from tests.media.retention.machine import FakeMachine

START_US = 1_790_000_000 * US_PER_S
HOUR_S, DAY_S = 3_600, 86_400


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine(START_US)


def test_it_is_the_wall_clock_while_that_is_right(machine: FakeMachine) -> None:
    time = TrustedTime(machine, None)
    for _ in range(10):
        machine.pass_time(HOUR_S)
        assert time.now_us() == machine.wall
    assert time.doubt_us == 0


def test_a_clock_set_forward_is_not_followed(machine: FakeMachine) -> None:
    time = TrustedTime(machine, None)
    machine.pass_time(HOUR_S)
    machine.set_wall(DAY_S)
    assert time.now_us() == START_US + HOUR_S * US_PER_S
    assert time.doubt_us == DAY_S * US_PER_S


def test_many_small_steps_forward_are_not_followed_either(machine: FakeMachine) -> None:
    time = TrustedTime(machine, None)
    for _ in range(1_000):
        machine.pass_time(60)
        machine.set_wall(50)
        time.now_us()
    passed_us = START_US + 60_000 * US_PER_S
    assert time.now_us() <= passed_us + SLACK_US + 60_000 * US_PER_S // 1_000


def test_a_clock_set_back_makes_deletion_later_never_earlier(machine: FakeMachine) -> None:
    time = TrustedTime(machine, None)
    machine.set_wall(-DAY_S)
    assert time.now_us() == START_US - DAY_S * US_PER_S
    machine.set_wall(DAY_S)
    assert time.now_us() == START_US
    assert time.doubt_us == 0


def test_a_time_server_that_comes_late_is_believed_and_what_was_stamped_before_is_named(machine: FakeMachine) -> None:
    time = TrustedTime(machine, None)
    machine.pass_time(HOUR_S)
    machine.set_wall(300 * DAY_S)
    machine.kept = True
    assert time.now_us() == machine.wall
    (leap,) = time.leaps
    assert (leap.before_us, leap.after_us) == (START_US + HOUR_S * US_PER_S, machine.wall)
    assert leap.since_boot_us == 2 * HOUR_S * US_PER_S


def test_a_clock_that_was_kept_and_leaps_waits_for_a_person(machine: FakeMachine) -> None:
    machine.kept = True
    time = TrustedTime(machine, None)
    time.now_us()
    machine.set_wall(DAY_S)
    assert time.now_us() == START_US
    assert time.now_us() == START_US
    assert time.doubt_us > 0
    time.confirm()
    assert time.now_us() == machine.wall
    assert time.doubt_us == 0
    assert len(time.leaps) == 1


def test_a_restart_of_the_process_goes_on_by_the_time_since_boot(machine: FakeMachine) -> None:
    mark = TrustedTime(machine, None).mark
    machine.pass_time(HOUR_S)
    machine.set_wall(DAY_S)
    assert TrustedTime(machine, mark).now_us() == START_US + HOUR_S * US_PER_S


def test_after_a_reboot_only_the_time_since_it_is_sure(machine: FakeMachine) -> None:
    mark = TrustedTime(machine, None).mark
    machine.reboot(off_s=DAY_S)
    time = TrustedTime(machine, mark)
    assert time.now_us() == START_US + 20 * US_PER_S
    assert time.doubt_us == DAY_S * US_PER_S
    machine.kept = True
    assert time.now_us() == machine.wall


def test_an_unknown_boot_is_another_boot(machine: FakeMachine) -> None:
    machine.boot = lambda: ""  # type: ignore[method-assign]
    time = TrustedTime(machine, Mark(START_US, "", machine.since - 5))
    assert time.mark.trusted_us == START_US + machine.since


@given(
    st.lists(
        st.tuples(st.floats(0, 1e5), st.floats(-1e6, 1e6), st.sampled_from(["", "restart", "reboot"])), max_size=30
    )
)
def test_without_anybody_to_vouch_it_is_never_ahead_of_the_truth(
    events: list[tuple[float, float, str]],
) -> None:
    machine = FakeMachine(START_US)
    time, truth = TrustedTime(machine, None), START_US
    began_us = START_US
    for passed_s, step_s, what in events:
        machine.pass_time(passed_s)
        truth += round(passed_s * US_PER_S)
        machine.set_wall(step_s)
        if what == "restart":
            time = TrustedTime(machine, time.mark)
        elif what == "reboot":
            machine.reboot(60)
            truth += 80 * US_PER_S
            time = TrustedTime(machine, time.mark)
        allowed_us = (truth - began_us) // 1_000 + SLACK_US * (1 + len(events))
        assert time.now_us() <= truth + allowed_us
