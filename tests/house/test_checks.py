"""The checks' counting: no failure is lost, and the last line stands alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.house import checks
from tools.house.checks import Tally


@pytest.fixture(autouse=True)
def this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PYTHON", Path(sys.executable))


def test_all_stages_run_and_the_last_line_sums_them_up(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def stage(name: str, tally: Tally) -> Tally:
        ran.append(name)
        return tally

    stages: checks.Stages = {
        "one": lambda: stage("one", Tally(3, 0, 1)),
        "two": lambda: stage("two", Tally(0, 2, 0)),
        "three": lambda: stage("three", Tally(5, 0, 0)),
    }
    assert checks.run_stages(stages, {"four": lambda: stage("four", Tally(1))}) == 1
    assert (sorted(ran[:3]), ran[3]) == (["one", "three", "two"], "four")
    assert capsys.readouterr().out.splitlines()[-2:] == ["failed stages: two", "9 passed, 2 failed, 1 skipped"]
    assert checks.run_stages({"one": lambda: Tally(1)}) == 0


def pytest_of(tmp_path: Path, source: str) -> Tally:
    (tmp_path / "test_it.py").write_text(source)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    arguments = ["-c", str(tmp_path / "pytest.ini"), "-p", "no:django", "-q", str(tmp_path)]
    return checks.pytest_stage("inner", *arguments)


def test_a_pytest_run_is_counted(tmp_path: Path) -> None:
    source = (
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 0\n"
        "def test_c(): pytest.skip('why')\n"
        "@pytest.fixture\n"
        "def broken(): raise ValueError\n"
        "def test_d(broken): pass\n"
    )
    assert pytest_of(tmp_path, source) == Tally(1, 2, 1)


@pytest.mark.parametrize("source", ["import os; os._exit(1)\n", "syntax error\n", ""])
def test_a_pytest_run_that_breaks_or_finds_nothing_is_a_failure(tmp_path: Path, source: str) -> None:
    assert pytest_of(tmp_path, source).failed >= 1


@pytest.mark.parametrize(
    ("output", "code", "tally"),
    [
        ("", 0, Tally(1, 0, 0)),
        ("", 1, Tally(0, 1, 0)),
        ("# pass 5\n# fail 0\n# skipped 2\n", 0, Tally(5, 0, 2)),
        ("\u2139 pass 4\n\u2139 fail 1\n", 1, Tally(4, 1, 0)),
        ("# pass 5\n# fail 0\n", 1, Tally(0, 1, 0)),
        ("# pass 5\n# fail 1\n", 0, Tally(1, 0, 0)),
    ],
)
def test_a_check_is_one_and_node_tests_are_as_many_as_they_say(output: str, code: int, tally: Tally) -> None:
    program = f"import sys; sys.stdout.reconfigure(encoding='utf-8'); print({output!r}); sys.exit({code})"
    assert checks.check_stage("node", sys.executable, "-c", program) == tally


def test_missing_packages_are_named_with_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(checks.shutil, "which", lambda name: "/bin/x" if name == "ffmpeg" else None)
    checks.install_system_packages()
    assert capsys.readouterr().out.strip() == (
        "chromium is missing: skipped without it: browser journeys (apt-get install chromium)"
    )


def test_missing_packages_are_installed_for_root(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []

    def pretend(_: str, command: list[str]) -> tuple[bool, str]:
        ran.append(command)
        return True, ""

    monkeypatch.setattr(checks.os, "geteuid", lambda: 0)
    monkeypatch.setattr(checks.shutil, "which", lambda name: "/bin/x" if name == "apt-get" else None)
    monkeypatch.setattr(checks, "run", pretend)
    checks.install_system_packages()
    assert [command[1] for command in ran] == ["update", "install"]
    assert ran[1][-2:] == ["chromium", "ffmpeg"]
    assert capsys.readouterr().out == ""
