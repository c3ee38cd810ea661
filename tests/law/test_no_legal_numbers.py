"""No number of the law stands in Python: they are data, dated and cited. Guards src/, the law package included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mingcha.law as law

ROOT = Path(__file__).resolve().parents[2]
SECONDS_A_DAY = 24 * 60 * 60
# A name that says days, months or years, retention, a floor, a deadline or a fine.
TELLING = re.compile(
    r"(^|[_.])(days?|years?|months?|retention|retain|keep|floor|deadline|fine|overdue)([_.]|$)", re.IGNORECASE
)

# Equal to a number of the law by chance: "file: name" and why.
NOT_LEGAL: dict[str, str] = {
    "src/mingcha/records/accounts/gate/sessions.py: days": "tidying of session notes, which the register does not need",
    "src/mingcha/records/inventory/queries/owed.py: WARNED_DAYS": "how early a paper's end is told: a choice of ours",
    "src/mingcha/records/evidence/queries.py: days": "how long the gateway tries to hand papers over",
    "src/mingcha/records/policies/states.py: LOG_DAYS": "what the house keeps at least; the law is asked besides",
    "src/mingcha/records/viewing/noticing.py: days": "how far back noticeable looks are listed",
    "src/mingcha/web/pages/storage.py: TOLD_DAYS_AHEAD": "how early a shortage is told: a choice of ours",
    "src/mingcha/records/signs/states.py: CHECK_EVERY_DAYS": "a first value that every site may set otherwise",
}


def legal_numbers() -> tuple[set[int], set[int]]:
    """The days and years, and the fines, of the shipped law."""
    days: set[int] = set()
    fines: set[int] = set()
    for parameter in law.current().data.parameters:
        for entry in parameter.entries:
            days |= {getattr(entry, name, None) or 0 for name in ("days", "years")}
            for step in getattr(entry, "steps", ()):
                fines |= {*step.individual, *step.unit, *step.responsible_person}
    return days - {0}, fines - {0}


DAYS, FINES = legal_numbers()


def number(node: ast.expr | None) -> int | None:
    """A whole number, or a product of such."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        left, right = number(node.left), number(node.right)
        return None if left is None or right is None else left * right
    return None


def is_legal(value: int | None, name: str) -> bool:
    """Whether a number called so is one of the law: its days or years, the same in hours or seconds, or a fine."""
    if value is None:
        return False
    in_seconds = {days * unit for days in DAYS - {2} for unit in (SECONDS_A_DAY, SECONDS_A_DAY * 1_000)}
    in_hours = {days * 24 for days in DAYS}
    if value in in_seconds or (value in in_hours and "hour" in name.lower()):
        return True
    if value in DAYS and TELLING.search(name):
        return True
    return value in FINES and "fine" in name.lower()


def legal_in(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every legal number of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            pairs = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
            if isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                pairs += [("days", node.args[0])] if called == "timedelta" else []
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            pairs = [(ast.unparse(target), node.value) for target in targets if node.value is not None]
        elif isinstance(node, ast.arguments):
            named = [*node.posonlyargs, *node.args]
            pairs = list(zip((arg.arg for arg in named[len(named) - len(node.defaults) :]), node.defaults, strict=True))
            pairs += [(arg.arg, value) for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value]
        elif isinstance(node, ast.Compare):
            pairs = [(ast.unparse(node.left), right) for right in node.comparators]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            pairs = [(ast.unparse(node.left), node.right)]
        else:
            continue
        yield from ((value.lineno, name) for name, value in pairs if is_legal(number(value), name))


def test_no_number_of_the_law_stands_in_python() -> None:
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for line, name in legal_in(path.read_text(encoding="utf-8")):
            if f"{place}: {name}" not in NOT_LEGAL:
                found.append(f"{place}:{line} {name}")
    assert found == [], "numbers of the law belong in src/mingcha/law/data"


def test_the_guard_knows_the_numbers_of_all_texts() -> None:
    assert {15, 30, 60, 90, 180, 2} <= DAYS
    assert {500, 1_000, 10_000, 100_000} <= FINES


def test_the_guard_sees_legal_numbers_however_written() -> None:
    source = """
floor = timedelta(days=30)
other = timedelta(90)
DAYS = 30
RETENTION: int = 180
keep_s = 90 * 24 * 3600
KEEP_MS = 30 * 24 * 60 * 60 * 1000
def sweep(*, days=15, retention_days: int = 30): ...
late = waited_days > 60
again = at.replace(year=at.year + 2)
FINE = 20_000
hold = timedelta(hours=30 * 24)
"""
    assert sorted(line for line, _ in legal_in(source)) == [2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12]


def test_the_guard_leaves_other_numbers_alone() -> None:
    source = """
FPS = 30
timeout_s = 30
port = 5000
width = 180
def wait(timeout=15, days=7): ...
half = timedelta(seconds=30)
"""
    assert list(legal_in(source)) == []
