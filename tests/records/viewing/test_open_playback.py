"""Playback, snapshots, copies: exact ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.keys import ticket_public_key
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import (
    MAX_EXPORT_US,
    MAX_PLAYBACK_US,
    fetch_export,
    mint,
    note_export_begun,
    open_playback,
    order_export,
    take_snapshot,
)
from mingcha.records.viewing.models import Export, Viewing
from mingcha.records.viewing.queries import export_for, exports
from mingcha.wire.ticket import Ticket, check
from tests.support.office import AT, LATER, asker, last_entry, make_person

NOW_US = from_datetime(AT)
SPAN = TimeRange(NOW_US - 3_600_000_000, NOW_US)
EXPORT_ID = "exp_0123456789abcdef"


@pytest.fixture
def read(settings: Any) -> Callable[[Viewing], Ticket]:
    key = ticket_public_key(settings.DATA_DIR)
    return lambda viewing: check(mint(viewing, at=AT), key, now_us=NOW_US)


def test_a_playback_ticket_covers_exactly_its_range(
    guard: Person, camera: Camera, read: Callable[[Viewing], Ticket]
) -> None:
    ticket = read(open_playback(asker=asker(guard), cameras=[camera], span=SPAN, at=AT))
    assert ticket.permits("playback", camera.public_id, SPAN.start_us, SPAN.end_us)
    assert not ticket.permits("playback", camera.public_id, SPAN.start_us - 1, SPAN.end_us)
    assert not ticket.permits("live", camera.public_id)
    assert not ticket.permits("snapshot", camera.public_id, SPAN.start_us, SPAN.start_us + 1)
    assert not ticket.permits("export", camera.public_id, SPAN.start_us, SPAN.end_us)
    assert last_entry().detail_fields["from_us"] == SPAN.start_us


def test_a_playback_is_at_most_eight_days(guard: Person, camera: Camera) -> None:
    with pytest.raises(Invalid) as caught:
        open_playback(asker=asker(guard), cameras=[camera], span=TimeRange(NOW_US, NOW_US + MAX_PLAYBACK_US + 1), at=AT)
    assert caught.value.code == "viewing.range"


def test_a_snapshot_is_one_picture(guard: Person, camera: Camera, read: Callable[[Viewing], Ticket]) -> None:
    ticket = read(take_snapshot(asker=asker(guard), camera=camera, instant_us=NOW_US, at=AT))
    assert ticket.modes == ("snapshot",)
    assert (ticket.from_us, ticket.to_us) == (NOW_US, NOW_US + 1)
    assert last_entry().act == "viewing.snapshot_taken"


def test_a_copy_is_ordered_for_one_camera_and_range(
    manager: Person, camera: Camera, read: Callable[[Viewing], Ticket]
) -> None:
    viewing = order_export(asker=asker(manager, "authority", "调取函 118"), camera=camera, span=SPAN, at=AT)
    ticket = read(viewing)
    assert (ticket.modes, ticket.cameras) == (("export",), (camera.public_id,))
    assert ticket.permits("export", camera.public_id, SPAN.start_us, SPAN.end_us)
    assert viewing.export.state == "ordered"
    assert last_entry().act == "viewing.export_ordered"


def test_a_copy_is_at_most_a_day(manager: Person, camera: Camera) -> None:
    with pytest.raises(Invalid) as caught:
        order_export(asker=asker(manager), camera=camera, span=TimeRange(NOW_US, NOW_US + MAX_EXPORT_US + 1), at=AT)
    assert caught.value.code == "export.range"


def test_a_guard_orders_no_copy(guard: Person, camera: Camera) -> None:
    with pytest.raises(NotAllowed):
        order_export(asker=asker(guard), camera=camera, span=SPAN, at=AT)
    assert not Export.objects.exists()


def test_the_outsider_may_nothing(outsider: Person, camera: Camera) -> None:
    for act in (
        lambda: open_playback(asker=asker(outsider), cameras=[camera], span=SPAN, at=AT),
        lambda: take_snapshot(asker=asker(outsider), camera=camera, instant_us=NOW_US, at=AT),
        lambda: order_export(asker=asker(outsider), camera=camera, span=SPAN, at=AT),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not exports(viewer=outsider).exists()


@pytest.fixture
def export(manager: Person, camera: Camera) -> Export:
    viewing = order_export(asker=asker(manager), camera=camera, span=SPAN, at=AT)
    return Export.objects.get(viewing=viewing)


def test_only_the_first_number_of_a_copy_counts(export: Export) -> None:
    note_export_begun(viewing=export.viewing, export_id=EXPORT_ID)
    note_export_begun(viewing=export.viewing, export_id="exp_fedcba9876543210")
    assert Export.objects.get().export_id == EXPORT_ID


def test_each_download_is_entered_with_a_grant_of_its_own(
    manager: Person, export: Export, read: Callable[[Viewing], Ticket]
) -> None:
    Export.objects.update(export_id=EXPORT_ID, state="done")
    export.refresh_from_db()
    viewing = fetch_export(export=export, asker=asker(manager), at=LATER)
    assert last_entry().act == "viewing.export_fetched"
    assert viewing.grant != export.viewing.grant
    assert read(viewing).modes == ("fetch",)  # downloads what was made, and orders nothing


def test_a_failed_or_unbegun_copy_is_not_fetched(manager: Person, export: Export) -> None:
    with pytest.raises(Conflict):
        fetch_export(export=export, asker=asker(manager), at=LATER)
    Export.objects.update(export_id=EXPORT_ID, state="failed")
    export.refresh_from_db()
    with pytest.raises(Conflict):
        fetch_export(export=export, asker=asker(manager), at=LATER)


def test_another_manager_sees_the_copy_and_a_guard_does_not(guard: Person, export: Export) -> None:
    second = make_person("second", "另一位", "manager")
    assert export_for(viewer=second, viewing_id=export.viewing.public_id) == export
    with pytest.raises(NotAllowed):
        export_for(viewer=guard, viewing_id=export.viewing.public_id)
