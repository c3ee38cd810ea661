"""Adding a camera."""

from __future__ import annotations

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.actions import add_camera, open_credentials
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.inventory.queries import plan_version
from mingcha.records.register.models import Entry
from tests.support.office import AT, draft, last_entry, words


def add(site: Site, actor: object, **changes: object) -> Camera:
    return add_camera(site=site, draft=draft(**changes), actor=actor, at=AT)  # type: ignore[arg-type]


def test_it_is_recorded_from_now_on(site: Site, manager: Person) -> None:
    before = plan_version()
    camera = add(site, manager)
    assert plan_version() == before + 1
    assert last_entry().subject == camera.public_id


def test_credentials_are_sealed_and_in_no_entry(site: Site, manager: Person) -> None:
    camera = add(site, manager, main_url="rtsp://admin:s3cret!@10.0.0.2/1")
    assert camera.main_url == "rtsp://10.0.0.2/1"
    assert "s3cret" not in camera.credentials
    assert open_credentials(camera) == "admin:s3cret!"
    assert not any("s3cret" in entry.detail for entry in Entry.objects.all())


def test_sound_is_off_unless_a_reason_is_given(site: Site, manager: Person) -> None:
    silent = add(site, manager)
    assert silent.audio_reason == ""
    assert "camera.audio_on" not in words()
    add(site, manager, name="西门", audio_reason="消防值班")
    assert words()[-2:] == ["camera.added", "camera.audio_on"]
    assert last_entry().detail_fields["audio_reason"] == "消防值班"


@pytest.mark.parametrize("name", ["监" * 200, 'O\'Brien "x" <b>', "🚗🏙️", "../../etc/passwd", "a/b\\c", "%(actor)s {x}"])
def test_odd_names_are_kept_as_they_are(site: Site, manager: Person, name: str) -> None:
    assert add(site, manager, name=name).name == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "camera.name_empty"),
        ("  ", "camera.name_empty"),
        ("监" * 201, "camera.name_long"),
        ("a\nb", "camera.name_control"),
        ("a\x00b", "camera.name_control"),
        ("a\u2028b", "camera.name_control"),
    ],
)
def test_bad_names_are_refused_with_their_own_code(site: Site, manager: Person, name: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        add(site, manager, name=name)
    assert caught.value.code == code


def test_a_name_is_taken_once_per_site(site: Site, manager: Person) -> None:
    add(site, manager)
    with pytest.raises(Conflict) as caught:
        add(site, manager)
    assert caught.value.code == "camera.name_taken"


def test_a_bad_address_leaves_nothing_behind(site: Site, manager: Person) -> None:
    before = plan_version()
    with pytest.raises(Invalid):
        add(site, manager, main_url="http://10.0.0.2/")
    assert (Camera.objects.count(), plan_version()) == (0, before)


def test_a_guard_and_the_outsider_may_not(site: Site, guard: Person, outsider: Person) -> None:
    for actor in (guard, outsider):
        with pytest.raises(NotAllowed):
            add(site, actor)
