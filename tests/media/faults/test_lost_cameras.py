"""Cameras that fall silent, go away, refuse or are not what they should be, before the real recorder."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from mingcha.media.sim.player import Player
from tests.media.faults.recorded import Stretch, breaks
from tests.media.faults.street import LASTS_S, Street

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("street")]

SECOND = 1_000_000
LATE_US = 2 * SECOND
"""How late a busy machine may be; what the recorder says is compared with what it recorded exactly."""


def lost_and_found(street: Street, name: str, reason: str) -> list[Stretch]:
    """The camera's runs, after checking what holds for all that are lost now and then: each run is the clip from its
    first picture on, and between two runs lies a gap with this reason from the last picture to the first."""
    stretches = street.scene.stretches(name)
    gaps = street.scene.ended_gaps(name)
    for stretch in stretches:
        assert breaks(stretch.frames, street.loops[name], 0) == ""
    between = [(reason, before.end_us, after.start_us) for before, after in pairwise(stretches)]
    named = [gap for gap in gaps if gap[0] != "not_yet_known"]
    assert named[: len(between)] == between
    # The recorder may have been stopped before the camera was back.
    assert [gap[:2] for gap in named[len(between) :]] in ([], [(reason, stretches[-1].end_us)])
    return stretches


def sent(players: list[Player]) -> list[int]:
    return [player.units_sent for player in players]


@pytest.mark.parametrize(
    ("name", "reason", "times"),
    [
        ("stalls", "camera_silent", 3),
        ("frozen", "camera_silent", 3),
        ("drops", "camera_closed", 4),
        ("resets", "camera_closed", 4),
        ("from_zero", "camera_closed", 4),
        ("encrypted", "camera_closed", 4),
        ("other_engine", "camera_closed", 3),
    ],
)
def test_a_camera_that_is_lost_again_and_again_is_recorded_to_its_last_picture_each_time(
    street: Street, name: str, reason: str, times: int
) -> None:
    stretches = lost_and_found(street, name, reason)
    assert len(stretches) >= times
    # Of a conversation that still went on when the recorder was stopped the last packets may be on the way.
    assert [len(stretch.frames) for stretch in stretches[:-1]] == sent(street.scene.players[name])[: len(stretches) - 1]


@pytest.mark.parametrize("name", ["stalls", "frozen"])
def test_a_picture_that_stands_still_is_said_to_be_frozen_then_lost_then_live(street: Street, name: str) -> None:
    # Of the lost state, which lasts until the next attempt, nothing may be seen when that comes at once.
    said = [state for state in street.scene.said(name) if state[0] != "lost"]
    assert said[:4] == [("connecting", ""), ("live", ""), ("stalled", "camera.silent"), ("live", "")]
    assert {reason for state, reason in street.scene.said(name) if state == "lost"} <= {"camera.silent"}
    assert f"{street.scene.ids[name]}/main ended: camera.silent" in street.log


def test_silence_begins_with_the_last_picture_and_ends_after_ten_seconds_with_the_first(street: Street) -> None:
    for _, start_us, end_us in [gap for gap in street.scene.ended_gaps("stalls") if gap[0] == "camera_silent"]:
        assert 10 * SECOND < end_us - start_us < 12 * SECOND + LATE_US


def test_a_camera_that_agrees_to_play_and_sends_nothing_is_lost_from_the_order_on(street: Street) -> None:
    assert street.scene.said("silence") == [("connecting", ""), ("lost", "camera.silent")]
    assert street.scene.stretches("silence") == []
    (gap,) = street.scene.ended_gaps("silence")
    assert gap[0] == "camera_silent"
    assert gap[2] - gap[1] > LASTS_S * SECOND


def test_a_pause_too_short_to_end_the_session_is_named_all_the_same(street: Street) -> None:
    (stretch,) = street.scene.stretches("pauses")
    (_, start_us, end_us), *more = [gap for gap in street.scene.ended_gaps("pauses") if gap[0] == "camera_silent"]
    assert more == []
    last_before = max(at for at in stretch.at_us if at < start_us)
    first_after = min(at for at in stretch.at_us if at > start_us)
    # Named when it happened: the segment's start is corrected once more when it ends.
    assert abs(first_after - end_us) < SECOND // 4
    assert abs(start_us - last_before) < SECOND // 4
    assert 5 * SECOND < end_us - start_us < 8 * SECOND
    assert ("stalled", "camera.silent") in street.scene.said("pauses")
    assert street.scene.said("pauses")[-1] == ("live", "")
    before = [frame for frame, at in zip(stretch.frames, stretch.at_us, strict=True) if at < start_us]
    after = [frame for frame, at in zip(stretch.frames, stretch.at_us, strict=True) if at > start_us]
    assert breaks(before, street.loops["pauses"], 0) == ""
    assert breaks(after, street.loops["pauses"]) == ""


def test_a_camera_that_was_away_is_found_again_by_itself(street: Street) -> None:
    before, after = lost_and_found(street, "away", "camera_closed")
    assert abs(before.end_us - street.marks["gone"]) < LATE_US
    assert after.start_us > street.marks["back"]
    assert after.end_us > street.marks["end"] - LATE_US
    assert street.scene.said("away") == [("connecting", ""), ("live", ""), ("lost", "camera.closed"), ("live", "")]


def test_a_password_that_is_refused_later_is_told_and_recording_resumes_when_it_is_taken_again(street: Street) -> None:
    before, after = street.scene.stretches("locked")
    for stretch in (before, after):
        assert breaks(stretch.frames, street.loops["locked"], 0) == ""
    closed, refused = [gap for gap in street.scene.ended_gaps("locked") if gap[0] != "not_yet_known"]
    assert (closed[0], refused[0]) == ("camera_closed", "camera_unauthorised")
    assert (closed[1], closed[2], refused[2]) == (before.end_us, refused[1], after.start_us)
    assert abs(before.end_us - street.marks["gone"]) < LATE_US
    assert ("lost", "camera.unauthorised") in street.scene.said("locked")
    assert street.scene.said("locked")[-1] == ("live", "")


def test_a_wrong_password_is_told_and_tried_seldom(street: Street) -> None:
    assert street.scene.said("wrong_password")[-1] == ("lost", "camera.unauthorised")
    assert [gap[0] for gap in street.scene.ended_gaps("wrong_password")] == ["camera_unauthorised"]
    assert 1 <= street.connections["wrong_password"] <= 5
    assert "guess" not in street.log
    assert "s3cret" not in street.log


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("html", "camera.not_rtsp"),
        ("jpeg", "camera.codec"),
        ("truncated", "camera.closed"),
        ("nowhere", "camera.not_found"),
        ("nobody", "camera.refused"),
    ],
)
def test_what_is_no_camera_or_none_we_can_use_is_called_so(street: Street, name: str, code: str) -> None:
    assert street.scene.said(name)[-1] == ("lost", code)
    assert street.scene.stretches(name) == []
    (gap,) = street.scene.ended_gaps(name)
    assert gap[0] == code.replace(".", "_")
    assert gap[2] - gap[1] > LASTS_S * SECOND


def test_a_redirect_is_followed(street: Street) -> None:
    (stretch,) = street.scene.stretches("redirected")
    assert breaks(stretch.frames, street.loops["redirected"], 0) == ""


def test_the_right_password_opens_the_camera(street: Street) -> None:
    (stretch,) = street.scene.stretches("right_password")
    assert breaks(stretch.frames, street.loops["right_password"], 0) == ""


@pytest.mark.parametrize("name", ["good1", "good2", "good3"])
def test_good_cameras_beside_all_this_lose_no_picture(street: Street, name: str) -> None:
    (stretch,) = street.scene.stretches(name)
    assert breaks(stretch.frames, street.loops[name], 0) == ""
    assert len(stretch.frames) >= street.scene.players[name][0].units_sent - 5
    assert abs(len(stretch.frames) * 40_000 - (stretch.end_us - stretch.start_us)) < SECOND // 10
    assert street.scene.said(name)[-1] == ("live", "")
    assert {gap[0] for gap in street.scene.ended_gaps(name)} <= {"not_yet_known"}


def test_every_end_of_a_gap_is_told_to_the_office(street: Street) -> None:
    told = [fact.detail["reason"] for fact in street.scene.facts("gap.closed", "drops")]
    assert told.count("camera_closed") == len(street.scene.stretches("drops")) - 1
    states = [(fact.detail["state"], fact.detail["reason"]) for fact in street.scene.facts("camera.state", "away")]
    assert ("lost", "camera.closed") in states
    assert states[-1] == ("live", "")


def test_nothing_that_happened_was_a_fault_of_the_recorder(street: Street) -> None:
    assert re.findall(r"Traceback.*|CRITICAL.*|unexpectedly.*", street.log) == []
    checked = street.scene.recorder.check()
    assert checked.returncode == 0, checked.stdout + checked.stderr
