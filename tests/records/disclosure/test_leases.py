"""Take-overs: handed over by a decision, lengthened by another, handed back, ended; every movement row and entry."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.base.ids import new_id
from mingcha.gateway.leases import tend_leases
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions
from mingcha.records.disclosure.actions import HandBack
from mingcha.records.disclosure.models import Lease, LeaseMove, Request
from mingcha.records.disclosure.queries.leases import is_running, lease_of, leases_over
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import renew
from mingcha.records.viewing.models import Viewing
from mingcha.records.viewing.queries import reason_to_end
from mingcha.wire.facts import Fact
from tests.records.disclosure.conftest import HOUR, POLICE, officer, wanted
from tests.support.office import AT, asker, last_entry, words

CONTROL = "http://10.0.0.2/onvif/device_service"


@pytest.fixture
def guangzhou(site: Site, camera: Camera) -> Site:
    """The city whose text lets police take a system over; a camera that turns."""
    Site.objects.filter(pk=site.pk).update(region="440103", place="mall")
    Camera.objects.filter(pk=camera.pk).update(control_url=CONTROL)
    site.refresh_from_db()
    camera.refresh_from_db()
    return site


def asked(site: Site, camera: Camera, guard: Person, **changes: object) -> Request:
    """The police asks to take over, with the letter and the cards the text asks for."""
    request = actions.receive_from_organ(
        site=site, asking=POLICE, wanted=wanted(camera, mode="takeover", span=None, **changes), actor=guard, at=AT
    )
    for name in ("陈警官", "林警官"):
        draft = officer(name, certificate="enforcement_certificate")
        actions.add_officer(request=request, draft=draft, actor=guard, at=AT)
    draft_of_paper = actions.PaperDraft("introduction_letter", "江岸分局", "介字 7")
    actions.add_paper(request=request, draft=draft_of_paper, actor=guard, at=AT)
    return request


def taken(site: Site, camera: Camera, guard: Person, manager: Person) -> Request:
    request = asked(site, camera, guard)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    return request


def in_hand(request: Request, camera: Camera, guard: Person) -> Viewing:
    return actions.open_granted(
        request=request,
        kind="control",
        cameras=[camera],
        span=None,
        asker=guard,
        session_key=asker(guard).session_key,
        at=AT,
    )


def lease(request: Request) -> Lease:
    found = lease_of(request)
    assert found is not None
    return found


def test_a_granted_takeover_opens_a_lease_with_the_clock_of_its_grant(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = taken(guangzhou, camera, guard, manager)
    found = lease(request)
    assert is_running(found, AT)
    assert not is_running(found, AT + HOUR)
    assert found.terms.get().until_at == request.grant.until_at == AT + HOUR
    assert ("guangzhou-2007-1", 18) in {(row["instrument"], row["article"]) for row in found.terms.get().citations}
    assert list(leases_over([camera.public_id], AT)) == [camera.public_id]
    assert found.public_id in last_entry().about


@pytest.mark.parametrize("region", ["110101", "420106", "420102"])
def test_elsewhere_no_rule_hands_control_over(
    region: str, guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    Site.objects.filter(pk=guangzhou.pk).update(region=region)
    guangzhou.refresh_from_db()
    request = asked(guangzhou, camera, guard)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert "mode_not_granted" in raised.value.params["codes"]
    assert not Lease.objects.exists()


def test_without_the_letter_control_is_not_handed_over(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = actions.receive_from_organ(
        site=guangzhou, asking=POLICE, wanted=wanted(camera, mode="takeover", span=None), actor=guard, at=AT
    )
    draft = officer(certificate="enforcement_certificate")
    actions.add_officer(request=request, draft=draft, actor=guard, at=AT)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert "introduction_letter" in raised.value.params["codes"]


def test_whoever_of_the_unit_turns_the_camera_is_stopped_and_cannot_take_it_again(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    own = actions.take_in_hand(cameras=[camera], asker=asker(guard), at=AT)
    request = taken(guangzhou, camera, guard, manager)
    own.refresh_from_db()
    assert own.ended_at == AT
    with pytest.raises(NotAllowed) as raised:
        actions.take_in_hand(cameras=[camera], asker=asker(manager), at=AT)
    assert raised.value.code == "ptz.leased"
    assert "江岸分局" in str(raised.value.params["name"])
    actions.hand_back(request=request, draft=HandBack(request.officers.all()[0], None, "陈警官"), actor=guard, at=AT)
    assert actions.take_in_hand(cameras=[camera], asker=asker(guard), at=AT).pk


def test_control_that_slipped_in_beside_a_takeover_is_ended_by_the_gateway(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    own = actions.take_in_hand(cameras=[camera], asker=asker(guard), at=AT)
    taken(guangzhou, camera, guard, manager)
    Viewing.objects.filter(pk=own.pk).update(ended_at=None, end="")
    assert tend_leases(AT) == 1
    own.refresh_from_db()
    assert own.ended_at is not None


def test_control_of_the_lease_goes_no_further_than_its_cameras_and_its_time(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    other = Camera.objects.create(
        site=guangzhou, name="西门", main_url="rtsp://10.0.0.9/x", control_url=CONTROL, state="in_use", added_at=AT
    )
    request = taken(guangzhou, camera, guard, manager)
    viewing = in_hand(request, camera, guard)
    assert (viewing.basis, viewing.until_at, viewing.kind) == (request.public_id, AT + HOUR, "control")
    assert reason_to_end(viewing, at=AT + HOUR) == "time_over"
    with pytest.raises(NotAllowed):
        in_hand(request, other, guard)


def test_a_view_is_no_takeover(guangzhou: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = asked(guangzhou, camera, guard)
    Request.objects.filter(pk=request.pk).update(mode="view")
    request.refresh_from_db()
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert lease_of(request) is None
    with pytest.raises(NotAllowed):
        in_hand(request, camera, guard)


def moved(viewing: Viewing, camera: Camera, **changes: object) -> Fact:
    detail = {"grant": viewing.grant, "person": viewing.viewer.public_id, "command": "move", "pan": 50, "tilt": 0}
    detail |= {"zoom": 0, "preset": "", "from_us": 10, "to_us": 20, "end": "stopped", "code": "", **changes}
    return Fact(new_id("fct"), "ptz.moved", from_datetime(AT), camera.public_id, detail, sequence=1)


def test_every_movement_is_an_entry_and_a_row_of_the_lease(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = taken(guangzhou, camera, guard, manager)
    take_facts(facts=[moved(in_hand(request, camera, guard), camera)])
    row = LeaseMove.objects.get()
    assert (row.camera, row.viewer, row.pan, row.end) == (camera, guard, 50, "stopped")
    entry = last_entry()
    assert entry.act == "ptz.moved"
    assert {request.public_id, lease(request).public_id, camera.public_id} <= set(_about(entry))
    assert "陈警官" in entry.detail
    assert "王芳" in entry.detail


def test_a_movement_of_the_unit_is_an_entry_without_a_row(guangzhou: Site, camera: Camera, guard: Person) -> None:
    own = actions.take_in_hand(cameras=[camera], asker=asker(guard), at=AT)
    take_facts(facts=[moved(own, camera)])
    assert not LeaseMove.objects.exists()
    assert '"mover":"王芳"' in last_entry().detail


def test_lengthening_asks_the_law_again_and_moves_what_is_open(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = taken(guangzhou, camera, guard, manager)
    viewing = in_hand(request, camera, guard)
    at = AT + timedelta(minutes=30)
    with pytest.raises(Invalid):
        actions.extend_lease(request=request, duration=timedelta(minutes=15), reason="搜寻", actor=manager, at=at)
    with pytest.raises(NotAllowed):
        actions.extend_lease(request=request, duration=HOUR, reason="搜寻", actor=guard, at=at)
    term = actions.extend_lease(request=request, duration=HOUR, reason="搜寻未完", actor=manager, at=at)
    request.grant.refresh_from_db()
    viewing.refresh_from_db()
    assert term.until_at == request.grant.until_at == viewing.until_at == at + HOUR
    assert lease(request).terms.count() == 2
    assert last_entry().act == "disclosure.lease_extended"
    Site.objects.filter(pk=guangzhou.pk).update(region="110101")
    request.site.refresh_from_db()
    with pytest.raises(Unlawful):
        actions.extend_lease(request=request, duration=2 * HOUR, reason="搜寻未完", actor=manager, at=at)


def test_handing_back_wants_an_officer_of_the_request_and_a_sign(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = taken(guangzhou, camera, guard, manager)
    viewing = in_hand(request, camera, guard)
    first = request.officers.all()[0]
    with pytest.raises(Invalid):
        actions.hand_back(request=request, draft=HandBack(first), actor=guard, at=AT)
    stranger = asked(guangzhou, camera, guard).officers.all()[0]
    with pytest.raises(Invalid):
        actions.hand_back(request=request, draft=HandBack(stranger, None, "某"), actor=guard, at=AT)
    actions.hand_back(request=request, draft=HandBack(first, None, "陈警官", "镜头朝门"), actor=guard, at=AT)
    found = lease(request)
    viewing.refresh_from_db()
    assert (found.end, found.returned_by, found.end_note) == ("handed_back", first, "镜头朝门")
    assert viewing.ended_at == AT
    assert words()[-2:] == ["viewing.revoked", "disclosure.handed_back"]
    with pytest.raises(Conflict):
        renew(viewing=viewing, at=AT)
    with pytest.raises(Conflict):
        in_hand(request, camera, guard)
    with pytest.raises(Conflict):
        actions.hand_back(request=request, draft=HandBack(first, None, "陈警官"), actor=guard, at=AT)


def test_the_unit_ends_it_only_for_a_reason_of_the_list(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = taken(guangzhou, camera, guard, manager)
    for end in ("", "handed_back", "time_over", "because"):
        with pytest.raises(Invalid):
            actions.end_lease(request=request, end=end, note="理由", actor=manager, at=AT)
    with pytest.raises(Conflict) as raised:
        actions.end_grant(request=request, reason="收回", actor=manager, at=AT)
    assert raised.value.code == "disclosure.end_lease"
    with pytest.raises(NotAllowed):
        actions.end_lease(request=request, end="gone", note="离开", actor=guard, at=AT)
    actions.end_lease(request=request, end="gone", note="民警已离开", actor=manager, at=AT)
    assert not is_running(lease(request), AT)
    assert last_entry().act == "disclosure.lease_ended"


def test_it_ends_by_itself(guangzhou: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = taken(guangzhou, camera, guard, manager)
    assert tend_leases(AT + HOUR - timedelta(seconds=1)) == 0
    assert tend_leases(AT + HOUR) == 1
    assert tend_leases(AT + HOUR) == 0
    assert lease(request).end == "time_over"
    assert (last_entry().act, last_entry().actor) == ("disclosure.lease_ended", "system")


def test_costs_are_claimed_under_the_provision_that_speaks_of_them(
    guangzhou: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = asked(guangzhou, camera, guard)
    with pytest.raises(Conflict):
        actions.record_cost(request=request, kind="expense", text="加班", amount_fen=1, actor=guard, at=AT)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    for kind, amount in (("bribe", 1), ("expense", 0), ("expense", -5)):
        with pytest.raises(Invalid):
            actions.record_cost(request=request, kind=kind, text="加班", amount_fen=amount, actor=guard, at=AT)
    actions.record_cost(request=request, kind="expense", text="值班加班", amount_fen=123_450, actor=guard, at=AT)
    assert lease(request).costs.get().amount_fen == 123_450
    assert '"article":18,"instrument":"guangzhou-2007-1","item":"para3"' in last_entry().ground


def test_turning_wants_the_right_the_post_and_a_camera_that_turns(
    guangzhou: Site, camera: Camera, guard: Person, clerk: Person
) -> None:
    with pytest.raises(NotAllowed):
        actions.take_in_hand(cameras=[camera], asker=asker(clerk), at=AT)
    Camera.objects.filter(pk=camera.pk).update(control_url="")
    camera.refresh_from_db()
    with pytest.raises(NotAllowed) as raised:
        actions.take_in_hand(cameras=[camera], asker=asker(guard), at=AT)
    assert raised.value.code == "ptz.none"


def _about(entry: Entry) -> list[str]:
    import json

    return list(json.loads(entry.about))
