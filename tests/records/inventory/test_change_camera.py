"""Changing and retiring a camera."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import add_camera, change_camera, open_credentials, remove_camera
from mingcha.records.inventory.models import Camera
from mingcha.records.inventory.queries import plan_version, planned_cameras
from tests.support.office import AT, LATER, draft, last_entry, words


def change(camera: Camera, actor: Person, **changes: object) -> None:
    change_camera(camera=camera, draft=draft(**changes), actor=actor, at=LATER)


def test_the_entry_holds_before_and_after(camera: Camera, manager: Person) -> None:
    before = plan_version()
    change(camera, manager, name="东大门")
    detail = last_entry().detail_fields
    assert (detail["before"]["name"], detail["after"]["name"]) == ("东门", "东大门")
    assert plan_version() == before + 1


def test_credentials_stay_when_none_are_given(camera: Camera, manager: Person) -> None:
    change(camera, manager)
    assert open_credentials(Camera.objects.get()) == "admin:s3cret"


def test_credentials_are_replaced_and_removed(camera: Camera, manager: Person) -> None:
    change(camera, manager, username="root", password="other")
    assert open_credentials(Camera.objects.get()) == "root:other"
    change(camera, manager, username="", password="")
    assert Camera.objects.get().credentials == ""


def test_sound_on_and_off_are_entries_of_their_own(camera: Camera, manager: Person) -> None:
    change(camera, manager, audio_reason="夜间报警复核")
    assert words()[-1] == "camera.audio_on"
    change(camera, manager)
    assert words()[-1] == "camera.audio_off"


def test_a_retired_camera_leaves_the_plan_and_its_name_is_free(camera: Camera, manager: Person) -> None:
    remove_camera(camera=camera, actor=manager, at=LATER)
    assert not planned_cameras().exists()
    assert Camera.objects.get().credentials == ""
    assert words()[-1] == "camera.retired"
    add_camera(site=camera.site, draft=draft(), actor=manager, at=LATER)


def test_a_retired_camera_is_not_changed_nor_retired_again(camera: Camera, manager: Person) -> None:
    remove_camera(camera=camera, actor=manager, at=LATER)
    with pytest.raises(Conflict):
        remove_camera(camera=camera, actor=manager, at=LATER)
    with pytest.raises(Conflict):
        change(camera, manager)


def test_a_guard_and_the_outsider_may_not(camera: Camera, guard: Person, outsider: Person) -> None:
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            change(camera, actor)
        with pytest.raises(NotAllowed):
            remove_camera(camera=camera, actor=actor, at=AT)
