"""Steps of dev.py: run once for the same inputs, told about in one line, never half done."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Thread

import pytest

from tools.house import steps


@pytest.fixture(autouse=True)
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(steps, "STAMPS", tmp_path / "stamps")
    return tmp_path / "stamps"


def test_a_step_runs_once_for_the_same_inputs_and_again_for_others() -> None:
    ran: list[str] = []
    for value in ("a", "a", "b", "a"):
        steps.stamped("build", value, lambda value=value: ran.append(value))
    assert ran == ["a", "b", "a"]


def test_a_step_that_failed_is_done_again() -> None:
    steps.stamped("build", "a", lambda: None)

    def fail() -> None:
        raise steps.Stop("no")

    with pytest.raises(steps.Stop):
        steps.stamped("build", "b", fail)
    assert not steps.is_stamped("build", "a")
    assert not steps.is_stamped("build", "b")


def test_a_digest_changes_with_names_contents_and_words(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"x")
    two.write_bytes(b"x")
    kept = steps.digest([one])
    assert len({kept, steps.digest([two]), steps.digest([one, two]), steps.digest([one], "word")}) == 4
    one.write_bytes(b"y")
    assert steps.digest([one]) != kept


def test_a_failed_command_shows_its_output_and_a_good_one_only_its_time(capfd: pytest.CaptureFixture[str]) -> None:
    assert steps.run("good", [sys.executable, "-c", "print('quiet')"]) == (True, "quiet\n")
    assert "quiet" not in capfd.readouterr().out
    ok, _ = steps.run("bad", [sys.executable, "-c", "print('why'); raise SystemExit(3)"])
    out = capfd.readouterr().out
    assert not ok
    assert "FAILED (3)" in out
    assert "why" in out


def test_a_command_that_is_not_there_fails_and_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(steps.Stop, match=r"thing: failed.*install it"):
        steps.must("thing", ["/nowhere/thing"], advice="install it")
    assert "/nowhere/thing" in capfd.readouterr().out


def test_caches_go_into_the_tree_when_there_is_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
        monkeypatch.delenv(name, raising=False)
    env = steps.environment()
    assert all(env[name].startswith(str(steps.VENV)) for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"))


def test_steps_side_by_side_do_not_mix_their_lines(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import time; print('why'); time.sleep(0.1); raise SystemExit(3)"
    threads = [
        Thread(target=steps.run, args=(name, [sys.executable, "-c", program]), kwargs={"whole": True}) for name in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = capfd.readouterr().out.splitlines()
    assert sorted(line[:4] for line in lines[::2]) == ["  a:", "  b:"]
    assert lines[1::2] == ["    why", "    why"]


def test_bytecode_is_kept_in_the_virtual_environment_where_it_must_not_lie_beside_sources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    assert "PYTHONPYCACHEPREFIX" not in steps.environment()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    program = "import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)"
    ok, said = steps.run("python", [sys.executable, "-c", program])
    assert (ok, said) == (True, f"False {steps.VENV / 'cache' / 'bytecode'}\n")
