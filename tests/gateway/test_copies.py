"""Copies that are to go, on their way to the recorder, and those nobody fetched."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mingcha.base.clock import ManualClock, from_datetime, to_datetime
from mingcha.base.errors import MingchaError
from mingcha.gateway import run
from mingcha.gateway.copies import LOOK_EVERY_US, TELL_AGAIN_US
from mingcha.gateway.reports import pull_facts
from mingcha.gateway.run import OrdersLoop
from mingcha.records.accounts.models import Person
from mingcha.records.custody import actions as custody
from mingcha.records.custody.models import Item
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import order_export
from mingcha.wire.facts import Fact
from tests.gateway.recorder import FakeRecorder
from tests.records.custody.conftest import EXPORT, SPAN, finished
from tests.support.office import AT, LATER, asker

PATH = f"/control/copies/{EXPORT}/delete"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=from_datetime(LATER))


@pytest.fixture
def loop(recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> OrdersLoop:
    monkeypatch.setattr(run, "data_version", lambda: None)
    return OrdersLoop(recorder.client(), clock, lambda probe: None)


@pytest.fixture
def item(camera: Camera, manager: Person) -> Item:
    return finished(order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT))


def deleted(recorder: FakeRecorder, item: Item) -> None:
    fact = Fact("fct_1", "copy.deleted", from_datetime(LATER), "", {"export": EXPORT, "reason": "done"}, sequence=1)
    recorder.facts.append(fact)
    pull_facts(recorder.client())
    item.refresh_from_db()


def test_the_recorder_is_told_until_its_fact_came_back(
    loop: OrdersLoop, recorder: FakeRecorder, clock: ManualClock, item: Item, manager: Person
) -> None:
    loop.tick()
    assert recorder.told(PATH) == []
    custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    loop.tick()
    loop.tick()
    assert recorder.told(PATH) == [{"reason": "done"}]
    item.refresh_from_db()
    assert item.state == "ending"
    clock.advance(TELL_AGAIN_US)
    loop.tick()
    assert len(recorder.told(PATH)) == 2
    deleted(recorder, item)
    assert item.state == "destroyed"
    clock.advance(TELL_AGAIN_US)
    loop.tick()
    assert len(recorder.told(PATH)) == 2


def test_downloads_are_revoked_before_the_copy_is_deleted(
    loop: OrdersLoop, recorder: FakeRecorder, item: Item, manager: Person
) -> None:
    viewing = custody.download(item=item, asker=asker(manager), at=LATER)
    custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    loop.tick()
    paths = [path for _method, path, _body in recorder.asked]
    assert paths.index("/control/revocations") < paths.index(PATH)
    assert viewing.grant in recorder.told("/control/revocations")[0]["grants"]


def test_after_an_absence_it_is_told_at_once(
    loop: OrdersLoop, recorder: FakeRecorder, item: Item, manager: Person
) -> None:
    custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    loop.tick()
    loop.forget()
    loop.tick()
    assert len(recorder.told(PATH)) == 2


def test_a_copy_the_recorder_does_not_know_is_noted_and_not_told_again(
    loop: OrdersLoop, recorder: FakeRecorder, clock: ManualClock, item: Item, manager: Person
) -> None:
    custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    recorder.refused[PATH] = (404, json.dumps({"error": {"code": "export.unknown", "message": "none"}}).encode())
    loop.tick()
    clock.advance(TELL_AGAIN_US)
    loop.tick()
    item.refresh_from_db()
    assert (item.state, item.copy_unknown_at, item.copy_deleted_at) == ("ending", LATER, None)
    assert sum(path == PATH for _method, path, _body in recorder.asked) <= 1


def test_any_other_refusal_is_tried_again(
    loop: OrdersLoop, recorder: FakeRecorder, item: Item, manager: Person
) -> None:
    custody.order_destruction(item=item, ending="done", note="", actor=manager, at=LATER)
    recorder.refused[PATH] = (503, b"{}")
    with pytest.raises(MingchaError):
        loop.tick()
    loop.forget()
    recorder.refused.clear()
    loop.tick()
    assert recorder.told(PATH) == [{"reason": "done"}]


def test_what_nobody_fetched_in_time_goes_by_itself(
    loop: OrdersLoop, recorder: FakeRecorder, clock: ManualClock, item: Item
) -> None:
    loop.tick()
    left_us = from_datetime(item.unclaimed_until) - clock.wall_us()
    clock.advance(left_us - LOOK_EVERY_US)
    loop.tick()
    item.refresh_from_db()
    assert item.state == "waiting"
    clock.advance(LOOK_EVERY_US)
    loop.tick()
    item.refresh_from_db()
    assert (item.state, item.ending) == ("ending", "unclaimed")
    assert to_datetime(clock.wall_us()) - item.unclaimed_until < timedelta(seconds=1)
    assert recorder.told(PATH) == [{"reason": "unclaimed"}]
    deleted(recorder, item)
    assert item.state == "destroyed"
