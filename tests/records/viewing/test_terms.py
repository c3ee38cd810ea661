"""A viewing that rests on a grant: as long as it and no longer, and the book says for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.errors import Conflict
from mingcha.base.timerange import TimeRange
from mingcha.gateway.orders import end_unentitled, grants_to_revoke
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera
from mingcha.records.viewing.actions import TICKET_LIFE, Terms, open_live, open_playback, renew
from mingcha.records.viewing.queries import open_on, reason_to_end
from mingcha.records.viewing.states import End
from tests.support.office import AT, LATER, asker, last_entry

HOUR = timedelta(hours=1)
BASIS = "req_0000000000000001"


def terms(until_at: object = AT + HOUR) -> Terms:
    return Terms(BASIS, until_at, "江岸分局 陈警官", {"requester": "public_security", "retriever_name": "陈警官"})  # type: ignore[arg-type]


def test_it_keeps_its_terms_and_the_book_names_the_retriever(guard: Person, camera: Camera) -> None:
    viewing = open_live(asker=asker(guard, "authority", BASIS), cameras=[camera], at=AT, terms=terms())
    assert (viewing.basis, viewing.until_at, viewing.watermark) == (BASIS, AT + HOUR, "江岸分局 陈警官")
    detail = last_entry().detail_fields
    assert (detail["requester"], detail["retriever_name"]) == ("public_security", "陈警官")
    assert list(open_on(BASIS)) == [viewing]


def test_no_ticket_outlives_the_grant(guard: Person, camera: Camera) -> None:
    soon = AT + TICKET_LIFE / 2
    viewing = open_live(asker=asker(guard, "authority", BASIS), cameras=[camera], at=AT, terms=terms(soon))
    assert viewing.expires_at == soon
    renew(viewing=viewing, at=AT + timedelta(seconds=10))
    assert viewing.expires_at == soon
    with pytest.raises(Conflict):
        renew(viewing=viewing, at=soon)


def test_the_gateway_ends_it_when_its_time_is_over(guard: Person, camera: Camera) -> None:
    span = TimeRange(1, 2)
    viewing = open_playback(
        asker=asker(guard, "authority", BASIS), cameras=[camera], span=span, at=AT, terms=terms(LATER)
    )
    assert reason_to_end(viewing, at=AT) is None
    assert end_unentitled(AT) == 0
    assert end_unentitled(LATER) == 1
    viewing.refresh_from_db()
    assert viewing.end == End.TIME_OVER
    assert grants_to_revoke(LATER) == {viewing.grant}


def test_none_is_opened_after_the_grant_is_over(guard: Person, camera: Camera) -> None:
    with pytest.raises(Conflict):
        open_live(asker=asker(guard, "authority", BASIS), cameras=[camera], at=LATER, terms=terms(LATER))
