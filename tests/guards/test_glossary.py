"""The glossary holds every model, every act and every fact, and no word twice."""

from __future__ import annotations

import ast
import importlib.util
import re

import pytest

from mingcha.wire.facts import KINDS
from tests.guards.tree import ROOT, product_code

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
IN_CODE = set(re.findall(r"`([^`]+)`", GLOSSARY))
MODEL_BASES = {"models.Model", "Model", "AbstractBaseUser"}


def models_in(tree: ast.Module) -> list[str]:
    """Names of concrete Django models, read without loading Django."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) in MODEL_BASES for base in node.bases):
            is_abstract = "abstract = True" in ast.unparse(node)
            found += [] if is_abstract else [node.name]
    return found


def rows() -> list[list[str]]:
    lines = [line for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_model_is_in_the_glossary() -> None:
    names = {name for path, tree in product_code() if path.endswith("models.py") for name in models_in(tree)}
    assert sorted(names - IN_CODE) == []


def test_every_fact_is_in_the_glossary() -> None:
    assert sorted(set(KINDS) - IN_CODE) == []


def test_every_act_is_in_the_glossary() -> None:
    if importlib.util.find_spec("mingcha.records.register") is None:
        pytest.skip("there is no register yet")
    sources = sorted((ROOT / "src/mingcha/records/register/vocabulary").glob("*.py"))
    words = {
        call.args[0].value
        for source in sources
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Act" and isinstance(call.args[0], ast.Constant)
    }
    assert words
    assert sorted(str(word) for word in words - IN_CODE) == []


def test_no_row_lacks_a_cell_and_no_name_stands_twice_in_a_table() -> None:
    for section in GLOSSARY.split("\n## ")[1:]:
        table = [line for line in section.splitlines() if line.startswith("|")]
        names = re.findall(r"`([^`]+)`", "\n".join(table))
        assert len(set(names)) == len(names), section[:40]
    assert [row for row in rows() if not all(row) or len(row) not in (3, 4)] == []


def test_the_guard_finds_models_and_leaves_out_abstract_ones() -> None:
    source = (
        "class A(models.Model): pass\nclass B(models.Model):\n    class Meta:\n        abstract = True\nclass C: pass"
    )
    assert models_in(ast.parse(source)) == ["A"]
