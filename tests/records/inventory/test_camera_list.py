"""Narrowing the list of cameras, and what it asks the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import Particulars, add_camera, describe_camera, remove_camera
from mingcha.records.inventory.models import Area, Camera, CameraStatus, Site
from mingcha.records.inventory.queries import CameraFilter, camera_list
from tests.support.office import AT, LATER, draft

Put = Callable[..., Camera]
CODE = "42010600471320000123"


def names(viewer: Person, **wanted: str) -> list[str]:
    return [camera.name for camera in camera_list(viewer=viewer, wanted=CameraFilter(**wanted))]


def test_it_is_narrowed_by_site_area_state_law_and_text(
    mall: Site, site: Site, area: Callable[..., Area], put: Put, manager: Person
) -> None:
    lobby = area(mall, "lobby")
    east, west, waiting = put(mall, "东门", area=lobby), put(mall, "西门"), put(mall, "等待", necessity="")
    untold = put(site, "未知")
    describe_camera(camera=west, particulars=Particulars(gb_code=CODE, serial="SN-1"), actor=manager, at=LATER)
    CameraStatus.objects.create(camera=east, state="live", seen_at=AT)
    assert set(names(manager)) == {"东门", "西门", "等待", "未知"}
    assert set(names(manager, site=mall.public_id)) == {"东门", "西门", "等待"}
    assert names(manager, area=lobby.public_id) == ["东门"]
    assert names(manager, state="live") == ["东门"]
    assert set(names(manager, state="waiting")) == {"西门", "未知"}
    assert names(manager, lawfulness="waiting") == ["等待"]
    assert names(manager, lawfulness="not_judged") == ["未知"]
    assert set(names(manager, lawfulness="lawful")) == {"东门", "西门"}
    assert names(manager, text=CODE) == names(manager, text="42010600") == names(manager, text="SN-1") == ["西门"]
    assert names(manager, text=waiting.public_id) == ["等待"]
    assert names(manager, text="门 东") == ["东门"]
    assert names(manager, text=untold.public_id, site=mall.public_id) == []


def test_retired_cameras_come_only_when_asked_for(site: Site, put: Put, manager: Person) -> None:
    remove_camera(camera=put(site), actor=manager, at=LATER)
    assert names(manager) == []
    assert names(manager, state="retired") == ["东门"]


def test_a_gb_code_is_taken_once(site: Site, put: Put, manager: Person) -> None:
    from mingcha.base.errors import Conflict, Invalid

    describe_camera(camera=put(site), particulars=Particulars(gb_code=CODE), actor=manager, at=LATER)
    other = put(site, "西门")
    with pytest.raises(Conflict) as caught:
        describe_camera(camera=other, particulars=Particulars(gb_code=CODE), actor=manager, at=LATER)
    assert caught.value.code == "camera.gb_code_taken"
    given = replace(draft("北门"), particulars=Particulars(gb_code="123"))
    with pytest.raises(Invalid):
        add_camera(site=site, draft=given, actor=manager, at=AT)


def test_the_outsider_gets_nothing(site: Site, put: Put, outsider: Person) -> None:
    put(site)
    assert names(outsider) == []
