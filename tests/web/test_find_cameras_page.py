"""Finding cameras and adding one that was found."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions.probes import open_credentials, open_probe_credentials
from mingcha.records.inventory.actions.searches import ask_search
from mingcha.records.inventory.jobs import CameraSearch
from mingcha.records.inventory.models import Camera, Probe, Site
from mingcha.records.inventory.views import cameras as camera_views
from tests.support.office import AT, browser, last_entry, make_person, words

ROW = {
    "host": "10.0.0.9",
    "port": 80,
    "channel": 0,
    "name": "东门 1",
    "vendor": "某某",
    "model": "IPC-1",
    "serial": "S1",
    "code": "",
    "main_url": "rtsp://10.0.0.9:554/main",
    "main": {"codec": "H265", "width": 2560, "height": 1440, "fps": 25},
    "sub_url": "rtsp://10.0.0.9:554/sub",
    "sub": {"codec": "H264", "width": 640, "height": 360, "fps": 15},
    "control_url": "http://10.0.0.9/onvif/device_service",
}


def client(person: Person | None) -> Any:
    found = browser(person)
    found.cookies["mingcha_language"] = "en"
    return found


def searched(person: Person, *rows: dict[str, Any], **fields: Any) -> CameraSearch:
    search = ask_search(
        on_link=True, targets="", username="admin", password="pw-found", actor=person, at=fields.pop("at", AT)
    )
    CameraSearch.objects.filter(pk=search.pk).update(**{"state": "done", "found": list(rows), **fields})
    return CameraSearch.objects.get(pk=search.pk)


def test_a_search_is_asked_for_and_entered_without_its_password(manager: Person) -> None:
    fields = {"targets": "192.168.1.0/24", "username": "admin", "password": "pw-found"}
    response = client(manager).post("/cameras/find/", fields)
    assert response.headers["Location"] == "/cameras/find/"
    search = CameraSearch.objects.get()
    assert (search.on_link, search.targets, search.state) == (False, "192.168.1.0/24", "waiting")
    assert words()[-1] == "inventory.searched"
    assert "pw-found" not in last_entry().detail + search.credentials


def test_a_search_nowhere_is_refused_at_its_field(manager: Person) -> None:
    response = client(manager).post("/cameras/find/", {"targets": ""})
    assert list(response.context["form"].errors) == ["targets"]
    assert not CameraSearch.objects.exists()


def test_while_it_runs_the_page_comes_again_by_itself(manager: Person) -> None:
    searched(manager, state="running", found=[ROW])
    page = client(manager).get("/cameras/find/").text
    assert 'http-equiv="refresh"' in page
    assert "IPC-1" in page


def test_a_search_nobody_begins_points_to_the_gateway(manager: Person, settings: Any) -> None:
    searched(manager, state="waiting")
    settings.CLOCK.step_wall(from_datetime(AT + timedelta(minutes=1)) - from_datetime(AT))
    page = client(manager).get("/cameras/find/").text
    assert "gateway is running" in page
    assert 'http-equiv="refresh"' not in page


def test_what_was_found_is_listed_with_its_streams(manager: Person, camera: Camera) -> None:
    known = {**ROW, "main_url": camera.main_url, "host": "10.0.0.2"}
    locked = {"host": "10.0.0.7", "port": 8000, "channel": 0, "name": "", "model": "", "code": "onvif.unauthorised"}
    searched(manager, ROW, known, locked)
    page = client(manager).get("/cameras/find/").text
    for part in ("东门 1", "某某 IPC-1", "2560×1440", "H.265", "Added already", "10.0.0.7:8000", "Password wanted"):
        assert part in page
    assert "pw-found" not in page


def test_nothing_found_says_what_to_look_at(manager: Person) -> None:
    searched(manager)
    assert "No camera answered" in client(manager).get("/cameras/find/").text


def test_a_failed_search_says_why(manager: Person) -> None:
    searched(manager, state="failed", failure={"code": "search.too_many", "params": {"limit": "256"}})
    assert "At most 256 addresses" in client(manager).get("/cameras/find/").text


def test_hostile_answers_stay_text(manager: Person) -> None:
    searched(manager, {**ROW, "name": "<script>x</script>", "vendor": '"><img src=x>', "main_url": "rtsp://h/<b>"})
    page = client(manager).get("/cameras/find/").text
    for part in ("<script>x", "<img", "<b>"):
        assert part not in page


def test_each_sees_only_their_own_search(manager: Person) -> None:
    search = searched(manager, ROW)
    other = make_person("other", "乙", "manager")
    assert "IPC-1" not in client(other).get("/cameras/find/").text
    assert "10.0.0.9" not in client(other).get(f"/cameras/add/?found={search.public_id}.0").text


def test_adding_a_found_camera_needs_a_name_and_a_click(manager: Person, site: Site) -> None:
    search = searched(manager, ROW)
    path = f"/cameras/add/?found={search.public_id}.0"
    form = client(manager).get(path).context["form"]
    given = {name: form[name].value() for name in ("name", "main_url", "sub_url", "control_url", "username")}
    assert given == {
        "name": "东门 1",
        "main_url": "rtsp://10.0.0.9:554/main",
        "sub_url": "rtsp://10.0.0.9:554/sub",
        "control_url": "http://10.0.0.9/onvif/device_service",
        "username": "admin",
    }
    fields = {**given, "site": str(site.pk), "transport": "tcp", "engine": "native", "purpose": "public_security"}
    client(manager).post(path, fields)
    camera = Camera.objects.get()
    assert (camera.sub_url, open_credentials(camera)) == ("rtsp://10.0.0.9:554/sub", "admin:pw-found")


def test_the_password_of_a_search_goes_to_no_other_host(manager: Person, site: Site) -> None:
    search = searched(manager, ROW)
    fields = {
        "name": "x",
        "main_url": "rtsp://10.6.6.6/main",
        "username": "admin",
        "site": str(site.pk),
        "transport": "tcp",
        "engine": "native",
        "purpose": "public_security",
    }
    client(manager).post(f"/cameras/add/?found={search.public_id}.0", fields)
    assert "pw-found" not in open_credentials(Camera.objects.get())


def test_the_connection_test_uses_it_too(manager: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    search = searched(manager, ROW)
    kept: list[str] = []
    monkeypatch.setattr(
        camera_views, "wait_for_probe", lambda asked: kept.append(open_probe_credentials(asked)) or asked
    )
    body = {"main_url": ROW["main_url"], "username": "admin", "found": f"{search.public_id}.0"}
    client(manager).post("/api/cameras/test", json.dumps(body), content_type="application/json")
    assert kept == ["admin:pw-found"]
    assert Probe.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "sch_x.0", "{}.9", "{}.-1", "{}.99999999999", "{}.٣"])
def test_what_names_no_found_camera_gives_an_empty_form(manager: Person, site: Site, key: str) -> None:
    search = searched(manager, ROW)
    response = client(manager).get("/cameras/add/", {"found": key.format(search.public_id)})
    assert response.status_code == 200
    assert not response.context["form"]["main_url"].value()
