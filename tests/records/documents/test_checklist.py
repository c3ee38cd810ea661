"""What the law asks the archive to hold, held against what is there."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.documents import actions, queries
from mingcha.records.documents.actions import DocumentDraft
from mingcha.records.documents.models import Document
from mingcha.records.documents.states import Holding
from mingcha.records.inventory.models import Contractor, Site, System
from tests.support import uploads
from tests.support.office import AT, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def mall(site: Site) -> Site:
    """A mall in Wuhan, in use."""
    Site.objects.filter(pk=site.pk).update(region="420106", place="mall", in_use_on=date(2026, 1, 1))
    site.refresh_from_db()
    return site


@pytest.fixture
def system(mall: Site) -> System:
    return System.objects.create(site=mall, name="一期", state="in_use", created_at=AT)


def put(subject: str, kind: str, actor: Person, text: bytes = b"x", **changes: Any) -> Document:
    draft = DocumentDraft(kind=kind, title=kind, subject=subject, **changes)
    given = uploads.upload("a.pdf", uploads.pdf(text=text + kind.encode()))
    return actions.file_document(draft=draft, upload=given, actor=actor, at=AT)


def holdings(viewer: Person, site: Site, per: str = "system") -> dict[str, Holding]:
    seen = queries.checklist(viewer=viewer, site=site, on=TODAY)
    return {line.kinds[0]: line.holding for part in seen.parts if part.per == per for line in part.lines}


def test_a_site_that_is_not_told_cannot_be_asked(site: Site, manager: Person) -> None:
    seen = queries.checklist(viewer=manager, site=site, on=TODAY)
    assert not seen.can_ask
    assert seen.parts == ()


def test_each_demand_is_missing_there_or_expired(system: System, manager: Person) -> None:
    site = system.site
    assert set(holdings(manager, site).values()) == {Holding.MISSING}
    put(system.public_id, "acceptance_report", manager)
    put(system.public_id, "filing_receipt", manager, valid_until=date(2026, 11, 20))
    seen = holdings(manager, site)
    assert seen["acceptance_report"] == Holding.HELD
    assert seen["filing_receipt"] == Holding.EXPIRED
    assert seen["design_plan"] == Holding.MISSING
    put(system.public_id, "filing_receipt", manager, text=b"new", valid_until=TODAY)
    assert holdings(manager, site)["filing_receipt"] == Holding.HELD


def test_each_line_names_every_article_that_asks(system: System, manager: Person) -> None:
    seen = queries.checklist(viewer=manager, site=system.site, on=TODAY)
    line = next(one for part in seen.parts for one in part.lines if one.kinds == ("acceptance_report",))
    cited = {(ground.cite.instrument, ground.cite.article) for ground in line.grounds}
    assert cited == {("cn-2025-799", 11), ("hubei-2013-361", 10), ("wuhan-2022-314", 8), ("wuhan-2022-314", 11)}
    assert seen.law_version


def test_papers_of_a_later_stage_are_not_due_before_it(system: System, manager: Person) -> None:
    System.objects.filter(pk=system.pk).update(state="building")
    Site.objects.filter(pk=system.site_id).update(in_use_on=None)
    seen = holdings(manager, system.site)
    assert seen["design_plan"] == Holding.MISSING
    assert seen["acceptance_report"] == Holding.LATER


def test_a_paper_of_the_site_answers_for_its_systems(system: System, manager: Person) -> None:
    put(system.site.public_id, "acceptance_report", manager)
    assert holdings(manager, system.site)["acceptance_report"] == Holding.HELD


def test_a_withdrawn_paper_answers_for_nothing(system: System, manager: Person) -> None:
    document = put(system.public_id, "acceptance_report", manager)
    actions.withdraw_document(document=document, reason="错", actor=manager, at=AT)
    assert holdings(manager, system.site)["acceptance_report"] == Holding.MISSING


def test_contractors_owe_papers_of_their_own(system: System, manager: Person) -> None:
    firm = Contractor.objects.create(name="安装公司", created_at=AT)
    assert holdings(manager, system.site, "contractor")["technician_list"] == Holding.MISSING
    put(firm.public_id, "technician_list", manager)
    assert holdings(manager, system.site, "contractor")["technician_list"] == Holding.HELD


def test_a_confidential_paper_counts_but_is_not_named_to_those_who_may_not_read_it(
    system: System, manager: Person
) -> None:
    put(system.public_id, "acceptance_report", manager, is_confidential=True)
    maintainer = make_person("maintainer", "钱修", "maintainer")
    for viewer, named in ((manager, True), (maintainer, False)):
        seen = queries.checklist(viewer=viewer, site=system.site, on=TODAY)
        line = next(one for part in seen.parts for one in part.lines if one.kinds == ("acceptance_report",))
        assert line.holding == Holding.HELD
        assert (line.document is not None) == named


def test_an_exempt_place_is_told_why_it_is_asked_less(site: Site, manager: Person) -> None:
    Site.objects.filter(pk=site.pk).update(region="110101", place="small_shop")
    site.refresh_from_db()
    seen = queries.checklist(viewer=manager, site=site, on=TODAY)
    assert [(ground.cite.instrument, ground.cite.article) for ground in seen.exempt] == [("cn-2025-799", 9)]


def test_home_is_told_what_is_owed_and_others_are_not(system: System, manager: Person, guard: Person) -> None:
    lines = queries.owed(manager, TODAY)
    assert [(line.code, line.subject) for line in lines] == [("document.missing", system.site.public_id)]
    assert lines[0].count > 5
    assert queries.owed(guard, TODAY) == []
