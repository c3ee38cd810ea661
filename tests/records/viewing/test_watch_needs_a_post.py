"""Pictures ask for an appointment to a post at the camera's site, besides the role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.errors import NotAllowed
from mingcha.gateway.orders import end_unentitled
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import add_camera, open_site
from mingcha.records.inventory.models import Camera
from mingcha.records.personnel.models import Appointment, Training
from mingcha.records.viewing.actions import open_live, open_playback, order_export, renew, take_snapshot
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import reason_to_end
from mingcha.records.viewing.states import End
from tests.records.viewing.test_open_playback import SPAN
from tests.support.office import AT, LATER, appointed, asker, draft, make_person


@pytest.fixture
def newcomer() -> Person:
    """A guard whom nobody has appointed."""
    return make_person("newcomer", "新来", "guard")


def refusal(person: Person, *cameras: Camera) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        open_live(asker=asker(person), cameras=list(cameras), at=AT)
    assert not Viewing.objects.filter(viewer=person).exists()
    return caught.value


def test_a_guard_without_an_appointment_sees_nothing(newcomer: Person, camera: Camera) -> None:
    error = refusal(newcomer, camera)
    assert (error.code, error.params) == ("watch.no_post", {"site": "滨江商场"})
    for look in (
        lambda: open_playback(asker=asker(newcomer), cameras=[camera], span=SPAN, at=AT),
        lambda: take_snapshot(asker=asker(newcomer), camera=camera, instant_us=1, at=AT),
    ):
        with pytest.raises(NotAllowed):
            look()


def test_a_manager_needs_one_too(camera: Camera) -> None:
    second = make_person("second", "另一位", "manager")
    with pytest.raises(NotAllowed) as caught:
        order_export(asker=asker(second), camera=camera, span=SPAN, at=AT)
    assert caught.value.code == "watch.no_post"


def test_one_site_too_many_is_one_site_too_many(guard: Person, manager: Person, camera: Camera) -> None:
    other = open_site(name="停车场", address="", actor=manager, at=AT)
    second = add_camera(site=other, draft=draft("入口"), actor=manager, at=AT)
    assert refusal(guard, camera, second).params == {"site": "停车场"}


def test_a_maintenance_post_shows_no_pictures(newcomer: Person, camera: Camera) -> None:
    appointed(newcomer, camera.site, "maintenance")
    assert refusal(newcomer, camera).code == "watch.no_post"


@pytest.mark.parametrize(
    "change",
    [
        {"from_on": AT.date() + timedelta(days=1)},
        {"until_on": AT.date() - timedelta(days=1)},
        {"ended_at": AT, "end_reason": "离职"},
    ],
    ids=["not yet", "no longer", "ended today"],
)
def test_an_appointment_counts_on_its_days_only(newcomer: Person, camera: Camera, change: dict[str, Any]) -> None:
    appointment = appointed(newcomer, camera.site)
    Appointment.objects.filter(pk=appointment.pk).update(**change)
    assert refusal(newcomer, camera).code == "watch.no_post"


def test_the_last_day_still_counts(newcomer: Person, camera: Camera) -> None:
    appointment = appointed(newcomer, camera.site)
    Appointment.objects.filter(pk=appointment.pk).update(until_on=AT.date(), from_on=AT.date())
    assert open_live(asker=asker(newcomer), cameras=[camera], at=AT)


def test_a_file_that_became_incomplete_suspends_and_says_what_is_missing(guard: Person, camera: Camera) -> None:
    Training.objects.filter(person=guard).update(expires_on=AT.date() - timedelta(days=1))
    error = refusal(guard, camera)
    assert error.code == "watch.file_incomplete"
    assert error.params["missing"] in ("岗位培训", "Job training")
    Training.objects.filter(person=guard).update(expires_on=AT.date())
    assert open_live(asker=asker(guard), cameras=[camera], at=AT)


def test_the_end_of_an_appointment_ends_what_is_open(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    assert reason_to_end(viewing, at=LATER) is None
    Appointment.objects.filter(person=guard).update(ended_at=LATER, end_reason="调离")
    with pytest.raises(Exception, match="ended"):
        renew(viewing=viewing, at=LATER)
    assert end_unentitled(LATER) == 1
    viewing.refresh_from_db()
    assert viewing.end == End.NOT_ENTITLED


def test_midnight_in_the_office_s_zone_is_what_counts(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    Appointment.objects.filter(person=guard).update(until_on="2026-11-21")
    Viewing.objects.update(expires_at=AT + timedelta(days=2))
    viewing.refresh_from_db()
    before_midnight = AT.replace(hour=15, minute=59)  # 23:59 in Shanghai
    assert reason_to_end(viewing, at=before_midnight) is None
    assert reason_to_end(viewing, at=before_midnight + timedelta(minutes=1)) is End.NOT_ENTITLED


def test_an_office_may_keep_its_appointments_elsewhere(newcomer: Person, camera: Camera, settings: Any) -> None:
    settings.WATCH_NEEDS_POST = False
    viewing = open_live(asker=asker(newcomer), cameras=[camera], at=AT)
    assert reason_to_end(viewing, at=LATER) is None
