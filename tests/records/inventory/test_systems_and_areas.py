"""Systems through the stages of their life, and areas with their plans."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import (
    AreaDraft,
    SystemDraft,
    add_area,
    add_system,
    advance_system,
    change_area,
    change_system,
    remove_area,
)
from mingcha.records.inventory.models import Area, Camera, Site, System
from mingcha.records.inventory.queries import planned_cameras
from tests.support.office import AT, LATER, last_entry, words

TODAY = AT.date()
Put = Callable[..., Camera]


def picture(name: str = "plan.png", kind: str = "PNG") -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(out, kind)
    return ContentFile(out.getvalue(), name)


@pytest.fixture
def system(mall: Site, manager: Person) -> System:
    return add_system(site=mall, draft=SystemDraft("一期"), actor=manager, at=AT)


def advance(system: System, actor: Person, *states: str) -> None:
    for state in states:
        advance_system(system=system, state=state, on=TODAY, actor=actor, at=LATER)


def test_the_stages_follow_one_another_with_their_days(system: System, manager: Person) -> None:
    advance(system, manager, "building", "accepted", "in_use", "stopped", "removed")
    kept = System.objects.get()
    assert (kept.accepted_on, kept.in_use_on, kept.stopped_on, kept.removed_on) == (TODAY,) * 4
    assert words()[-5:] == ["system.advanced"] * 5


def test_use_before_acceptance_is_refused_where_the_law_wants_acceptance(system: System, manager: Person) -> None:
    advance(system, manager, "building")
    with pytest.raises(Unlawful) as caught:
        advance(system, manager, "in_use")
    assert caught.value.code == "system.not_accepted"
    assert ("cn-2025-799", 11) in {cite[:2] for cite in caught.value.citations}
    assert System.objects.get().state == "building"


def test_use_without_acceptance_is_free_where_nothing_demands_it(site: Site, manager: Person) -> None:
    untold = add_system(site=site, draft=SystemDraft("旧系统"), actor=manager, at=AT)
    advance(untold, manager, "in_use")
    assert System.objects.get().state == "in_use"


def test_a_stage_that_does_not_follow_is_refused(system: System, manager: Person) -> None:
    advance(system, manager, "removed")
    with pytest.raises(Conflict) as caught:
        advance(system, manager, "in_use")
    assert caught.value.code == "system.step"


def test_a_stage_does_not_begin_tomorrow(system: System, manager: Person) -> None:
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(Invalid):
        advance_system(system=system, state="building", on=tomorrow, actor=manager, at=LATER)


def test_days_of_a_system_come_in_order_and_names_once(system: System, manager: Person) -> None:
    wrong = SystemDraft("一期", designed_on=TODAY, built_on=date(2026, 1, 1))
    with pytest.raises(Invalid):
        change_system(system=system, draft=wrong, actor=manager, at=LATER)
    with pytest.raises(Conflict):
        add_system(site=system.site, draft=SystemDraft("一期"), actor=manager, at=LATER)
    change_system(system=system, draft=SystemDraft("二期", "三级"), actor=manager, at=LATER)
    assert last_entry().detail_fields["before"]["name"] == "一期"


def test_an_area_keeps_its_plan_with_its_size(mall: Site, manager: Person) -> None:
    given = AreaDraft("一层", "lobby", "1F", plan=picture(), plan_mm_per_px=50)
    area = add_area(site=mall, draft=given, actor=manager, at=AT)
    assert (area.plan_width_px, area.plan_height_px) == (64, 48)
    assert last_entry().detail_fields["plan"]["name"] == "plan.png"
    change_area(area=area, draft=AreaDraft("一层大厅", "lobby"), actor=manager, at=LATER)
    assert Area.objects.get().plan == area.plan


def test_a_plan_is_a_picture_and_nothing_else(mall: Site, manager: Person) -> None:
    for odd in (ContentFile(b"%PDF-1.4\n%%EOF", "plan.pdf"), ContentFile(b"<svg/>", "plan.svg"), picture("a.jpg")):
        with pytest.raises(Invalid):
            add_area(site=mall, draft=AreaDraft("一层", plan=odd), actor=manager, at=AT)
    assert not Area.objects.exists()


def test_another_kind_of_area_judges_its_cameras_anew(mall: Site, put: Put, manager: Person) -> None:
    area = add_area(site=mall, draft=AreaDraft("东侧", "corridor"), actor=manager, at=AT)
    camera = put(mall, area=area)
    counts = change_area(area=area, draft=AreaDraft("东侧", "changing_room"), actor=manager, at=LATER)
    assert counts == {"refused": 1, "changed": 1}
    assert not planned_cameras().exists()
    assert words()[-2:] == ["camera.ruled_unlawful", "area.changed"]
    camera.refresh_from_db()
    assert camera.verdict_answer["reasons"] == ["banned_area"]


def test_an_area_with_cameras_stays(mall: Site, put: Put, manager: Person) -> None:
    area = add_area(site=mall, draft=AreaDraft("东侧"), actor=manager, at=AT)
    put(mall, area=area)
    with pytest.raises(Conflict) as caught:
        remove_area(area=area, actor=manager, at=LATER)
    assert caught.value.code == "area.occupied"
    empty = add_area(site=mall, draft=AreaDraft("西侧"), actor=manager, at=AT)
    remove_area(area=empty, actor=manager, at=LATER)
    add_area(site=mall, draft=AreaDraft("西侧"), actor=manager, at=LATER)
    with pytest.raises(Conflict):
        remove_area(area=empty, actor=manager, at=LATER)


def test_bad_kinds_systems_and_names_are_refused(mall: Site, shop: Site, manager: Person) -> None:
    foreign = add_system(site=shop, draft=SystemDraft("小店"), actor=manager, at=AT)
    for given in (AreaDraft("x", "moon"), AreaDraft("x", system=foreign), AreaDraft(""), AreaDraft("x" * 201)):
        with pytest.raises(Invalid):
            add_area(site=mall, draft=given, actor=manager, at=AT)


def test_only_who_manages_sites_may(
    system: System, mall: Site, maintainer: Person, guard: Person, clerk: Person
) -> None:
    add_area(site=mall, draft=AreaDraft("一层"), actor=clerk, at=AT)
    for actor in (maintainer, guard):
        with pytest.raises(NotAllowed):
            advance(system, actor, "building")
        with pytest.raises(NotAllowed):
            add_area(site=mall, draft=AreaDraft("二层"), actor=actor, at=AT)
