"""Home: what is to be done, by role; how the disk stands against the law; what is down."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission, Role
from mingcha.records.inventory.models import Camera, CameraStatus, Site
from mingcha.records.inventory.states import CameraLife, CameraState
from mingcha.web.pages import home as page_module
from mingcha.web.pages import owed
from mingcha.web.pages.home import CARDS
from tests.support.office import AT, browser, make_person

TB = 10**12
DAY_S = 86_400


def html(person: Person, language: str = "en") -> str:
    client = browser(person)
    client.cookies["mingcha_language"] = language
    Person.objects.filter(pk=person.pk).update(language=language)
    return client.get("/").content.decode()


def persona(role: str) -> Person:
    return make_person(f"a-{role}".replace("_", "-"), "甲", role)


@pytest.fixture
def told(site: Site) -> Site:
    """A school in Wuhan, in use for long and never filed."""
    Site.objects.filter(pk=site.pk).update(
        region="420106",
        place="school",
        police_organ="武昌区公安分局",
        in_use_on=date(2026, 8, 1),
        accepted_on=date(2026, 7, 20),
    )
    site.refresh_from_db()
    return site


@pytest.fixture
def lost(camera: Camera) -> Camera:
    Camera.objects.filter(pk=camera.pk).update(state=CameraLife.IN_USE)
    CameraStatus.objects.create(
        camera=camera, state=CameraState.LOST, reason="camera.timeout", since=AT - timedelta(hours=2), seen_at=AT
    )
    return camera


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_role_has_a_home(role: str, language: str, lost: Camera) -> None:
    text = html(persona(role), language)
    assert "<h1" in text
    assert "camera.timeout" not in text
    assert "%(" not in text


def test_a_stranger_has_none() -> None:
    assert browser().get("/").status_code == 302


def test_nothing_to_do_is_said_plainly(guard: Person) -> None:
    assert html(guard).count("Nothing needs you today") == 2
    assert "今天没有需要您办的事" in html(guard, "zh-hans")


def test_a_filing_not_made_is_overdue_with_its_articles(manager: Person, told: Site) -> None:
    text = html(manager)
    assert "File the system of 滨江商场" in text
    assert "days late" in text
    assert "/law/wuhan-2022-314/9/" in text
    assert f"/sites/{told.public_id}/" in text


def test_a_filing_whose_receipt_is_in_the_archive_is_not_asked_again(manager: Person, told: Site) -> None:
    from mingcha.records.documents.models import Document

    Document.objects.create(
        kind="filing_receipt", title="回执", subject=told.public_id, site=told, filed_at=AT, by=manager.public_id
    )
    assert "File the system of" not in html(manager)


def test_a_site_that_was_closed_owes_no_filing(manager: Person, told: Site) -> None:
    Site.objects.filter(pk=told.pk).update(closed_on=date(2026, 9, 1))
    assert "File the system of" not in html(manager)


@pytest.mark.parametrize("role", [Role.GUARD, Role.OFFICER, Role.DATA_OFFICE])
def test_who_neither_manages_nor_audits_hears_nothing_of_filings(role: str, told: Site) -> None:
    assert "滨江商场" not in html(persona(role))


def test_the_auditor_sees_what_is_overdue_and_the_register_but_no_button_to_change(told: Site, lost: Camera) -> None:
    text = html(persona(Role.AUDITOR))
    assert "File the system of" in text
    assert "Lately" in text
    assert "Add a camera" not in text


def test_what_is_overdue_comes_first_and_then_what_has_no_day(told: Site) -> None:
    on = date(2026, 11, 21)

    def line(due: date | None) -> owed.Line:
        return owed.Line("law", str(due), "/", due, (), on)

    given = [line(on + timedelta(days=3)), line(None), line(on - timedelta(days=1)), line(on - timedelta(days=9))]

    def source(viewer: Person, day: date, sites: Any) -> list[owed.Line]:
        return given

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owed, "SOURCES", (source,))
        days = [one.due for one in owed.lines(Person(), on, [])]
    assert days == [on - timedelta(days=9), on - timedelta(days=1), None, on + timedelta(days=3)]


def test_a_day_says_itself_in_words(told: Site) -> None:
    on = date(2026, 11, 21)
    line = owed.Line("law", "x", "/", on, (), on)
    assert (line.days, line.is_overdue, line.is_soon) == (0, False, True)
    assert owed.Line("law", "x", "/", on - timedelta(days=1), (), on).days_late == 1
    assert not owed.Line("law", "x", "/", on + timedelta(days=15), (), on).is_soon


def test_a_camera_that_is_down_says_why_and_since(guard: Person, lost: Camera) -> None:
    text = html(guard)
    assert "The device did not answer in time." in text
    assert "data-relative" in text
    assert "0<span" in text


def test_many_that_are_down_are_counted_not_listed(guard: Person, lost: Camera, site: Site) -> None:
    for number in range(20):
        one = Camera.objects.create(
            site=site, name=f"N{number}", main_url="rtsp://x/", added_at=AT, state=CameraLife.IN_USE
        )
        CameraStatus.objects.create(camera=one, state=CameraState.LOST, since=AT, seen_at=AT)
    text = html(guard)
    assert "15 more cameras are down" in text
    assert len(re.findall(r'class="map-mark map-mark--lost"', text)) == page_module.DOWN_SHOWN


def test_a_silent_recorder_is_told(guard: Person, lost: Camera) -> None:
    assert "Nothing has been heard" not in html(guard)
    CameraStatus.objects.update(seen_at=AT - timedelta(minutes=5))
    assert "Nothing has been heard" in html(guard)


def test_every_role_has_cards_and_only_known_ones() -> None:
    assert set(CARDS) == set(Role)
    assert {card for cards in CARDS.values() for card in cards} <= {
        "owed",
        "cameras",
        "storage",
        "watch",
        "recent",
        "gaps",
    }


def test_home_asks_the_database_as_often_for_many_sites_as_for_one(manager: Person, told: Site, lost: Camera) -> None:
    client = browser(manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    client.get("/")
    once = asked()
    for number in range(15):
        one = Site.objects.create(
            unit=told.unit, name=f"S{number}", region="420106", place="mall", in_use_on=date(2026, 8, 1), created_at=AT
        )
        Camera.objects.create(site=one, name="C", main_url="rtsp://x/", added_at=AT, state=CameraLife.IN_USE)
    assert asked() <= once + 2


def test_the_navigation_shows_each_role_its_own_places() -> None:
    text = html(persona(Role.OFFICER))
    assert 'href="/wall/"' not in text
    assert 'href="/law/"' in text
    assert 'href="/register/"' in html(persona(Role.AUDITOR))


def test_the_navigation_says_where_one_is(manager: Person, camera: Camera) -> None:
    client = browser(manager)
    text = client.get(f"/cameras/{camera.public_id}/").content.decode()
    assert re.search(r'href="/cameras/" aria-current="true"', text)
    assert re.search(r'<summary class="topbar__link" aria-current="true">', text)
    assert re.search(r'href="/cameras/" aria-current="page"', client.get("/cameras/").content.decode())


def test_no_place_is_shown_that_would_refuse(lost: Camera) -> None:
    for role in Role:
        person = persona(role)
        client = browser(person)
        text = client.get("/").content.decode().split("<main")[0]
        for path in re.findall(r'<a class="(?:topbar__link|menu__item)" href="([^"?]+)', text):
            assert client.get(path).status_code == 200, (role, path)
    assert Permission.OWN_ACCOUNT in Permission
