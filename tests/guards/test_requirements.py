"""Requirements are exact and hashed, and every dependency has a line in the decision that lists them."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.guards.tree import ROOT, name_of, under

ADR = ROOT / "docs/adr/0012-dependencies.md"


def unpinned(text: str) -> list[str]:
    """Lines that are neither ``name==version \\`` with a hash below, nor such a hash, nor a comment."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        is_hash = re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)
        is_pin = re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==\S+( ; .+?)? \\", line) and "--hash=" in following
        if not is_hash and not is_pin:
            found.append(line)
    return found


def direct_dependencies() -> set[str]:
    """Names in pyproject.toml (all groups) and in the front end's package.json."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    specifiers = [*project["dependencies"], *(s for g in project.get("optional-dependencies", {}).values() for s in g)]
    names = {re.split(r"[\[<>=!~ ;]", specifier)[0].lower() for specifier in specifiers}
    package = ROOT / "frontend/package.json"
    if package.exists():
        described = json.loads(package.read_text(encoding="utf-8"))
        names |= {*described.get("dependencies", {}), *described.get("devDependencies", {})}
    return names


def development_inputs() -> set[str]:
    lines = [line for path in under("requirements", ".in") for line in path.read_text(encoding="utf-8").splitlines()]
    return {re.split(r"[\[<>=!~ ;]", line)[0].lower() for line in lines if line and line[0] not in "#-"}


def without_line(names: set[str], decision: str) -> list[str]:
    listed = {name.lower() for row in re.findall(r"^\| (.+?) \|", decision, re.MULTILINE) for name in row.split(", ")}
    return sorted(names - {re.sub(r"[`*]", "", name) for name in listed})


def test_every_requirement_is_exact_and_hashed() -> None:
    paths = [path for path in under("requirements", ".txt")]
    assert {"bootstrap.txt", "dev.txt", "node.txt", "run.txt"} <= {path.name for path in paths}
    assert {name_of(path): unpinned(path.read_text(encoding="utf-8")) for path in paths} == {
        name_of(path): [] for path in paths
    }


def test_every_direct_dependency_has_a_line_in_the_decision() -> None:
    decision = ADR.read_text(encoding="utf-8")
    assert without_line(direct_dependencies() | development_inputs(), decision) == []


def test_every_dependency_of_the_project_is_among_the_pins() -> None:
    pins = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements/run.txt").read_text(encoding="utf-8"), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[<>=!~ ;]", specifier)[0].lower() for specifier in project["dependencies"]}
    assert sorted(wanted - pins) == [], "run: python3 dev.py lock"


@pytest.mark.parametrize("planted", ["django", "django==5.2", "django==5.2 \\", "-e .", "django @ https://x"])
def test_the_guard_sees_a_loose_requirement(planted: str) -> None:
    assert unpinned(planted + "\n")


def test_the_guard_takes_a_hashed_one_with_a_marker() -> None:
    assert unpinned(f"numpy==2.4 ; python_version < '3.12' \\\n    --hash=sha256:{'0' * 64}\n") == []


def test_the_guard_sees_a_dependency_without_a_line() -> None:
    assert without_line({"django", "left-pad"}, "| Django | BSD |\n") == ["left-pad"]
