"""What a grant opens: exactly its cameras and range, on the desk's screen, until it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.gateway.orders import end_unentitled, grants_to_revoke
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.actions.looking import terms_of
from mingcha.records.disclosure.models import Request
from mingcha.records.inventory import actions as inventory
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.acts import ACTS
from mingcha.records.viewing.actions import open_playback
from mingcha.records.viewing.models import Viewing
from tests.records.disclosure.conftest import HOUR, SPAN, granted, ready
from tests.support.office import AT, LATER, asker, draft, last_entry, words


def look(
    request: Request, person: Person, camera: Camera, kind: str = "playback", span: TimeRange | None = SPAN
) -> Viewing:
    return actions.open_granted(
        request=request,
        kind=kind,
        cameras=[camera],
        span=span,
        asker=person,
        session_key=asker(person).session_key,
        at=AT,
    )


@pytest.fixture
def grant(beijing: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    return granted(beijing, camera, guard, manager)


def test_the_viewing_is_a_line_of_the_register_of_retrievals(grant: Request, guard: Person, camera: Camera) -> None:
    viewing = look(grant, guard, camera)
    assert (viewing.basis, viewing.until_at) == (grant.public_id, AT + HOUR)
    assert viewing.watermark == grant.grant.watermark
    entry = last_entry()
    assert ACTS[entry.act].is_retrieval
    detail = entry.detail_fields
    assert (detail["requester"], detail["retriever_unit"]) == ("public_security", "江岸分局")
    assert detail["retriever_name"] == "陈警官"
    assert grant.public_id in entry.about
    assert entry.law_version == grant.decision.law_version
    assert {"instrument": "cn-2025-799", "article": 20} in entry.grounds


def test_what_is_asked_beyond_the_range_is_cut_off(grant: Request, guard: Person, camera: Camera) -> None:
    wide = TimeRange(SPAN.start_us - 10**12, SPAN.end_us + 10**12)
    viewing = look(grant, guard, camera, span=wide)
    assert (viewing.from_us, viewing.to_us) == (SPAN.start_us, SPAN.end_us)


def test_another_time_camera_or_way_is_refused(
    grant: Request, guard: Person, camera: Camera, manager: Person, beijing: Site
) -> None:
    other = inventory.add_camera(site=beijing, draft=draft("西门"), actor=manager, at=AT)
    before = words()
    outside = TimeRange(SPAN.end_us, SPAN.end_us + 1)
    for kind, which, span in (
        ("playback", camera, outside),
        ("playback", other, SPAN),
        ("live", camera, None),
        ("export", camera, SPAN),
        ("snapshot", camera, SPAN),
        ("playback", camera, None),
    ):
        with pytest.raises(NotAllowed):
            look(grant, manager, which, kind, span)
    assert words() == before


def test_live_pictures_when_live_was_asked_for(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = granted(beijing, camera, guard, manager, span=None)
    assert look(request, guard, camera, "live", None).kind == "live"
    with pytest.raises(NotAllowed):
        look(request, guard, camera)


def test_a_copy_when_a_copy_was_asked_for(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = granted(beijing, camera, guard, manager, mode="copy")
    viewing = look(request, manager, camera, "export")
    assert viewing.kind == "export"
    assert viewing.basis == request.public_id
    with pytest.raises(NotAllowed):  # a guard may show it, but orders no copies
        look(request, guard, camera, "export")


def test_before_the_decision_and_after_the_time_nothing_opens(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = ready(beijing, camera, guard)
    with pytest.raises(Conflict):
        look(request, guard, camera)
    actions.grant(request=request, duration=timedelta(minutes=15), actor=manager, at=AT - HOUR)
    with pytest.raises(Conflict):
        look(request, guard, camera)


def test_ending_a_grant_ends_its_viewings_and_the_gateway_revokes_them(
    grant: Request, guard: Person, manager: Person, camera: Camera
) -> None:
    viewing = look(grant, guard, camera)
    assert end_unentitled(LATER) == 0
    actions.end_grant(request=grant, reason="已看完", actor=manager, at=LATER)
    viewing.refresh_from_db()
    assert viewing.end == "grant_ended"
    assert grants_to_revoke(LATER) == {viewing.grant}
    assert words()[-2:] == ["viewing.revoked", "disclosure.ended"]
    with pytest.raises(Conflict):
        look(grant, guard, camera)
    with pytest.raises(Conflict):
        actions.end_grant(request=grant, reason="再次", actor=manager, at=LATER)


def test_it_ends_by_itself_when_its_time_is_over(grant: Request, guard: Person, camera: Camera) -> None:
    viewing = look(grant, guard, camera)
    assert end_unentitled(AT + HOUR) == 1
    viewing.refresh_from_db()
    assert viewing.end == "time_over"
    assert from_datetime(viewing.expires_at) <= from_datetime(AT + HOUR)


def test_an_outsider_opens_nothing(grant: Request, outsider: Person, camera: Camera) -> None:
    with pytest.raises(NotAllowed):
        look(grant, outsider, camera)


def test_a_grant_ended_or_narrowed_at_the_very_moment_of_opening_opens_nothing(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    """Between looking at the grant and writing the viewing down, somebody else ends it: the act looks once more."""
    request = granted(beijing, camera, guard, manager)
    terms = terms_of(request.public_id, AT)
    assert terms is not None
    actions.end_grant(request=request, reason="已完成", actor=manager, at=AT)
    with pytest.raises(Conflict):
        open_playback(asker=asker(guard, "other", "x"), cameras=[camera], span=SPAN, at=AT, terms=terms)
    assert not Viewing.objects.exists()
