"""`mingcha law decide|explain|trace|diff`."""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mingcha.base.errors import Invalid
from mingcha.cli import law as command

MALL = {"region": "420106", "on": "2025-06-01", "place": "mall"}


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["law", *words])
    code: int = arguments.run(arguments)
    return code


@pytest.fixture
def facts(tmp_path: Path) -> str:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(MALL), encoding="utf-8")
    return str(path)


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def said(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_it_decides_from_a_file(facts: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("decide", "placement", facts) == 0
    assert said(capsys)["verdict"] == "mandatory"


def test_it_decides_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    give(monkeypatch, json.dumps(MALL).encode())
    assert run("decide", "duties", "-") == 0
    assert said(capsys)["exempt"] == []


@pytest.mark.parametrize(
    ("content", "field"),
    [(b'{"region": "4201"}', "region"), (b"[]", "facts"), (b"{", "facts"), (b"\xff", "facts"), (b"", "facts")],
)
def test_it_refuses_bad_facts_with_an_object_and_two(
    content: bytes, field: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give(monkeypatch, content)
    assert run("decide", "placement", "-") == 2
    error = said(capsys)["error"]
    assert set(error) == {"field", "message"}
    assert error["field"] == field


def test_it_refuses_an_unknown_question_and_a_missing_file(facts: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("decide", "fortune", facts) == 2
    assert said(capsys)["error"]["field"] == "question"
    assert run("decide", "placement", "/nowhere/facts.json") == 2
    assert said(capsys)["error"]["field"] == "facts"
    assert run("decide", "--batch", "/nowhere/cases.jsonl") == 2
    assert said(capsys)["error"]["field"] == "cases"
    assert run("decide", "placement") == 2
    assert said(capsys)["error"]["field"] == "facts"
    assert run("decide", "placement", facts, "--batch", "-") == 2
    assert said(capsys)["error"]["field"] == "question"


def test_a_batch_goes_on_after_bad_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = json.dumps({"id": 1, "question": "placement", "facts": MALL}).encode()
    bad = json.dumps({"id": 2, "question": "placement", "facts": {"region": "4201"}}).encode()
    cases = tmp_path / "cases.jsonl"
    cases.write_bytes(b"\n".join([good, bad, b'"\xff', good]))
    assert run("decide", "--batch", str(cases)) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, None, 1]
    assert [answer["answer"].get("error", {}).get("field") for answer in answers] == [None, "region", "line", None]


def test_it_explains_in_the_language_asked_for(facts: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "placement", facts) == 0
    assert "结论：应当安装" in capsys.readouterr().out
    assert run("explain", "placement", facts, "--lang", "en") == 0
    assert "Verdict: must be installed" in capsys.readouterr().out
    assert run("explain", "retention", facts) == 2
    assert said(capsys)["error"]["field"] == "on"


def test_it_traces_an_article(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trace", "cn-2025-799", "17", "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "cn-2025-799 17 minimum: Footage is kept at least 30 days." in out
    assert "cn-2025-799/retention" in out
    assert run("trace", "--search", "两年") == 0
    assert {line.split()[0] for line in capsys.readouterr().out.splitlines() if line[0] != " "} == {
        "hubei-2013-361",
        "wuhan-2022-314",
    }


def test_it_says_when_there_is_no_such_article() -> None:
    with pytest.raises(Invalid, match="No such article"):
        run("trace", "cn-2025-799", "99")


def test_it_tells_what_changes_between_two_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", "2025-03-31", "2025-04-01", "--region", "420106", "--place", "mall", "--lang", "en") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "+ instrument cn-2025-799"
    assert "~ retention 15 days -> 30 days" in out
    assert "+ duty post_sign  cn-2025-799 13 sign: A conspicuous sign is put up." in out
    assert run("diff", "soon", "2025-04-01", "--region", "420106", "--place", "mall") == 2
    assert said(capsys)["error"]["field"] == "before"
