"""Every scenario of scenarios/*.yaml, and the shared examples, against the shipped law."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mingcha.law as law
from mingcha.law.scenarios import Scenario, problems, read

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[2] / "shared" / "law" / "examples.jsonl"
SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}: {scenario.name}")
    for path in sorted((HERE / "scenarios").glob("*.yaml"))
    for scenario in read(path)
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_law_answers_as_the_lawyer_expects(scenario: Scenario) -> None:
    assert problems(law.current(), scenario) == [], scenario.because


def test_there_are_at_least_two_hundred_scenarios_of_every_question() -> None:
    scenarios = [param.values[0] for param in SCENARIOS]
    assert len(scenarios) >= 200
    assert {scenario.question for scenario in scenarios} == set(law.current().questions)  # type: ignore[attr-defined]


def examples() -> Iterator[Any]:
    if EXAMPLES.is_file():
        for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(case, id=case["id"])


@pytest.mark.shared
@pytest.mark.skipif(not EXAMPLES.is_file(), reason="../shared/law/examples.jsonl is not here")
@pytest.mark.parametrize("case", list(examples()))
def test_it_answers_the_shared_examples(case: dict[str, Any]) -> None:
    (line,) = law.decide_batch([json.dumps(case)])
    answer = json.loads(line)["answer"]
    expect = dict(case["expect"])
    if "error" in expect:
        assert answer["error"]["field"] == expect["error"]
        return
    for key, wanted in expect.items():
        subject, _, how = key.partition("_")
        if how not in ("include", "exclude"):
            assert answer[key] == wanted
        elif subject == "measures":
            assert set(wanted) <= {measure for one in answer["sanctions"] for measure in one["measures"]}
        elif subject == "sanctions":
            assert all(any(one.items() >= part.items() for one in answer["sanctions"]) for part in wanted)
        else:
            found = {(one["instrument"], one["article"]) for one in answer[subject]}
            assert all((tuple(one) in found) == (how == "include") for one in wanted)
    cited = {(one["instrument"], one["article"]) for one in answer["citations"]}
    assert {tuple(cite) for cite in case["cites"]} <= cited
