"""Placing a hold: what is refused, what is written down; nothing is called held before the recorder said so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Invalid, NotAllowed
from mingcha.base.timerange import TimeRange
from mingcha.gateway.reports import take_facts
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import place_hold, review_hold
from mingcha.records.custody.models import Hold
from mingcha.records.custody.queries import Search, found_holds, hold_for, owed
from mingcha.records.inventory.models import Camera, Site
from mingcha.wire.facts import Fact
from tests.records.custody.conftest import SPAN, draft_of, tell
from tests.support.office import AT, LATER, last_entry


def test_a_hold_is_ordered_and_not_yet_in_force(hold: Hold, camera: Camera, clerk: Person) -> None:
    assert hold.state_at(AT) == "ordered"
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject, entry.subject_name) == (
        "hold.ordered", clerk.public_id, hold.public_id, camera.name,
    )  # fmt: skip
    assert entry.detail_fields["from_us"] == SPAN.start_us
    assert camera.public_id in entry.refs
    assert entry.grounds


def test_only_the_recorder_puts_it_in_force(hold: Hold) -> None:
    tell(hold, "hold.placed", LATER)
    assert (hold.state_at(LATER), hold.in_force_at) == ("in_force", LATER)
    assert hold.public_id in last_entry().refs


def test_it_is_in_force_when_every_camera_is(camera: Camera, site: Site, clerk: Person, manager: Person) -> None:
    other = _another(camera)
    hold = place_hold(draft=draft_of(camera, cameras=[camera, other]), actor=clerk, at=AT)
    tell(hold, "hold.placed", cameras=1)
    assert hold.state_at(AT) == "ordered"
    tell(hold, "hold.placed")
    assert hold.state_at(AT) == "in_force"


def test_what_the_recorder_holds_for_another_office_is_only_entered(hold: Hold, camera: Camera) -> None:
    detail = {"hold": "hld_0000000000000000", "start_us": 1, "end_us": 2, "until_us": None}
    take_facts(facts=[Fact("fct_1", "hold.placed", from_datetime(AT), camera.public_id, detail, sequence=1)])
    hold.refresh_from_db()
    assert hold.state_at(AT) == "ordered"
    assert last_entry().act == "hold.placed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": "curiosity"}, "hold.ground"),
        ({"number": "  "}, "hold.number"),
        ({"text": " \n "}, "hold.text"),
        ({"text": "x" * 501}, "text.long"),
        ({"cameras": []}, "hold.cameras"),
        ({"span": TimeRange(SPAN.start_us, SPAN.start_us + 367 * 86_400_000_000)}, "hold.range"),
        ({"span": TimeRange(-5, 5)}, "hold.range"),
        ({"ground": "important"}, "hold.site_untold"),
    ],
)
def test_it_is_refused_with_a_reason(camera: Camera, clerk: Person, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        place_hold(draft=draft_of(camera, **changes), actor=clerk, at=AT)
    assert refused.value.code == code
    assert not Hold.objects.exists()


def test_one_camera_is_held_once(camera: Camera, clerk: Person) -> None:
    with pytest.raises(Invalid, match="cameras"):
        place_hold(draft=draft_of(camera, cameras=[camera, camera]), actor=clerk, at=AT)


@pytest.mark.parametrize("role", ["guard", "outsider"])
def test_others_may_not_place_one(camera: Camera, role: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        place_hold(draft=draft_of(camera), actor=request.getfixturevalue(role), at=AT)
    with pytest.raises(NotAllowed):
        hold_for(viewer=request.getfixturevalue(role), public_id="hld_0000000000000000")


def test_important_information_gets_the_term_of_the_law(camera: Camera, clerk: Person) -> None:
    Site.objects.update(region="420102", place="mall")
    camera.refresh_from_db()
    hold = place_hold(draft=draft_of(camera, ground="important", number=""), actor=clerk, at=AT)
    assert hold.until_us is not None
    years = (hold.until_us - SPAN.end_us) / (365 * 86_400_000_000)
    assert 1.99 < years < 2.01
    cited = {cite["instrument"] for cite in hold.citations}
    assert cited
    assert cited <= {ground["instrument"] for ground in last_entry().grounds}
    after = AT + timedelta(days=800)
    assert hold.state_at(after) == "over"
    assert list(found_holds(viewer=clerk, wanted=Search(state="over"), at=after)) == [hold]
    assert list(found_holds(viewer=clerk, wanted=Search(), at=after)) == []


def test_a_term_that_is_over_is_refused(camera: Camera, clerk: Person) -> None:
    Site.objects.update(region="420102", place="mall")
    camera.refresh_from_db()
    long_ago = TimeRange(from_datetime(AT - timedelta(days=900)), from_datetime(AT - timedelta(days=899)))
    with pytest.raises(Invalid) as refused:
        place_hold(draft=draft_of(camera, ground="important", span=long_ago), actor=clerk, at=AT)
    assert refused.value.code == "hold.term_over"


def test_holds_are_found_by_state_ground_camera_and_words(hold: Hold, camera: Camera, clerk: Person) -> None:
    def found(**wanted: Any) -> list[Hold]:
        return list(found_holds(viewer=clerk, wanted=Search(**wanted), at=AT))

    assert found() == found(state="ordered") == found(ground="case") == found(camera=camera.public_id) == [hold]
    assert found(text="2026-118") == found(text="盗窃") == [hold]
    assert found(state="in_force") == found(ground="incident") == found(text="无") == []
    assert found(before_id=hold.pk) == []
    assert found(camera="cam_0000000000000000") == []


@pytest.mark.parametrize("state", ["ordered", "in_force", "release_asked", "releasing", "released", "over"])
def test_the_filter_says_the_same_as_the_hold(hold: Hold, clerk: Person, state: str) -> None:
    stamps: dict[str, dict[str, Any]] = {
        "ordered": {},
        "in_force": {"in_force_at": AT},
        "release_asked": {"in_force_at": AT, "release_asked_at": AT},
        "releasing": {"in_force_at": AT, "release_asked_at": AT, "release_ordered_at": AT},
        "released": {"in_force_at": AT, "release_asked_at": AT, "release_ordered_at": AT, "released_at": AT},
        "over": {"in_force_at": AT, "until_us": from_datetime(AT)},
    }
    Hold.objects.filter(pk=hold.pk).update(**stamps[state])
    hold.refresh_from_db()
    assert hold.state_at(AT) == state
    for other in stamps:
        shown = list(found_holds(viewer=clerk, wanted=Search(state=other), at=AT))
        assert shown == ([hold] if other == state else [])


def test_a_hold_the_recorder_does_not_confirm_is_owed(hold: Hold, clerk: Person, guard: Person) -> None:
    assert owed(clerk, AT + timedelta(minutes=1)) == []
    late = owed(clerk, AT + timedelta(minutes=6))
    assert [line.code for line in late] == ["hold_unconfirmed"]
    assert "2026-118" in late[0].text
    assert owed(guard, AT + timedelta(minutes=6)) == []


def test_an_old_hold_is_owed_a_look(in_force: Hold, clerk: Person, settings: Any) -> None:
    settings.HOLD_REVIEW_DAYS = 30
    after = AT + timedelta(days=31)
    assert [line.code for line in owed(clerk, after)] == ["hold_review"]
    review_hold(hold=in_force, note="案件未结", actor=clerk, at=after)
    assert last_entry().act == "hold.reviewed"
    assert owed(clerk, after) == []
    assert [line.code for line in owed(clerk, after + timedelta(days=31))] == ["hold_review"]


def _another(camera: Camera) -> Camera:
    copy = Camera.objects.get(pk=camera.pk)
    copy.pk, copy.name, copy.public_id = None, "西门", "cam_0000000000000002"
    copy.save()
    return copy
