"""The book of what was really seen, and what is noticeable in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from mingcha.base.clock import US_PER_S, from_datetime
from mingcha.base.ids import new_id
from mingcha.base.timerange import TimeRange
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.policies.actions import change_policy
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.actions import open_live, open_playback
from mingcha.records.viewing.models import SeenDay, Served, Viewing
from mingcha.records.viewing.noticing import Noticed, noticed
from mingcha.records.viewing.served import seen_by, who_saw
from mingcha.wire.facts import Fact
from tests.records.viewing.test_open_playback import SPAN
from tests.support.office import AT, LATER, asker

MINUTE_US = 60 * US_PER_S


@pytest.fixture
def viewing(camera: Camera, guard: Person) -> Viewing:
    return open_playback(asker=asker(guard), cameras=[camera], span=SPAN, at=AT)


def sent(viewing: Viewing, camera: Camera, minutes: int = 1, at: datetime = AT, **changes: Any) -> None:
    """The recorder tells that so many minutes from the beginning of the range were sent."""
    start = SPAN.start_us
    detail = {"grant": viewing.grant, "person": "per_x", "kind": "playback", "from_us": start,
              "to_us": start + minutes * MINUTE_US, **changes}  # fmt: skip
    take_facts(facts=[Fact(new_id("fct"), "viewing.served", from_datetime(at), camera.public_id, detail, sequence=1)])


def week(manager: Person) -> list[Noticed]:
    return noticed(viewer=manager, since=AT - timedelta(days=7), until=AT + timedelta(days=1), at=LATER)


def test_what_was_sent_is_found_by_camera_and_by_person(
    viewing: Viewing, camera: Camera, guard: Person, manager: Person
) -> None:
    sent(viewing, camera)
    row = Served.objects.get()
    assert (row.viewing, row.viewer, row.camera, row.kind, row.at) == (viewing, guard, camera, "playback", AT)
    assert list(who_saw(viewer=manager, camera=camera, span=SPAN)) == [row]
    assert list(seen_by(viewer=manager, person=guard)) == [row]
    assert list(seen_by(viewer=manager, person=manager)) == []
    assert list(seen_by(viewer=manager, person=guard, before_id=row.pk)) == []


@pytest.mark.parametrize(
    ("from_minute", "to_minute", "is_seen"),
    [(-60, 0, True), (-60, -1, False), (0, 1, True), (1, 2, True), (3, 60, False), (2, 3, True)],
)
def test_only_looks_that_touch_the_hour_count(
    viewing: Viewing, camera: Camera, manager: Person, from_minute: int, to_minute: int, is_seen: bool
) -> None:
    sent(viewing, camera, 2)
    start = SPAN.start_us
    asked = TimeRange(start + from_minute * MINUTE_US, start + to_minute * MINUTE_US + 1)
    assert who_saw(viewer=manager, camera=camera, span=asked).exists() is is_seen


def test_others_read_nothing(viewing: Viewing, camera: Camera, guard: Person) -> None:
    sent(viewing, camera, 600)
    assert not who_saw(viewer=guard, camera=camera, span=SPAN).exists()
    assert not seen_by(viewer=guard, person=guard).exists()
    assert week(guard) == []


@pytest.mark.parametrize("damage", [{"kind": "dream"}, {"from_us": None}, {"to_us": "x"}, {"grant": "grt_unknown"}])
def test_what_cannot_be_read_is_only_entered(viewing: Viewing, camera: Camera, damage: dict[str, Any]) -> None:
    sent(viewing, camera, **damage)
    assert not Served.objects.exists()


def test_much_within_a_day_is_told(viewing: Viewing, camera: Camera, manager: Person, guard: Person) -> None:
    sent(viewing, camera, 5 * 60)
    assert [line.what for line in week(manager)] == ["no_note"]
    sent(viewing, camera, 3 * 60 + 1)
    much, _no_note = week(manager)
    assert (much.what, much.person, much.times) == ("much", guard, 2)
    assert much.length_us == (8 * 60 + 1) * MINUTE_US
    sent(viewing, camera, 60, at=AT - timedelta(days=2))
    assert [line.what for line in week(manager)].count("much") == 1


def test_two_days_are_not_added_up(viewing: Viewing, camera: Camera, manager: Person) -> None:
    sent(viewing, camera, 5 * 60)
    sent(viewing, camera, 5 * 60, at=AT - timedelta(days=1))
    assert "much" not in [line.what for line in week(manager)]


@pytest.mark.parametrize(("hour", "is_night"), [(21, False), (22, True), (2, True), (5, True), (6, False), (12, False)])
def test_recordings_seen_at_night_are_told(
    viewing: Viewing, camera: Camera, manager: Person, hour: int, is_night: bool
) -> None:
    at = AT.replace(hour=0) - timedelta(days=1) + timedelta(hours=hour - 8)  # the office is eight hours ahead of UTC
    sent(viewing, camera, at=at)
    assert ("night" in [line.what for line in week(manager)]) is is_night


def test_the_hours_of_the_night_are_a_policy(viewing: Viewing, camera: Camera, manager: Person) -> None:
    sent(viewing, camera)  # at noon
    assert week(manager) == []
    change_policy(key=PolicyKey.NIGHT_FROM, value=12, reason="从严", actor=manager, at=AT)
    sent(viewing, camera, 2)
    (line,) = week(manager)
    assert (line.what, line.length_us, line.times) == ("night", 2 * MINUTE_US, 1)


@pytest.mark.parametrize(
    ("told", "speed", "pictures"),
    [
        ({"speed_permille": 4012}, 4012, 0),
        ({"speed_permille": -16000, "kind": "preview", "pictures": 60}, -16000, 60),
        ({}, None, 0),
        ({"speed_permille": "fast", "pictures": -3}, None, 0),
        ({"speed_permille": True, "pictures": 10**30}, None, 10**9),
    ],
)
def test_the_speed_is_what_the_recorder_measured(
    viewing: Viewing, camera: Camera, told: dict[str, Any], speed: int | None, pictures: int
) -> None:
    sent(viewing, camera, **told)
    row = Served.objects.get()
    assert (row.speed_permille, row.pictures) == (speed, pictures)


def test_winding_counts_by_its_pictures_and_not_by_what_lies_between(viewing: Viewing, camera: Camera) -> None:
    sent(viewing, camera, 60, kind="preview", pictures=12)
    viewing.refresh_from_db()
    assert viewing.seen_us == MINUTE_US
    sent(viewing, camera, 0, kind="snapshot")
    viewing.refresh_from_db()
    assert viewing.seen_us == MINUTE_US


def test_a_look_under_a_grant_is_no_curiosity_of_the_guard(viewing: Viewing, camera: Camera, manager: Person) -> None:
    Viewing.objects.update(basis="req_0000000000000000")
    sent(viewing, camera, 20 * 60, at=AT + timedelta(hours=11))
    assert Viewing.objects.get().seen_us == 20 * 60 * MINUTE_US
    assert week(manager) == []


def test_what_was_sent_before_sums_were_kept_is_added_up(viewing: Viewing, camera: Camera) -> None:
    sent(viewing, camera, 30)
    sent(viewing, camera, 40, at=AT + timedelta(hours=11))
    kept = list(SeenDay.objects.values("viewer", "day", "seen_us", "times", "night_us", "night_times"))
    seen_us = Viewing.objects.get().seen_us
    SeenDay.objects.all().delete()
    Viewing.objects.update(seen_us=0)
    books = import_module("mingcha.records.viewing.migrations.0007_books")
    books.add_up(apps, None)
    assert list(SeenDay.objects.values("viewer", "day", "seen_us", "times", "night_us", "night_times")) == kept
    assert kept[0]["night_us"] == 40 * MINUTE_US
    assert Viewing.objects.get().seen_us == seen_us == 70 * MINUTE_US


def test_a_note_answers_the_question(camera: Camera, guard: Person, manager: Person) -> None:
    noted = open_playback(asker=asker(guard, note="查找遗失物品"), cameras=[camera], span=SPAN, at=AT)
    sent(noted, camera, 45)
    assert week(manager) == []
    bare = open_playback(asker=asker(guard), cameras=[camera], span=SPAN, at=AT)
    sent(bare, camera, 45)
    assert [(line.what, line.viewing) for line in week(manager)] == [("no_note", bare)]


def test_live_views_are_what_guards_are_there_for(camera: Camera, guard: Person, manager: Person) -> None:
    live = open_live(asker=asker(guard), cameras=[camera], at=AT)
    sent(live, camera, 12 * 60, kind="live")
    assert Served.objects.get().kind == "live"
    assert week(manager) == []
