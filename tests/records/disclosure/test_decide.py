"""Grants, refusals, emergencies and what they leave owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mingcha.base.errors import Conflict, Invalid, NotAllowed, Unlawful
from mingcha.records.accounts.models import Person
from mingcha.records.disclosure import actions, queries
from mingcha.records.disclosure.actions import PaperDraft
from mingcha.records.disclosure.models import Debt
from mingcha.records.inventory.models import Camera, Site
from tests.records.disclosure.conftest import HOUR, granted, officer, ready, received, relative, wanted
from tests.support.office import AT, last_entry, words

DAY = timedelta(days=1)


def test_a_grant_keeps_facts_answer_citations_and_law_version(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = granted(beijing, camera, guard, manager)
    decision = request.decision
    assert decision.granted
    assert decision.facts["staff"] == 1
    assert decision.facts["registered"] is True
    assert decision.citations
    assert decision.law_version == last_entry().law_version
    assert request.grant.until_at == AT + HOUR
    assert "江岸分局" in request.grant.watermark
    assert "陈警官" in request.grant.watermark
    assert last_entry().act == "disclosure.granted"


def test_the_law_refuses_with_its_articles_until_everything_is_there(
    wuhan: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = ready(wuhan, camera, guard)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert set(raised.value.params["codes"]) == {  # type: ignore[call-overload]
        "approval_document",
        "approval_or_introduction",
        "certificate",
        "second_officer",
    }
    assert {cite[0] for cite in raised.value.citations} == {"hubei-2013-361", "wuhan-2022-314"}
    second = officer("刘警官", certificate="ministerial_certificate")
    actions.add_officer(request=request, draft=second, actor=guard, at=AT)
    actions.add_paper(request=request, draft=PaperDraft("approval_document", "市公安局"), actor=guard, at=AT)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert request.state == "granted"


def test_nobody_is_let_in_unnamed(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = received(beijing, camera, guard)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert raised.value.params["unwritten"] == ("retriever_name",)
    assert ("cn-2025-799", 16, "para2 (3)") in raised.value.citations


def test_the_guard_grants_what_the_law_grants_an_organ(beijing: Site, camera: Camera, guard: Person) -> None:
    request = ready(beijing, camera, guard)
    actions.grant(request=request, duration=HOUR, actor=guard, at=AT)
    assert (last_entry().act, last_entry().actor) == ("disclosure.granted", guard.public_id)


def test_the_guard_decides_on_nothing_else(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = ready(beijing, camera, guard)
    person = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    takeover = received(beijing, camera, guard, mode="takeover", span=None)
    before = words()
    for one in (person, takeover):
        with pytest.raises(NotAllowed):
            actions.grant(request=one, duration=HOUR, actor=guard, at=AT)
    with pytest.raises(NotAllowed):
        actions.refuse(request=request, reasons=["beyond_need"], note="", actor=guard, at=AT)
    assert words() == before


@pytest.mark.parametrize("duration", [timedelta(0), -HOUR, timedelta(hours=25)])
def test_a_grant_has_an_end_within_a_day(
    duration: timedelta, beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    with pytest.raises(Invalid):
        actions.grant(request=ready(beijing, camera, guard), duration=duration, actor=manager, at=AT)


def test_without_a_region_nothing_is_granted(site: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = ready(site, camera, guard)
    assert queries.answer_for(request, AT) is None
    with pytest.raises(Conflict) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert raised.value.code == "disclosure.region"


def test_a_decision_is_made_once(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = granted(beijing, camera, guard, manager)
    with pytest.raises(Conflict):
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    with pytest.raises(Conflict):
        actions.refuse(request=request, reasons=["other"], note="x", actor=manager, at=AT)
    with pytest.raises(Conflict):
        actions.add_officer(request=request, draft=officer("后来者"), actor=guard, at=AT)


def test_a_refusal_keeps_what_was_missing_and_why(wuhan: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = ready(wuhan, camera, guard)
    made = actions.refuse(request=request, reasons=["beyond_need"], note="只需一台", actor=manager, at=AT)
    assert "second_officer" in made.missing
    assert made.reasons == ["beyond_need"]
    assert made.citations
    assert request.state == "refused"
    assert last_entry().detail_fields["note"] == "只需一台"


def test_a_refusal_of_what_the_law_allows_needs_a_reason(
    beijing: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = ready(beijing, camera, guard)
    for reasons, note in ([], ""), (["other"], " "), (["no_such"], "x"):
        with pytest.raises(Invalid):
            actions.refuse(request=request, reasons=reasons, note=note, actor=manager, at=AT)
    actions.refuse(request=request, reasons=["withdrawn"], note="", actor=manager, at=AT)


def test_a_person_sees_with_the_units_consent(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = actions.receive_from_person(site=beijing, asking=relative(), wanted=wanted(camera), actor=guard, at=AT)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert raised.value.params["codes"] == ("unit_consent",)
    actions.consent(request=request, actor=manager, at=AT)
    made = actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert made.watermark.startswith("孙某")


def test_an_emergency_lets_in_at_once_and_leaves_debts(
    beijing: Site, camera: Camera, guard: Person, manager: Person, auditor: Person, settings: Any
) -> None:
    settings.PAPERS_OWED_HOURS = 24
    request = received(beijing, camera, guard, emergency=True)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert list(Debt.objects.values_list("code", "due_at")) == [("officer", AT + DAY), ("paper", AT + DAY)]
    assert last_entry().detail_fields["owed"] == ["officer", "paper"]
    lines = queries.owed(auditor, AT.date())
    assert [line.code for line in lines] == ["debt_officer", "debt_paper"]
    assert "江岸分局" in lines[0].text
    assert request.public_id in lines[0].url
    assert queries.owed(guard, AT.date()) == []


def test_debts_are_settled_by_what_is_handed_in(beijing: Site, camera: Camera, guard: Person, manager: Person) -> None:
    request = received(beijing, camera, guard, emergency=True)
    actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    actions.add_officer(request=request, draft=officer(), actor=guard, at=AT + HOUR)
    assert words()[-2:] == ["disclosure.officer_added", "disclosure.debt_settled"]
    late = AT + 3 * DAY
    actions.add_paper(request=request, draft=PaperDraft("introduction_letter", "分局"), actor=guard, at=late)
    assert last_entry().detail_fields["was_late"] is True
    assert not queries.debts(viewer=manager).exists()
    assert queries.owed(manager, late.date()) == []
    with pytest.raises(Conflict):
        actions.add_officer(request=request, draft=officer("后来者"), actor=guard, at=late)


def test_an_emergency_waives_nothing_that_the_law_asks_for(
    wuhan: Site, camera: Camera, guard: Person, manager: Person
) -> None:
    request = received(wuhan, camera, guard, emergency=True)
    with pytest.raises(Unlawful) as raised:
        actions.grant(request=request, duration=HOUR, actor=manager, at=AT)
    assert "second_officer" in raised.value.params["codes"]  # type: ignore[operator]
    assert not Debt.objects.exists()
