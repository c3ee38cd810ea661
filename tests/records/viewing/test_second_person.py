"""Looks that want a second person by the policies of the house, and the ways around."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import BrowserSession, Person
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.policies.actions import approve, change_policy, withdraw_approval
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.actions import (
    Asker,
    Terms,
    ask_second_person,
    close_viewing,
    open_live,
    open_playback,
    order_export,
    take_snapshot,
)
from mingcha.records.viewing.models import Viewing
from tests.support.office import AT, LATER, asker, draft, last_entry, make_person

HOUR_US = 3600 * 1_000_000
NOW_US = from_datetime(AT)
YESTERDAY = TimeRange(NOW_US - 26 * HOUR_US, NOW_US - 25 * HOUR_US)
MIDNIGHT = AT.replace(hour=17)  # one o'clock by the clock of the site


def decide(manager: Person, key: str, value: int = 1, scope: str = "", at: datetime = AT) -> None:
    change_policy(key=key, value=value, reason="从严", actor=manager, at=at, scope=scope)


def wanted(by: Asker, cameras: list[Camera], span: TimeRange = YESTERDAY, at: datetime = AT) -> str:
    """Why a second person is wanted for a playback; empty when it opens."""
    try:
        open_playback(asker=by, cameras=cameras, span=span, at=at)
    except NotAllowed as error:
        if error.code != "viewing.second_person":
            raise
        return str(error.params["why"])
    return ""


def on_duty(person: Person, hours: float, until: datetime | None = None) -> None:
    began = AT - timedelta(hours=hours)
    BrowserSession.objects.create(
        person=person, session_key=f"k{hours}", began_at=began, seen_at=until or AT, ended_at=until
    )


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "何静", "clerk")


@pytest.fixture
def cameras(camera: Camera, site: Site, manager: Person) -> list[Camera]:
    more = [inventory.add_camera(site=site, draft=draft(f"门{n}"), actor=manager, at=AT) for n in range(3)]
    return [camera, *more]


def test_without_a_policy_nobody_is_asked(guard: Person, camera: Camera) -> None:
    assert wanted(asker(guard), [camera], at=MIDNIGHT) == ""


# The shift


def test_the_own_shift_is_free_and_anything_else_wants_a_second_person(
    guard: Person, camera: Camera, manager: Person
) -> None:
    decide(manager, PolicyKey.SECOND_OTHER_SHIFT)
    on_duty(guard, 4)
    me = asker(guard)
    assert wanted(me, [camera], TimeRange(NOW_US - 3 * HOUR_US, NOW_US - 2 * HOUR_US)) == ""
    assert wanted(me, [camera], TimeRange(NOW_US - 4 * HOUR_US, NOW_US + 9 * HOUR_US)) == ""
    assert wanted(me, [camera], TimeRange(NOW_US - 5 * HOUR_US, NOW_US)) != ""
    assert wanted(me, [camera], YESTERDAY) != ""
    assert not Viewing.objects.filter(from_us=YESTERDAY.start_us).exists()


def test_a_break_between_two_sign_ins_is_not_ones_own(guard: Person, camera: Camera, manager: Person) -> None:
    decide(manager, PolicyKey.SECOND_OTHER_SHIFT)
    on_duty(guard, 8, until=AT - timedelta(hours=6))
    on_duty(guard, 2)
    assert wanted(asker(guard), [camera], TimeRange(NOW_US - 7 * HOUR_US, NOW_US - 6 * HOUR_US)) == ""
    assert wanted(asker(guard), [camera], TimeRange(NOW_US - 5 * HOUR_US, NOW_US - 4 * HOUR_US)) != ""
    assert wanted(asker(guard), [camera], TimeRange(NOW_US - 7 * HOUR_US, NOW_US - HOUR_US)) != ""


def test_the_shift_of_a_colleague_is_no_own_one(guard: Person, camera: Camera, manager: Person) -> None:
    decide(manager, PolicyKey.SECOND_OTHER_SHIFT)
    on_duty(manager, 12)
    assert wanted(asker(guard), [camera], TimeRange(NOW_US - 3 * HOUR_US, NOW_US - 2 * HOUR_US)) != ""


def test_last_weeks_own_shift_is_over(guard: Person, camera: Camera, manager: Person) -> None:
    decide(manager, PolicyKey.SECOND_OTHER_SHIFT)
    on_duty(guard, 7 * 24, until=AT - timedelta(hours=7 * 24 - 8))
    old = TimeRange(NOW_US - 166 * HOUR_US, NOW_US - 165 * HOUR_US)
    assert wanted(asker(guard), [camera], old) != ""


# The night


@pytest.mark.parametrize(("hour", "is_night"), [(13, False), (14, True), (20, True), (21, True), (22, False)])
def test_recordings_at_night_by_the_clock_of_the_site(
    guard: Person, camera: Camera, manager: Person, hour: int, is_night: bool
) -> None:
    decide(manager, PolicyKey.SECOND_NIGHT)
    assert bool(wanted(asker(guard), [camera], at=AT.replace(hour=hour))) is is_night  # 8 hours ahead of UTC


def test_live_pictures_and_what_was_recorded_just_now_are_never_held_up(
    guard: Person, manager: Person, camera: Camera
) -> None:
    for key in (PolicyKey.SECOND_NIGHT, PolicyKey.SECOND_OTHER_SHIFT):
        decide(manager, key)
    open_live(asker=asker(guard), cameras=[camera], at=MIDNIGHT)
    take_snapshot(asker=asker(guard), camera=camera, instant_us=from_datetime(MIDNIGHT) - 1, at=MIDNIGHT)
    with pytest.raises(NotAllowed):
        take_snapshot(asker=asker(guard), camera=camera, instant_us=YESTERDAY.start_us, at=MIDNIGHT)


def test_a_policy_of_one_site_holds_there_only(guard: Person, manager: Person, camera: Camera, site: Site) -> None:
    decide(manager, PolicyKey.SECOND_NIGHT, scope=site.public_id)
    other = inventory.open_site(name="别处", address="别路 1 号", actor=manager, at=AT)
    decide(manager, PolicyKey.SECOND_NIGHT, scope=other.public_id)
    assert wanted(asker(guard), [camera], at=MIDNIGHT) != ""


# Bulk


def test_many_cameras_at_once_also_in_small_pieces(guard: Person, cameras: list[Camera], manager: Person) -> None:
    decide(manager, PolicyKey.BULK_CAMERAS, 3)
    me = asker(guard)
    assert wanted(me, cameras[:3]) != ""
    assert wanted(me, cameras[:2]) == ""
    assert wanted(me, [cameras[0]]) == ""
    close_viewing(viewing=Viewing.objects.order_by("id")[0], actor=guard, at=AT)
    assert wanted(me, [cameras[2]]) != ""
    assert wanted(me, [cameras[2]], at=AT + timedelta(minutes=61)) == ""


def test_many_hours_at_once_all_cameras_added_up(guard: Person, cameras: list[Camera], manager: Person) -> None:
    decide(manager, PolicyKey.BULK_HOURS, 4)
    me = asker(guard)
    assert wanted(me, cameras[:4]) != ""
    assert wanted(me, cameras[:3]) == ""
    assert wanted(me, cameras[:3]) == "", "the same hours again are not more"
    assert wanted(me, [cameras[3]]) != ""


def test_what_is_still_to_come_counts_for_nothing(guard: Person, camera: Camera, manager: Person) -> None:
    decide(manager, PolicyKey.BULK_HOURS, 2)
    assert wanted(asker(guard), [camera], TimeRange(NOW_US - HOUR_US, NOW_US + 23 * HOUR_US)) == ""


def test_copies_count_too(guard: Person, manager: Person, camera: Camera) -> None:
    decide(manager, PolicyKey.BULK_HOURS, 1)
    with pytest.raises(NotAllowed) as caught:
        order_export(asker=asker(manager), camera=camera, span=YESTERDAY, at=AT)
    assert caught.value.code == "viewing.second_person"


# The consent


def asked(
    me: Asker, camera: Camera, span: TimeRange = YESTERDAY, at: datetime = AT, kind: str = "playback"
) -> Approval:
    return ask_second_person(kind=kind, asker=me, cameras=[camera], span=span, at=at)


@pytest.fixture
def strict(manager: Person) -> None:
    decide(manager, PolicyKey.SECOND_OTHER_SHIFT)


@pytest.mark.usefixtures("strict")
def test_with_a_consent_it_opens_once_and_the_book_names_both(guard: Person, camera: Camera, manager: Person) -> None:
    me = asker(guard)
    approval = approve(approval=asked(me, camera), actor=manager, at=AT)
    viewing = open_playback(asker=me, cameras=[camera], span=YESTERDAY, at=LATER)
    entry = last_entry()
    assert viewing.approval == approval.public_id
    assert approval.public_id in entry.refs
    assert entry.detail_fields["approved_by"] == manager.name
    with pytest.raises(NotAllowed):
        open_playback(asker=me, cameras=[camera], span=YESTERDAY, at=LATER)


@pytest.mark.usefixtures("strict")
def test_a_consent_fits_no_other_look(guard: Person, cameras: list[Camera], manager: Person) -> None:
    me = asker(guard, "incident")
    approve(approval=asked(me, cameras[0]), actor=manager, at=AT)
    wider = TimeRange(YESTERDAY.start_us, YESTERDAY.end_us + 1)
    assert wanted(me, [cameras[0]], wider) != ""
    assert wanted(me, [cameras[1]]) != ""
    assert wanted(me, cameras[:2]) != ""
    assert wanted(asker(guard, "patrol"), [cameras[0]]) != ""
    assert wanted(asker(manager, "incident"), [cameras[0]]) != ""
    with pytest.raises(NotAllowed):
        take_snapshot(asker=me, camera=cameras[0], instant_us=YESTERDAY.start_us, at=AT)
    assert wanted(me, [cameras[0]]) == ""


@pytest.mark.usefixtures("strict")
def test_a_playback_is_no_copy(manager: Person, camera: Camera, clerk: Person) -> None:
    approve(approval=asked(asker(manager), camera), actor=clerk, at=AT)
    with pytest.raises(NotAllowed):
        order_export(asker=asker(manager), camera=camera, span=YESTERDAY, at=AT)


@pytest.mark.usefixtures("strict")
def test_a_manager_needs_another_person_as_well(manager: Person, camera: Camera) -> None:
    own = asked(asker(manager), camera)
    with pytest.raises(NotAllowed):
        approve(approval=own, actor=manager, at=AT)
    assert wanted(asker(manager), [camera]) != ""


@pytest.mark.usefixtures("strict")
def test_a_consent_that_was_taken_back_or_whose_giver_left_opens_nothing(
    guard: Person, camera: Camera, manager: Person, clerk: Person
) -> None:
    me = asker(guard)
    withdraw_approval(approval=approve(approval=asked(me, camera), actor=manager, at=AT), actor=manager, at=AT)
    assert wanted(me, [camera]) != ""
    approve(approval=asked(me, camera), actor=clerk, at=AT)
    accounts.disable_person(person=clerk, actor=manager, at=AT)
    assert wanted(me, [camera]) != ""


@pytest.mark.usefixtures("strict")
def test_a_consent_in_the_evening_is_none_for_the_night(guard: Person, camera: Camera, manager: Person) -> None:
    decide(manager, PolicyKey.SECOND_NIGHT)
    me, evening = asker(guard), AT.replace(hour=13, minute=55)
    approve(approval=asked(me, camera, at=evening), actor=manager, at=evening)
    assert wanted(me, [camera], at=evening + timedelta(minutes=10)) != ""


@pytest.mark.usefixtures("strict")
def test_a_snapshot_of_what_is_being_played_back_needs_no_further_consent(
    guard: Person, camera: Camera, manager: Person
) -> None:
    me = asker(guard)
    approve(approval=asked(me, camera), actor=manager, at=AT)
    viewing = open_playback(asker=me, cameras=[camera], span=YESTERDAY, at=AT)
    take_snapshot(asker=me, camera=camera, instant_us=YESTERDAY.start_us + 5, at=AT)
    close_viewing(viewing=viewing, actor=guard, at=AT)
    with pytest.raises(NotAllowed):
        take_snapshot(asker=me, camera=camera, instant_us=YESTERDAY.start_us + 5, at=AT)


@pytest.mark.usefixtures("strict")
def test_a_consent_does_not_stand_in_for_role_or_post(
    guard: Person, camera: Camera, manager: Person, site: Site
) -> None:
    stranger = asker(make_person("stranger", "无岗", "guard"))
    with pytest.raises(NotAllowed):
        asked(stranger, camera)
    with pytest.raises(NotAllowed):
        asked(asker(guard), camera, kind="export")


@pytest.mark.usefixtures("strict")
def test_the_same_wish_is_given_back_and_a_needless_one_refused(guard: Person, camera: Camera) -> None:
    me = asker(guard)
    assert asked(me, camera) == asked(me, camera)
    on_duty(guard, 8)
    with pytest.raises(Conflict):
        asked(me, camera, TimeRange(NOW_US - HOUR_US, NOW_US))
    with pytest.raises(Invalid):
        asked(me, camera, kind="live")


@pytest.mark.usefixtures("strict")
def test_a_grant_to_somebody_from_outside_was_decided_elsewhere(guard: Person, camera: Camera) -> None:
    terms = Terms("req_0000000000000000", LATER, "陈警官")
    assert open_playback(asker=asker(guard), cameras=[camera], span=YESTERDAY, at=AT, terms=terms).approval == ""
