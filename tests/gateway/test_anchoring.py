"""The register goes into the ledger stretch by stretch, and its anchoring never makes an entry."""

from __future__ import annotations

import pytest

from mingcha.base.clock import ManualClock, from_datetime
from mingcha.gateway import anchoring
from mingcha.gateway.anchoring import ANCHOR_EVERY_US, SEND_AGAIN_US, AnchoringOut
from mingcha.gateway.reports import pull_facts
from mingcha.gateway.run import ReportsLoop
from mingcha.records.accounts.models import Person
from mingcha.records.register.anchoring import anchor_of, anchored_through, leaves_in, root_of
from mingcha.records.register.models import AnchorStretch, Entry
from mingcha.wire.facts import Fact
from tests.gateway.recorder import FakeRecorder
from tests.support.office import AT, make_person


def anchored(recorder: FakeRecorder, number: int = 1) -> None:
    """The ledger takes the last stretch it was handed."""
    detail = {**recorder.told("/control/anchors")[-1], "index": 40 + number}
    fact = Fact(f"fct_{number:016d}", "ledger.anchored", from_datetime(AT), "", detail, sequence=number)
    recorder.facts.append(fact)
    pull_facts(recorder.client())


@pytest.fixture
def out(recorder: FakeRecorder) -> AnchoringOut:
    made = AnchoringOut(recorder.client())
    made.tick(0)
    return made


def test_what_was_entered_is_handed_over_and_its_place_kept(
    out: AnchoringOut, recorder: FakeRecorder, manager: Person
) -> None:
    assert out.tick(ANCHOR_EVERY_US - 1) is None
    out.tick(ANCHOR_EVERY_US)
    newest = Entry.objects.order_by("pk").last()
    assert newest is not None
    (told,) = recorder.told("/control/anchors")
    assert told["last"] == newest.pk
    anchored(recorder)
    stretch = AnchorStretch.objects.get()
    assert (stretch.log_index, stretch.at) == (41, AT)
    assert root_of(leaves_in(stretch.first_entry, stretch.last_entry)) == stretch.root
    assert anchor_of(newest) == stretch


def test_anchoring_makes_no_entry_and_comes_to_rest(out: AnchoringOut, recorder: FakeRecorder, manager: Person) -> None:
    before = Entry.objects.count()
    out.tick(ANCHOR_EVERY_US)
    anchored(recorder)
    for number in range(2, 6):
        out.tick(number * ANCHOR_EVERY_US)
    assert Entry.objects.count() == before
    assert len(recorder.told("/control/anchors")) == 1
    assert recorder.facts == []


def test_nothing_follows_before_the_last_stretch_is_known_to_be_there(
    out: AnchoringOut, recorder: FakeRecorder, manager: Person
) -> None:
    out.tick(ANCHOR_EVERY_US)
    make_person("another", "孙立", "guard")
    out.tick(2 * ANCHOR_EVERY_US)
    assert len(recorder.told("/control/anchors")) == 1
    out.tick(ANCHOR_EVERY_US + SEND_AGAIN_US)
    first, again = recorder.told("/control/anchors")
    assert (again["first"], again["last"] > first["last"]) == (first["first"], True)
    anchored(recorder)
    assert anchored_through() == again["last"]


def test_a_long_backlog_goes_without_pauses(
    out: AnchoringOut, recorder: FakeRecorder, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = anchoring.next_stretch
    monkeypatch.setattr(anchoring, "next_stretch", lambda: whole(1))
    out.tick(ANCHOR_EVERY_US)
    anchored(recorder)
    out.tick(ANCHOR_EVERY_US + 1)
    first, second = recorder.told("/control/anchors")
    assert second["first"] > first["last"]


def test_a_ledger_that_fails_keeps_no_fact_from_coming_in(recorder: FakeRecorder, manager: Person) -> None:
    clock = ManualClock(wall_us=from_datetime(AT))
    loop = ReportsLoop(recorder.client(), clock)
    loop.tick()
    clock.advance(ANCHOR_EVERY_US)
    recorder.refused = {"/control/anchors": (503, b'{"error": {"code": "ledger.broken", "message": "broken"}}')}
    loop.tick()
    recorder.facts.append(Fact("fct_9", "recorder.started", from_datetime(AT), sequence=9))
    loop.tick()
    assert Entry.objects.filter(act="recorder.started").exists()
    recorder.refused = {}
    clock.advance(ANCHOR_EVERY_US)
    loop.tick()
    assert len(recorder.told("/control/anchors")) == 1
