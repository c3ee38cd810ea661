"""What the home page hears from posts and files."""

from __future__ import annotations

from datetime import timedelta

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel.models import PersonnelFile, PoliceFiling, Post, Training
from mingcha.records.personnel.queries import owed
from tests.records.personnel.conftest import TODAY
from tests.support.office import AT, appointed


def codes(viewer: Person) -> list[tuple[str, str]]:
    return [(line.code, line.subject_name) for line in owed(viewer, TODAY)]


def test_nothing_is_owed_where_all_is_in_order(guard: Person, clerk: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    assert codes(clerk) == []


def test_who_may_not_watch_comes_first_with_the_articles(guard: Person, clerk: Person, post: Post, wuhan: Site) -> None:
    appointed(guard, wuhan)
    Training.objects.update(expires_on=TODAY - timedelta(days=1))
    first = owed(clerk, TODAY)[0]
    assert (first.code, first.subject, first.count) == ("post_suspended", guard.public_id, 1)
    assert [cite.instrument for cite in first.citations] == ["cn-2025-799", "hubei-2013-361", "wuhan-2022-314"]
    assert "王芳" in first.text


def test_what_runs_out_within_a_month_is_told_with_its_day(guard: Person, clerk: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    Training.objects.update(expires_on=TODAY + timedelta(days=30))
    (line,) = owed(clerk, TODAY)
    assert (line.code, line.due) == ("item_expires", TODAY + timedelta(days=30))
    Training.objects.update(expires_on=TODAY + timedelta(days=31))
    assert codes(clerk) == []


def test_a_candidate_nobody_has_filed_and_a_vacant_post(guard: Person, clerk: Person, post: Post, wuhan: Site) -> None:
    PersonnelFile.objects.create(person=guard, full_name="王芳", site=wuhan, opened_at=AT, changed_at=AT)
    assert codes(clerk) == [("staff_not_filed", "王芳"), ("post_vacant", "东区值班")]
    by = {"recorded_at": AT, "recorded_by": "console"}
    PoliceFiling.objects.create(person=guard, site=wuhan, filed_on=TODAY, organ="x", **by)
    assert codes(clerk) == [("post_vacant", "东区值班")]


def test_a_contractor_whose_agreement_ends_under_its_people(guard: Person, clerk: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    firm = Contractor.objects.create(name="平安保安", agreement_until=TODAY + timedelta(days=9), created_at=AT)
    PersonnelFile.objects.update(employer=firm)
    assert codes(clerk) == [("contractor_staff", "平安保安")]


def test_everybody_else_hears_of_their_own_file_only(guard: Person, clerk: Person, wuhan: Site) -> None:
    appointed(guard, wuhan)
    appointed(clerk, wuhan, "management")
    Training.objects.update(expires_on=TODAY - timedelta(days=1))
    (line,) = owed(guard, TODAY)
    assert (line.code, line.subject, line.url) == ("own_suspended", guard.public_id, "")
