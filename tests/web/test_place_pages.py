"""Places: unit, sites, systems, areas, contractors and device models as the office sees and changes them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import AreaDraft, SiteFacts, Siting, add_area, add_camera, open_site
from mingcha.records.inventory.models import Area, Camera, Contractor, DeviceModel, Site, System, Unit
from tests.support.office import AT, browser, draft, make_person, words

MALL = {"name": "武昌商场", "region": "420106", "place": "mall", "installer": "managing_unit"}
LONG = "监" * 200


def english(person: Person) -> Client:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    return client


@pytest.fixture
def mall(manager: Person) -> Site:
    facts = SiteFacts(region="420106", place="mall")
    return open_site(name=LONG, address="中山路", actor=manager, at=AT, facts=facts)


def picture() -> ContentFile[bytes]:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return ContentFile(out.getvalue(), "plan.png")


def paper() -> ContentFile[bytes]:
    return ContentFile(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "paper.pdf")


def saved(client: Client, path: str) -> bytes:
    """A file that is offered to be saved, read to its end."""
    answer: Any = client.get(path)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    content: bytes = answer.getvalue()
    return content


def test_places_are_empty_then_full(manager: Person) -> None:
    client = english(manager)
    assert "No site yet" in client.get("/places/").text
    client.post("/sites/add/", MALL)
    page = client.get("/places/").text
    assert "武昌商场" in page
    assert "Shopping centre" in page
    assert "No site of this name" in client.get("/places/?q=nowhere").text


def test_a_site_says_what_the_law_takes_it_for(manager: Person, mall: Site) -> None:
    page = english(manager).get(f"/sites/{mall.public_id}/").text
    assert LONG in page
    assert "Public place where its managing unit builds" in page
    assert "/law/cn-2025-799/7/" in page
    assert f"/law/site/?region=420106&amp;place=mall&amp;on=2026-11-21" in page  # noqa: F541


def test_an_untold_site_asks_for_region_and_place(manager: Person, site: Site) -> None:
    assert "recorded but not judged" in english(manager).get(f"/sites/{site.public_id}/").text


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"region": "nowhere"}, "region", "No region of this name"),
        ({"region": "Suzhou"}, "region", "Several regions"),
        ({"region": "990000"}, "region", "No province"),
        ({"place": "moon"}, "place", "Select a valid choice"),
        ({"position": "here"}, "position", ""),
        ({"built_on": "2026-01-02", "accepted_on": "2026-01-01"}, "in_use_on", "not in their order"),
        ({"in_use_on": "2030-01-01"}, "in_use_on", "not come yet"),
        ({"address": "x" * 301}, "address", "at most 300 characters"),
    ],
)
def test_each_error_of_a_site_stands_at_its_field(
    manager: Person, changes: dict[str, str], field: str, text: str
) -> None:
    response: Any = english(manager).post("/sites/add/", {**MALL, **changes})
    assert list(response.context["form"].errors) == [field]
    assert text in response.text
    assert not Site.objects.exists()


def test_what_was_typed_survives_an_error_and_saving_again_changes_nothing(manager: Person) -> None:
    client = english(manager)
    wrong: Any = client.post("/sites/add/", {**MALL, "name": "", "police_organ": "江岸分局"})
    assert "江岸分局" in wrong.text
    full = {**MALL, "position": "30.5867, 114.2871", "datum": "gcj02", "has_monitoring_room": "on"}
    client.post("/sites/add/", full)
    before = Site.objects.values().get()
    page: Any = client.get(f"/sites/{Site.objects.get().public_id}/edit/")
    shown = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
    client.post(f"/sites/{Site.objects.get().public_id}/edit/", shown)
    assert Site.objects.values().get() == before


def test_changing_a_site_tells_what_becomes_of_its_cameras(manager: Person, site: Site, camera: Camera) -> None:
    client = english(manager)
    page = client.post(f"/sites/{site.public_id}/edit/", {**MALL, "installer": "other"}, follow=True).text
    assert "1 camera may not stand there by law and is not recorded." in page
    told = client.post(f"/sites/{site.public_id}/edit/", MALL, follow=True).text
    assert "All its cameras may stand there by law" not in told  # it lacks a statement of need now
    assert "1 camera waits for what the law asks" in told


def test_region_and_place_are_not_taken_back(manager: Person, mall: Site) -> None:
    response: Any = english(manager).post(f"/sites/{mall.public_id}/edit/", {"name": "x"})
    assert "cannot be taken back" in response.text or "not taken back" in response.text


def test_a_consent_lets_waiting_cameras_begin(manager: Person, mall: Site) -> None:
    client = english(manager)
    client.post(f"/sites/{mall.public_id}/edit/", {**MALL, "near_confidential_unit": "on"})
    site = Site.objects.get()
    camera = add_camera(site=site, draft=draft(siting=Siting(necessity="x")), actor=manager, at=AT)
    assert camera.state == "waiting"
    page = client.get(f"/cameras/{camera.public_id}/").text
    assert "waits for the consent of the confidential unit" in page
    empty: Any = client.post(f"/sites/{site.public_id}/consent/", {"unit": "某所", "given_on": "2026-11-20"})
    assert list(empty.context["form"].errors) == ["file"]
    fields = {"unit": "某所", "given_on": "2026-11-20", "file": paper()}
    assert "may stand there by law" in client.post(f"/sites/{site.public_id}/consent/", fields, follow=True).text
    assert Camera.objects.get().state == "in_use"
    assert saved(client, f"/sites/{site.public_id}/consent/letter").startswith(b"%PDF")


def test_areas_with_plans(manager: Person, mall: Site) -> None:
    client = english(manager)
    fields = {"name": "一层", "kind": "lobby", "plan": picture(), "plan_mm_per_px": "50"}
    client.post(f"/sites/{mall.public_id}/areas/add/", fields)
    area = Area.objects.get()
    assert (area.plan_width_px, area.plan_mm_per_px) == (40, 50)
    assert "一层" in client.get(f"/sites/{mall.public_id}/").text
    assert saved(client, f"/areas/{area.public_id}/plan")[1:4] == b"PNG"
    odd: Any = client.post(f"/sites/{mall.public_id}/areas/add/", {"name": "二层", "kind": "lobby", "plan": paper()})
    assert list(odd.context["form"].errors) == ["plan"]
    taken: Any = client.post(f"/sites/{mall.public_id}/areas/add/", {"name": "一层", "kind": "lobby"})
    assert list(taken.context["form"].errors) == ["name"]
    client.post(f"/areas/{area.public_id}/edit/", {"name": "一层大厅", "kind": "lobby"})
    assert Area.objects.get().name == "一层大厅"
    client.post(f"/areas/{area.public_id}/remove/")
    assert client.get(f"/areas/{area.public_id}/edit/").status_code in (403, 404)


def test_an_area_with_cameras_is_not_removed(manager: Person, mall: Site) -> None:
    area = add_area(site=mall, draft=AreaDraft("东侧"), actor=manager, at=AT)
    add_camera(site=mall, draft=draft(siting=Siting(area=area, necessity="x")), actor=manager, at=AT)
    page = english(manager).post(f"/areas/{area.public_id}/remove/", follow=True).text
    assert "Cameras stand in this area." in page


def test_a_system_is_not_used_before_acceptance(manager: Person, mall: Site) -> None:
    client = english(manager)
    client.post(f"/sites/{mall.public_id}/systems/add/", {"name": "一期"})
    system = System.objects.get()
    url = f"/systems/{system.public_id}/"
    refused = client.post(f"{url}advance/", {"state": "in_use", "on": "2026-11-20"})
    assert refused.status_code == 409
    assert "/law/cn-2025-799/11/" in refused.text
    client.post(f"{url}advance/", {"state": "building", "on": "2026-11-01"})
    client.post(f"{url}advance/", {"state": "accepted", "on": "2026-11-10"})
    client.post(f"{url}advance/", {"state": "in_use", "on": "2026-11-20"})
    assert System.objects.get().state == "in_use"
    assert "Go on" in client.get(url).text
    bad: Any = client.post(f"{url}advance/", {"state": "planned", "on": "x"})
    assert set(bad.context["form"].errors) == {"state", "on"}
    client.post(f"{url}edit/", {"name": "二期"})
    assert System.objects.get().name == "二期"


def test_the_unit_and_its_credit_code(manager: Person, site: Site) -> None:
    client = english(manager)
    wrong: Any = client.post("/unit/", {"name": "物业", "credit_code": "123"})
    assert list(wrong.context["form"].errors) == ["credit_code"]
    client.post("/unit/", {"name": "物业", "credit_code": "91110000600037341L", "kind_of_builder": "enterprise"})
    assert Unit.objects.get().name == "物业"
    assert "91110000600037341L" in client.get("/places/").text


def test_contractors_and_what_they_lack(manager: Person, site: Site) -> None:
    client = english(manager)
    assert "No contractor" in client.get("/contractors/").text
    client.post("/contractors/add/", {"name": "安防公司", "services": ["maintenance"]})
    page = client.get("/contractors/").text
    assert "no agreement on file" in page
    firm = Contractor.objects.get()
    fields = {
        "name": "安防公司",
        "agreement": paper(),
        "agreement_from": "2026-01-01",
        "agreement_until": "2027-01-01",
        "confidentiality_undertaken_on": "2026-01-01",
    }
    client.post(f"/contractors/{firm.public_id}/", fields)
    assert "in order" in client.get("/contractors/").text
    assert saved(client, f"/contractors/{firm.public_id}/agreement").startswith(b"%PDF")
    client.post(f"/contractors/{firm.public_id}/end/")
    assert "ended" in client.get("/contractors/").text
    assert words()[-1] == "contractor.ended"


def test_device_models(manager: Person) -> None:
    client = english(manager)
    assert "No device model yet" in client.get("/device-models/").text
    fields = {"vendor": "甲", "model": LONG, "certificate_until": "2020-01-01", "quality_file": paper()}
    client.post("/device-models/add/", fields)
    model = DeviceModel.objects.get()
    page = client.get("/device-models/").text
    assert LONG in page
    assert "run out" in page
    taken: Any = client.post("/device-models/add/", {"vendor": "甲", "model": LONG})
    assert list(taken.context["form"].errors) == ["model"]
    client.post(f"/device-models/{model.public_id}/", {"vendor": "甲", "model": "新"})
    assert DeviceModel.objects.get().model == "新"
    assert saved(client, f"/device-models/{model.public_id}/certificate").startswith(b"%PDF")


def test_a_guard_reads_and_changes_nothing(guard: Person, manager: Person, mall: Site) -> None:
    client = english(guard)
    page = client.get(f"/sites/{mall.public_id}/").text
    assert "Add an area" not in page
    for path in (f"/sites/{mall.public_id}/edit/", "/unit/", "/contractors/add/", "/device-models/add/"):
        assert client.get(path).status_code == 403


def test_an_auditor_reads(manager: Person, mall: Site) -> None:
    client = english(make_person("auditor", "审计", "auditor"))
    for path in ("/places/", f"/sites/{mall.public_id}/", "/contractors/", "/device-models/", "/cameras/"):
        assert client.get(path).status_code == 200


def test_what_is_unknown_is_not_found(manager: Person) -> None:
    client = english(manager)
    for path in ("sites/sit_x/", "systems/sys_x/", "areas/are_x/edit/", "contractors/ctr_x/", "device-models/dvm_x/"):
        assert client.get(f"/{path}").status_code == 404
