"""The JSON interface: who may, what it answers, how it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from mingcha.base.errors import Unlawful
from mingcha.records.accounts import actions as accounts
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import MATRIX, Permission
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import open_live
from mingcha.web.api import cameras as camera_api
from tests.support.office import AT, LATER, asker, browser, last_entry, make_person
from tools import permissions

ID = "cam_0123456789abcdef"
OPERATIONS = [endpoint for endpoint in permissions.endpoints() if endpoint.method]


def address(path: str) -> str:
    for part in ("<site_id>", "<system_id>", "<area_id>", "<model_id>", "<camera_id>"):
        path = path.replace(part, ID)
    return path.replace("<number>", "1")


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = None if method == "GET" else json.dumps(body if body is not None else {})
    return client.generic(method, path, data or b"", content_type="application/json", headers=headers)


def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    assert set(found) == {"code", "message", "citations", "fields"}
    assert found["message"]
    return found


@pytest.mark.parametrize("operation", OPERATIONS, ids=[f"{o.method} {o.path}" for o in OPERATIONS])
def test_nobody_gets_round_a_permission(operation: permissions.Endpoint, outsider: Person) -> None:
    path = address(operation.path)
    assert error(send(browser(), operation.method, path))["code"] == "permission.sign_in"
    assert send(browser(outsider), operation.method, path).status_code == 401
    bearer = {"Authorization": "Bearer mct_" + "x" * 40}
    assert error(send(browser(), operation.method, path, **bearer))["code"] == "permission.sign_in"


@pytest.mark.parametrize("role", ["guard", "clerk", "auditor", "maintainer", "inspector", "officer"])
def test_each_role_may_what_its_permissions_say(role: str, manager: Person) -> None:
    client = browser(make_person(role, "某人", role))
    for operation in OPERATIONS:
        assert isinstance(operation.permission, Permission)
        response = send(client, operation.method, address(operation.path))
        if operation.permission in MATRIX[role]:
            assert response.status_code not in (401, 403), operation
        else:
            assert (response.status_code, error(response)["code"]) == (403, "permission.missing"), operation


def test_a_one_time_password_opens_nothing(manager: Person) -> None:
    Person.objects.filter(pk=manager.pk).update(must_set_password=True)
    refused = send(browser(Person.objects.get(pk=manager.pk)), "GET", "/api/v1/cameras")
    assert error(refused)["code"] == "permission.first_password"


def test_a_change_wants_the_csrf_token(manager: Person, site: Site) -> None:
    client = browser(manager, enforce_csrf_checks=True)
    body = {"name": "新场所"}
    assert error(send(client, "POST", "/api/v1/sites", body))["code"] == "permission.csrf"
    token = "a" * 32
    client.cookies["mingcha_csrf"] = token
    assert send(client, "POST", "/api/v1/sites", body, **{"X-CSRFToken": token}).status_code == 201
    assert send(client, "GET", "/api/v1/sites").status_code == 200


@pytest.fixture
def token(manager: Person) -> str:
    made = accounts.make_token(person=manager, name="值守大屏", days=30, at=AT)
    return made[1] if isinstance(made, tuple) else made


def test_a_token_reads_and_changes_nothing(token: str, manager: Person, camera: Camera) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    assert send(browser(), "GET", "/api/v1/cameras", **bearer).json()["items"][0]["id"] == camera.public_id
    refused = send(browser(), "POST", "/api/v1/sites", {"name": "x"}, **bearer)
    assert (refused.status_code, error(refused)["code"]) == (403, "permission.token_reads")
    accounts.disable_person(person=manager, actor=make_person("second", "二", "manager"), at=AT)
    assert send(browser(), "GET", "/api/v1/cameras", **bearer).status_code == 401


def test_a_life_of_a_site_and_its_camera(manager: Person) -> None:
    client = browser(manager)
    site = send(client, "POST", "/api/v1/sites", {"name": "滨江", "region": "110101", "place": "mall"}).json()
    area = send(client, "POST", "/api/v1/areas", {"site": site["id"], "name": "大厅", "kind": "lobby"}).json()
    given = {
        "site": site["id"],
        "name": "东门",
        "main_url": "rtsp://admin:secret@10.0.0.2:554/main",
        "siting": {"area": area["id"], "necessity": "看护出入口"},
    }
    made = send(client, "POST", "/api/v1/cameras", given)
    assert made.status_code == 201, made.json()
    camera = made.json()
    assert (camera["main_url"], camera["verdict"]["code"]) == ("rtsp://10.0.0.2:554/main", "mandatory")
    assert {"instrument": "cn-2025-799", "article": 7, "item": "para2 (1)"}.items() <= {
        **camera["verdict"]["citations"][0], "item": "para2 (1)",
    }.items()  # fmt: skip
    path = f"/api/v1/cameras/{camera['id']}"
    changed = send(client, "PUT", f"{path}/connection", {"name": "东大门", "main_url": "rtsp://10.0.0.3/main"})
    assert changed.json()["name"] == "东大门"
    described = send(client, "PUT", f"{path}/particulars", {"serial": "SN1", "kind": "dome"})
    assert (described.json()["serial"], described.json()["kind"]) == ("SN1", "dome")
    moved = send(
        client, "PUT", f"{path}/placing",
        {"siting": given["siting"], "position": {"bearing_cdeg": 9000, "lat_e7": 305_000_000, "lon_e7": 1_143_000_000}},
    )  # fmt: skip
    assert moved.json()["position"]["bearing_cdeg"] == 9000
    before = {"replacement_plan": "替换方案一号", "notified_on": "2026-11-01", "reason": "改造"}
    retired = send(client, "POST", f"{path}/retire", before)
    assert (retired.status_code, retired.json().get("state")) == (200, "retired"), retired.json()
    assert send(client, "GET", "/api/v1/cameras").json()["items"] == []
    assert [row["id"] for row in send(client, "GET", "/api/v1/cameras?state=retired").json()["items"]] == [camera["id"]]
    assert Entry.objects.filter(actor=manager.public_id, act="camera.retired").exists()


def test_what_cannot_be_undone_asks_once_more_who_it_is(manager: Person, camera: Camera) -> None:
    client = browser(manager, confirmed=False)
    refused = send(client, "POST", f"/api/v1/cameras/{camera.public_id}/retire", {})
    assert (refused.status_code, error(refused)["code"]) == (403, "permission.identity")


def test_what_the_law_forbids_is_refused_with_its_articles(manager: Person) -> None:
    client = browser(manager)
    site = send(client, "POST", "/api/v1/sites", {"name": "滨江", "region": "420106", "place": "mall"}).json()
    area = send(client, "POST", "/api/v1/areas", {"site": site["id"], "name": "更衣室", "kind": "changing_room"}).json()
    given = {"site": site["id"], "name": "一号", "main_url": "rtsp://10.0.0.2/a", "siting": {"area": area["id"]}}
    refused = send(client, "POST", "/api/v1/cameras", given)
    assert refused.status_code == 409
    assert {"instrument": "cn-2025-799", "article": 8}.items() <= error(refused)["citations"][0].items()
    assert last_entry().act == "camera.refused"


def test_any_unlawful_act_carries_its_citations(manager: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Unlawful("camera.prohibited", "no", citations=(("cn-2025-799", 8, "para1"),))

    monkeypatch.setattr(camera_api, "_camera", refuse)
    found = error(send(browser(manager), "GET", f"/api/v1/cameras/{ID}"))
    assert found["citations"] == [{"instrument": "cn-2025-799", "article": 8, "item": "para1"}]


def test_a_guard_is_not_told_the_addresses_of_cameras(guard: Person, manager: Person, camera: Camera) -> None:
    for person, told in ((guard, None), (manager, camera.main_url)):
        found = send(browser(person), "GET", f"/api/v1/cameras/{camera.public_id}").json()
        assert (found["main_url"], "s3cret" in json.dumps(found)) == (told, False)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "body.name", "This is missing."),
        ({"name": 5}, "body.name", "This must be text."),
        ({"name": "x" * 201}, "body.name", "This is too long."),
        ({"name": "x", "nmae": "y"}, "body.nmae", "There is no such field."),
        ({"name": "x", "region": "abc"}, "body.region", "This has not the right form."),
        ({"name": "x", "place": "moon"}, "body.place", "This is not one of the choices."),
        ({"name": "x", "built_on": "yesterday"}, "body.built_on", "This must be a day as 2026-11-21."),
        ({"name": "x", "built_on": 5}, "body.built_on", "This is not valid."),
        ({"name": "x", "lat_e7": 10**30, "lon_e7": 1}, "body.lat_e7", "This is too big."),
    ],
)
def test_what_cannot_be_read_is_told_field_by_field(manager: Person, body: Any, field: str, message: str) -> None:
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    refused = send(client, "POST", "/api/v1/sites", body)
    assert refused.status_code == 400
    assert error(refused)["fields"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b'{"name":"\\ud800"}', b'{"name":"a\\u0000"}', b"\xff", b"[" * 9999]
)
def test_a_body_that_is_no_json_object_is_refused(manager: Person, body: bytes) -> None:
    refused = browser(manager).generic("POST", "/api/v1/sites", body, content_type="application/json")
    assert (refused.status_code, error(refused)["code"]) == (400, "request.invalid")


def test_refusals_speak_the_readers_language(manager: Person) -> None:
    refused = send(browser(manager), "GET", f"/api/v1/cameras/{ID}", **{"Accept-Language": "zh-CN"})
    assert (refused.status_code, error(refused)["message"]) == (404, "没有这路摄像机，或您无权查看。")
    unknown = browser(manager).get("/api/v1/nothing")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "http.404")


def test_a_method_nobody_offers_is_refused_in_the_same_form(manager: Person) -> None:
    refused = send(browser(manager), "PATCH", "/api/v1/sites")
    assert (refused.status_code, error(refused)["code"]) == (405, "http.405")
    assert set(refused.headers["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}


def test_long_lists_are_paged_by_id(manager: Person, site: Site) -> None:
    client = browser(manager)
    for number in range(5):
        send(client, "POST", "/api/v1/systems", {"site": site.public_id, "name": f"系统{number}"})
    names, after = [], ""
    for _ in range(3):
        page = send(client, "GET", f"/api/v1/systems?limit=2&after={after}").json()
        names += [row["name"] for row in page["items"]]
        after = page["next"] or ""
    assert (names, after) == ([f"系统{number}" for number in range(5)], "")
    assert error(send(client, "GET", f"/api/v1/systems?after={ID}"))["code"] == "request.after"
    assert send(client, "GET", f"/api/v1/systems?site={site.public_id}&limit=1").json()["next"]
    assert send(client, "GET", "/api/v1/systems?site=sit_0123456789abcdef").status_code == 404
    assert send(client, "GET", "/api/v1/systems?limit=0").status_code == 400


def test_the_register_is_searched_and_read(manager: Person, guard: Person, camera: Camera) -> None:
    open_live(asker=asker(guard), cameras=[camera], at=LATER)
    client = browser(manager)
    found = send(
        client, "GET", f"/api/v1/register/entries?about={guard.public_id}&also_about={camera.public_id}"
    ).json()
    assert (found["count"], found["more"], found["older"]) == (1, False, None)
    entry = found["items"][0]
    assert (entry["act"], entry["actor"]["name"]) == ("viewing.live_opened", "王芳")
    full = send(client, "GET", f"/api/v1/register/entries/{entry['number']}").json()
    assert json.loads(full["canonical"])["id"] == entry["number"]
    assert full["log_index"] is None
    first = send(client, "GET", "/api/v1/register/entries?limit=1").json()
    older = send(client, "GET", f"/api/v1/register/entries?limit=1&before={first['older']}").json()
    assert older["items"][0]["number"] != first["items"][0]["number"]
    later = (LATER + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert send(client, "GET", f"/api/v1/register/entries?since={later}").json()["items"] == []
    assert send(client, "GET", "/api/v1/register/entries?since=2026-11-21T00:00:00").status_code == 400
    assert send(client, "GET", "/api/v1/register/entries/99999999").status_code == 404


def test_the_register_of_retrievals_has_the_columns_of_the_law(manager: Person, guard: Person, camera: Camera) -> None:
    open_live(asker=asker(guard), cameras=[camera], at=LATER)
    Site.objects.update(region="420106")
    found = send(browser(manager), "GET", "/api/v1/register/retrievals").json()
    assert [column["code"] for column in found["columns"]][:4] == [
        "reason", "content", "retriever_unit", "retriever_name",
    ]  # fmt: skip
    assert found["items"][0]["cells"]["retriever_name"] == "王芳"
    assert {"instrument": "wuhan-2022-314", "article": 16, "item": "(3)"} in found["grounds"]


def test_the_document_of_the_interface_is_for_those_with_an_account(guard: Person) -> None:
    assert browser().get("/api/v1/openapi.json").status_code == 401
    assert browser(guard).get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
