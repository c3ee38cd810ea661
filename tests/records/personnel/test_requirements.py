"""Which items the law demands: asked of its data, never of code."""

from __future__ import annotations

from datetime import date

import pytest

from mingcha import law
from mingcha.law.model import Duty
from mingcha.records.personnel.requirements import Circumstances, demands, duties_of_the_unit, readings
from mingcha.records.personnel.states import Item, PostKind

WUHAN = Circumstances("420102", "mall")
TODAY = date(2026, 11, 21)


def test_every_duty_that_speaks_of_staff_has_a_reading() -> None:
    """A new text whose staff duties nobody has read would silently demand nothing."""
    staff = {reading.duty for reading in readings().values()}
    rows = {
        (duty.cite.instrument, duty.cite.article, duty.cite.item): duty.code
        for parameter in law.current().data.parameters
        for duty in parameter.entries
        if isinstance(duty, Duty) and duty.code in staff
    }
    assert {cite: reading.duty for cite, reading in readings().items()} == rows


def test_codes_that_name_staff_are_read_or_said_to_be_the_unit_s() -> None:
    codes = {
        duty.code
        for parameter in law.current().data.parameters
        for duty in parameter.entries
        if isinstance(duty, Duty) and ("staff" in duty.code or "confidential" in duty.code)
    }
    assert codes <= {reading.duty for reading in readings().values()} | duties_of_the_unit()


def test_each_reading_names_an_article_of_the_table() -> None:
    table = {tuple(article.cite) for article in law.articles()}
    assert set(readings()) <= table


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2013, 8, 31), set()),
        (date(2013, 9, 1), {"hubei-2013-361"}),
        (date(2023, 3, 1), {"hubei-2013-361", "wuhan-2022-314"}),
        (date(2025, 4, 1), {"hubei-2013-361", "wuhan-2022-314", "cn-2025-799"}),
    ],
)
def test_demands_begin_on_the_day_each_text_did(day: date, expected: set[str]) -> None:
    found = demands(PostKind.MONITORING, WUHAN, day)
    assert {cite[0] for _item, cites in found.items for cite in cites} == expected


def test_items_come_in_one_order_with_the_highest_text_first() -> None:
    found = demands(PostKind.MONITORING, WUHAN, TODAY)
    assert [item for item, _cites in found.items] == list(Item)
    assert [cite[0] for cite in found.citations_of(Item.TRAINING)] == [
        "cn-2025-799",
        "hubei-2013-361",
        "wuhan-2022-314",
    ]


def test_a_maintenance_post_is_asked_by_the_draft_alone_and_only_when_drafts_are() -> None:
    shenzhen = Circumstances("440300", "mall", drafts=True)
    assert {item for item, _ in demands(PostKind.MAINTENANCE, shenzhen, TODAY).items} == {
        Item.UNDERTAKING,
        Item.TRAINING,
    }
    assert not demands(PostKind.MAINTENANCE, Circumstances("440300", "mall"), TODAY).items


def test_a_place_outside_article_7_is_free_from_the_national_ones_only() -> None:
    found = demands(PostKind.MONITORING, Circumstances("420102", "museum"), TODAY)
    assert [item for item, _ in found.items] == [Item.TRAINING, Item.POLICE_FILING]
    assert not demands(PostKind.MONITORING, Circumstances("110101", "museum"), TODAY).items
