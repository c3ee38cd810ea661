"""The law's data as a whole: used, covered, named, and refused when wrong."""

from __future__ import annotations

import csv
import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import mingcha.law as law
from mingcha.law.dataset import SHIPPED, read
from mingcha.law.model import SUBJECTS
from mingcha.law.tracing import citations_of, questions_by_subject, trace

ROOT = Path(__file__).resolve().parents[2]
DATA = law.current().data
SHARED_TABLE = ROOT.parent / "shared" / "law" / "articles.csv"


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("law_trace", ROOT / "tools" / "law_trace.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = load_tool()


def test_the_generated_documents_are_up_to_date() -> None:
    for path, text in TOOL.documents().items():
        assert path.read_text(encoding="utf-8") == text, f"run tools/law_trace.py: {path.name}"


def test_every_row_in_scope_is_answered_by_a_rule_or_waits_for_a_named_part() -> None:
    unanswered = [
        row.article.cite for row in trace(DATA) if not (row.article.not_software or row.parameters or TOOL.waiting(row))
    ]
    assert unanswered == []


def test_the_first_line_of_the_trace_counts_what_waits() -> None:
    first = (ROOT / "docs/law/trace.md").read_text(encoding="utf-8").partition("\n")[0]
    waits = sum(1 for row in trace(DATA) if TOOL.waiting(row))
    assert f"{len(DATA.articles)} rows" in first
    assert f"{waits} wait for:" in first


def test_every_statement_is_tested_by_a_scenario() -> None:
    tested = TOOL.tests_by_citation()
    stated = {cite for parameter in DATA.parameters for entry in parameter.entries for cite in citations_of(entry)}
    assert sorted(map(str, stated - set(tested))) == []


def test_every_parameter_is_read_by_a_rule() -> None:
    read_by = questions_by_subject()
    assert {parameter.id for parameter in DATA.parameters if not read_by[parameter.subject]} == set()


def test_every_subject_has_data_and_every_reading_is_named() -> None:
    assert {parameter.subject for parameter in DATA.parameters} == set(SUBJECTS)
    named = {entry.reading for parameter in DATA.parameters for entry in parameter.entries}
    assert {reading.id for reading in DATA.readings if not reading.general} == named - {""}


def test_every_code_of_a_closed_list_is_used_somewhere() -> None:
    codes = {"missing": set(), "breach": set(), "measure": set(), "condition": set()}  # type: dict[str, set[str]]
    for parameter in DATA.parameters:
        for entry in parameter.entries:
            codes["breach"] |= getattr(entry, "breaches", frozenset())
            codes["measure"] |= {code for step in getattr(entry, "steps", ()) for code in step.measures}
            if parameter.subject in ("access_demands", "publication"):
                codes["missing"].add(entry.code)  # type: ignore[attr-defined]
            if parameter.subject in ("conditions", "consent"):
                codes["condition"].add(getattr(entry, "code", "") or entry.condition)  # type: ignore[attr-defined]
    for group, found in codes.items():
        assert found == set(DATA.vocabulary[group]), group


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_TABLE.is_file(), reason="../shared/law/articles.csv is not here")
def test_the_article_table_holds_the_shared_one() -> None:
    with SHARED_TABLE.open(encoding="utf-8") as file:
        wanted = {(row["instrument"], int(row["article"]), row["item"]) for row in csv.DictReader(file)}
    found = {(row.cite.instrument, row.cite.article, row.cite.item) for row in DATA.articles}
    assert wanted <= found


def test_articles_run_without_a_hole() -> None:
    last = {"cn-2025-799": 34, "hubei-2013-361": 22, "wuhan-2022-314": 26, "guangzhou-2007-1": 30, "shenzhen-draft": 48}
    for instrument, count in last.items():
        numbers = {row.cite.article for row in DATA.articles if row.cite.instrument == instrument}
        assert numbers == set(range(1, count + 1)), instrument


