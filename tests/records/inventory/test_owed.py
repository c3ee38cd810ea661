"""What the inventory owes, as lines of the home page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from mingcha.base.errors import Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import (
    Before,
    ContractorDraft,
    ModelDraft,
    Particulars,
    SiteFacts,
    Siting,
    add_camera,
    add_contractor,
    add_device_model,
    change_site,
    describe_camera,
    open_site,
    remove_camera,
)
from mingcha.records.inventory.models import Area, Camera, Site
from mingcha.records.inventory.queries import owed
from mingcha.records.inventory.queries.owed import EACH
from tests.records.inventory.conftest import MALL, WHY
from tests.support.office import AT, LATER, draft

ON = date(2026, 11, 21)
Put = Callable[..., Camera]


def codes(viewer: Person) -> list[str]:
    return [line.code for line in owed(viewer, ON)]


def test_those_who_manage_nothing_owe_nothing(site: Site, guard: Person, outsider: Person) -> None:
    assert owed(guard, ON) == owed(outsider, ON) == []


def test_an_untold_site_is_told_with_its_cameras(site: Site, put: Put, manager: Person) -> None:
    assert "site_untold" in codes(manager)
    put(site)
    put(site, "西门")
    line = next(line for line in owed(manager, ON) if line.code == "site_not_judged")
    assert (line.count, line.url) == (2, f"/sites/{site.public_id}/edit/")
    assert line.text.startswith("滨江商场：2 台摄像机未能核对")


def test_unlawful_and_waiting_cameras_come_first_with_their_articles(
    mall: Site, area: Callable[..., Area], put: Put, manager: Person
) -> None:
    given = draft("厕所", siting=Siting(area=area(mall, "toilet"), necessity=WHY))
    with pytest.raises(Unlawful):
        add_camera(site=mall, draft=given, actor=manager, at=AT, keep_refused=True)
    put(mall, "待说明", necessity="")
    facts = SiteFacts(region="420106", place="mall", near_confidential_unit=True)
    put(open_site(name="旁边", address="", actor=manager, at=AT, facts=facts), "待同意")
    found = owed(manager, ON)
    assert [line.code for line in found[:3]] == ["camera_unlawful", "camera_consent", "camera_waiting"]
    assert 8 in {cite.article for cite in found[0].citations}
    assert 10 in {cite.article for cite in found[1].citations}


def test_many_lines_of_a_kind_are_counted_in_one(mall: Site, put: Put, manager: Person) -> None:
    for number in range(EACH + 3):
        put(mall, f"相机 {number}", necessity="")
    found = [line for line in owed(manager, ON) if line.code.startswith("camera_waiting")]
    assert len(found) == EACH + 1
    assert (found[-1].code, found[-1].count, found[-1].url) == (
        "camera_waiting_more",
        3,
        "/cameras/?lawfulness=waiting",
    )


def test_cameras_in_use_without_a_statement_are_told_by_site(site: Site, put: Put, manager: Person) -> None:
    put(site, necessity="")
    change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=MALL)
    line = next(line for line in owed(manager, ON) if line.code == "necessity")
    assert (line.subject, line.count) == (site.public_id, 1)


def test_a_change_that_was_not_filed_is_owed(mall: Site, put: Put, manager: Person) -> None:
    remove_camera(camera=put(mall), actor=manager, at=LATER, before=Before(replacement_plan="3 号"))
    line = next(line for line in owed(manager, ON) if line.code == "change_filing")
    assert 14 in {cite.article for cite in line.citations}


def test_papers_are_told_before_they_run_out(mall: Site, put: Put, manager: Person) -> None:
    firm = ContractorDraft(
        "安防公司", agreement_from=ON, agreement_until=date(2026, 12, 31), licence_until=date(2028, 1, 1)
    )
    add_contractor(draft=firm, actor=manager, at=AT)
    add_contractor(draft=replace(firm, name="另一家", agreement_until=date(2027, 12, 31)), actor=manager, at=AT)
    model = add_device_model(draft=ModelDraft("甲", "乙", "1", date(2026, 12, 1)), actor=manager, at=AT)
    unused = ModelDraft("甲", "丙", "1", date(2026, 12, 1))
    add_device_model(draft=unused, actor=manager, at=AT)
    describe_camera(camera=put(mall), particulars=Particulars(device_model=model), actor=manager, at=LATER)
    found = [(line.code, line.subject_name, line.due) for line in owed(manager, ON)]
    assert ("agreement_expires", "安防公司", date(2026, 12, 31)) in found
    assert ("agreement_missing", "另一家", None) in found
    assert ("certificate_expires", "甲 乙", date(2026, 12, 1)) in found
    assert not any("丙" in name for _code, name, _due in found)


def test_what_a_filing_needs_is_asked_for(mall: Site, manager: Person) -> None:
    assert {"unit_incomplete", "site_incomplete"} <= set(codes(manager))


def test_it_asks_the_database_a_bounded_number_of_times(
    mall: Site, put: Put, manager: Person, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(5):
        put(mall, f"相机 {number}", necessity="")
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        owed(manager, ON)
