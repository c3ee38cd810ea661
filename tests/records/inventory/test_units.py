"""The unit, contractors and device models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.base import ContentFile

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import (
    ContractorDraft,
    ModelDraft,
    SiteFacts,
    UnitDraft,
    add_contractor,
    add_device_model,
    change_contractor,
    change_device_model,
    change_site,
    change_unit,
    end_contractor,
    facts_of_site,
)
from mingcha.records.inventory.models import Contractor, DeviceModel, Site, Unit
from tests.support.office import AT, LATER, last_entry

USCC = "91110000600037341L"
FIRM = ContractorDraft(
    "安防公司",
    USCC,
    ("maintenance", "operation"),
    agreement_from=date(2026, 1, 1),
    agreement_until=date(2026, 12, 31),
    confidentiality_undertaken_on=date(2026, 1, 1),
)


def paper() -> ContentFile[bytes]:
    return ContentFile(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "agreement.pdf")


def test_the_unit_is_changed_with_before_and_after(site: Site, manager: Person) -> None:
    draft = UnitDraft("滨江物业", USCC.lower(), "沿江大道", "李卫", "027-12345678", "12345", "enterprise")
    change_unit(unit=site.unit, draft=draft, actor=manager, at=LATER)
    unit = Unit.objects.get()
    assert (unit.name, unit.credit_code, unit.kind_of_builder) == ("滨江物业", USCC, "enterprise")
    assert last_entry().detail_fields["before"]["name"] == "滨江商场"


def test_the_unit_can_be_told_before_any_site(manager: Person) -> None:
    change_unit(unit=None, draft=UnitDraft("滨江物业"), actor=manager, at=AT)
    assert Unit.objects.get().name == "滨江物业"


@pytest.mark.parametrize("code", ["91110000600037341X", "9111", "１２３", USCC[:-1] + "I"])
def test_a_wrong_credit_code_is_refused(manager: Person, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        change_unit(unit=None, draft=UnitDraft("x", code), actor=manager, at=AT)
    assert caught.value.code == "credit_code.wrong"


def test_a_contractor_is_kept_with_its_agreement(manager: Person) -> None:
    firm = add_contractor(draft=replace(FIRM, agreement=paper()), actor=manager, at=AT)
    assert firm.services == ["maintenance", "operation"]
    assert last_entry().detail_fields["agreement"]["name"] == "agreement.pdf"
    change_contractor(contractor=firm, draft=replace(FIRM, name="新名"), actor=manager, at=LATER)
    kept = Contractor.objects.get()
    assert (kept.name, kept.agreement) == ("新名", firm.agreement)


def test_an_agreement_does_not_end_before_it_begins_and_a_name_is_taken_once(manager: Person) -> None:
    with pytest.raises(Invalid):
        add_contractor(draft=replace(FIRM, agreement_until=date(2025, 1, 1)), actor=manager, at=AT)
    add_contractor(draft=FIRM, actor=manager, at=AT)
    with pytest.raises(Conflict):
        add_contractor(draft=FIRM, actor=manager, at=AT)


def test_a_contractor_in_charge_is_not_ended(site: Site, manager: Person) -> None:
    firm = add_contractor(draft=FIRM, actor=manager, at=AT)
    facts = replace(facts_of_site(site), operator=firm)
    change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=facts)
    assert site.outsourced
    with pytest.raises(Conflict) as caught:
        end_contractor(contractor=firm, actor=manager, at=LATER)
    assert caught.value.code == "contractor.in_charge"
    change_site(site=site, name=site.name, address="", actor=manager, at=LATER, facts=SiteFacts())
    end_contractor(contractor=firm, actor=manager, at=LATER)
    with pytest.raises(Conflict):
        end_contractor(contractor=firm, actor=manager, at=LATER)


def test_a_device_model_is_there_once(manager: Person) -> None:
    draft = ModelDraft("海康威视", "DS-2CD", "CCC-1", date(2027, 1, 1), paper())
    model = add_device_model(draft=draft, actor=manager, at=AT)
    assert str(DeviceModel.objects.get()) == "海康威视 DS-2CD"
    with pytest.raises(Conflict):
        add_device_model(draft=draft, actor=manager, at=AT)
    change_device_model(device_model=model, draft=replace(draft, quality_file=None), actor=manager, at=LATER)
    assert DeviceModel.objects.get().quality_file == model.quality_file


def test_only_the_right_roles_may(
    guard: Person, outsider: Person, maintainer: Person, clerk: Person, manager: Person
) -> None:
    firm = add_contractor(draft=FIRM, actor=clerk, at=AT)
    add_device_model(draft=ModelDraft("a", "b"), actor=maintainer, at=AT)
    refused: list[Callable[[Person], object]] = [
        lambda actor: add_contractor(draft=FIRM, actor=actor, at=AT),
        lambda actor: end_contractor(contractor=firm, actor=actor, at=AT),
        lambda actor: change_unit(unit=None, draft=UnitDraft("x"), actor=actor, at=AT),
    ]
    for actor in (guard, outsider, maintainer):
        for attempt in refused:
            with pytest.raises(NotAllowed):
                attempt(actor)
    for actor in (guard, outsider, clerk):
        with pytest.raises(NotAllowed):
            add_device_model(draft=ModelDraft("c", "d"), actor=actor, at=AT)
