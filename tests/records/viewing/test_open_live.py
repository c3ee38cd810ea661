"""Opening a live view: entry first, ticket afterwards, never wider than asked."""

from __future__ import annotations

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Invalid, NotAllowed, Unavailable
from mingcha.base.keys import ticket_public_key
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.register.models import Entry
from mingcha.records.viewing import actions
from mingcha.records.viewing.actions import MAX_CAMERAS, TICKET_LIFE, mint, open_live
from mingcha.records.viewing.models import Viewing
from mingcha.wire.ticket import Ticket, check
from tests.support.office import AT, asker, last_entry


def read(token: str, settings: object) -> Ticket:
    return check(token, ticket_public_key(settings.DATA_DIR), now_us=from_datetime(AT))  # type: ignore[attr-defined]


def test_who_what_and_why_are_entered(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard, "incident", "打架"), cameras=[camera], at=AT)
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject) == ("viewing.live_opened", guard.public_id, viewing.public_id)
    assert entry.detail_fields["reason"] == "incident"
    assert entry.detail_fields["note"] == "打架"
    assert entry.detail_fields["cameras"] == [camera.public_id]
    assert camera.public_id in entry.refs


def test_the_ticket_is_as_wide_as_the_viewing_and_lives_two_minutes(
    guard: Person, camera: Camera, settings: object
) -> None:
    viewing = open_live(asker=asker(guard), cameras=[camera], at=AT)
    ticket = read(mint(viewing, at=AT), settings)
    assert ticket.cameras == (camera.public_id,)
    assert ticket.modes == ("live", "status")
    assert (ticket.from_us, ticket.to_us) == (None, None)
    assert ticket.expires_us - ticket.issued_us == TICKET_LIFE.total_seconds() * 1e6
    assert (ticket.grant, ticket.person) == (viewing.grant, guard.public_id)


def test_no_ticket_without_a_stored_viewing(guard: Person) -> None:
    with pytest.raises(Exception, match="ended"):
        mint(Viewing(viewer=guard, kind="live", expires_at=AT), at=AT)


def test_when_the_entry_fails_there_is_no_viewing(
    guard: Person, camera: Camera, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise Unavailable("x.y", "the book is closed")

    monkeypatch.setattr(actions, "enter", broken)
    with pytest.raises(Unavailable):
        open_live(asker=asker(guard), cameras=[camera], at=AT)
    assert not Viewing.objects.exists()


@pytest.mark.parametrize(
    ("reason", "note", "code"),
    [
        ("", "", "viewing.reason"),
        ("curiosity", "", "viewing.reason"),
        ("other", "  ", "viewing.note"),
        ("authority", "", "viewing.note"),
        ("routine", "x" * 501, "request.invalid"),
    ],
)
def test_a_reason_from_the_list_is_demanded(guard: Person, camera: Camera, reason: str, note: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        open_live(asker=asker(guard, reason, note), cameras=[camera], at=AT)
    assert caught.value.code == code
    assert not Entry.objects.filter(act__startswith="viewing.").exists()


def test_some_camera_but_not_too_many(guard: Person, camera: Camera) -> None:
    with pytest.raises(Invalid, match="No camera"):
        open_live(asker=asker(guard), cameras=[], at=AT)
    with pytest.raises(Invalid, match="Too many"):
        open_live(asker=asker(guard), cameras=[camera] * (MAX_CAMERAS + 1), at=AT)


def test_the_outsider_may_not(outsider: Person, camera: Camera) -> None:
    with pytest.raises(NotAllowed):
        open_live(asker=asker(outsider), cameras=[camera], at=AT)
