"""The law reader: articles by instrument and subject, search, and what binds a site on a day and why."""

from __future__ import annotations

from datetime import date

import pytest

import mingcha.law as law
from mingcha.law.model import Citation
from mingcha.law.reader import LawReader

READER = LawReader(law.current())
DAY = date(2025, 6, 1)


def test_it_lists_the_articles_of_an_instrument_and_a_kind() -> None:
    rows = READER.articles("cn-2025-799", "retention-min")
    assert [(row.cite.article, row.cite.item) for row in rows] == [(17, "minimum"), (17, "exception")]


def test_it_groups_every_article_by_kind() -> None:
    groups = READER.by_kind()
    assert sum(map(len, groups.values())) == len(law.articles())
    assert all(row.kind == kind for kind, rows in groups.items() for row in rows)


def test_it_finds_one_article() -> None:
    assert READER.article("wuhan-2022-314", 15, "(1)").kind == "access-authority"
    with pytest.raises(KeyError):
        READER.article("wuhan-2022-314", 99)


@pytest.mark.parametrize("text", ["九十日", "90 DAYS", "９０ days"])
def test_it_searches_both_languages_whatever_case_and_width(text: str) -> None:
    assert Citation("cn-2025-799", 14, "para1 existing") in {row.cite for row in READER.search(text)}


def test_it_searches_within_an_instrument_and_for_every_word() -> None:
    assert READER.search("guest rooms private", "cn-2025-799")
    assert READER.search("guest rooms private", "guangzhou-2007-1") == ()
    assert READER.search("  ") == ()


def test_it_says_what_is_in_force_where_and_when() -> None:
    assert [one.id for one in READER.in_force("420106", DAY)] == ["cn-2025-799", "hubei-2013-361", "wuhan-2022-314"]
    assert READER.in_force("110101", date(2025, 3, 31)) == ()
    assert [one.id for one in READER.in_force("440304", date(2024, 1, 1), drafts=True)] == ["shenzhen-draft"]


def test_it_refuses_a_bad_region() -> None:
    with pytest.raises(law.FactError):
        READER.in_force("4201", DAY)


def test_it_says_what_binds_a_site_and_why() -> None:
    binds = {(one.subject, one.article.cite): one for one in READER.binds("420106", DAY, "school")}
    must = binds["must_have", Citation("wuhan-2022-314", 6, "(4)")]
    assert (must.reason, must.instrument.id) == ("listed", "wuhan-2022-314")
    assert binds["duties", Citation("hubei-2013-361", 17, "(5)")].reason == "public_place"
    assert binds["removal", Citation("wuhan-2022-314", 10, "para1")].reason == "listed"


def test_it_says_why_other_places_and_homes_are_bound() -> None:
    shop = {one.article.cite: one.reason for one in READER.binds("420106", DAY, "small_shop")}
    assert shop[Citation("wuhan-2022-314", 10, "para2")] == "unlisted"
    home = {(one.article.cite.article, one.reason) for one in READER.binds("420106", DAY, "home")}
    assert home == {(33, "home")}


def test_it_says_what_a_small_shop_is_freed_from_and_by_which_article() -> None:
    freed = READER.freed("110101", DAY, "small_shop")
    assert {one.article.cite.article for one in freed} == {11, 14, 15, 16, 17}
    assert {(one.by.cite.article, one.by.cite.item) for one in freed} == {(9, "para2")}
    assert READER.freed("110101", DAY, "mall") == ()


def test_it_links_articles_to_rules_and_parts_of_the_product_both_ways() -> None:
    answered = READER.answering(Citation("cn-2025-799", 17, "minimum"))
    assert answered.parameters == ("cn-2025-799/duties", "cn-2025-799/retention")
    assert answered.questions == ("duties", "retention")
    assert answered.article in READER.articles_of(answered.article.feature)


def test_it_names_codes_in_both_languages() -> None:
    assert READER.label("place", "mall", "zh") == "商贸中心"
    assert READER.label("place", "mall", "en") == "shopping centre"
    assert READER.instruments()[0].id == "cn-2025-799"


def test_it_shows_the_readings_of_an_article() -> None:
    assert [one.id for one in READER.readings_of(Citation("cn-2025-799", 8, "para1 (4)"))] == ["private-areas"]
    assert READER.readings_of(Citation("cn-2025-799", 17, "minimum")) == ()
