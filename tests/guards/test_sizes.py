"""Files of at most 400 lines, functions of at most 60: small enough to be read whole."""

from __future__ import annotations

import ast

from tests.guards.tree import ROOT, name_of, under

FILE_LINES = 400
FUNCTION_LINES = 60
EXEMPT_PARTS = {"migrations", "locale", "node_modules"}


def long_functions(name: str, source: str) -> list[str]:
    """Functions over the limit, counted from `def` to the last line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{name}:{node.lineno} {node.name}: {lines} lines")
    return found


def long_file(name: str, source: str) -> list[str]:
    lines = source.count("\n")
    return [f"{name}: {lines} lines"] if lines > FILE_LINES else []


def test_no_file_or_function_is_too_long_to_read() -> None:
    found = []
    paths = [ROOT / "dev.py", *under("tools/house"), *under("src"), *under("frontend/src")]
    for path in paths:
        if path.suffix not in {".py", ".ts", ".css", ".html"} or EXEMPT_PARTS & set(path.parts):
            continue
        source = path.read_text(encoding="utf-8")
        found += long_file(name_of(path), source)
        found += long_functions(name_of(path), source) if path.suffix == ".py" else []
    assert not found, "\n".join(found)


def test_the_guard_sees_a_long_function_and_a_long_file() -> None:
    long = "async def f():\n" + "    x = 1\n" * 60
    short = "def g():\n" + "    x = 1\n" * 59
    assert long_functions("a.py", short + long) == ["a.py:61 f: 61 lines"]
    assert long_file("a.py", "\n" * 401) == ["a.py: 401 lines"]
    assert long_file("a.py", "\n" * 400) == []
