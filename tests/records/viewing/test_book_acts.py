"""Findings, acquaintances, looks that were noticed, and rows beyond their term."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from mingcha.base.errors import Conflict, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Camera, Site
from mingcha.records.policies.actions import agree_to_change, change_policy
from mingcha.records.policies.states import LOG_DAYS, PolicyKey
from mingcha.records.register.models import Entry
from mingcha.records.viewing.actions import open_playback
from mingcha.records.viewing.book_acts import deal_with, mark_acquaintance, thin_log, write_finding
from mingcha.records.viewing.log_terms import log_term
from mingcha.records.viewing.models import Dealt, Finding, Served, Viewing
from mingcha.records.viewing.noticing import Noticed, noticed, noticed_by_key, owed, owing_findings
from tests.records.viewing.test_open_playback import SPAN
from tests.records.viewing.test_served import sent
from tests.support.office import AT, LATER, asker, last_entry, make_person

DAY = timedelta(days=1)


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周敏", "auditor")


def played(person: Person, camera: Camera, reason: str = "incident", at: datetime = AT, minutes: int = 5) -> Viewing:
    """A look at this instant, which may lie before the viewer held a post."""
    look = open_playback(asker=asker(person, reason, "丢失背包"), cameras=[camera], span=SPAN, at=AT)
    Viewing.objects.filter(pk=look.pk).update(opened_at=at)
    sent(look, camera, minutes, at=at)
    look.refresh_from_db()
    return look


def lines(viewer: Person, at: datetime = AT + 2 * DAY) -> list[Noticed]:
    return noticed(viewer=viewer, since=AT - 7 * DAY, until=at, at=at)


# Findings


def test_a_look_for_an_incident_owes_a_finding_and_is_noticed_when_none_comes(
    guard: Person, manager: Person, camera: Camera
) -> None:
    look = played(guard, camera)
    assert list(owing_findings(guard, LATER)) == [look]
    assert [line.code for line in owed(guard, LATER)] == ["finding"]
    assert lines(manager, AT + timedelta(hours=23)) == []
    assert [(line.what, line.viewing) for line in lines(manager)] == [("no_finding", look)]
    write_finding(viewings=[look], outcome="found", text="背包在三号门", actor=guard, at=LATER)
    assert lines(manager) == []
    assert not owing_findings(guard, LATER).exists()
    entry = last_entry()
    assert (entry.act, entry.subject, entry.detail_fields["note"]) == (
        "viewing.finding_written",
        look.public_id,
        "背包在三号门",
    )


def test_nothing_found_needs_no_words_and_stands_for_several_looks(guard: Person, camera: Camera) -> None:
    looks = [played(guard, camera), played(guard, camera)]
    write_finding(viewings=looks, outcome="nothing", text="", actor=guard, at=LATER)
    assert Finding.objects.count() == 2
    assert set(last_entry().refs) >= {look.public_id for look in looks}


def test_where_the_house_wants_none_nothing_is_owed(guard: Person, manager: Person, camera: Camera) -> None:
    auditor = make_person("auditor", "周敏", "auditor")
    change = change_policy(key=PolicyKey.FOLLOW_UP_HOURS, value=0, reason="不要求", actor=manager, at=AT - 9 * DAY)
    agree_to_change(change=change, actor=auditor, at=AT - 9 * DAY)
    played(guard, camera)
    assert not owing_findings(guard, LATER).exists()
    assert lines(manager) == []


@pytest.mark.parametrize("reason", ["routine", "patrol", "equipment"])
def test_other_reasons_owe_nothing(guard: Person, camera: Camera, reason: str) -> None:
    played(guard, camera, reason)
    assert not owing_findings(guard, LATER).exists()


def test_a_look_at_nothing_owes_nothing(guard: Person, camera: Camera) -> None:
    open_playback(asker=asker(guard, "incident"), cameras=[camera], span=SPAN, at=AT)
    assert not owing_findings(guard, LATER).exists()


def test_a_finding_is_written_once_and_by_who_looked(guard: Person, manager: Person, camera: Camera) -> None:
    look = played(guard, camera)
    with pytest.raises(NotAllowed):
        write_finding(viewings=[look], outcome="nothing", text="", actor=manager, at=LATER)
    write_finding(viewings=[look], outcome="nothing", text="", actor=guard, at=LATER)
    with pytest.raises(Conflict):
        write_finding(viewings=[look], outcome="found", text="别的", actor=guard, at=LATER)


@pytest.mark.parametrize(
    ("outcome", "text", "code"),
    [("maybe", "", "finding.outcome"), ("found", " ", "finding.text"), ("nothing", "长" * 501, "text.long")],
)
def test_a_finding_says_what_it_has_to(guard: Person, camera: Camera, outcome: str, text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        write_finding(viewings=[played(guard, camera)], outcome=outcome, text=text, actor=guard, at=LATER)
    assert caught.value.code == code
    with pytest.raises(Invalid):
        write_finding(viewings=[], outcome="nothing", text="", actor=guard, at=LATER)


# Acquaintances


def test_the_viewer_marks_that_they_know_somebody_and_it_is_listed(
    guard: Person, manager: Person, camera: Camera
) -> None:
    look = played(guard, camera, "routine")
    mark_acquaintance(viewing=look, note="画面中有邻居", actor=guard, at=LATER)
    (line,) = lines(manager)
    assert (line.what, line.person, line.viewing) == ("acquaintance", guard, look)
    assert last_entry().act == "viewing.acquaintance_marked"
    assert guard.public_id in last_entry().refs


def test_who_looks_into_looks_marks_too_and_a_colleague_does_not(
    guard: Person, manager: Person, auditor: Person, camera: Camera
) -> None:
    look = played(guard, camera, "routine")
    mark_acquaintance(viewing=look, note="听同事说认识", actor=auditor, at=LATER)
    with pytest.raises(NotAllowed):
        mark_acquaintance(viewing=look, note="认识", actor=make_person("other", "同事", "guard"), at=LATER)
    with pytest.raises(Invalid):
        mark_acquaintance(viewing=look, note=" ", actor=guard, at=LATER)


def test_two_marks_are_two_lines_and_each_is_dealt_with_by_itself(
    guard: Person, manager: Person, camera: Camera
) -> None:
    look = played(guard, camera, "routine")
    for note in ("邻居", "亲戚"):
        mark_acquaintance(viewing=look, note=note, actor=guard, at=LATER)
    first, second = lines(manager)
    assert first.key != second.key
    deal_with(line=first, note="已谈话", actor=manager, at=LATER)
    assert lines(manager) == [second]


# Looking into it


def test_the_list_becomes_empty_once_somebody_looked_into_all(guard: Person, manager: Person, camera: Camera) -> None:
    look = played(guard, camera, at=AT + timedelta(hours=11), minutes=9 * 60)
    mark_acquaintance(viewing=look, note="邻居", actor=guard, at=LATER)
    found = lines(manager, AT + 3 * DAY)
    assert [line.what for line in found] == ["much", "night", "no_finding", "acquaintance"]
    for line in found:
        assert noticed_by_key(viewer=manager, key=line.key, at=AT + 3 * DAY) == line
        deal_with(line=line, note="已核实，系处置事件", actor=manager, at=LATER)
    assert lines(manager, AT + 3 * DAY) == []
    assert last_entry().detail_fields["viewer"] == guard.name


def test_what_grew_since_is_noticeable_again(guard: Person, manager: Person, camera: Camera) -> None:
    look = played(guard, camera, "routine", minutes=9 * 60)
    deal_with(line=lines(manager)[0], note="已核实", actor=manager, at=LATER)
    assert lines(manager) == []
    sent(look, camera, 60)
    assert [line.what for line in lines(manager)] == ["much"]


def test_nobody_looks_into_their_own_looks(manager: Person, guard: Person, camera: Camera) -> None:
    played(manager, camera, "routine", minutes=9 * 60)
    (line,) = lines(manager)
    with pytest.raises(NotAllowed) as caught:
        deal_with(line=line, note="没事", actor=manager, at=LATER)
    assert caught.value.code == "noticed.own"
    with pytest.raises(IntegrityError), transaction.atomic():
        Dealt.objects.create(what="much", viewer=manager, day=AT.date(), note="x", by=manager, at=AT)


@pytest.mark.parametrize("role", ["guard", "clerk", "inspector", "maintainer"])
def test_others_look_into_nothing(manager: Person, guard: Person, camera: Camera, role: str) -> None:
    played(guard, camera, "routine", minutes=9 * 60)
    with pytest.raises(NotAllowed):
        deal_with(line=lines(manager)[0], note="没事", actor=make_person("other", "某人", role), at=LATER)


def test_words_are_wanted(manager: Person, guard: Person, camera: Camera) -> None:
    played(guard, camera, "routine", minutes=9 * 60)
    with pytest.raises(Invalid):
        deal_with(line=lines(manager)[0], note="", actor=manager, at=LATER)


@pytest.mark.parametrize("key", ["", "much", "much.x.per_1", "much.2026-11-21.per_0000000000000000", "..", "a.b.c"])
def test_a_key_of_nothing_finds_nothing(manager: Person, key: str) -> None:
    assert noticed_by_key(viewer=manager, key=key, at=AT) is None


def test_it_waits_at_home_of_who_looks_into_looks_but_not_for_ones_own(
    manager: Person, auditor: Person, camera: Camera
) -> None:
    played(manager, camera, "routine", minutes=9 * 60)
    assert [(line.code, line.count) for line in owed(auditor, LATER)] == [("noticed", 1)]
    assert owed(manager, LATER) == []


# The term of the log


def test_the_term_is_the_longer_of_law_and_house(site: Site, manager: Person) -> None:
    assert (log_term(site, AT).law_days, log_term(site, AT).days) == (None, LOG_DAYS)
    Site.objects.filter(pk=site.pk).update(region="440305", place="shopping_mall", drafts=True)
    site.refresh_from_db()
    term = log_term(site, AT)
    assert term.law_days is not None
    assert term.citations
    assert term.days >= max(term.law_days, LOG_DAYS)
    change_policy(key=PolicyKey.KEEP_LOG_DAYS, value=1000, reason="从严", actor=manager, at=AT)
    assert log_term(site, AT).days == 1000


def test_only_rows_beyond_the_term_go_and_the_register_keeps_its_entries(
    guard: Person, manager: Person, camera: Camera, site: Site
) -> None:
    old, recent = AT - (LOG_DAYS + 1) * DAY, AT - (LOG_DAYS - 1) * DAY
    for at in (old, recent):
        played(guard, camera, "routine", at=at)
    entries = Entry.objects.filter(act="viewing.served").count()
    assert thin_log(sites=[site], note="到期", actor=manager, at=AT) == 1
    assert list(Served.objects.values_list("at", flat=True)) == [recent]
    assert Entry.objects.filter(act="viewing.served").count() == entries
    assert Viewing.objects.count() == 2
    entry = last_entry()
    assert (entry.act, entry.detail_fields["count"]) == ("viewing.log_thinned", 1)
    with pytest.raises(Conflict):
        thin_log(sites=[site], note="到期", actor=manager, at=AT)


def test_what_was_marked_or_looked_into_stays(guard: Person, manager: Person, camera: Camera, site: Site) -> None:
    old = AT - (LOG_DAYS + 1) * DAY
    marked = played(guard, camera, "routine", at=old)
    mark_acquaintance(viewing=marked, note="邻居", actor=guard, at=old)
    late = played(guard, camera, "incident", at=old)
    line = next(one for one in noticed(viewer=manager, since=old - DAY, until=AT, at=AT) if one.viewing == late)
    deal_with(line=line, note="已核实", actor=manager, at=AT)
    with pytest.raises(Conflict):
        thin_log(sites=[site], note="到期", actor=manager, at=AT)
    assert Served.objects.count() == 2


def test_a_longer_policy_keeps_them(guard: Person, manager: Person, camera: Camera, site: Site) -> None:
    played(guard, camera, "routine", at=AT - 300 * DAY)
    change_policy(key=PolicyKey.KEEP_LOG_DAYS, value=400, reason="从严", actor=manager, at=AT)
    with pytest.raises(Conflict):
        thin_log(sites=[site], note="到期", actor=manager, at=AT)


@pytest.mark.parametrize("role", ["guard", "clerk", "auditor", "inspector"])
def test_nobody_else_thins_the_log(guard: Person, camera: Camera, site: Site, role: str) -> None:
    played(guard, camera, "routine", at=AT - 300 * DAY)
    with pytest.raises(NotAllowed):
        thin_log(sites=[site], note="到期", actor=make_person("other", "某人", role), at=AT)
    assert Served.objects.exists()
