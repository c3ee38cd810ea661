"""Grants to outsiders through the gateway: ended or over, their viewings are revoked within two seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.clock import ManualClock, from_datetime
from mingcha.base.timerange import TimeRange
from mingcha.gateway import run
from mingcha.gateway.run import SWEEP_EVERY_US, OrdersLoop
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.actions import Asking, OfficerDraft, Wanted
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.viewing.models import Viewing
from tests.gateway.recorder import FakeRecorder
from tests.support.office import AT, LATER, asker

HOUR = timedelta(hours=1)
SPAN = TimeRange(from_datetime(AT - 2 * HOUR), from_datetime(AT - HOUR))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(wall_us=from_datetime(AT))


@pytest.fixture
def loop(recorder: FakeRecorder, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> OrdersLoop:
    # All of a test runs in one connection, whose own changes do not count as another's: so always look.
    monkeypatch.setattr(run, "data_version", lambda: None)
    return OrdersLoop(recorder.client(), clock, lambda probe: None)


@pytest.fixture
def request_granted(site: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    Site.objects.filter(pk=site.pk).update(region="110101", place="mall")
    site.refresh_from_db()
    wanted = Wanted([camera], SPAN, "view", "查找走失老人")
    asking = Asking("public_security", "江岸分局", "刑事案件侦查")
    found = actions.receive_from_organ(site=site, asking=asking, wanted=wanted, actor=guard, at=AT)
    officer = OfficerDraft("陈警官", "江岸分局", "work_certificate", signed_name="陈警官")
    actions.add_officer(request=found, draft=officer, actor=guard, at=AT)
    actions.grant(request=found, duration=HOUR, actor=manager, at=AT)
    return found


def opened(found: Request, camera: Camera, guard: Person) -> Viewing:
    session = asker(guard).session_key
    return actions.open_granted(
        request=found, kind="playback", cameras=[camera], span=SPAN, asker=guard, session_key=session, at=AT
    )


def test_an_ended_grant_is_revoked_at_the_next_look(
    loop: OrdersLoop, recorder: FakeRecorder, request_granted: Request, camera: Camera, guard: Person, manager: Person
) -> None:
    viewing = opened(request_granted, camera, guard)
    loop.tick()
    assert recorder.told("/control/revocations") == []
    actions.end_grant(request=request_granted, reason="已看完", actor=manager, at=LATER)
    loop.tick()
    loop.tick()
    assert recorder.told("/control/revocations") == [{"grants": [viewing.grant]}]
    assert SWEEP_EVERY_US < 2_000_000


def test_a_grant_whose_time_is_over_is_revoked(
    loop: OrdersLoop,
    clock: ManualClock,
    recorder: FakeRecorder,
    request_granted: Request,
    camera: Camera,
    guard: Person,
) -> None:
    viewing = opened(request_granted, camera, guard)
    Viewing.objects.filter(pk=viewing.pk).update(until_at=AT + timedelta(seconds=30))
    loop.tick()
    assert recorder.told("/control/revocations") == []
    clock.advance(31_000_000)
    loop.tick()
    assert recorder.told("/control/revocations") == [{"grants": [viewing.grant]}]
    viewing.refresh_from_db()
    assert viewing.end == "time_over"
