"""Renewing and ending viewings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from mingcha.base.errors import Conflict, NotAllowed
from mingcha.records.accounts.actions import change_role, disable_person
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.personnel.models import Appointment
from mingcha.records.register.actions import CONSOLE
from mingcha.records.viewing.actions import (
    TICKET_LIFE,
    close_viewing,
    end_viewing,
    mint,
    open_live,
    order_export,
    renew,
)
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import (
    EXPIRY_GRACE,
    being_watched,
    due_ends,
    reason_to_end,
    revoked_since,
    viewing_of,
)
from mingcha.records.viewing.states import End
from tests.records.viewing.test_open_playback import SPAN
from tests.support.office import AT, LATER, appointed, asker, last_entry, make_person


@pytest.fixture
def viewing(guard: Person, camera: Camera) -> Viewing:
    return open_live(asker=asker(guard), cameras=[camera], at=AT)


def reread(viewing: Viewing) -> Viewing:
    return Viewing.objects.select_related("viewer").get(pk=viewing.pk)


def test_renewing_moves_the_end(viewing: Viewing) -> None:
    assert renew(viewing=viewing, at=LATER)
    assert reread(viewing).expires_at == LATER + TICKET_LIFE


def test_a_closed_viewing_gives_no_ticket_any_more(viewing: Viewing, guard: Person) -> None:
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    assert last_entry().act == "viewing.closed"
    for again in (lambda: renew(viewing=reread(viewing), at=LATER), lambda: mint(reread(viewing), at=LATER)):
        with pytest.raises(Conflict):
            again()
    assert revoked_since(AT) == [viewing.grant]


def test_closing_twice_is_a_conflict_and_one_entry(viewing: Viewing, guard: Person) -> None:
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    with pytest.raises(Conflict):
        close_viewing(viewing=reread(viewing), actor=guard, at=LATER)


def test_signing_out_ends_it(viewing: Viewing) -> None:
    assert reason_to_end(viewing, at=LATER) is None
    Session.objects.all().delete()
    assert reason_to_end(viewing, at=LATER) is End.SIGNED_OUT
    with pytest.raises(Conflict):
        renew(viewing=viewing, at=LATER)


def test_a_disabled_viewer_ends_it(viewing: Viewing, manager: Person, guard: Person) -> None:
    disable_person(person=guard, actor=manager, at=LATER)
    assert reason_to_end(reread(viewing), at=LATER) is End.NOT_ENTITLED


def test_a_lost_role_ends_only_what_the_new_role_does_not_permit(camera: Camera) -> None:
    second = make_person("second", "另一位", "manager")
    appointed(second, camera.site)
    copy = order_export(asker=asker(second), camera=camera, span=SPAN, at=AT)
    live = open_live(asker=asker(second), cameras=[camera], at=AT)
    change_role(person=second, role="guard", actor=CONSOLE, at=LATER)
    assert reason_to_end(reread(copy), at=LATER) is End.NOT_ENTITLED
    assert reason_to_end(reread(live), at=LATER) is None


def test_a_page_that_is_gone_ends_it_after_a_grace(viewing: Viewing) -> None:
    dead = AT + TICKET_LIFE + EXPIRY_GRACE
    assert reason_to_end(viewing, at=dead - timedelta(microseconds=1)) is None
    assert reason_to_end(viewing, at=dead) is End.EXPIRED


def test_the_system_ends_it_with_an_entry_that_names_the_viewer(viewing: Viewing, guard: Person) -> None:
    end_viewing(viewing=viewing, end=End.SIGNED_OUT, at=LATER)
    entry = last_entry()
    assert (entry.act, entry.actor) == ("viewing.revoked", "system")
    assert entry.detail_fields == {"viewer": "王芳", "end": "signed_out"}
    assert guard.public_id in entry.refs


def test_an_expired_one_needs_no_revocation(viewing: Viewing) -> None:
    end_viewing(viewing=viewing, end=End.EXPIRED, at=LATER)
    assert revoked_since(AT) == []


def test_another_persons_viewing_is_as_unknown_as_none(viewing: Viewing, manager: Person) -> None:
    with pytest.raises(NotAllowed) as caught:
        viewing_of(viewer=manager, grant=viewing.grant)
    assert caught.value.code == "viewing.unknown"


def test_open_viewings_are_counted(viewing: Viewing, guard: Person) -> None:
    assert being_watched(at=AT) == 1
    close_viewing(viewing=viewing, actor=guard, at=LATER)
    assert being_watched(at=LATER) == 0


def test_all_open_viewings_are_looked_at_in_a_few_questions(
    guard: Person, camera: Camera, django_assert_max_num_queries: Any
) -> None:
    """With hundreds open, an end must still reach the recorder within two seconds."""
    desk = asker(guard)
    for _ in range(30):
        open_live(asker=desk, cameras=[camera], at=AT)
    gone = open_live(asker=asker(guard), cameras=[camera], at=AT)
    Session.objects.filter(session_key=gone.session_key).delete()
    with django_assert_max_num_queries(12):
        assert due_ends(LATER) == [(gone, End.SIGNED_OUT)]
    Appointment.objects.filter(person=guard).update(until_on=AT.date() - timedelta(days=1))
    assert len(due_ends(LATER)) == 31
    assert due_ends(LATER, with_posts=False) == [(gone, End.SIGNED_OUT)]
