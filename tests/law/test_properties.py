"""What holds for all facts, whatever the texts say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

import mingcha.law as law
from mingcha.law.engine import Law
from mingcha.law.model import Ban, Citation, Deletion, Instrument, Parameter, Retention
from tests.law.strategies import FACTS, cases, code

DATA = law.current().data
TABLE = {(row.cite.instrument, row.cite.article, row.cite.item) for row in DATA.articles}


def areas(parameter: Parameter) -> set[str]:
    return {area for entry in parameter.entries if isinstance(entry, Ban) for area in entry.areas}


def with_floor(days: int, territory: str, rank: int, *, deletes: bool) -> Law:
    """The shipped law and one more instrument with a floor, perhaps an order to delete, of its own."""
    cite = Citation("more", 17, "minimum")
    more = Instrument("more", rank, "in_force", territory, date(2006, 1, 1), "更", "More", "更", "More", cite)
    floors = Parameter("more", "retention", "", "", ((date(2006, 1, 1), (Retention(cite=cite, days=days),)),))
    orders = Parameter("more", "deletion", "", "", ((date(2006, 1, 1), (Deletion(cite=cite),)),))
    parameters = (*DATA.parameters, floors, *((orders,) if deletes else ()))
    return Law(replace(DATA, instruments=(*DATA.instruments, more), parameters=parameters))


@given(
    facts=FACTS["retention"],
    days=st.integers(1, 400),
    rank=st.integers(1, 3),
    territory=st.sampled_from(["", "42", "4201", "4401"]),
    deletes=st.booleans(),
)
def test_another_instrument_never_lowers_a_floor(
    facts: dict[str, Any], days: int, rank: int, territory: str, deletes: bool
) -> None:
    before = law.decide("retention", facts)
    after = with_floor(days, territory, rank, deletes=deletes).decide("retention", facts)
    assert (after["days"] or 0) >= (before["days"] or 0)  # type: ignore[operator]
    if before["keep_until"] is not None:
        assert datetime.fromisoformat(str(after["keep_until"])) >= datetime.fromisoformat(str(before["keep_until"]))
    if before["deletion"] == "forbidden":
        assert after["deletion"] == "forbidden"


@given(facts=FACTS["retention"], later=st.timedeltas(timedelta(0), timedelta(days=1_500)))
def test_a_later_now_never_forbids_what_was_free_unless_the_law_changed(
    facts: dict[str, Any], later: timedelta
) -> None:
    now = datetime.fromisoformat(facts["now"])
    known = law.current()
    first, second = (
        known.regimes.at(facts["region"], at.astimezone(DATA.offset).date(), facts.get("drafts", False))
        for at in (now, now + later)
    )
    assume(first is second)
    before = known.decide("retention", facts)["deletion"]
    after = known.decide("retention", facts | {"now": (now + later).isoformat()})["deletion"]
    assert before == "forbidden" or after != "forbidden"


PRIVATE = sorted(
    {area for parameter in DATA.parameters if parameter.id == "cn-2025-799/bans" for area in areas(parameter)}
)


@given(
    facts=FACTS["placement"],
    area=st.sampled_from(PRIVATE),
    place=code("place").filter(lambda place: place != "home"),
    installer=code("installer"),
    on=st.dates(date(2025, 4, 1), date(2040, 1, 1)),
)
def test_a_banned_area_stays_prohibited_whoever_installs(
    facts: dict[str, Any], area: str, place: str, installer: str, on: date
) -> None:
    facts |= {"area": area, "place": place, "installer": installer, "on": on.isoformat()}
    answer: Any = law.decide("placement", facts)
    assert answer["verdict"] == "prohibited"
    assert "banned_area" in answer["reasons"]


@given(case=cases, order=st.randoms())
def test_the_order_of_the_facts_does_not_matter(case: tuple[str, dict[str, Any]], order: Any) -> None:
    question, facts = case
    names = list(facts)
    order.shuffle(names)
    assert law.decide(question, {name: facts[name] for name in names}) == law.decide(question, facts)


@given(case=cases)
def test_every_citation_stands_in_the_article_table(case: tuple[str, dict[str, Any]]) -> None:
    answer: Any = law.decide(*case)
    cited = {(cite["instrument"], cite["article"], cite.get("item", "")) for cite in answer["citations"]}
    assert cited <= TABLE
    for part in ("duties", "sanctions", "exempt"):
        for one in answer.get(part, ()):
            assert any(cite[:2] == (one["instrument"], one["article"]) for cite in TABLE)


@given(case=cases)
def test_a_batch_answers_as_a_single_question_does(case: tuple[str, dict[str, Any]]) -> None:
    question, facts = case
    (line,) = law.decide_batch([json.dumps({"id": 7, "question": question, "facts": facts})])
    assert json.loads(line) == {"id": 7, "answer": law.decide(question, facts)}


@given(case=cases)
def test_a_draft_says_nothing_unless_asked_for(case: tuple[str, dict[str, Any]]) -> None:
    question, facts = case
    answer: Any = law.decide(question, facts | {"drafts": False})
    assert "shenzhen-draft" not in {cite["instrument"] for cite in answer["citations"]}


@given(facts=FACTS["access"], more=st.sampled_from(["registered", "statutory_duty", "unit_consent", "authorised"]))
def test_bringing_more_never_makes_more_missing(facts: dict[str, Any], more: str) -> None:
    before: Any = law.decide("access", facts)["missing"]
    fuller = facts | {more: True, "staff": facts.get("staff", 0) + 1}
    after: Any = law.decide("access", fuller)["missing"]
    assert set(after) <= set(before)


@given(case=cases)
def test_answers_belong_to_the_caller(case: tuple[str, dict[str, Any]]) -> None:
    answer = law.decide(*case)
    answer.clear()
    assert law.decide(*case)["law_version"] == law.version()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(case=cases, junk=JSON, choice=st.randoms())
def test_a_batch_survives_any_json_in_place_of_a_fact(case: tuple[str, dict[str, Any]], junk: Any, choice: Any) -> None:
    question, facts = case
    name = choice.choice(sorted(facts))
    line = json.dumps({"id": junk, "question": question, "facts": facts | {name: junk}})
    (answer,) = (json.loads(text) for text in law.decide_batch([line]))
    if "error" in answer:
        assert answer["error"]["field"] == name


@given(text=st.text())
def test_a_batch_survives_any_text(text: str) -> None:
    for answer in law.decide_batch([text]):
        assert json.loads(answer)["error"]["field"] in ("line", "question")
