"""Every page, in both languages, for every persona; full and empty."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import add_camera
from mingcha.records.inventory.models import Camera, CameraStatus, Site, StoreStatus
from mingcha.records.viewing.actions import open_live, order_export
from mingcha.records.viewing.models import Export
from tests.records.viewing.test_open_playback import SPAN
from tests.support.office import AT, asker, browser, draft

PAGES = (
    "/",
    "/wall/",
    "/playback/",
    "/cameras/",
    "/cameras/add/",
    "/sites/add/",
    "/copies/",
    "/register/",
    "/people/",
    "/people/add/",
    "/password/",
    "/about/",
)
GUARD_PAGES = {"/", "/wall/", "/playback/", "/cameras/", "/password/", "/about/"}
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def client(person: Person | None, language: str) -> Client:
    made = browser(person)
    made.cookies["mingcha_language"] = language
    return made


def page_text(html: str) -> str:
    """What a reader sees, without names of people and things and without the other language's switch."""
    html = re.sub(r'<script.*?</script>|<[^>]*lang="zh-Hans"[^>]*>.*?</(span|button)>', "", html, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", html)


@pytest.fixture
def full(manager: Person, camera: Camera) -> Camera:
    """Something of everything."""
    CameraStatus.objects.create(
        camera=camera, state="lost", reason="camera.timeout", since=AT, seen_at=AT, fps_milli=12500
    )
    StoreStatus.objects.create(pk=1, state="store.full", free_bytes=1, total_bytes=10**12, seen_at=AT)
    open_live(asker=asker(manager, "incident", "note"), cameras=[camera], at=AT)
    viewing = order_export(asker=asker(manager, "other", "note"), camera=camera, span=SPAN, at=AT)
    Export.objects.filter(viewing=viewing).update(state="done", export_id="exp_0123456789abcdef")
    return camera


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_it_renders_when_there_is_nothing_yet(manager: Person, path: str, language: str) -> None:
    response = client(manager, language).get(path)
    assert response.status_code == 200
    assert f'<html lang="{LANGUAGES[language]}"' in response.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, "camera", "edit", "person"])
def test_it_renders_with_something_of_everything(manager: Person, full: Camera, path: str, language: str) -> None:
    urls = {
        "camera": f"/cameras/{full.public_id}/",
        "edit": f"/cameras/{full.public_id}/edit/",
        "person": f"/people/{manager.public_id}/",
    }
    response = client(manager, language).get(urls.get(path, path))
    assert response.status_code == 200
    assert "%(" not in response.text


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_holds_no_chinese_but_names(manager: Person, path: str) -> None:
    assert not CHINESE.search(
        page_text(client(manager, "en").get(path).text).replace("简体中文", "").replace("李卫", "")
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_guard_opens_only_what_the_role_permits(guard: Person, path: str) -> None:
    response = client(guard, "en").get(path)
    assert response.status_code == (200 if path in GUARD_PAGES else 403)
    if path not in GUARD_PAGES:
        assert "Your role does not permit this." in response.text


@pytest.mark.parametrize("path", PAGES)
def test_strangers_and_the_outsider_are_sent_to_sign_in(outsider: Person, path: str) -> None:
    for made in (browser(), client(outsider, "en")):
        assert made.get(path).headers["Location"].startswith("/sign-in/?next=")


def test_a_page_has_one_heading_one_main_and_labels_for_its_fields(manager: Person, full: Camera) -> None:
    made = client(manager, "en")
    for path in PAGES:
        html = made.get(path).text
        assert html.count("<main") == 1, path
        if path not in ("/wall/", "/playback/"):
            assert html.count("<h1") == 1, path
        for field in re.findall(r'<(?:input|select|textarea)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', html):
            assert f'for="{field}"' in html, (path, field)


def test_names_are_escaped_everywhere(manager: Person, site: Site) -> None:
    name = "<script>alert(1)</script>\"'&"
    camera = add_camera(site=site, draft=draft(name=name), actor=manager, at=AT)
    made = client(manager, "en")
    for path in (*PAGES, f"/cameras/{camera.public_id}/", f"/cameras/{camera.public_id}/edit/"):
        assert "<script>alert" not in made.get(path).text


def test_a_guard_does_not_read_the_addresses_of_cameras(guard: Person, camera: Camera) -> None:
    made = client(guard, "en")
    for path in ("/cameras/", f"/cameras/{camera.public_id}/", "/wall/", "/playback/"):
        assert "10.0.0.2" not in made.get(path).text


def test_home_says_why_a_camera_is_lost_and_that_the_disk_is_full(manager: Person, full: Camera) -> None:
    html = client(manager, "en").get("/").text
    assert "The device did not answer in time." in html
    assert "Every recording disk is full" in html


def test_the_language_switch_changes_person_and_browser_and_stays_on_the_page(guard: Person) -> None:
    made = browser(guard)
    response = made.post("/language/", {"language": "en", "next": "/cameras/?x=1"})
    assert response.headers["Location"] == "/cameras/?x=1"
    assert "Cameras" in made.get("/cameras/").text
    assert Person.objects.get(pk=guard.pk).language == "en"


def test_the_language_switch_leads_to_no_other_house(guard: Person) -> None:
    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x"):
        response = browser(guard).post("/language/", {"language": "en", "next": target})
        assert response.headers["Location"] == "/"


@pytest.mark.parametrize(("cookie", "path", "expected"), [
    ({}, "/", "light"),
    ({}, "/wall/", "dark"),
    ({"mingcha_theme_office": "dark"}, "/", "dark"),
    ({"mingcha_theme_room": "light"}, "/wall/", "light"),
    ({"mingcha_theme_office": '"><script>'}, "/", "light"),
])  # fmt: skip
def test_the_theme_comes_from_the_browser(guard: Person, cookie: dict[str, str], path: str, expected: str) -> None:
    made = browser(guard)
    for name, value in cookie.items():
        made.cookies[name] = value
    assert f'data-theme="{expected}"' in made.get(path).text


def test_a_camera_the_law_refuses_does_not_hang_on_the_wall(manager: Person, camera: Camera) -> None:
    made = client(manager, "en")
    assert camera.public_id in made.get("/wall/").text
    Camera.objects.filter(pk=camera.pk).update(state="refused")
    assert camera.public_id not in made.get("/wall/").text
    assert camera.public_id in made.get("/playback/").text
