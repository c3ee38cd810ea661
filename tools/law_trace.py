#!/usr/bin/env python3
"""Writes docs/law/trace.md and docs/law/readings.md from the law's data, rules and scenarios. `--check` only compares.

A row of the trace is one article or item: what parameter holds it, which rule reads it, which part of the product
answers it on screen or in a report, and which scenarios test it; or why it is not software.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import mingcha.law as law  # noqa: E402
from mingcha.law.facts import FactError  # noqa: E402
from mingcha.law.model import Citation, Reading  # noqa: E402
from mingcha.law.scenarios import read  # noqa: E402
from mingcha.law.tracing import INSTRUMENTS, Answered, trace  # noqa: E402

SCENARIOS = ROOT / "tests" / "law" / "scenarios"
DOCUMENTS = ROOT / "docs" / "law"
SHOWN = 2  # scenarios named in a row

# Parts of the product that exist, and where each answers its articles. The others are awaited; whoever lands one
# names its acts, pages or reports here.
BUILT: dict[str, str] = {
    "law_reader": "pages `/law/` and `/law/site/`, `mingcha law explain`, `mingcha law trace`",
    "placement": "the siting check before `camera.added`, `camera.placed`, `camera.moved`, `camera.reaimed`, "
    "`camera.purpose_changed`, after `site.changed` and `area.changed`; `mingcha law decide placement`",
    "inventory": "pages `/places/`, `/sites/…`, `/cameras/…`; acts `site.*`, `system.*`, `area.*`, `camera.*`",
    "relocation": "pages `/cameras/…/place/` and `/cameras/…/retire/`; acts `camera.moved`, `camera.retired`, "
    "`camera.change_filed`",
    "contractors": "page `/contractors/`; acts `contractor.*`; what runs out, on the home page",
    "projects": "pages `/documents/` and `/documents/required/`; acts `document.*`; what is missing, on the home page; "
    "`mingcha law decide archive`",
    "devices": "page `/device-models/`; acts `device_model.*`; what runs out, on the home page",
}


def tests_by_citation() -> dict[Citation, list[str]]:
    """The scenarios whose answers cite each row."""
    found: dict[Citation, list[str]] = {}
    for path in sorted(SCENARIOS.glob("*.yaml")):
        for scenario in read(path):
            try:
                answer = law.decide(scenario.question, scenario.facts)
            except FactError:
                continue
            citations = answer["citations"]
            assert isinstance(citations, list)
            for cite in citations:
                key = Citation(cite["instrument"], cite["article"], cite.get("item", ""))
                found.setdefault(key, []).append(f"{scenario.question}: {scenario.name}")
    return found


def waiting(answered: Answered) -> str:
    """The part of the product a row waits for; empty when it exists and a rule answers the row, or none is needed."""
    feature = answered.article.feature
    return feature if feature and not (feature in BUILT and answered.parameters) else ""


def trace_lines() -> Iterator[str]:
    """The trace as Markdown."""
    data = law.current().data
    rows, tests = trace(data), tests_by_citation()
    counts = Counter(filter(None, map(waiting, rows)))
    by_law = sum(1 for row in rows if row.parameters)
    reasons = sum(1 for row in rows if row.article.not_software)
    parts = ", ".join(f"{feature} {count}" for feature, count in sorted(counts.items()))
    yield f"{len(rows)} rows; {by_law} answered by rules; {reasons} not software; {counts.total()} wait for: {parts}."
    yield ""
    yield "# What answers each article"
    yield ""
    yield "Made by `tools/law_trace.py`; a test fails when it is out of date. *Waits for* names the part of the product"
    yield "that will show the row; its rules already decide. Readings are in [readings.md](readings.md)."
    for instrument in data.instruments:
        yield ""
        yield f"## {instrument.zh} · {instrument.en}"
        yield ""
        yield "| article | says | parameter | rule | act, screen or report | test |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for row in rows:
            if row.article.cite.instrument == instrument.id:
                yield _row(row, tests.get(row.article.cite, []))


def _row(row: Answered, tests: list[str]) -> str:
    article = row.article
    number = f"{article.cite.article} {article.cite.item}".rstrip()
    parameters = "<br>".join(f"`{name.partition('/')[2]}`" for name in row.parameters)
    rules = "<br>".join(f"`{question}`" for question in row.questions)
    if article.not_software:
        part = f"not software: {article.not_software}"
    elif waiting(row):
        part = f"*waits for* {article.feature}"
    else:
        part = BUILT[article.feature]
    if any(name.endswith(f"/{INSTRUMENTS}") for name in row.parameters):
        tests = [*tests, "placement: dates and territories"]
    named = "<br>".join(tests[:SHOWN]) + (f"<br>and {len(tests) - SHOWN} more" if len(tests) > SHOWN else "")
    said = f"{article.zh}<br>{article.en}"
    return f"| {number} | {said} | {parameters} | {rules} | {part} | {named.replace('|', '/')} |"


def readings_lines() -> Iterator[str]:
    """The readings as Markdown, with the citations they mark."""
    data = law.current().data
    marked: dict[str, dict[str, None]] = {}
    for parameter in data.parameters:
        for entry in parameter.entries:
            cite = entry.cite
            text = f"{cite.instrument} {cite.article} {cite.item}".rstrip() + f" (`{parameter.subject}`)"
            marked.setdefault(entry.reading, {})[text] = None
    yield "# Readings: where the texts left a choice"
    yield ""
    yield "Made by `tools/law_trace.py` from `src/mingcha/law/data/readings.yaml`. The Chinese text of the national"
    yield "order is the authority; Hubei's is a machine translation."
    yield "A reading is turned by editing the entries that name it."
    for title, general in (("Readings of single provisions", False), ("Readings of the whole", True)):
        yield ""
        yield f"## {title}"
        for reading in data.readings:
            if reading.general == general:
                yield from _reading(reading, tuple(marked.get(reading.id, ())))


def _reading(reading: Reading, marked: tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield f"### {reading.id}"
    yield ""
    yield f"{reading.en}"
    yield f"{reading.zh}"
    yield ""
    yield f"- Instead: {reading.instead}"
    yield f"- Why: {reading.why}"
    if marked:
        yield f"- Marks: {'; '.join(marked)}"


def documents() -> dict[Path, str]:
    """The generated documents and what they should hold."""
    return {
        DOCUMENTS / "trace.md": "\n".join(trace_lines()) + "\n",
        DOCUMENTS / "readings.md": "\n".join(readings_lines()) + "\n",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="1 when a document is out of date; write nothing")
    check = parser.parse_args().check
    stale = [path for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(documents()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
