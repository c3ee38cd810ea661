"""What may follow a decision: narrowing, a second person, debts that never come, a sealed number shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.actions import PaperDraft, Width
from mingcha.records.disclosure.models import Debt, Request
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.policies.actions import approve, change_policy
from mingcha.records.policies.models import Approval
from mingcha.records.policies.states import PolicyKey
from mingcha.records.viewing.models import Viewing
from tests.records.disclosure.conftest import FROM, HOUR, SPAN, granted, officer, ready, received, relative, wanted
from tests.support.office import AT, asker, last_entry, make_person, words

HALF = TimeRange(SPAN.start_us, from_datetime(FROM + timedelta(hours=1)))


@pytest.fixture
def west(beijing: Site) -> Camera:
    return Camera.objects.create(site=beijing, name="西门", main_url="rtsp://10.0.0.9/x", state="in_use", added_at=AT)


def opened(request: Request, guard: Person, cameras: list[Camera], span: TimeRange = SPAN) -> Viewing:
    return actions.open_granted(
        request=request,
        kind="playback",
        cameras=cameras,
        span=span,
        asker=guard,
        session_key=asker(guard).session_key,
        at=AT,
    )


def narrowed(request: Request, manager: Person, **changes: Any) -> None:
    width = actions.width_of(request.grant)
    fields = {"cameras": width.cameras, "span": width.span, "until_at": width.until_at, **changes}
    actions.narrow_grant(request=request, wanted=Width(**fields), reason="已查到", actor=manager, at=AT)
    request.grant.refresh_from_db()


def test_narrowing_ends_exactly_what_reaches_beyond(
    beijing: Site, camera: Camera, west: Camera, guard: Person, manager: Person
) -> None:
    request = ready(beijing, camera, guard, cameras=[camera, west])
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    both, one = opened(request, guard, [camera, west]), opened(request, guard, [camera], HALF)
    narrowed(request, manager, cameras=[camera], span=HALF)
    both.refresh_from_db()
    one.refresh_from_db()
    assert both.ended_at == AT
    assert one.ended_at is None
    with pytest.raises(NotAllowed):
        opened(request, guard, [west])
    again = opened(request, guard, [camera])
    assert (again.from_us, again.to_us) == (HALF.start_us, HALF.end_us)
    assert request.cameras.count() == 2, "what was asked for stays as it was"
    assert request.grant.narrowings.get().before["cameras"] == [camera.public_id, west.public_id]
    assert "disclosure.narrowed" in words()


def test_an_earlier_end_holds_for_what_is_open(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = granted(beijing, camera, guard, manager)
    viewing = opened(request, guard, [camera])
    narrowed(request, manager, until_at=AT + timedelta(minutes=5))
    viewing.refresh_from_db()
    assert viewing.ended_at is None
    assert viewing.until_at == request.grant.until_at == AT + timedelta(minutes=5)


def test_a_grant_is_never_made_wider(
    beijing: Site, camera: Camera, west: Camera, guard: Person, manager: Person
) -> None:
    request = granted(beijing, camera, guard, manager)
    longer = TimeRange(SPAN.start_us, SPAN.end_us + 1)
    for changes in (
        {"cameras": [camera, west]},
        {"cameras": [west]},
        {"cameras": []},
        {"span": longer},
        {"span": None},
        {"until_at": AT + 2 * HOUR},
        {"until_at": AT},
        {},
    ):
        with pytest.raises(Invalid):
            narrowed(request, manager, **changes)
    with pytest.raises(NotAllowed):
        narrowed(request, guard, span=HALF)
    assert request.grant.narrowings.count() == 0


def test_a_grant_that_is_over_is_not_narrowed(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = granted(beijing, camera, guard, manager)
    actions.end_grant(request=request, reason="已毕", actor=manager, at=AT)
    with pytest.raises(Conflict):
        narrowed(request, manager, span=HALF)


# A second person


@pytest.fixture
def strict(manager: Person) -> None:
    change_policy(key=PolicyKey.SECOND_GRANT, value=1, reason="制度", actor=manager, at=AT)


def test_where_the_house_wants_a_second_person_one_alone_grants_nothing(
    beijing: Site, camera: Camera, guard: Person, manager: Person, strict: None
) -> None:
    request = ready(beijing, camera, guard)
    with pytest.raises(Conflict) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert raised.value.code == "disclosure.second_person"
    request.refresh_from_db()
    assert request.state == "open"


def test_the_consent_fits_exactly_what_it_was_asked_for(
    beijing: Site, camera: Camera, guard: Person, manager: Person, strict: None
) -> None:
    second = make_person("second", "郑二", "manager")
    request = ready(beijing, camera, guard)
    wish = actions.ask_second_person(request, HOUR, manager, AT)
    assert actions.ask_second_person(request, HOUR, manager, AT).pk == wish.pk
    with pytest.raises(NotAllowed):
        approve(approval=wish, actor=manager, at=AT)
    approve(approval=wish, actor=second, at=AT)
    with pytest.raises(Conflict):
        actions.grant(request=request, duration=2 * HOUR, actor=manager, at=AT)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert request.grant.approved_by_name == "郑二"
    assert '"approved_by":"郑二"' in last_entry().detail
    assert wish.public_id in last_entry().about
    assert Approval.objects.get().used_at == AT


# Debts


@pytest.fixture
def debt(beijing: Site, camera: Camera, guard: Person, manager: Person) -> Debt:
    request = received(beijing, camera, guard, emergency=True)
    actions.add_officer(request=request, draft=officer(), actor=guard, at=AT)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    return request.debts.get()


def test_a_reported_debt_leaves_the_home_page_and_can_still_be_settled(debt: Debt, manager: Person) -> None:
    assert len(queries.owed(manager, AT.date())) == 1
    actions.report_debt(debt=debt, to="越秀分局", reason="多次催交", actor=manager, at=AT)
    assert queries.owed(manager, AT.date()) == []
    assert list(queries.debts(viewer=manager)) == [debt]
    with pytest.raises(Conflict):
        actions.report_debt(debt=debt, to="越秀分局", reason="再报", actor=manager, at=AT)
    actions.add_paper(request=debt.request, draft=PaperDraft("introduction_letter", "分局"), actor=manager, at=AT)
    debt.refresh_from_db()
    assert debt.settled_at == AT


def test_a_debt_written_off_is_gone_for_good(debt: Debt, manager: Person, guard: Person, auditor: Person) -> None:
    with pytest.raises(NotAllowed):
        actions.write_off_debt(debt=debt, reason="无", actor=guard, at=AT)
    with pytest.raises(Invalid):
        actions.write_off_debt(debt=debt, reason=" ", actor=manager, at=AT)
    assert len(queries.owed(auditor, AT.date())) == 1
    actions.write_off_debt(debt=debt, reason="机关已撤销", actor=manager, at=AT)
    assert queries.owed(auditor, AT.date()) == []
    assert not queries.debts(viewer=manager).exists()
    assert last_entry().act == "disclosure.debt_written_off"
    with pytest.raises(Conflict):
        actions.add_paper(request=debt.request, draft=PaperDraft("introduction_letter", "分局"), actor=manager, at=AT)


# Sealed numbers


def test_a_sealed_number_is_shown_to_who_may_and_never_written_down(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = ready(beijing, camera, guard)
    row = request.officers.get()
    with pytest.raises(NotAllowed):
        actions.reveal_number(request=request, officer=row, reason="核对", actor=guard, at=AT)
    with pytest.raises(Invalid):
        actions.reveal_number(request=request, officer=row, reason="", actor=manager, at=AT)
    assert actions.reveal_number(request=request, officer=row, reason="核对身份", actor=manager, at=AT) == "012345678"
    assert last_entry().act == "disclosure.number_revealed"
    assert "012345678" not in last_entry().detail
    assert "核对身份" in last_entry().detail


def test_a_number_of_another_request_is_not_shown_by_this_one(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request, other = ready(beijing, camera, guard), ready(beijing, camera, guard)
    for wrong in (other.officers.get(), None):
        with pytest.raises(Invalid):
            actions.reveal_number(request=request, officer=wrong, reason="核对", actor=manager, at=AT)
    person = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    shown = actions.reveal_number(request=person, officer=None, reason="核对", actor=manager, at=AT)
    assert shown == "11010119900307889X"


# All at once


def test_a_whole_request_is_received_at_once_or_not_at_all(beijing: Site, camera: Camera, guard: Person) -> None:
    papers = [PaperDraft("introduction_letter", "江岸分局")]
    common: dict[str, Any] = {"site": beijing, "wanted": wanted(camera), "actor": guard, "at": AT}
    from tests.records.disclosure.conftest import POLICE

    with pytest.raises(Invalid) as raised:
        actions.receive_whole(asking=POLICE, officers=[officer(), officer(signed_name="")], papers=papers, **common)
    assert raised.value.params["part"] == "officer1"
    assert not Request.objects.exists()
    made = actions.receive_whole(asking=POLICE, officers=[officer(), officer("林警官")], papers=papers, **common)
    assert (made.officers.count(), made.papers.count()) == (2, 1)
    assert words()[-4:] == [
        "disclosure.received",
        "disclosure.officer_added",
        "disclosure.officer_added",
        "disclosure.paper_added",
    ]
