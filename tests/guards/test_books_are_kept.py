"""Nothing in the product deletes what the books hold. The one exception is named: rows of the viewing log beyond the
term of law and house, by an act with an entry."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import models

from tests.guards.tree import product_code

OFFICE = ("src/mingcha/records/", "src/mingcha/gateway/", "src/mingcha/web/", "src/mingcha/cli/")
KEPT = {
    "register": ("Entry", "Posting", "EntryName", "AnchorStretch"),
    "viewing": ("Viewing", "Export", "Served", "SeenDay", "Finding", "Acquaintance", "Dealt"),
    "policies": ("Policy", "Change", "Approval"),
    "custody": ("Hold", "HoldRange"),
    "disclosure": ("Request", "Decision", "Grant", "Debt"),
    "accounts": ("Person",),
}
MAY_GO = {
    "BrowserSession",
    "CameraSearch",
    "DiskStatus",
    "ParkedImport",
    "Probe",
    "Session",
    "SignInFailure",
    "row",
    "rows_of",
}
"""What a `.delete()` may begin with: notes of the moment, and second factors of a person (`row`, `rows_of`)."""
THINNING = ("src/mingcha/records/viewing/book_acts.py", "Served")


def deletions(tree: ast.Module) -> list[str]:
    """What each call of ``….delete()`` begins with."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DELETING:
            root: ast.expr = node.func.value
            while isinstance(root, ast.Attribute | ast.Call | ast.Subscript):
                root = root.func if isinstance(root, ast.Call) else root.value
            found.append(ast.unparse(root))
    return found


DELETING = ("delete", "_raw_delete", "adelete")


def test_only_notes_of_the_moment_are_deleted() -> None:
    found = {
        (path, root)
        for path, tree in product_code()
        if path.startswith(OFFICE)
        for root in deletions(tree)
        if root not in MAY_GO
    }
    assert found == {THINNING}


def test_no_sql_deletes_from_a_book() -> None:
    tables = {apps.get_model(app, name)._meta.db_table for app, names in KEPT.items() for name in names}
    pattern = re.compile(r"delete\s+from\s+\W?(\w+)|truncate\s+(?:table\s+)?(\w+)", re.IGNORECASE)
    told = {
        (path, match.group(0))
        for path, tree in product_code()
        if path.startswith(OFFICE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for match in pattern.finditer(node.value)
        if (match.group(1) or match.group(2)) in tables
    }
    assert told == set()


@pytest.mark.parametrize(("app", "name"), [(app, name) for app, names in KEPT.items() for name in names])
def test_no_row_goes_along_with_another(app: str, name: str) -> None:
    """A book's row would otherwise vanish with the camera or the person it speaks of."""
    keys = [field for field in apps.get_model(app, name)._meta.get_fields() if isinstance(field, models.ForeignKey)]
    weak = [field.name for field in keys if field.remote_field.on_delete is not models.PROTECT]
    assert weak == []


def test_the_guard_sees_through_chains() -> None:
    source = "Entry.objects.filter(pk=1).exclude(x=2)[:5].delete()\nfor row in rows: row.delete()\nx.deleted()"
    assert deletions(ast.parse(source)) == ["Entry", "row"]
