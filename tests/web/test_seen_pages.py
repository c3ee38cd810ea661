"""The pages of who has seen what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mingcha.base.clock import to_datetime
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import open_playback
from mingcha.records.viewing.models import Served, Viewing
from mingcha.web.pages import seen
from tests.records.viewing.test_open_playback import SPAN
from tests.records.viewing.test_served import sent
from tests.support.office import AT, asker, browser, make_person

ADDRESSES = ("/register/seen/", "/register/seen/people/", "/register/seen/noticed/")


@pytest.fixture
def viewing(camera: Camera, guard: Person) -> Viewing:
    return open_playback(asker=asker(guard), cameras=[camera], span=SPAN, at=AT)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_asked_and_nothing_shown(address: str, manager: Person) -> None:
    response = browser(manager).get(address)
    assert response.status_code == 200
    assert "field--error" not in response.text
    assert "empty__title" in response.text


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_guard_reads_none_of_it(address: str, guard: Person) -> None:
    assert browser(guard).get(address).status_code == 403


def hour() -> str:
    return to_datetime(SPAN.start_us).astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%dT%H:%M")


def test_who_has_seen_this_hour_by_name_and_by_id(
    viewing: Viewing,
    camera: Camera,
    guard: Person,
    manager: Person,
) -> None:
    sent(viewing, camera)
    client = browser(manager)
    for asked in (camera.name, camera.public_id):
        shown = client.get("/register/seen/", {"camera": asked, "start": hour(), "hours": "1"}).text
        assert guard.name in shown
        assert viewing.public_id in shown
    other = client.get("/register/seen/", {"camera": camera.name, "start": "2020-01-01T00:00", "hours": "1"})
    assert guard.public_id not in other.text
    assert browser(make_person("auditor", "何清", "auditor")).get("/register/seen/").status_code == 200


def test_what_a_person_has_seen_page_by_page(
    viewing: Viewing,
    camera: Camera,
    guard: Person,
    manager: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seen, "PAGE", 2)
    for minutes in (1, 2, 3):
        sent(viewing, camera, minutes)
    client = browser(manager)
    first = client.get("/register/seen/people/", {"person": guard.name})
    assert len(first.context["rows"]) == 2
    second = client.get(f"/register/seen/people/?{first.context['further']}")
    assert [row.pk for row in second.context["rows"]] == [Served.objects.order_by("pk")[0].pk]
    assert second.context["further"] == ""


@pytest.mark.parametrize(
    "query",
    [
        "?camera=",
        "?camera=nothing",
        "?camera=cam_0000000000000000",
        "?camera=x&start=never&hours=9999",
        "people/?person=nobody",
        "people/?person=per_0000000000000000",
        "people/?person=",
    ],
)
def test_what_cannot_be_found_is_said(query: str, manager: Person, camera: Camera) -> None:
    response = browser(manager).get(f"/register/seen/{query}")
    assert response.status_code == 200
    assert "field--error" in response.text


def test_noticeable_looks_lead_to_the_register(
    viewing: Viewing,
    camera: Camera,
    guard: Person,
    manager: Person,
) -> None:
    sent(viewing, camera, 9 * 60, at=AT - timedelta(seconds=1))
    client = browser(manager)
    client.cookies["mingcha_language"] = "en"
    shown = client.get("/register/seen/noticed/?days=30").text
    assert "9 h 0 min of recordings within the day" in shown
    assert "without a note" in shown
    assert viewing.public_id in shown
    assert client.get("/register/seen/noticed/?days=x").status_code == 200
    Person.objects.filter(pk=guard.pk).update(name="名" * 200)
    assert "名" * 200 in client.get("/register/seen/noticed/").text
