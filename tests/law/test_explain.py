"""The reasoning in words, and what changes between two days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

import mingcha.law as law
from mingcha.law.diff import Change, changes
from mingcha.law.explain import explain
from mingcha.law.model import Citation
from tests.law.strategies import cases

LAW = law.current()


def test_it_explains_in_chinese() -> None:
    facts = {"region": "110101", "on": "2025-06-01", "place": "hotel", "area": "guest_room"}
    lines = explain(LAW, "placement", facts, "zh").splitlines()
    assert lines[:3] == ["摄像设备可否安装", "结论：禁止安装", "理由：属于禁止安装的部位"]
    assert "  国务院令第799号第8条 para1 (1)：食宿经营场所的客房、包间内禁止安装" in lines
    assert lines[-1] == f"法规数据版本：{law.version()[:16]}"


def test_it_explains_in_english_with_sanctions_on_a_line_each() -> None:
    facts = {"region": "420106", "on": "2025-06-01", "breach": "not_filed", "actor": "unit", "refused_correction": True}
    text = explain(LAW, "sanction", facts, "en")
    assert "  Order 799 art. 29; measures order to correct, fine; fine 0–10000 RMB" in text.splitlines()
    assert "  hubei-filing-breaches: A false filing" in text


def test_it_marks_the_readings_an_answer_rests_on() -> None:
    facts = {"region": "110101", "on": "2025-06-01", "place": "hospital", "area": "patient_room"}
    assert "private-areas" in explain(LAW, "placement", facts, "zh")
    assert "private-areas" not in explain(LAW, "placement", facts | {"area": "toilet"}, "zh")


def test_it_says_so_when_nothing_applies() -> None:
    facts = {"region": "110101", "on": "2025-03-31", "place": "mall"}
    assert "无依据条款。" in explain(LAW, "duties", facts).splitlines()
    assert "No provision applies." in explain(LAW, "duties", facts, "en").splitlines()


def test_it_knows_two_languages() -> None:
    with pytest.raises(KeyError):
        explain(LAW, "log_retention", {"region": "110101", "on": "2025-06-01"}, "fr")


@given(case=cases)
def test_every_answer_can_be_explained(case: tuple[str, dict[str, Any]]) -> None:
    chinese, english = explain(LAW, *case, "zh"), explain(LAW, *case, "en")
    answer: Any = law.decide(*case)
    assert chinese.count("\n") == english.count("\n")
    assert english.count("art. ") >= len(answer["citations"])


def test_the_first_day_of_the_order_changes_much_for_a_mall_in_wuhan() -> None:
    found = changes(LAW, "420106", "mall", date(2025, 3, 31), date(2025, 4, 1))
    assert found[0] == Change("+", "instrument", "cn-2025-799")
    assert Change("+", "duty", "post_sign", Citation("cn-2025-799", 13, "sign")) in found
    assert Change("+", "filing", "existing_system", Citation("cn-2025-799", 14, "para1 existing")) in found
    assert Change("+", "deletion", "", Citation("cn-2025-799", 17, "deletion")) in found
    assert Change("~", "retention", "15 days -> 30 days") in found
    assert not any(change.subject == "retention_important" for change in found)


def test_for_a_small_shop_it_changes_less() -> None:
    found = changes(LAW, "420106", "small_shop", date(2025, 3, 31), date(2025, 4, 1))
    assert {change.subject for change in found} == {"instrument", "duty", "exemption"}


def test_backwards_what_began_ends() -> None:
    forth = changes(LAW, "420500", "mall", date(2013, 8, 31), date(2013, 9, 1))
    back = changes(LAW, "420500", "mall", date(2013, 9, 1), date(2013, 8, 31))
    assert {change.what for change in forth if change.sign == "+"} == {c.what for c in back if c.sign == "-"}
    assert Change("~", "retention_important", "none -> 2 years") in forth


def test_between_days_of_the_same_law_nothing_changes() -> None:
    assert changes(LAW, "440103", "mall", date(2020, 1, 1), date(2024, 1, 1)) == ()


def test_it_refuses_a_place_it_does_not_know() -> None:
    with pytest.raises(law.FactError):
        changes(LAW, "440103", "moon", date(2020, 1, 1), date(2024, 1, 1))
