"""Disks that fill, fail, go and are swapped, and a catalog held by somebody else, under the real recorder."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.media.faults.disks import LOCKED_S, Trial
from tests.media.faults.recorded import breaks

pytestmark = [pytest.mark.slow, pytest.mark.external, pytest.mark.xdist_group("disks")]

SECOND = 1_000_000
Trials = Callable[[str], Trial]
FAILURES = [
    ("full", "store_full"),
    ("brim", "store_full"),
    ("absent", "store_absent"),
    ("foreign", "store_foreign"),
    ("read_only", "store_read_only"),
]


def outages(trial: Trial, name: str) -> list[tuple[str, int, int]]:
    """Gaps that are over, but for the one before the first picture."""
    return [gap for gap in trial.scene.ended_gaps(name) if gap[0] != "not_yet_known"]


@pytest.mark.parametrize(("name", "reason"), FAILURES)
@pytest.mark.parametrize("camera", ["a", "b"])
def test_the_outage_is_one_gap_with_its_reason_and_recording_resumes_by_itself(
    trials: Trials, name: str, reason: str, camera: str
) -> None:
    trial = trials(name)
    before, after = trial.stretches[camera]
    gaps = outages(trial, camera)
    # While the broken file system is repaired it is not mounted.
    assert {gap[0] for gap in gaps} <= ({reason, "store_absent"} if name == "read_only" else {reason})
    assert gaps[0][0] == reason
    assert all(first[2] == second[1] for first, second in pairwise(gaps))
    # The file that was open is sealed by recovery, which knows its start but roughly.
    assert abs(gaps[0][1] - before.end_us) < SECOND // 2
    assert gaps[-1][2] == after.start_us
    assert after.end_us - after.start_us > 2 * SECOND


@pytest.mark.parametrize(("name", "reason"), FAILURES)
@pytest.mark.parametrize("camera", ["a", "b"])
def test_what_was_recorded_before_and_after_is_whole(trials: Trials, name: str, reason: str, camera: str) -> None:
    trial = trials(name)
    for stretch in trial.stretches[camera]:
        assert breaks(stretch.frames, trial.loops[camera]) == ""
    assert trial.findings == ""


@pytest.mark.parametrize(("name", "reason"), FAILURES)
def test_the_alarm_is_raised_once_and_taken_back(trials: Trials, name: str, reason: str) -> None:
    states = [fact.detail["state"].replace(".", "_") for fact in trials(name).scene.facts("storage.alarm")]
    assert states[0] == reason
    assert states[-1] == "ok"
    assert states.count(reason) == 1
    assert states.count("ok") == 1


@pytest.mark.parametrize(("name", "reason"), FAILURES)
def test_the_cameras_stay_live_while_the_disk_fails(trials: Trials, name: str, reason: str) -> None:
    for camera in ("a", "b"):
        assert trials(name).scene.said(camera)[-1] == ("live", "")
        assert not [state for state, _ in trials(name).scene.said(camera) if state == "lost"]


@pytest.mark.parametrize(("name", "reason"), FAILURES)
def test_no_program_fault_is_logged(trials: Trials, name: str, reason: str) -> None:
    assert re.findall(r"Traceback.*|CRITICAL.*|unexpectedly.*", trials(name).log) == []


def test_a_full_disk_stops_the_newest_and_deletes_nothing(trials: Trials) -> None:
    trial = trials("full")
    assert set(trial.seen["before"]) <= set(trial.seen["during"])
    assert trial.seen["during"] == trial.seen["later"]


def test_nothing_is_written_under_the_mount_point_of_a_disk_that_is_gone(trials: Trials) -> None:
    assert trials("absent").seen["under"] == []


def test_another_recorders_disk_is_not_touched(trials: Trials) -> None:
    trial = trials("foreign")
    assert trial.seen["other before"] == trial.seen["other after"]
    assert "mingcha-store.json" in trial.seen["other after"]


@pytest.mark.parametrize("camera", ["steady1", "steady2"])
def test_no_picture_is_lost_while_the_catalog_is_locked_for_forty_seconds(trials: Trials, camera: str) -> None:
    trial = trials("locked")
    (stretch,) = trial.stretches[camera]
    assert trial.marks["released"] - trial.marks["locked"] > LOCKED_S * SECOND
    assert breaks(stretch.frames, trial.loops[camera], 0) == ""
    assert len(stretch.frames) >= trial.scene.players[camera][0].units_sent - 5
    assert outages(trial, camera) == []


@pytest.mark.parametrize("camera", ["drops1", "drops2"])
def test_cameras_that_connect_anew_while_the_catalog_is_locked_lose_no_picture(trials: Trials, camera: str) -> None:
    trial = trials("locked")
    stretches = trial.stretches[camera]
    assert len(stretches) >= 6
    assert all(breaks(stretch.frames, trial.loops[camera], 0) == "" for stretch in stretches)
    sent = [player.units_sent for player in trial.scene.players[camera]]
    assert [len(stretch.frames) for stretch in stretches[:-1]] == sent[: len(stretches) - 1]
    between = [("camera_closed", before.end_us, after.start_us) for before, after in pairwise(stretches)]
    assert outages(trial, camera) == between


def test_the_archive_is_clean_after_the_lock(trials: Trials) -> None:
    trial = trials("locked")
    assert trial.findings == ""
    assert "catalog cannot be written (catalog.locked)" in trial.log
