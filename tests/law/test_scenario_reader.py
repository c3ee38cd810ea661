"""The scenarios' own runner: what it refuses to read, and that it sees every kind of wrong answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mingcha.law as law
from mingcha.law.scenarios import Scenario, problems, read

FACTS = {
    "placement": {"region": "110101", "on": "2025-06-01", "place": "mall"},
    "filing": {"region": "110101", "on": "2025-06-01", "place": "mall", "in_use_on": "2025-05-01"},
    "duties": {"region": "110101", "on": "2025-06-01", "place": "mall"},
    "sanction": {"region": "110101", "on": "2025-06-01", "breach": "no_sign", "actor": "unit"},
}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("placement", {"expect": {"verdict": "permitted"}}),
        ("placement", {"expect": {"vedict": None}}),
        ("placement", {"cites": [["cn-2025-799", 33]]}),
        ("placement", {"cites": [["cn-2025-799", 7, "para1"]]}),
        ("placement", {"error": "region"}),
        ("filing", {"duties_include": [["cn-2025-799", 14, "filing", "2025-06-01"]]}),
        ("duties", {"codes_include": ["dance"]}),
        ("duties", {"codes_exclude": ["post_sign"]}),
        ("duties", {"periods": {"cn-2025-799 art. 17": 15}}),
        ("duties", {"periods": {"cn-2025-799 art. 17": None}}),
        ("duties", {"periods": {"cn-2025-799 art. 13": 30}}),
        ("sanction", {"sanctions": []}),
        ("sanction", {"sanctions": [["cn-2025-799", 13, 0, 100]]}),
        ("sanction", {"measures_include": ["fine"]}),
        ("sanction", {"measures_exclude": ["order_correction"]}),
    ],
)
def test_it_sees_a_wrong_answer(question: str, wanted: dict[str, Any]) -> None:
    assert problems(law.current(), Scenario("x", question, FACTS[question], "y", wanted)) != []


def test_it_sees_facts_refused_that_should_not_be() -> None:
    scenario = Scenario("x", "placement", {"region": "4201"}, "y", {"expect": {"verdict": "permitted"}})
    assert problems(law.current(), scenario) == ["refused 'region': region must be a GB/T 2260 code of six digits"]
    assert problems(law.current(), Scenario("x", "placement", {"region": "4201"}, "y", {"error": "on"})) != []


def test_words_and_dates_need_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "question: placement\n"
        "scenarios:\n"
        "  - {name: yes, facts: {on: 2025-06-01, drafts: true, staff: 2}, expect: {due: null}, because: no}\n"
    )
    (scenario,) = read(path)
    assert scenario == Scenario(
        "yes", "placement", {"on": "2025-06-01", "drafts": True, "staff": 2}, "no", {"expect": {"due": None}}
    )


@pytest.mark.parametrize(
    "scenario",
    [
        "{name: a, facts: {}, because: b}",
        "{name: a, facts: {}, expect: {}}",
        "{name: a, facts: {}, because: b, expects: {}}",
        "{name: a, because: b, expect: {}}",
        "a",
    ],
)
def test_it_refuses_a_scenario_that_is_not_whole(tmp_path: Path, scenario: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"question: placement\nscenarios:\n  - {scenario}\n")
    with pytest.raises(law.DataError):
        read(path)
