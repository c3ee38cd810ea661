"""Cameras and the law on the pages: adding, refusing, moving, retiring, and a long list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import AreaDraft, SiteFacts, Siting, add_area, add_camera, open_site
from mingcha.records.inventory.models import Alteration, Area, Camera, Site
from tests.support.office import AT, browser, draft, words

FIELDS = {"name": "北门", "main_url": "rtsp://10.0.0.3/1", "transport": "tcp", "engine": "native"}


def english(person: Person, *, confirmed: bool = True) -> Client:
    client = browser(person, confirmed=confirmed)
    client.cookies["mingcha_language"] = "en"
    return client


@pytest.fixture
def mall(manager: Person) -> Site:
    facts = SiteFacts(region="420106", place="mall")
    return open_site(name="武昌商场", address="中山路", actor=manager, at=AT, facts=facts)


@pytest.fixture
def toilet(mall: Site, manager: Person) -> Area:
    return add_area(site=mall, draft=AreaDraft("一层厕所", "toilet"), actor=manager, at=AT)


@pytest.fixture
def lawful(mall: Site, manager: Person) -> Camera:
    return add_camera(site=mall, draft=draft(siting=Siting(necessity="看护通道")), actor=manager, at=AT)


def add(client: Client, site: Site, **changes: str) -> HttpResponse:
    response: HttpResponse = client.post("/cameras/add/", {**FIELDS, "site": str(site.pk), **changes}, follow=True)
    return response


def test_a_lawful_camera_is_recorded_and_its_page_says_why(manager: Person, mall: Site) -> None:
    page = add(english(manager), mall, necessity="看护通道").text
    assert "Recording begins now." in page
    assert "Must be installed" in page
    assert "/law/cn-2025-799/7/" in page
    assert "/law/site/?region=420106" in page


def test_without_need_it_is_added_but_waits(manager: Person, mall: Site) -> None:
    page = add(english(manager), mall).text
    assert "It is not recorded yet" in page
    assert "waits for a statement why public security needs it" in page


def test_of_an_untold_site_it_is_recorded_and_told_as_not_judged(manager: Person, site: Site) -> None:
    page = add(english(manager), site).text
    assert "The law could not be asked about its place yet." in page
    assert f"/sites/{site.public_id}/edit/" in page


def test_a_banned_area_is_refused_with_article_and_paraphrase(manager: Person, mall: Site, toilet: Area) -> None:
    client = english(manager)
    answer = add(client, mall, area=str(toilet.pk), necessity="防盗")
    assert answer.status_code == 409
    assert "The law forbids a camera there." in answer.text
    assert "/law/cn-2025-799/8/" in answer.text
    assert "10.0.0.3" in answer.text  # what was typed is still there
    assert not Camera.objects.exists()
    kept = add(client, mall, area=str(toilet.pk), necessity="防盗", keep_refused="on").text
    assert "kept as a refused draft" in kept
    assert Camera.objects.get().state == "refused"
    assert words()[-2:] == ["camera.refused", "camera.refused"]


def test_an_area_of_another_site_stands_at_its_field(manager: Person, site: Site, toilet: Area) -> None:
    response: Any = add(english(manager), site, area=str(toilet.pk))
    assert list(response.context["form"].errors) == ["area"]


def test_over_long_names_and_addresses_are_told_and_not_cut(manager: Person, site: Site) -> None:
    client = english(manager)
    form = client.get("/cameras/add/").text
    assert 'maxlength="200" required id="id_name"' not in form
    response: Any = add(client, site, name="x" * 201, main_url="rtsp://" + "a" * 994)
    assert response.context["form"].errors == {
        "name": ["The name may have at most 200 characters."],
        "main_url": ["An address may have at most 1000 characters."],
    }
    assert "x" * 201 in response.text


def test_placing_and_moving_a_camera(manager: Person, lawful: Camera, mall: Site, toilet: Area) -> None:
    client = english(manager)
    url = f"/cameras/{lawful.public_id}/place/"
    first = {
        "necessity": "看护通道",
        "purpose": "public_security",
        "position": "30.5867, 114.2871",
        "datum": "wgs84",
        "height_cm": "3.5",
        "bearing_cdeg": "360",
        "fov_cdeg": "92.5",
        "range_m": "30",
    }
    client.post(url, first)
    camera = Camera.objects.get()
    assert (camera.lat_e7, camera.height_cm, camera.bearing_cdeg, camera.fov_cdeg) == (305867000, 350, 0, 9250)
    shown: Any = client.get(url)
    assert 'value="3.5"' in shown.text
    assert 'value="92.5"' in shown.text
    page = client.get(f"/cameras/{lawful.public_id}/").text
    assert "30.5867, 114.2871" in page
    moved: Any = client.post(url, {**first, "position": "30.6, 114.3"})
    assert list(moved.context["form"].errors) == ["replacement_plan"]
    assert "/law/wuhan-2022-314/10/" in moved.text
    banned = client.post(url, {**first, "area": str(toilet.pk), "replacement_plan": "3 号"})
    assert banned.status_code == 409
    assert "The law forbids a camera there." in banned.text
    client.post(url, {**first, "position": "30.6, 114.3", "replacement_plan": "3 号", "reason": "装修"})
    assert Alteration.objects.get().reason == "装修"
    page = client.get(f"/cameras/{lawful.public_id}/").text
    assert "to be filed" in page
    filed = f"/alterations/{Alteration.objects.get().public_id}/filed/"
    client.post(filed, {"filed_on": "nonsense"})
    assert Alteration.objects.get().filed_on is None
    client.post(filed, {"filed_on": "2026-11-20"})
    assert "to be filed" not in client.get(f"/cameras/{lawful.public_id}/").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"position": "nowhere"}, "position"),
        ({"bearing_cdeg": "361"}, "bearing_cdeg"),
        ({"plan_x_permille": "101"}, "plan_x_permille"),
        ({"necessity": ""}, "necessity"),
        ({"necessity": "x" * 1001}, "necessity"),
    ],
)
def test_each_error_of_a_place_stands_at_its_field(
    manager: Person, lawful: Camera, changes: dict[str, str], field: str
) -> None:
    fields = {"necessity": "看护通道", "datum": "cgcs2000", **changes}
    response: Any = english(manager).post(f"/cameras/{lawful.public_id}/place/", fields)
    assert list(response.context["form"].errors) == [field]


def test_the_plan_arranges_a_camera(manager: Person, lawful: Camera) -> None:
    client = english(manager)
    url = f"/api/cameras/{lawful.public_id}/place"
    body = {"plan_x_permille": 250, "plan_y_permille": 500, "bearing_cdeg": 4500, "reason": ""}
    assert client.post(url, json.dumps(body), content_type="application/json").json() == {"ok": True}
    camera = Camera.objects.get()
    assert (camera.plan_x_permille, camera.bearing_cdeg) == (250, 4500)
    moved = client.post(url, json.dumps({**body, "plan_x_permille": 300}), content_type="application/json")
    assert (moved.status_code, moved.json()["error"]["code"]) == (409, "camera.replacement_plan")
    odd = client.post(url, json.dumps({**body, "plan_x_permille": "3"}), content_type="application/json")
    assert odd.status_code == 400


def test_the_device_and_its_code(manager: Person, lawful: Camera) -> None:
    client = english(manager)
    url = f"/cameras/{lawful.public_id}/device/"
    wrong: Any = client.post(url, {"gb_code": "123"})
    assert list(wrong.context["form"].errors) == ["gb_code"]
    client.post(url, {"gb_code": "4201 0600 4713 2000 0123", "kind": "dome", "serial": "SN"})
    assert "42010600471320000123" in client.get(f"/cameras/{lawful.public_id}/").text
    assert "42010600471320000123" in client.get("/cameras/?q=42010600471320000123").text


def test_retiring_shows_and_demands_what_comes_before(manager: Person, lawful: Camera) -> None:
    client = english(manager)
    url = f"/cameras/{lawful.public_id}/retire/"
    page = client.get(url).text
    assert "A plan for rebuilding or replacing it has to exist first." in page
    refused: Any = client.post(url, {"reason": "坏了"})
    assert refused.status_code == 409
    assert list(refused.context["form"].errors) == ["replacement_plan"]
    client.post(url, {"reason": "坏了", "replacement_plan": "3 号"})
    assert Camera.objects.get().state == "retired"


def test_retiring_asks_who_sits_there(manager: Person, lawful: Camera) -> None:
    asked = english(manager, confirmed=False).post(f"/cameras/{lawful.public_id}/retire/", {"replacement_plan": "3"})
    assert Camera.objects.get().state == "in_use"
    assert "identity_password" in asked.text


def test_a_guard_sees_lawfulness_but_changes_nothing(guard: Person, lawful: Camera) -> None:
    client = english(guard)
    page = client.get(f"/cameras/{lawful.public_id}/").text
    assert "Must be installed" in page
    assert "10.0.0.2" not in page
    for path in ("place", "device", "retire"):
        assert client.get(f"/cameras/{lawful.public_id}/{path}/").status_code == 403


def test_a_long_list_is_paged_with_few_queries(
    manager: Person, site: Site, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    rows = [
        Camera(site=site, name=f"相机 {number:03}", main_url="rtsp://10.0.0.2/1", state="in_use", added_at=AT)
        for number in range(120)
    ]
    Camera.objects.bulk_create(rows)
    client = english(manager)
    with django_assert_max_num_queries(18):
        first = client.get("/cameras/").text
    assert first.count("相机 ") == 50
    assert "120 cameras" in first
    assert "Page 1 of 3" in first
    third = client.get("/cameras/?page=3").text
    assert third.count("相机 ") == 20
    assert client.get("/cameras/?page=nonsense").status_code == 200
    assert "1 camera" in client.get("/cameras/?q=119").text
    assert "No camera like this" in client.get("/cameras/?q=nothing").text
    assert client.get("/cameras/?state=moon&site=x&area=y&lawfulness=z").status_code == 200
