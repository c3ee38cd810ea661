"""The decision interface as the pages, the API and the command line meet it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pytest

import mingcha.law as law
from mingcha.base.errors import Invalid

MALL: dict[str, Any] = {"region": "110101", "on": "2025-06-01", "place": "mall"}


def field_of(question: Any, facts: Any) -> str:
    with pytest.raises(law.FactError) as raised:
        law.decide(question, facts)
    assert raised.value.field in raised.value.message
    return raised.value.field


def test_it_answers_with_grounds_and_the_version_of_the_data() -> None:
    answer = law.decide("placement", MALL)
    assert answer["citations"]
    assert answer["law_version"] == law.version()
    assert len(law.version()) == 64


def test_it_takes_any_mapping() -> None:
    assert law.decide("placement", MappingProxyType(MALL)) == law.decide("placement", MALL)


def test_it_refuses_an_unknown_question() -> None:
    assert field_of("fortune", MALL) == "question"
    assert field_of(None, MALL) == "question"
    assert field_of(["placement"], MALL) == "question"


def test_it_refuses_facts_that_are_no_object() -> None:
    assert field_of("placement", [MALL]) == "facts"
    assert field_of("placement", None) == "facts"


def test_it_names_the_unknown_fact_before_a_missing_one() -> None:
    assert field_of("placement", {"region": "110101", "colour": 1}) == "colour"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", "4201"),
        ("region", "42010x"),
        ("region", "４２０１０６"),
        ("region", "000000"),
        ("region", 420106),
        ("region", None),
        ("region", ["420106"]),
        ("on", "2025-6-1"),
        ("on", "2025-02-30"),
        ("on", "20250601"),
        ("on", "2025-06-01T00:00:00"),
        ("on", "2025-06-01 "),
        ("on", 20250601),
        ("on", None),
        ("place", "Mall"),
        ("place", None),
        ("place", {}),
        ("area", ""),
        ("drafts", 1),
        ("drafts", "true"),
        ("drafts", None),
        ("for_public_security", 0),
    ],
)
def test_it_refuses_an_ill_typed_fact(name: str, value: object) -> None:
    assert field_of("placement", MALL | {name: value}) == name


@pytest.mark.parametrize("value", [-1, 2.0, True, "2", None])
def test_staff_is_a_whole_number(value: object) -> None:
    facts = {"region": "110101", "on": "2025-06-01", "requester": "person", "mode": "view", "staff": value}
    assert field_of("access", facts) == "staff"


@pytest.mark.parametrize("value", ["face", ["face", 1], {"face": True}, [["face"]], None])
def test_shows_is_a_list_of_codes(value: object) -> None:
    facts = {"region": "110101", "on": "2025-06-01", "shows": value, "masked": []}
    assert field_of("publication", facts) == "shows"


@pytest.mark.parametrize("question", sorted(law.current().questions))
def test_every_fact_without_a_default_is_asked_for(question: str) -> None:
    asked = law.current().questions[question]
    required = [fact.name for fact in asked.facts if fact.is_required]
    samples = {
        "region": "110101",
        "on": "2025-06-01",
        "place": "mall",
        "in_use_on": "2025-05-01",
        "recorded_at": "2025-05-01T00:00:00+08:00",
        "now": "2025-05-02T00:00:00+08:00",
        "requester": "person",
        "mode": "view",
        "shows": [],
        "masked": [],
        "planned_on": "2025-07-01",
        "breach": "no_sign",
        "actor": "unit",
    }
    facts = {name: samples[name] for name in required}
    law.decide(question, facts)
    for name in required:
        assert field_of(question, {key: value for key, value in facts.items() if key != name}) == name


@pytest.mark.parametrize(
    ("question", "facts", "field"),
    [
        ("retention", {"recorded_at": "9999-12-31T23:00:00+08:00", "now": "2025-05-01T00:00:00+08:00"}, "recorded_at"),
        ("retention", {"recorded_at": "2025-05-01T00:00:00+08:00", "now": "9999-12-31T23:00:00+00:00"}, "now"),
        ("retention", {"recorded_at": "2025-05-01T00:00:00", "now": "2025-05-01T00:00:00+08:00"}, "recorded_at"),
    ],
)
def test_it_refuses_instants_it_cannot_count(question: str, facts: dict[str, str], field: str) -> None:
    assert field_of(question, {"region": "110101", "place": "mall", **facts}) == field


def test_it_refuses_a_removal_before_the_calendar() -> None:
    facts = {"region": "420106", "on": "2024-01-01", "place": "small_shop", "planned_on": "0001-01-15"}
    assert field_of("removal", facts) == "planned_on"


def test_it_answers_a_filing_at_the_end_of_the_calendar() -> None:
    answer = law.decide("filing", MALL | {"in_use_on": "9999-12-30"})
    assert answer["earliest"] is None


def test_a_bad_fact_is_an_invalid_input() -> None:
    assert issubclass(law.FactError, Invalid)


def test_a_batch_goes_on_after_bad_cases_and_keeps_the_order() -> None:
    lines = [
        "\ufeff" + json.dumps({"id": "a", "question": "placement", "facts": MALL}),
        json.dumps({"id": "b", "question": "placement", "facts": MALL | {"region": "4201"}}),
        "",
        "  \n",
        "not json",
        "[1, 2]",
        '{"id": "c"} {"id": "d"}',
        json.dumps({"id": ["e"], "facts": MALL}),
        json.dumps({"question": "placement", "facts": 5}),
        "[" * 100_000,
        json.dumps({"id": "名", "question": "placement", "facts": MALL}) + "\r\n",
    ]
    answers = [json.loads(line) for line in law.decide_batch(lines)]
    assert [answer["id"] for answer in answers] == ["a", "b", None, None, None, ["e"], None, None, "名"]
    fields = [answer["answer"].get("error", {}).get("field") for answer in answers]
    assert fields == [None, "region", "line", "line", "line", "question", "facts", "line", None]
    assert all(answer.get("error") == answer["answer"].get("error") for answer in answers)


def test_a_batch_is_answered_line_by_line() -> None:
    asked: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(3):
            asked.append(number)
            yield json.dumps({"id": number, "question": "placement", "facts": MALL})

    answers = law.decide_batch(lines())
    next(answers)
    assert asked == [0]


def test_articles_are_those_of_all_five_texts() -> None:
    rows = law.articles()
    assert len(rows) >= 435
    assert {row.cite.instrument for row in rows} == {instrument.id for instrument in law.current().data.instruments}
    assert all(row.zh and row.en for row in rows)
