"""Holds on their way to the recorder."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.base.clock import ManualClock, from_datetime
from mingcha.gateway import run
from mingcha.gateway.holds import COMPARE_EVERY_US, TELL_AGAIN_US
from mingcha.gateway.reports import pull_facts
from mingcha.gateway.run import OrdersLoop
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import ask_release, place_hold, release_hold
from mingcha.records.custody.models import Hold, KeptHold
from mingcha.records.inventory.models import Camera
from mingcha.records.register.models import Entry
from mingcha.wire.facts import Fact
from tests.gateway.recorder import FakeRecorder
from tests.records.custody.conftest import SPAN, draft_of
from tests.support.office import AT, LATER, make_person


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=from_datetime(LATER))


@pytest.fixture
def loop(recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> OrdersLoop:
    monkeypatch.setattr(run, "data_version", lambda: None)
    return OrdersLoop(recorder.client(), clock, lambda probe: None)


@pytest.fixture
def hold(camera: Camera, manager: Person) -> Hold:
    return place_hold(draft=draft_of(camera), actor=manager, at=AT)


def sent(recorder: FakeRecorder) -> list[Any]:
    return [held for body in recorder.told("/control/holds") if body for held in body["holds"]]


def confirm(recorder: FakeRecorder, hold: Hold, kind: str, number: int) -> None:
    told = hold.ranges.get()
    detail = {"hold": told.public_id, "start_us": hold.start_us, "end_us": hold.end_us, "until_us": None}
    fact = Fact(f"fct_{number:016d}", kind, from_datetime(AT), told.camera.public_id, detail, sequence=number)
    recorder.facts.append(fact)
    pull_facts(recorder.client())
    hold.refresh_from_db()


def test_a_hold_is_told_at_once_and_again_until_it_is_confirmed(
    loop: OrdersLoop, recorder: FakeRecorder, clock: ManualClock, hold: Hold, camera: Camera
) -> None:
    loop.tick()
    loop.tick()
    told = hold.ranges.get()
    assert sent(recorder) == [
        {"hold": told.public_id, "camera": camera.public_id, "start_us": SPAN.start_us, "end_us": SPAN.end_us,
         "until_us": None, "released": False}
    ]  # fmt: skip
    clock.advance(TELL_AGAIN_US)
    loop.tick()
    assert len(sent(recorder)) == 2
    confirm(recorder, hold, "hold.placed", 1)
    assert hold.state_at(AT) == "in_force"
    clock.advance(TELL_AGAIN_US)
    loop.tick()
    assert len(sent(recorder)) == 2


def test_after_an_absence_all_that_stands_is_told_again(loop: OrdersLoop, recorder: FakeRecorder, hold: Hold) -> None:
    loop.tick()
    confirm(recorder, hold, "hold.placed", 1)
    loop.forget()
    loop.tick()
    loop.tick()
    assert [held["released"] for held in sent(recorder)] == [False, False]


def test_only_an_ordered_release_is_told_as_one(
    loop: OrdersLoop, recorder: FakeRecorder, hold: Hold, manager: Person
) -> None:
    loop.tick()
    confirm(recorder, hold, "hold.placed", 1)
    ask_release(hold=hold, reason="案件已结", actor=make_person("clerk", "周敏", "clerk"), at=AT)
    loop.tick()
    assert len(sent(recorder)) == 1
    release_hold(hold=hold, actor=manager, at=LATER)
    loop.tick()
    assert [held["released"] for held in sent(recorder)] == [False, True]
    confirm(recorder, hold, "hold.released", 2)
    assert hold.state_at(LATER) == "released"
    loop.forget()
    loop.tick()
    assert len(sent(recorder)) == 2


def test_without_holds_it_is_told_once_that_there_are_none(
    loop: OrdersLoop, recorder: FakeRecorder, camera: Camera
) -> None:
    loop.tick()
    loop.tick()
    assert [body["holds"] for body in recorder.told("/control/holds") if body] == [[]]
    loop.forget()
    loop.tick()
    assert [body["holds"] for body in recorder.told("/control/holds") if body] == [[], []]


def restored(recorder: FakeRecorder, hold: Hold, **known: int | None) -> None:
    """This office is made of a backup that is older than what the recorder told; the recorder answers what it knows."""
    recorder.holds = {hold.ranges.get().public_id: {"hold": hold.ranges.get().public_id, **known}}


def test_a_hold_whose_confirmation_a_backup_forgot_is_learnt_from_the_answer(
    loop: OrdersLoop, recorder: FakeRecorder, hold: Hold, manager: Person
) -> None:
    restored(recorder, hold, placed_us=from_datetime(AT) - 3_600_000_000)
    loop.tick()
    hold.refresh_from_db()
    assert hold.state_at(LATER) == "in_force"
    entry = Entry.objects.get(act="hold.placed")
    assert entry.detail_fields["learnt"] is True
    assert hold.public_id in entry.refs
    loop.forget()
    loop.tick()
    assert Entry.objects.filter(act="hold.placed").count() == 1


def test_a_release_that_a_backup_forgot_is_learnt_too(loop: OrdersLoop, recorder: FakeRecorder, hold: Hold) -> None:
    confirm(recorder, hold, "hold.placed", 1)
    restored(recorder, hold, placed_us=from_datetime(AT) - 7_200_000_000, released_us=from_datetime(AT) - 3_600_000_000)
    loop.forget()
    loop.tick()
    hold.refresh_from_db()
    assert hold.state_at(LATER) == "released"
    assert Entry.objects.filter(act="hold.released").count() == 1


def test_what_was_placed_a_moment_ago_is_left_to_its_fact(
    loop: OrdersLoop, recorder: FakeRecorder, hold: Hold, clock: ManualClock
) -> None:
    restored(recorder, hold, placed_us=clock.wall_us())
    loop.tick()
    assert not Entry.objects.filter(act="hold.placed").exists()
    hold.refresh_from_db()
    assert hold.state_at(LATER) == "ordered"


def standing(number: int, camera: str, **changes: object) -> dict[str, Any]:
    told = {"hold": f"hld_{number:016d}", "camera": camera, "start_us": SPAN.start_us, "end_us": SPAN.end_us}
    return {**told, "until_us": None, "released": False, "placed_us": from_datetime(AT), **changes}


def test_holds_that_only_the_recorder_knows_are_found_once(
    loop: OrdersLoop, recorder: FakeRecorder, clock: ManualClock, hold: Hold, camera: Camera
) -> None:
    own = hold.ranges.get()
    recorder.standing = [standing(number, camera.public_id) for number in range(5)]
    recorder.standing.append(standing(5, camera.public_id, until_us=from_datetime(AT)))  # its term is over
    recorder.standing.append(standing(6, camera.public_id, hold=own.public_id))
    recorder.standing.sort(key=lambda told: str(told["hold"]))
    loop.tick()
    assert set(KeptHold.objects.values_list("public_id", flat=True)) == {f"hld_{number:016d}" for number in range(5)}
    assert Entry.objects.filter(act="hold.found", subject=camera.public_id).count() == 5
    recorder.standing.append(standing(7, "cam_0000000000000000", hold="hld_zzzzzzzzzzzzzzzz"))
    loop.tick()
    assert KeptHold.objects.count() == 5  # looked at a moment ago
    clock.advance(COMPARE_EVERY_US)
    loop.tick()
    assert KeptHold.objects.get(public_id="hld_zzzzzzzzzzzzzzzz").camera_code == "cam_0000000000000000"
    loop.forget()
    loop.tick()
    assert KeptHold.objects.count() == 6


def test_a_release_that_the_recorder_forgot_is_told_again(
    loop: OrdersLoop, recorder: FakeRecorder, hold: Hold, manager: Person, camera: Camera
) -> None:
    confirm(recorder, hold, "hold.placed", 1)
    ask_release(hold=hold, reason="案件已结", actor=make_person("clerk", "周敏", "clerk"), at=AT)
    release_hold(hold=hold, actor=manager, at=LATER)
    confirm(recorder, hold, "hold.released", 2)
    recorder.standing = [standing(1, camera.public_id, hold=hold.ranges.get().public_id)]
    loop.tick()
    assert [held["released"] for held in sent(recorder)] == [True]
    assert not KeptHold.objects.exists()


def test_what_is_not_known_is_never_told_as_released(loop: OrdersLoop, recorder: FakeRecorder, camera: Camera) -> None:
    recorder.standing = [standing(1, camera.public_id)]
    loop.tick()
    assert sent(recorder) == []
