"""Naming the browsers at the desks."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.screens import actions, queries
from mingcha.records.screens.models import Screen
from mingcha.records.screens.states import PLACE_COOKIE
from tests.support.office import AT, browser, last_entry


def test_a_name_belongs_to_the_browser_that_holds_its_secret(site: Site, manager: Person) -> None:
    made, secret = actions.name_screen(site=site, name=" 值班室左屏 ", actor=manager, at=AT)
    assert made.name == "值班室左屏"
    assert queries.screen_here(secret) == made
    assert queries.screen_here(secret[:-1]) is None
    assert queries.screen_here("") is None
    assert secret not in str(Screen.objects.values())
    entry = last_entry()
    assert (entry.act, entry.subject) == ("screen.named", made.public_id)
    assert secret not in str(entry.detail_fields)


def test_a_retired_screen_is_none_any_more_and_its_name_is_free(site: Site, manager: Person) -> None:
    made, secret = actions.name_screen(site=site, name="值班室", actor=manager, at=AT)
    actions.retire_screen(screen=made, actor=manager, at=AT)
    assert queries.screen_here(secret) is None
    assert not queries.screens_of(site).exists()
    with pytest.raises(Conflict):
        actions.retire_screen(screen=made, actor=manager, at=AT)
    again, _ = actions.name_screen(site=site, name="值班室", actor=manager, at=AT)
    assert again.public_id != made.public_id


def test_a_name_is_given_once_a_site_and_is_not_empty(site: Site, manager: Person) -> None:
    actions.name_screen(site=site, name="值班室", actor=manager, at=AT)
    with pytest.raises(Conflict):
        actions.name_screen(site=site, name="值班室", actor=manager, at=AT)
    for name in ("", "  ", "屏" * 201):
        with pytest.raises(Invalid):
            actions.name_screen(site=site, name=name, actor=manager, at=AT)
    assert Screen.objects.count() == 1


def test_a_guard_names_no_screen(site: Site, guard: Person, outsider: Person) -> None:
    for person in (guard, outsider):
        with pytest.raises(NotAllowed):
            actions.name_screen(site=site, name="值班室", actor=person, at=AT)
    assert not queries.screens(viewer=outsider).exists()


def test_the_page_names_the_browser_it_is_sent_from(site: Site, manager: Person) -> None:
    desk, other = browser(manager), browser(manager)
    page = desk.get(reverse("screens"))
    assert "还没有指定屏幕" in page.content.decode()
    answer = desk.post(reverse("screens"), {"site": site.public_id, "name": "值班室左屏"})
    assert answer.status_code == 302
    cookie = answer.cookies[PLACE_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert "此浏览器是屏幕“值班室左屏”。" in desk.get(reverse("screens")).content.decode()
    assert "此浏览器是屏幕" not in other.get(reverse("screens")).content.decode()
    made = Screen.objects.get()
    other.post(reverse("retire-screen", args=(made.public_id,)))
    assert "此浏览器是屏幕" not in desk.get(reverse("screens")).content.decode()


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(site: Site, manager: Person) -> None:
    desk = browser(manager)
    desk.post(reverse("screens"), {"site": site.public_id, "name": "值班室"})
    text = desk.post(reverse("screens"), {"site": site.public_id, "name": "值班室"}).content.decode()
    assert "本场所已有同名屏幕" in text
    assert 'value="值班室"' in text
    assert desk.post(reverse("screens"), {"site": "sit_0000000000000000", "name": "x"}).status_code == 400
    assert desk.post(reverse("retire-screen", args=("scr_0000000000000000",))).status_code in (403, 404)


def test_long_names_and_markup_are_shown_as_they_are(site: Site, manager: Person) -> None:
    desk = browser(manager)
    for name in ("屏" * 200, "<b>desk</b>"):
        assert desk.post(reverse("screens"), {"site": site.public_id, "name": name}).status_code == 302
    text = desk.get(reverse("screens")).content.decode()
    assert "&lt;b&gt;desk&lt;/b&gt;" in text
    assert "屏" * 200 in text


def test_a_guard_and_a_stranger_see_no_page(guard: Person) -> None:
    assert browser(guard).get(reverse("screens")).status_code == 403
    assert Client().get(reverse("screens")).status_code == 302
