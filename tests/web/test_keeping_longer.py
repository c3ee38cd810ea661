"""The house keeps longer: what the site's page, the public page and the home page say, and when it gets shorter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingcha.records.accounts.models import Person
from mingcha.records.inventory.models import Site
from mingcha.records.inventory.terms import term_coming, term_of, terms_of
from mingcha.records.policies.models import Policy
from mingcha.records.signs.queries import notice_for
from tests.support.office import AT, browser

WEEK = timedelta(days=7)


@pytest.fixture
def bank(site: Site) -> Site:
    """A bank in Wuhan: the province asks for some days, and nothing orders deletion."""
    Site.objects.filter(pk=site.pk).update(region="420106", place="bank")
    site.refresh_from_db()
    return site


def page(person: Person, path: str) -> str:
    Person.objects.filter(pk=person.pk).update(language="en")
    client = browser(person)
    client.cookies["mingcha_language"] = "en"
    return client.get(path).content.decode()


def test_a_longer_time_is_told_on_the_site_s_page_and_on_its_notice(manager: Person, bank: Site) -> None:
    assert notice_for(bank, AT).kept_days == 15
    Policy.objects.create(key="keep_days", scope=bank.public_id, value=60, since=AT)
    assert notice_for(bank, AT).kept_days == 60
    text = page(manager, f"/sites/{bank.public_id}/")
    assert "at least 60 days" in text
    assert "The law asks for 15 days; the house keeps longer." in text


def test_a_shortening_is_announced_until_its_day_and_then_holds(manager: Person, bank: Site) -> None:
    Policy.objects.create(key="keep_days", scope="", value=60, since=AT, next_value=20, next_from=AT + WEEK)
    coming = term_coming(bank, AT)
    assert coming is not None
    assert (coming.from_at, coming.days) == (AT + WEEK, 20)
    assert "20 days" in page(manager, f"/sites/{bank.public_id}/")
    assert "is kept for 20 days only" in page(manager, "/")
    assert notice_for(bank, AT).kept_days == 60
    assert notice_for(bank, AT + WEEK).kept_days == 20
    assert term_coming(bank, AT + WEEK) is None


def test_a_shortening_below_the_law_stops_at_the_law(bank: Site) -> None:
    Policy.objects.create(key="keep_days", scope="", value=60, since=AT, next_value=1, next_from=AT + WEEK)
    coming = term_coming(bank, AT)
    assert coming is not None
    assert coming.days == 15


def test_where_the_law_orders_deletion_the_page_says_that_longer_is_not_possible(manager: Person, bank: Site) -> None:
    Site.objects.filter(pk=bank.pk).update(place="mall")
    bank.refresh_from_db()
    Policy.objects.create(key="keep_days", scope="", value=60, since=AT, next_value=40, next_from=AT + WEEK)
    term = term_of(bank, AT)
    assert term is not None
    assert (term.kept_days, term.is_capped, term.is_longer) == (30, True, False)
    assert term_coming(bank, AT) is None, "nothing changes there"
    assert "here the law orders deletion after 30" in page(manager, f"/sites/{bank.public_id}/")


def test_many_sites_are_asked_with_one_look_at_the_policies(bank: Site, django_assert_num_queries: object) -> None:
    Policy.objects.create(key="keep_days", scope="", value=60, since=AT)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [term.kept_days for term in terms_of([bank, bank], AT).values()] == [60]