def replace_in(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def write_to(path: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return change


CN = "cn-2025-799"


def only_the_order(root: Path) -> None:
    """Leave one instrument, so that reading a case stays quick."""
    file = root / "instruments.yaml"
    first = file.read_text(encoding="utf-8").split("  - id: ")[1]
    file.write_text(f"instruments:\n  - id: {first}", encoding="utf-8")


def write_it_twice(root: Path) -> None:
    file = root / "instruments.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.partition("\n")[2], encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (replace_in(f"{CN}/retention.yaml", "days: 30", "days: 30, dayz: 3"), "unknown key 'dayz'"),
        (replace_in(f"{CN}/retention.yaml", "days: 30", 'days: "30"'), "right type"),
        (replace_in(f"{CN}/retention.yaml", "days: 30", "days: true"), "right type"),
        (replace_in(f"{CN}/retention.yaml", "[17, minimum]", "[17, maximum]"), "not in the article table"),
        (replace_in(f"{CN}/retention.yaml", "[17, minimum]", "17"), "a citation is"),
        (replace_in(f"{CN}/retention.yaml", "2025-04-01", "2024-04-01"), "before the instrument's first day"),
        (replace_in(f"{CN}/retention.yaml", "2025-04-01", "draft"), "under 'draft'"),
        (replace_in(f"{CN}/retention.yaml", "2025-04-01", "soon"), "neither a date"),
        (replace_in(f"{CN}/retention.yaml", "subject: retention", "subject: deletion"), "not the subject of this file"),
        (write_to(f"{CN}/mercy.yaml", "{subject: mercy, zh: a, en: b, values: {}}"), "no subject at all"),
        (replace_in(f"{CN}/retention.yaml", "days: 30", "days: 30, days: 31"), "written twice"),
        (replace_in(f"{CN}/retention.yaml", "zh:", "chinese:"), "the keys are"),
        (replace_in(f"{CN}/retention.yaml", "values:", "values: ["), "is not YAML"),
        (replace_in(f"{CN}/must_have.yaml", "[road,", "[rode,"), "'rode' is not a known place"),
        (replace_in(f"{CN}/must_have.yaml", "[road,", "[road, road,"), "written twice"),
        (replace_in(f"{CN}/sanctions.yaml", "[no_sign]", "[no_signs]"), "is not a known breach"),
        (replace_in(f"{CN}/sanctions.yaml", "confiscate", "confiscation"), "is not a known measure"),
        (replace_in(f"{CN}/sanctions.yaml", "when: refused", "when: sometimes"), "is not a known when"),
        (replace_in(f"{CN}/sanctions.yaml", "reading: other-law", "reading: none-such"), "names the reading"),
        (replace_in(f"{CN}/consent.yaml", "condition: keep_consent", "scope: public"), "'condition' is missing"),
        (replace_in(f"{CN}/duties.yaml", "when: outsourced", "when: raining"), "is not a known when"),
        (replace_in(f"{CN}/articles.yaml", "kind: other", "kind: sundry"), "is not a known kind"),
        (replace_in(f"{CN}/articles.yaml", ", not_software: purpose clause", ""), "exactly one of"),
        (replace_in(f"{CN}/articles.yaml", "article: 2,", "article: 1,"), "twice in the article table"),
        (replace_in("instruments.yaml", "status: in_force", "status: maybe"), "in_force or draft"),
        (replace_in("instruments.yaml", '[34, ""]', '[35, ""]'), "not in the article table"),
        (replace_in("instruments.yaml", "status: in_force", "status: draft"), "only a draft"),
        (write_it_twice, f"{CN} is written twice"),
        (replace_in("vocabulary.yaml", "[学校, school]", "school"), "must be [zh, en]"),
        (write_to("elsewhere-1/retention.yaml", "subject: retention"), "no instrument"),
        (write_to("notes.yaml", "a: b"), "does not belong here"),
        (write_to(f"{CN}/retention.yaml", "- a list"), "must be a mapping"),
        (replace_in(f"{CN}/sanctions.yaml", "breaches: [no_sign]", "breaches: no_sign"), "must be a list"),
        (write_to(f"{CN}/retention.yaml", "{subject: retention, zh: a, en: b, values: []}"), "given by date"),
        (lambda root: (root / "territories.yaml").unlink(), "is missing"),
    ],
)
def test_wrong_data_are_refused_with_the_place_and_the_fault(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    root = tmp_path / "data"
    shutil.copytree(SHIPPED, root, ignore=shutil.ignore_patterns("hubei*", "wuhan*", "guangzhou*", "shenzhen*"))
    only_the_order(root)
    change(root)
    with pytest.raises(law.DataError) as raised:
        read((root,))
    assert said in raised.value.message


def test_the_version_changes_with_every_byte_of_the_data(tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(SHIPPED, root)
    assert read((root,)).digest == law.version()
    replace_in(f"{CN}/retention.yaml", "days: 30", "days: 31")(root)
    assert read((root,)).digest != law.version()
