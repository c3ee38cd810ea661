"""The two loops: what they send when, and that they outlive a recorder that is away."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from mingcha.base.clock import ManualClock, from_datetime
from mingcha.base.errors import Unavailable
from mingcha.gateway import run
from mingcha.gateway.run import STATUS_EVERY_US, SWEEP_EVERY_US, OrdersLoop, ReportsLoop
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import ask_probe, change_camera
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import close_viewing, open_live
from mingcha.wire.facts import Fact
from tests.gateway.recorder import FakeRecorder
from tests.support.office import AT, LATER, asker, draft


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=from_datetime(LATER))


@pytest.fixture
def loop(recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> OrdersLoop:
    # All of a test runs in one connection, whose own changes do not count as another's: so always look.
    monkeypatch.setattr(run, "data_version", lambda: None)
    return OrdersLoop(recorder.client(), clock, lambda probe: None)


def test_the_plan_is_sent_once_and_again_when_it_changed(
    loop: OrdersLoop, recorder: FakeRecorder, camera: Camera, manager: Person
) -> None:
    loop.tick()
    loop.tick()
    assert len(recorder.told("/control/plan")) == 1
    change_camera(camera=camera, draft=draft(name="东大门"), actor=manager, at=LATER)
    loop.tick()
    assert [sent["cameras"][0]["name"] for sent in recorder.told("/control/plan")] == ["东门", "东大门"]


def test_an_ended_viewing_is_revoked_once(
    loop: OrdersLoop, recorder: FakeRecorder, camera: Camera, guard: Person
) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    loop.tick()
    assert recorder.told("/control/revocations") == []
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    loop.tick()
    loop.tick()
    assert recorder.told("/control/revocations") == [{"grants": [viewing.grant]}]


def test_after_an_absence_everything_is_told_again(
    loop: OrdersLoop, recorder: FakeRecorder, camera: Camera, guard: Person
) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    loop.tick()
    loop.forget()
    loop.tick()
    assert len(recorder.told("/control/plan")) == 2
    assert recorder.told("/control/revocations") == [{"grants": [viewing.grant]}] * 2


def test_revocations_go_out_even_when_the_plan_is_refused(
    loop: OrdersLoop, recorder: FakeRecorder, camera: Camera, guard: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    close_viewing(viewing=viewing, actor=guard, at=LATER)

    def refuse(_client: object, at: object) -> int:
        raise Unavailable("plan.refused", "no")

    monkeypatch.setattr(run.orders, "push_plan", refuse)
    with pytest.raises(Unavailable):
        loop.tick()
    assert recorder.told("/control/revocations") == [{"grants": [viewing.grant]}]


def test_each_connection_test_is_begun_once(recorder: FakeRecorder, clock: ManualClock, manager: Person) -> None:
    begun: list[Any] = []
    loop = OrdersLoop(recorder.client(), clock, begun.append)
    asked = ask_probe(draft=draft(), camera=None, actor=manager, at=LATER)
    loop.tick()
    loop.forget()
    loop.tick()
    assert begun == [asked]


def test_without_a_change_it_only_sweeps_now_and_then(
    recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "data_version", lambda: 7)
    sweeps: list[object] = []
    monkeypatch.setattr(run.orders, "end_unentitled", lambda at, with_posts: sweeps.append(at))
    loop = OrdersLoop(recorder.client(), clock, lambda probe: None)
    for _ in range(5):
        loop.tick()
    assert len(sweeps) == 1
    clock.advance(SWEEP_EVERY_US)
    loop.tick()
    assert len(sweeps) == 2


def test_status_is_asked_at_its_own_pace_and_at_once_after_news(recorder: FakeRecorder, clock: ManualClock) -> None:
    loop = ReportsLoop(recorder.client(), clock)
    loop.tick()
    loop.tick()
    assert len(recorder.told("/control/status")) == 1
    recorder.facts = [Fact("fct_1", "recorder.started", 1, sequence=1)]
    loop.tick()
    assert len(recorder.told("/control/status")) == 2
    clock.advance(STATUS_EVERY_US)
    loop.tick()
    assert len(recorder.told("/control/status")) == 3


def test_a_loop_outlives_an_absent_recorder_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(run, "AWAY_PAUSE_S", 0)
    monkeypatch.setattr(run.connection, "close", lambda: None)
    stop, ticks, forgotten = threading.Event(), [], []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) <= 3:
            raise Unavailable("control.unavailable", "away")
        stop.set()

    with caplog.at_level("INFO"):
        run._repeat(stop, tick, lambda: forgotten.append(1), 0)
    assert len(forgotten) == 3
    assert [record.message for record in caplog.records if "away" in record.message] != []
    assert sum("is away" in record.message for record in caplog.records) == 1
    assert sum("answers again" in record.message for record in caplog.records) == 1


def test_our_own_fault_ends_both_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run.connection, "close", lambda: None)
    stop = threading.Event()

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run._repeat(stop, broken, lambda: None, 0)
    assert stop.is_set()


def test_both_loops_run_until_told_to_stop(
    recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.connection, "close", lambda: None)
    monkeypatch.setattr(run, "LOOK_EVERY_S", 0)
    stop, reports_ran = threading.Event(), threading.Event()

    def look(_self: OrdersLoop) -> None:
        assert reports_ran.wait(10)
        stop.set()

    monkeypatch.setattr(OrdersLoop, "tick", look)
    monkeypatch.setattr(ReportsLoop, "tick", lambda _self: reports_ran.set())
    monkeypatch.setattr(run.discovery.SearchLoop, "tick", lambda _self: None)
    monkeypatch.setattr(run.papers.PapersOut, "tick", lambda _self: 0)
    run.serve(stop, recorder.client(), clock)
    assert stop.is_set()


def test_a_busy_database_is_survived(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(run.connection, "close", lambda: None)
    stop, ticks = threading.Event(), []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 1:
            raise run.DatabaseError("database is locked")
        stop.set()

    run._repeat(stop, tick, lambda: None, 0)
    assert len(ticks) == 2
    assert "busy" in caplog.text


def test_the_recorder_of_this_node_is_found_by_the_settings(settings: Any) -> None:
    settings.MEDIA_HOST, settings.MEDIA_PORT = "0.0.0.0", 9
    client = run.make_client()
    assert (client.host, client.port) == ("127.0.0.1", 9)
    assert len(client.token()) > 30


def test_the_database_tells_when_another_changed_it() -> None:
    assert isinstance(run.data_version(), int) == (connection.vendor == "sqlite")
