"""`mingcha law decide|explain|trace|diff`: the law's answers, their reasons, what answers an article, what changes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO

from mingcha import law
from mingcha.base.errors import Invalid
from mingcha.law.diff import changes
from mingcha.law.engine import error_body
from mingcha.law.explain import LANGUAGES, explain
from mingcha.law.reader import LawReader
from mingcha.law.tracing import Answered, trace

EXIT_BAD_FACTS = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("law", help="ask the law: decide, explain, trace, diff")
    commands = parser.add_subparsers(dest="law_command", metavar="COMMAND", required=True)

    decide = commands.add_parser("decide", help="answer one question, or a batch of them, as JSON")
    decide.add_argument("question", nargs="?", help="a question such as placement; see docs/guide/en/law.md")
    decide.add_argument("facts", nargs="?", help="a JSON file of facts, - for standard input")
    decide.add_argument("--batch", metavar="CASES", help='lines {"id","question","facts"}, - for standard input')
    decide.set_defaults(run=run_decide)

    reasons = commands.add_parser("explain", help="the reasoning as short text with citations")
    reasons.add_argument("question")
    reasons.add_argument("facts", help="a JSON file of facts, - for standard input")
    reasons.add_argument("--lang", choices=LANGUAGES, default="zh", help="language (default zh)")
    reasons.set_defaults(run=run_explain)

    rows = commands.add_parser("trace", help="articles, their parameters, questions and part of the product")
    rows.add_argument("instrument", nargs="?", help="such as cn-2025-799; all when not given")
    rows.add_argument("article", nargs="?", type=int)
    rows.add_argument("--search", default="", metavar="WORDS", help="only rows holding these words")
    rows.add_argument("--lang", choices=LANGUAGES, default="zh", help="language (default zh)")
    rows.set_defaults(run=run_trace)

    between = commands.add_parser("diff", help="what changes for a unit between two dates")
    between.add_argument("before", help="YYYY-MM-DD")
    between.add_argument("after", help="YYYY-MM-DD")
    between.add_argument("--region", required=True, help="GB/T 2260 code of six digits")
    between.add_argument("--place", required=True, help="a place such as mall")
    between.add_argument("--drafts", action="store_true", help="as if drafts applied")
    between.add_argument("--lang", choices=LANGUAGES, default="zh", help="language (default zh)")
    between.set_defaults(run=run_diff)


def run_decide(arguments: argparse.Namespace) -> int:
    """0 with an answer, 2 with ``{"error": …}`` on bad facts. A batch goes on and ends with 0."""
    try:
        if arguments.batch is not None:
            if arguments.question is not None:
                raise law.FactError("question", "with --batch the questions are in the cases")
            with _opened(arguments.batch, "cases") as cases:
                _write(law.decide_batch(_lines(cases)))
            return 0
        if arguments.facts is None:
            raise law.FactError("facts", "give a question and a JSON file of facts, or --batch CASES")
        answer = law.decide(arguments.question, _facts(arguments.facts))
    except law.FactError as error:
        return _refuse(error)
    print(json.dumps(answer))
    return 0


def run_explain(arguments: argparse.Namespace) -> int:
    try:
        text = explain(law.current(), arguments.question, _facts(arguments.facts), arguments.lang)
    except law.FactError as error:
        return _refuse(error)
    print(text)
    return 0


def run_trace(arguments: argparse.Namespace) -> int:
    """0; raises Invalid for an instrument or article that does not exist."""
    known = law.current()
    found = {row.cite for row in LawReader(known).search(arguments.search)}
    rows = [
        answered
        for answered in trace(known.data)
        if arguments.instrument in (None, answered.article.cite.instrument)
        and arguments.article in (None, answered.article.cite.article)
        and (not arguments.search or answered.article.cite in found)
    ]
    if not rows:
        raise Invalid("law.no_article", "No such article; 'mingcha law trace' lists all.")
    for answered in rows:
        print(_row(answered, arguments.lang))
    return 0


def run_diff(arguments: argparse.Namespace) -> int:
    known = law.current()
    try:
        days = [_day(name, getattr(arguments, name)) for name in ("before", "after")]
        found = changes(known, arguments.region, arguments.place, *days, drafts=arguments.drafts)
    except law.FactError as error:
        return _refuse(error)
    rows = {row.cite: row for row in known.data.articles}
    for change in found:
        said = ""
        if change.cite is not None:
            cite = change.cite
            said = (
                f"  {cite.instrument} {cite.article} {cite.item}".rstrip() + f": {getattr(rows[cite], arguments.lang)}"
            )
        print(f"{change.sign} {change.subject} {change.what}".rstrip() + said)
    return 0


def _row(answered: Answered, language: str) -> str:
    row = answered.article
    by = ", ".join((*answered.parameters, *(f"{question}()" for question in answered.questions)))
    part = row.feature or f"not software: {row.not_software}"
    return f"{row.cite.instrument} {row.cite.article} {row.cite.item}".rstrip() + (
        f": {getattr(row, language)}\n    {by or '-'} | {part}"
    )


@contextmanager
def _opened(name: str, field: str) -> Iterator[IO[bytes]]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise law.FactError(field, f"{name} cannot be read: {error.strerror}") from error
    with file:
        yield file


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Lines of UTF-8; bytes that are none become characters no code has, so that line alone is refused."""
    return (line.decode("utf-8", "replace") for line in file)


def _write(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _facts(name: str) -> dict[str, object]:
    with _opened(name, "facts") as file:
        content = file.read()
    try:
        facts = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise law.FactError("facts", f"{name} is not JSON: {error}") from None
    if not isinstance(facts, dict):
        raise law.FactError("facts", "facts must be an object")
    return facts


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise law.FactError(name, f"{name} must be a date written YYYY-MM-DD") from None


def _refuse(error: law.FactError) -> int:
    print(json.dumps(error_body(error)))
    return EXIT_BAD_FACTS
