"""Moving, aiming elsewhere, changing the purpose: the law stands in front."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import (
    Before,
    Position,
    SiteFacts,
    Siting,
    add_camera,
    alter_camera,
    note_change_filed,
    open_site,
    position_of,
    remove_camera,
)
from mingcha.records.inventory.models import Alteration, Area, Camera, Site
from mingcha.records.inventory.queries import plan_version, planned_cameras
from tests.records.inventory.conftest import WHY
from tests.support.office import AT, LATER, draft, last_entry, words

Put = Callable[..., Camera]
AreaOf = Callable[..., Area]
PLAN = Before(reason="装修", replacement_plan="替代方案 3 号")
HERE = Position(plan_x_permille=200, plan_y_permille=300, bearing_cdeg=9000)


def alter(camera: Camera, actor: Person, before: Before | None = None, **changes: object) -> object:
    siting = Siting(camera.area, camera.purpose, camera.necessity, camera.captures_passwords)
    position = position_of(camera)
    siting = replace(siting, **{k: v for k, v in changes.items() if hasattr(siting, k)})  # type: ignore[arg-type]
    position = replace(position, **{k: v for k, v in changes.items() if hasattr(position, k)})  # type: ignore[arg-type]
    return alter_camera(camera=camera, siting=siting, position=position, actor=actor, at=LATER, before=before)


def test_saying_first_where_it_stands_is_no_move(mall: Site, put: Put, manager: Person) -> None:
    camera = put(mall)
    assert alter(camera, manager, plan_x_permille=200, plan_y_permille=300, bearing_cdeg=9000) is None
    assert last_entry().act == "camera.placed"
    assert not Alteration.objects.exists()


def test_aiming_elsewhere_is_entered_with_before_and_after(mall: Site, put: Put, manager: Person) -> None:
    camera = put(mall)
    alter(camera, manager, bearing_cdeg=9000)
    assert alter(camera, manager, bearing_cdeg=18000, before=Before(reason="树挡住了")) == "reaimed"
    detail = last_entry().detail_fields
    assert last_entry().act == "camera.reaimed"
    assert (detail["before"]["bearing_cdeg"], detail["after"]["bearing_cdeg"]) == (9000, 18000)
    assert Alteration.objects.get().reason == "树挡住了"


def test_a_move_at_a_listed_place_wants_a_plan_for_replacing(
    mall: Site, area: AreaOf, put: Put, manager: Person
) -> None:
    camera = put(mall, area=area(mall, "entrance"))
    lobby, before = area(mall, "lobby"), plan_version()
    with pytest.raises(Unlawful) as caught:
        alter(camera, manager, area=lobby)
    assert caught.value.code == "camera.replacement_plan"
    assert ("wuhan-2022-314", 10) in {cite[:2] for cite in caught.value.citations}
    assert plan_version() == before
    assert words()[-1] == "camera.refused"
    camera.refresh_from_db()
    assert alter(camera, manager, area=lobby, before=PLAN) == "moved"
    kept = Alteration.objects.get()
    assert (kept.replacement_plan, kept.filing_owed, kept.asked["mandated"]) == ("替代方案 3 号", True, True)
    assert Camera.objects.get().area == lobby
    assert '"article":10' in last_entry().ground


def test_a_move_into_a_banned_area_is_refused_and_nothing_changes(
    mall: Site, area: AreaOf, put: Put, manager: Person
) -> None:
    entrance = area(mall, "entrance")
    camera = put(mall, area=entrance)
    with pytest.raises(Unlawful) as caught:
        alter(camera, manager, area=area(mall, "toilet"), before=PLAN)
    assert caught.value.code == "camera.prohibited"
    assert (last_entry().act, last_entry().subject) == ("camera.refused", camera.public_id)
    stands = Camera.objects.get()
    assert (stands.area, stands.state) == (entrance, "in_use")


def test_another_purpose_than_public_security_is_refused(mall: Site, put: Put, manager: Person) -> None:
    with pytest.raises(Unlawful):
        alter(put(mall), manager, purpose="other")
    assert Camera.objects.get().purpose == "public_security"


def test_a_refused_draft_becomes_lawful_when_it_is_put_elsewhere(mall: Site, area: AreaOf, manager: Person) -> None:
    given = draft(siting=Siting(area=area(mall, "toilet"), necessity=WHY))
    with pytest.raises(Unlawful):
        add_camera(site=mall, draft=given, actor=manager, at=AT, keep_refused=True)
    camera = Camera.objects.get()
    assert alter(camera, manager, area=area(mall, "corridor")) is None
    assert list(planned_cameras()) == [camera]


def test_a_waiting_camera_begins_once_its_need_is_stated(mall: Site, put: Put, manager: Person) -> None:
    camera = put(mall, necessity="")
    with pytest.raises(Invalid) as caught:
        alter(camera, manager, bearing_cdeg=100)
    assert caught.value.code == "camera.necessity"
    camera.refresh_from_db()
    alter(camera, manager, necessity=WHY)
    assert list(planned_cameras()) == [camera]


@pytest.mark.parametrize(
    "wrong",
    [
        {"bearing_cdeg": 36000},
        {"plan_x_permille": 1001},
        {"fov_cdeg": 0},
        {"lat_e7": 1},
        {"lat_e7": 10**9, "lon_e7": 0},
    ],
)
def test_measures_out_of_range_are_refused(mall: Site, put: Put, manager: Person, wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid) as caught:
        alter(put(mall), manager, **wrong)
    assert caught.value.code.startswith("camera.position")


def test_an_area_of_another_site_is_refused(mall: Site, shop: Site, area: AreaOf, put: Put, manager: Person) -> None:
    with pytest.raises(Invalid) as caught:
        alter(put(mall), manager, area=area(shop))
    assert caught.value.code == "camera.area"


def test_retiring_off_the_lists_wants_notice_in_time(shop: Site, put: Put, manager: Person) -> None:
    camera, today = put(shop), date(2026, 11, 21)
    for notified_on in (None, today, today - timedelta(days=29)):
        with pytest.raises(Unlawful) as caught:
            remove_camera(camera=camera, actor=manager, at=LATER, before=Before(notified_on=notified_on))
        assert (caught.value.code, caught.value.params["notice_by"]) == ("camera.notice", "2026-10-22")
    remove_camera(camera=camera, actor=manager, at=LATER, before=Before(notified_on=date(2026, 10, 22)))
    assert Camera.objects.get().state == "retired"
    assert last_entry().detail_fields["notified_on"] == "2026-10-22"


def test_retiring_a_camera_that_never_was_in_use_asks_for_nothing(mall: Site, put: Put, manager: Person) -> None:
    camera = put(mall, necessity="")
    remove_camera(camera=camera, actor=manager, at=LATER)
    assert not Alteration.objects.exists()


def test_a_change_is_noted_as_filed_once(mall: Site, put: Put, manager: Person) -> None:
    remove_camera(camera=put(mall), actor=manager, at=LATER, before=PLAN)
    kept = Alteration.objects.get()
    with pytest.raises(Invalid):
        note_change_filed(alteration=kept, filed_on=date(2027, 1, 1), actor=manager, at=LATER)
    note_change_filed(alteration=kept, filed_on=date(2026, 11, 21), actor=manager, at=LATER)
    assert last_entry().act == "camera.change_filed"
    with pytest.raises(Conflict):
        note_change_filed(alteration=kept, filed_on=date(2026, 11, 21), actor=manager, at=LATER)


def test_where_no_text_asks_nothing_is_demanded(manager: Person, put: Put) -> None:
    facts = SiteFacts(region="110101", place="mall")
    beijing = open_site(name="王府井", address="", actor=manager, at=AT, facts=facts)
    remove_camera(camera=put(beijing), actor=manager, at=LATER)
    assert Alteration.objects.get().filing_owed


def test_a_guard_and_the_outsider_may_not(mall: Site, put: Put, guard: Person, outsider: Person) -> None:
    camera = put(mall)
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            alter(camera, actor, bearing_cdeg=1)
        with pytest.raises(NotAllowed):
            remove_camera(camera=camera, actor=actor, at=LATER)
