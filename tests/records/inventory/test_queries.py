"""What each persona sees of the inventory."""

from __future__ import annotations

import pytest

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import any_manager, people, person_for
from mingcha.records.inventory.actions import remove_camera
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries import camera_for, cameras, site_for, sites, state_of
from tests.support.office import LATER


def test_the_outsider_sees_nothing(outsider: Person, camera: Camera) -> None:
    assert not cameras(viewer=outsider, with_retired=True).exists()
    assert not sites(viewer=outsider).exists()
    with pytest.raises(NotAllowed):
        camera_for(viewer=outsider, public_id=camera.public_id)
    with pytest.raises(NotAllowed):
        site_for(viewer=outsider, public_id=camera.site.public_id)


def test_a_guard_sees_cameras_and_only_themselves(guard: Person, manager: Person, camera: Camera) -> None:
    assert list(cameras(viewer=guard)) == [camera]
    assert list(people(viewer=guard)) == [guard]
    with pytest.raises(NotAllowed):
        person_for(viewer=guard, public_id=manager.public_id)


def test_retired_cameras_are_listed_only_when_asked_for(manager: Person, camera: Camera) -> None:
    remove_camera(camera=camera, actor=manager, at=LATER)
    assert list(cameras(viewer=manager)) == []
    assert list(cameras(viewer=manager, with_retired=True)) == [camera]
    assert sites(viewer=manager).get().camera_count == 0


def test_a_camera_of_which_nothing_is_known_waits(camera: Camera) -> None:
    assert state_of(camera) == "waiting"


def test_things_are_called_by_their_names(camera: Camera, manager: Person) -> None:
    assert [str(thing) for thing in (camera, camera.site, camera.site.unit, manager)] == [
        "东门", "滨江商场", "滨江商场", "李卫",
    ]  # fmt: skip


def test_whether_there_is_a_manager(db: None) -> None:
    assert not any_manager()
