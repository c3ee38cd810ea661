"""Holds that the recorder keeps and a restored office does not know: a reason again, then two persons."""

from __future__ import annotations

from typing import Any

import pytest

from mingcha.base.clock import from_datetime
from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.custody.actions import Reason, adopt_holds, ask_release, find_holds, release_hold
from mingcha.records.custody.models import KeptHold
from mingcha.records.custody.queries import kept_groups, owed, ranges_to_tell
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.register.models import Entry
from mingcha.wire.holds import Standing
from tests.records.custody.conftest import SPAN
from tests.support.office import AT, LATER, make_person

FORMER = "cam_0000000000000000"
REASON = Reason("case", "2026-118", "东门盗窃")


def told(number: int, camera: str, **changes: Any) -> Standing:
    fields = {"start_us": SPAN.start_us, "end_us": SPAN.end_us, "placed_us": from_datetime(AT), **changes}
    return Standing(hold=f"hld_{number:016d}", camera=camera, **fields)


@pytest.fixture
def kept(camera: Camera) -> list[KeptHold]:
    find_holds(found=[told(1, camera.public_id)], at=LATER)
    return list(KeptHold.objects.all())


def test_it_stands_on_the_home_page_until_it_has_a_reason_and_two_persons_release_it(
    kept: list[KeptHold], camera: Camera, clerk: Person, manager: Person
) -> None:
    assert [line.code for line in owed(clerk, LATER)] == ["holds_without_reason"]
    assert [group.names for group in kept_groups(viewer=clerk, at=LATER)] == [(camera.name,)]
    hold = adopt_holds(kept=kept, reason=REASON, actor=clerk, at=LATER)
    assert (hold.state_at(LATER), hold.ranges.get().public_id) == ("in_force", kept[0].public_id)
    assert kept[0].public_id in Entry.objects.get(act="hold.adopted").refs
    assert owed(clerk, LATER) == []
    ask_release(hold=hold, reason="已结案", actor=clerk, at=LATER)
    with pytest.raises(NotAllowed):
        release_hold(hold=hold, actor=clerk, at=LATER)
    release_hold(hold=hold, actor=manager, at=LATER)
    assert [one.public_id for one in ranges_to_tell(LATER, everything=False)] == [kept[0].public_id]


def test_a_camera_these_books_do_not_know_needs_a_site_and_comes_back_retired(
    camera: Camera, clerk: Person, site: Site
) -> None:
    find_holds(found=[told(1, camera.public_id), told(2, FORMER)], at=LATER)
    (group,) = kept_groups(viewer=clerk, at=LATER)
    assert (len(group.parts), group.has_strangers) == (2, True)
    with pytest.raises(Invalid) as caught:
        adopt_holds(kept=group.parts, reason=REASON, actor=clerk, at=LATER)
    assert caught.value.code == "hold.site_needed"
    hold = adopt_holds(kept=group.parts, reason=Reason("case", "1", "x", site), actor=clerk, at=LATER)
    former = Camera.objects.get(public_id=FORMER)
    assert (former.state, former.site, hold.ranges.count()) == ("retired", site, 2)
    assert Entry.objects.get(act="camera.known_again").subject == FORMER


def test_what_is_kept_for_a_term_keeps_its_term(camera: Camera, clerk: Person) -> None:
    until_us = from_datetime(LATER) + 1
    find_holds(found=[told(1, camera.public_id, until_us=until_us)], at=AT)
    hold = adopt_holds(kept=list(KeptHold.objects.all()), reason=REASON, actor=clerk, at=LATER)
    assert (hold.ground, hold.until_us, hold.ranges.get().until_us) == ("important", until_us, until_us)


@pytest.mark.parametrize("reason", [Reason("important", "", "x"), Reason("case", "", "x"), Reason("case", "1", " ")])
def test_a_reason_is_asked_for_as_with_any_hold(kept: list[KeptHold], clerk: Person, reason: Reason) -> None:
    with pytest.raises(Invalid):
        adopt_holds(kept=kept, reason=reason, actor=clerk, at=LATER)


def test_two_cannot_take_the_same_and_others_cannot_at_all(kept: list[KeptHold], clerk: Person) -> None:
    guard = make_person("guard", "钱伟", "guard")
    with pytest.raises(NotAllowed):
        adopt_holds(kept=kept, reason=REASON, actor=guard, at=LATER)
    assert kept_groups(viewer=guard, at=LATER) == []
    adopt_holds(kept=kept, reason=REASON, actor=clerk, at=LATER)
    with pytest.raises(Conflict):
        adopt_holds(kept=kept, reason=REASON, actor=clerk, at=LATER)
