"""Sites as a manager adds and changes them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from tests.support.office import browser, words


def english(person: Person) -> Client:
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    return client


def test_a_site_is_added_and_changed(manager: Person) -> None:
    client = english(manager)
    added = client.post("/sites/add/", {"name": "滨江商场", "address": "x"})
    site = Site.objects.get()
    assert added.headers["Location"] == f"/sites/{site.public_id}/"
    assert "滨江商场" in client.get(f"/sites/{site.public_id}/edit/").text
    client.post(f"/sites/{site.public_id}/edit/", {"name": "滨江广场", "address": ""})
    assert Site.objects.get().name == "滨江广场"
    assert words()[-2:] == ["site.opened", "site.changed"]


def test_errors_stand_at_the_name(manager: Person, site: Site) -> None:
    taken: Any = english(manager).post("/sites/add/", {"name": site.name})
    assert "Another site has this name already." in taken.context["form"].errors["name"]
    odd: Any = english(manager).post("/sites/add/", {"name": "a\u2028b"})
    assert "control characters" in odd.context["form"].errors["name"][0]


def test_an_unknown_site_is_not_found(manager: Person) -> None:
    assert english(manager).get("/sites/sit_0000000000000000/edit/").status_code == 404


def test_a_camera_whose_password_is_of_another_node_can_be_edited(manager: Person, camera: Camera) -> None:
    Camera.objects.update(credentials="sealed1:AAAA")
    assert english(manager).get(f"/cameras/{camera.public_id}/edit/").status_code == 200
