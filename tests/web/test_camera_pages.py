"""Cameras as a manager adds and changes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import open_credentials
from mingcha.records.inventory.models import Camera, Probe, Site
from mingcha.records.inventory.states import ProbeState
from mingcha.records.inventory.views import cameras as views
from tests.support.office import browser, words

FIELDS = {"name": "北门", "main_url": "rtsp://10.0.0.3/1", "transport": "tcp", "engine": "native"}


def post(person: Person, path: str, **changes: str) -> HttpResponse:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    response: HttpResponse = client.post(path, {**FIELDS, **changes})
    return response


def test_the_first_camera_brings_its_site(manager: Person) -> None:
    response = post(manager, "/cameras/add/", site_name="滨江商场")
    camera = Camera.objects.get()
    assert response.headers["Location"] == f"/cameras/{camera.public_id}/"
    assert camera.site.name == "滨江商场"
    assert words()[-2:] == ["site.opened", "camera.added"]


def test_a_failed_first_try_leaves_no_site(manager: Person) -> None:
    for changes in ({"name": "a\u2028b"}, {"main_url": "http://x/"}, {"audio": "on"}):
        post(manager, "/cameras/add/", site_name="滨江商场", **changes)
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"name": "a\u2028b"}, "name", "control characters"),
        ({"name": "东门"}, "name", "has this name already"),
        ({"main_url": "http://10.0.0.3/"}, "main_url", "rtsp://host:port/path"),
        ({"sub_url": "nonsense"}, "sub_url", "rtsp://host:port/path"),
        ({"audio": "on"}, "audio_reason", "State the reason"),
        ({"transport": "pigeon"}, "transport", "Select a valid choice"),
    ],
)
def test_each_error_stands_at_its_field(
    manager: Person, camera: Camera, changes: dict[str, str], field: str, text: str
) -> None:
    response: Any = post(manager, "/cameras/add/", site=str(camera.site_id), **changes)
    assert list(response.context["form"].errors) == [field]
    assert text in response.text
    assert Camera.objects.count() == 1


def test_a_pasted_password_is_not_echoed(manager: Person, site: Site) -> None:
    post(manager, "/cameras/add/", site=str(site.pk), main_url="rtsp://admin:s3cret@10.0.0.3/1")
    camera = Camera.objects.get()
    assert open_credentials(camera) == "admin:s3cret"
    for path in (f"/cameras/{camera.public_id}/", f"/cameras/{camera.public_id}/edit/", "/register/"):
        assert "s3cret" not in browser(manager).get(path).text


def test_editing_without_a_password_keeps_the_stored_one(manager: Person, camera: Camera) -> None:
    post(manager, f"/cameras/{camera.public_id}/edit/", site=str(camera.site_id), username="admin", name="东大门")
    changed = Camera.objects.get()
    assert (changed.name, open_credentials(changed)) == ("东大门", "admin:s3cret")


def test_editing_with_an_emptied_user_name_removes_it(manager: Person, camera: Camera) -> None:
    post(manager, f"/cameras/{camera.public_id}/edit/", site=str(camera.site_id), username="")
    assert Camera.objects.get().credentials == ""


def test_retiring_asks_nothing_more_and_keeps_the_page(manager: Person, camera: Camera) -> None:
    client = browser(manager)
    assert client.post(f"/cameras/{camera.public_id}/retire/").headers["Location"] == "/cameras/"
    assert "已停用" in client.get(f"/cameras/{camera.public_id}/").text
    assert client.get(f"/cameras/{camera.public_id}/edit/").status_code == 409


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The gateway answers as told, at the first look."""

    def answer(state: str, **result: object) -> None:
        def wait(asked: Probe) -> Probe:
            asked.state, asked.result = ProbeState(state), result
            return asked

        monkeypatch.setattr(views, "wait_for_probe", wait)

    return answer


def probe(person: Person, **fields: str) -> dict[str, Any]:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    body = json.dumps({"main_url": "rtsp://10.0.0.3/1", **fields})
    response = client.post("/api/cameras/test", body, content_type="application/json")
    answer: dict[str, Any] = response.json()
    return answer


def test_a_connection_that_works_says_what_it_is(manager: Person, answered: Callable[..., None]) -> None:
    answered("done", codec="h265", width=2560, height=1440, fps=12.5)
    answer = probe(manager)
    assert answer["ok"] is True
    assert answer["detail"] == "H.265 · 2560×1440 · 12.5 pictures per second"


def test_a_connection_that_fails_says_what_to_do(manager: Person, answered: Callable[..., None]) -> None:
    answered("failed", code="camera.unauthorised", message="no")
    answer = probe(manager)
    assert (answer["ok"], answer["detail"]) == (False, "camera.unauthorised")
    assert answer["message"] == "The device does not accept this user name and password."


def test_a_gateway_that_is_away_is_told(manager: Person, answered: Callable[..., None]) -> None:
    answered("waiting")
    assert "gateway" in probe(manager)["message"]


def test_a_bad_address_is_told_without_asking_anybody(manager: Person) -> None:
    assert "rtsp://host:port/path" in probe(manager, main_url="http://x/")["message"]
    assert not Probe.objects.exists()


def test_waiting_looks_again_until_the_answer_is_there(manager: Person, answered: Callable[..., None]) -> None:
    asked = Probe.objects.create(public_id="prb_1", person=manager, url="rtsp://x", asked_at="2026-11-21T04:00:00Z")
    looks = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            Probe.objects.update(state=ProbeState.DONE)

    from mingcha.records.inventory.waiting import wait_for_probe

    assert wait_for_probe(asked, sleep).state == ProbeState.DONE
    assert len(looks) == 3


def test_waiting_ends(manager: Person) -> None:
    from mingcha.records.inventory.waiting import wait_for_probe

    asked = Probe.objects.create(public_id="prb_1", person=manager, url="rtsp://x", asked_at="2026-11-21T04:00:00Z")
    assert wait_for_probe(asked, lambda _seconds: None).state == ProbeState.WAITING


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"'])
def test_nonsense_is_refused(manager: Person, body: str) -> None:
    response = browser(manager).post("/api/cameras/test", body, content_type="application/json")
    assert response.status_code == 400
