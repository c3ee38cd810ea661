"""The page of the disks, the card and the duty that come of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Role
from mingcha.records.inventory.holdings import CameraHolding, DiskStatus, StoreStatus
from mingcha.records.inventory.models import Camera, CameraStatus, Site
from mingcha.records.inventory.states import CameraLife, CameraState
from mingcha.records.policies.models import Policy
from tests.support.office import AT, browser, make_person

TB = 10**12
GB = 10**9


@pytest.fixture
def told(site: Site, camera: Camera) -> Camera:
    """A school in Wuhan with one camera that has sent 100 GB a day for ten days."""
    Site.objects.filter(pk=site.pk).update(region="420106", place="school")
    Camera.objects.filter(pk=camera.pk).update(state=CameraLife.IN_USE)
    CameraHolding.objects.create(
        camera=camera,
        bytes=1000 * GB,
        oldest_at=AT - timedelta(days=10),
        bytes_per_day=100 * GB,
        measured_s=86_400,
        seen_at=AT,
    )
    camera.refresh_from_db()
    return camera


def disk(room: int, held: int = 1000 * GB, *, name: str = "a", **more: object) -> DiskStatus:
    """A disk with so much room beside what lies on it."""
    fields = {"tier": "fast", "order": "in_use", "state": "ok", **more}
    return DiskStatus.objects.create(
        store=f"sto_{name:0>16}",
        path=f"/mnt/{name}",
        free_bytes=room + (512 << 20),
        total_bytes=room + held + (512 << 20),
        segments=10,
        bytes=held,
        seen_at=AT,
        **fields,
    )


def page(person: Person, path: str = "/storage/", language: str = "en") -> str:
    Person.objects.filter(pk=person.pk).update(language=language)
    client = browser(person)
    client.cookies["mingcha_language"] = language
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_shortage_to_come_is_told_with_its_day_and_what_to_add(manager: Person, told: Camera) -> None:
    disk(1500 * GB)
    text = page(manager)
    assert "Add 0.5 TB by" in text
    assert "the law asks for 30 days and the disks hold 25" in text
    assert "/law/cn-2025-799/17/#minimum" in text


def test_the_same_in_chinese(manager: Person, told: Camera) -> None:
    disk(1500 * GB)
    text = page(manager, language="zh-hans")
    assert "0.5 TB" in text
    assert "Add " not in text


def test_it_becomes_a_duty_on_the_home_page(manager: Person, told: Camera) -> None:
    disk(1500 * GB)
    text = page(manager, "/")
    assert text.count("Add 0.5 TB by") == 2, "on the card, and among what is to be done"


def test_large_enough_is_said_as_well(manager: Person, told: Camera) -> None:
    disk(2500 * GB)
    text = page(manager)
    assert "The disks are large enough." in text
    assert "never, as things are" in text
    assert "Add " not in page(manager, "/").split("Room for recordings")[1].split("</section>")[0]


def test_a_second_disk_counts_and_one_that_is_emptied_does_not(manager: Person, told: Camera) -> None:
    disk(1000 * GB)
    other = disk(1200 * GB, 0, name="b")
    assert "The disks are large enough." in page(manager)
    DiskStatus.objects.filter(pk=other.pk).update(order="draining")
    assert "Add 1.0 TB by" in page(manager)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"state": "store.absent"}, "not there"),
        ({"state": "store.foreign"}, "another disk is in its place"),
        ({"state": "store.read_only"}, "read-only"),
        ({"state": "store.full"}, "full"),
        ({"state": "opening"}, "not looked at yet"),
        ({"state": "store.absent", "order": "lost"}, "given up"),
        ({"order": "draining"}, "being emptied"),
        ({}, "in order"),
    ],
)
def test_the_state_of_a_disk_is_said_in_words(manager: Person, said: dict[str, str], word: str) -> None:
    disk(2500 * GB, **said)  # type: ignore[arg-type]
    badge = page(manager).split('id="disks"')[1].split('class="badge')[1].split("</span>")[0]
    assert badge.endswith(word)
    assert "<svg" in badge


def test_a_disk_that_cannot_be_emptied_says_what_is_missing(manager: Person) -> None:
    disk(2500 * GB, order="draining")
    assert "No other disk has room to take more. Add one." in page(manager)
    disk(2500 * GB, 0, name="b")
    assert "No other disk has room" not in page(manager)


def test_room_of_a_disk_that_is_away_is_not_told_as_if_it_were_here(manager: Person) -> None:
    disk(777 * GB, 0, state="store.absent")
    text = page(manager)
    assert "The disk is not there. Connect it" in text
    assert "<meter" not in text
    assert text.count("777.5 GB") == 1, "its size, and not the free room nobody knows now"


@pytest.mark.parametrize("path", ["/", "/storage/"])
def test_one_disk_of_several_that_is_away_is_told_with_its_path(manager: Person, told: Camera, path: str) -> None:
    disk(2500 * GB)
    assert "away or faulty" not in page(manager, path)
    disk(0, 0, name="b", state="store.absent")
    text = page(manager, path)
    assert "A recording disk is away or faulty." in text
    assert "/mnt/b: The disk is not there." in text


@pytest.mark.parametrize("path", ["/", "/storage/"])
def test_when_nothing_is_recorded_it_is_said_with_what_to_do_and_since_when(
    manager: Person, told: Camera, path: str
) -> None:
    disk(-(400 << 20), state="store.full")
    StoreStatus.objects.create(pk=1, state="store.full", free_bytes=1, total_bytes=2 * TB, seen_at=AT)
    CameraStatus.objects.update_or_create(
        camera=told, defaults={"state": CameraState.UNKEPT, "reason": "store_full", "since": AT, "seen_at": AT}
    )
    text = page(manager, path)
    assert "Nothing is being recorded." in text
    assert "Add a disk; recording goes on within seconds." in text
    assert "2026-11-21 12:00</time>" in text
    assert "Add 2.0 TB now. The law asks for 30 days" in text


def test_when_one_disk_is_faulty_and_the_others_are_full_both_are_said(manager: Person) -> None:
    StoreStatus.objects.create(pk=1, state="store.full", free_bytes=1, total_bytes=2 * TB, seen_at=AT)
    disk(0, state="store.full")
    disk(0, 0, name="b", state="store.read_only")
    text = page(manager, "/")
    assert "/mnt/b: The disk cannot be written to." in text
    assert "The other recording disks are full." in text
    assert "Every recording disk is full" not in text


def test_a_camera_that_sends_and_is_not_recorded_does_not_count_as_recording(manager: Person, told: Camera) -> None:
    status = {"state": CameraState.UNKEPT, "reason": "store_full", "since": AT, "seen_at": AT}
    CameraStatus.objects.update_or_create(camera=told, defaults=status)
    card = page(manager, "/").split("Cameras recording")[1].split("</section>")[0]
    assert '<p class="stat__value">0<span' in card
    assert "Not recorded" in card
    assert "The recording disk was full." in card


@pytest.mark.parametrize(
    ("days", "words"), [(0, "less than a day"), (1, "1 day"), (40, "40 days"), (7300, "more than 20 years")]
)
def test_how_long_the_disks_hold_is_said_so_that_one_can_picture_it(
    manager: Person, told: Camera, days: int, words: str
) -> None:
    CameraHolding.objects.update(bytes=0, oldest_at=None)
    disk(100 * GB * days + GB, 0)
    assert f'<p class="stat__value">{words}</p>' in page(manager, "/")
    assert f'<dd class="tabular">{words}</dd>' in page(manager)


def test_without_any_camera_it_says_so(manager: Person) -> None:
    disk(2500 * GB, 0)
    assert "No camera is recorded yet" in page(manager)


def test_days_of_the_house_are_told_apart_from_the_law_s(manager: Person, told: Camera, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(region="110101", place="bank")
    Policy.objects.create(key="keep_days", scope="", value=60, since=AT)
    disk(1000 * GB)
    text = page(manager)
    assert "or keep for a shorter time" in text
    assert "The house wants 60 days" in text


def test_cameras_without_a_measure_count_with_what_they_send_or_with_the_mean(manager: Person, told: Camera) -> None:
    CameraHolding.objects.update(bytes_per_day=None)
    disk(1500 * GB)
    assert "No camera has told its data rate yet" in page(manager)
    status = {"state": CameraState.LIVE, "bits_per_s": 100 * GB * 8 // 86_400, "seen_at": AT}
    CameraStatus.objects.update_or_create(camera=told, defaults=status)
    assert "Add 0.5 TB by" in page(manager) or "Add 0.4 TB by" in page(manager)


def test_what_a_camera_that_is_gone_still_holds_takes_room(manager: Person, told: Camera) -> None:
    disk(1500 * GB)
    other = Camera.objects.create(
        name="west", site=told.site, main_url="rtsp://192.0.2.77/", state=CameraLife.IN_USE, added_at=AT
    )
    CameraHolding.objects.create(camera=other, bytes=0, bytes_per_day=30 * GB, measured_s=86_400, seen_at=AT)
    Camera.objects.filter(pk=told.pk).update(state=CameraLife.RETIRED, retired_at=AT)
    assert "The disks are large enough." in page(manager)
    DiskStatus.objects.update(free_bytes=0)
    assert "Add 0.6 TB" in page(manager)


def test_before_the_recorder_told_of_its_disks_their_sum_counts(manager: Person, told: Camera) -> None:
    assert "has not reported its disks yet" in page(manager)
    StoreStatus.objects.create(pk=1, state="ok", free_bytes=1, total_bytes=2 * TB, seen_at=AT)
    assert "20 days" in page(manager)


def test_a_budget_that_cannot_hold_the_floor_is_marked(manager: Person, told: Camera) -> None:
    disk(2500 * GB)
    Camera.objects.update(budget_gb=2999)
    assert "cannot hold what must be kept" in page(manager)
    Camera.objects.update(budget_gb=3000)
    assert "cannot hold what must be kept" not in page(manager)


def test_who_may_not_see_it(told: Camera) -> None:
    for role in (Role.GUARD, Role.OFFICER):
        assert browser(make_person(f"a-{role}", "甲", role)).get("/storage/").status_code == 403


def test_it_asks_as_often_for_many_cameras_as_for_one(manager: Person, told: Camera, site: Site) -> None:
    disk(1500 * GB)
    client = browser(manager)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/storage/").status_code == 200
        return len(queries)

    client.get("/storage/")
    before = asked()
    for n in range(20):
        camera = Camera.objects.create(
            name=f"camera {n}", site=site, main_url=f"rtsp://192.0.2.{n + 1}/", state=CameraLife.IN_USE, added_at=AT
        )
        CameraHolding.objects.create(camera=camera, bytes=1, bytes_per_day=1, measured_s=86_400, seen_at=AT)
    assert asked() == before
