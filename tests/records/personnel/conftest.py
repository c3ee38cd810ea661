"""People, posts and files of these tests: a mall in Wuhan, where all three texts bind."""

from __future__ import annotations

from datetime import date

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.personnel import actions
from mingcha.records.personnel.models import Post
from tests.support.office import AT, make_person

TODAY = date(2026, 11, 21)


@pytest.fixture
def wuhan(site: Site) -> Site:
    """The site, with region and place told."""
    site.region, site.place, site.police_organ = "420102", "mall", "江岸区公安分局"
    site.save()
    return site


@pytest.fixture
def clerk() -> Person:
    return make_person("clerk", "陈静", "clerk")


@pytest.fixture
def auditor() -> Person:
    return make_person("auditor", "周明", "auditor")


@pytest.fixture
def post(wuhan: Site, clerk: Person) -> Post:
    return actions.open_post(site=wuhan, name="东区值班", kind="monitoring", seats=2, actor=clerk, at=AT)


def give_check(person: Person, clerk: Person, result: str = "passed", day: date = TODAY) -> None:
    actions.record_check(
        person=person, checked_on=day, result=result, checked_by="人事部", remark="", evidence=None, actor=clerk, at=AT
    )


def give_undertaking(person: Person, clerk: Person, expires_on: date | None = None) -> None:
    actions.file_undertaking(
        person=person, educated_on=TODAY, signed_on=TODAY, expires_on=expires_on, evidence=None, actor=clerk, at=AT
    )


def give_training(person: Person, clerk: Person, expires_on: date | None = None, result: str = "passed") -> None:
    actions.record_training(
        people=[person],
        course="岗位培训",
        organiser="市保安协会",
        held_on=TODAY,
        result=result,
        expires_on=expires_on,
        evidence=None,
        actor=clerk,
        at=AT,
    )


def give_filing(person: Person, clerk: Person, site: Site, organ: str = "江岸区公安分局") -> None:
    actions.record_police_filing(
        people=[person],
        site=site,
        organ=organ,
        filed_on=TODAY,
        receipt_number="2026-17",
        evidence=None,
        actor=clerk,
        at=AT,
    )


def complete(person: Person, clerk: Person, site: Site) -> None:
    """A file that holds all the law asks for anywhere."""
    give_check(person, clerk)
    give_undertaking(person, clerk)
    give_training(person, clerk)
    give_filing(person, clerk, site)
