"""Scenarios a lawyer can read: facts, the expected answer, and why. Reads the YAML and says what does not agree.

A file has one `question` and `scenarios`, each with `name`, `facts`, `because` and at least one expectation:
`expect` (keys of the answer, exactly), `error` (the field refused), `cites` ([instrument, article] or with the item),
`duties_include` of filing ([instrument, article, kind, due]), `codes_include`, `codes_exclude` and `periods`
("cn-2025-799 art. 17": days, or null for none) of duties, `papers_include` and `papers_exclude` of archive, `sanctions`
([instrument, article, fine from, fine to], all of them), `measures_include` and `measures_exclude`. Dates need no
quotes here: every value is text unless it is a number, true, false or null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mingcha.law.engine import Law
from mingcha.law.facts import FactError
from mingcha.law.schema import DataError, mapping, sequence

Answer = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML in which `on` is a word and 2025-06-01 is text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(("timestamp", "bool"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), ["t", "f"])


@dataclass(frozen=True, slots=True)
class Scenario:
    """One case. `wanted` holds its expectations by name."""

    name: str
    question: str
    facts: Mapping[str, object]
    because: str
    wanted: Mapping[str, Any]


def read(path: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file. Raises DataError."""
    tree = mapping(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader), path.name)  # noqa: S506 - safe
    found: list[Scenario] = []
    for number, raw in enumerate(sequence(tree.get("scenarios"), path.name)):
        case = dict(mapping(raw, f"{path.name} scenario {number + 1}"))
        where = f"{path.name} {case.get('name')}"
        name, facts, because = (case.pop(key, None) for key in ("name", "facts", "because"))
        unknown = sorted(set(case) - set(_CHECKS) - {"error"})
        if not (name and because) or unknown or not case:
            raise DataError(where, f"wants name, facts, because and an expectation; not {unknown}")
        found.append(Scenario(str(name), str(tree["question"]), mapping(facts, where), str(because), case))
    return tuple(found)


def problems(law: Law, scenario: Scenario) -> list[str]:
    """What the law answers otherwise than expected; empty when it agrees."""
    try:
        answer = law.decide(scenario.question, scenario.facts)
    except FactError as error:
        wanted = scenario.wanted.get("error")
        return [] if error.field == wanted else [f"refused {error.field!r}: {error.message}"]
    if "error" in scenario.wanted:
        return [f"{scenario.wanted['error']!r} was not refused"]
    return [line for name, wanted in scenario.wanted.items() for line in _CHECKS[name](answer, wanted)]


def _exact(answer: Answer, wanted: Mapping[str, Any]) -> list[str]:
    return [
        f"{key}: {answer.get(key)!r}, not {value!r}"
        for key, value in wanted.items()
        if key not in answer or answer[key] != value
    ]


def _cites(answer: Answer, wanted: list[list[object]]) -> list[str]:
    found = [[cite["instrument"], cite["article"], cite.get("item", "")] for cite in answer["citations"]]
    return [f"does not cite {cite}" for cite in wanted if not any(one[: len(cite)] == cite for one in found)]


def _filings(answer: Answer, wanted: list[list[object]]) -> list[str]:
    found = [[duty["instrument"], duty["article"], duty["kind"], duty["due"]] for duty in answer["duties"]]
    return [f"lacks {one}" for one in wanted if one not in found]


def _within(key: str, part: str, *, present: bool) -> Callable[[Answer, Any], list[str]]:
    def check(answer: Answer, wanted: list[object]) -> list[str]:
        found: set[object] = set()
        for one in answer[key]:
            found |= set(one[part]) if isinstance(one[part], list) else {one[part]}
        return [f"{part} {'lacks' if present else 'has'} {code}" for code in wanted if (code in found) != present]

    return check


def _periods(answer: Answer, wanted: Mapping[str, object]) -> list[str]:
    wrong = []
    for place, days in wanted.items():
        found = {
            duty["period_days"]
            for duty in answer["duties"]
            if f"{duty['instrument']} art. {duty['article']}" == place and "period_days" in duty
        }
        if (days is None and found) or (days is not None and days not in found):
            wrong.append(f"{place}: {found or 'no period'}, not {days}")
    return wrong


def _sanctions(answer: Answer, wanted: list[list[object]]) -> list[str]:
    found = [
        [
            one["instrument"],
            one["article"],
            *((one["fine"]["min"], one["fine"]["max"]) if one["fine"] else (None, None)),
        ]
        for one in answer["sanctions"]
    ]
    return [] if sorted(map(str, found)) == sorted(map(str, wanted)) else [f"sanctions {found}, not {wanted}"]


_CHECKS: dict[str, Callable[[Answer, Any], list[str]]] = {
    "expect": _exact,
    "cites": _cites,
    "duties_include": _filings,
    "codes_include": _within("duties", "code", present=True),
    "codes_exclude": _within("duties", "code", present=False),
    "periods": _periods,
    "papers_include": _within("papers", "papers", present=True),
    "papers_exclude": _within("papers", "papers", present=False),
    "sanctions": _sanctions,
    "measures_include": _within("sanctions", "measures", present=True),
    "measures_exclude": _within("sanctions", "measures", present=False),
}
