"""The worked example of docs/guide/en/law.md: an imaginary city's rule is data, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import mingcha.law as law
from mingcha.law.scenarios import Scenario, problems, read
from tests.law.strategies import cases

HERE = Path(__file__).parent / "imaginary"
CITY = law.law_with(HERE / "data")
SCENARIOS = [
    pytest.param(scenario, id=scenario.name) for path in sorted(HERE.glob("*.yaml")) for scenario in read(path)
]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_city_rule_answers_as_its_lawyer_expects(scenario: Scenario) -> None:
    assert problems(CITY, scenario) == [], scenario.because


def test_it_has_a_version_of_its_own() -> None:
    assert CITY.version != law.version()


def test_its_filing_and_sanction_join_the_national_ones() -> None:
    facts = {"region": "469901", "on": "2026-08-20", "place": "mall", "in_use_on": "2026-08-01"}
    filing: Any = CITY.decide("filing", facts)
    assert {duty["instrument"]: duty["due"] for duty in filing["duties"]} == {
        "cn-2025-799": "2026-08-31",
        "yunting-2026-1": "2026-08-16",
    }
    assert filing["overdue"]
    sanction: Any = CITY.decide(
        "sanction",
        {"region": "469901", "on": "2026-08-20", "breach": "not_filed", "actor": "unit", "refused_correction": True},
    )
    fines = {one["instrument"]: one["fine"]["max"] for one in sanction["sanctions"]}
    assert fines == {"cn-2025-799": 10_000, "yunting-2026-1": 2_000}


def test_its_duties_carry_the_days_of_their_own_parameters() -> None:
    facts = {"region": "469901", "on": "2027-01-01", "place": "night_market", "has_monitoring_room": True}
    duties: Any = CITY.decide("duties", facts)["duties"]
    own = {duty["code"]: duty.get("period_days") for duty in duties if duty["instrument"] == "yunting-2026-1"}
    assert own == {"build_system": None, "keep_footage": 60, "file_system": 15, "night_duty": None}


@given(case=cases)
def test_elsewhere_nothing_changes(case: tuple[str, dict[str, Any]]) -> None:
    theirs, ours = CITY.decide(*case), law.decide(*case)
    assert theirs | {"law_version": ""} == ours | {"law_version": ""}
