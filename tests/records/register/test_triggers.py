"""The migration that makes the book append-only, on each kind of database."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from mingcha.records.register import triggers
from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.models import AnchorStretch, Entry, EntryName, Posting
from tests.support.office import AT

first = importlib.import_module("mingcha.records.register.migrations.0002_append_only")
migration = importlib.import_module("mingcha.records.register.migrations.0003_standing_and_keys")
newest = importlib.import_module("mingcha.records.register.migrations.0004_anchor_stretches")
TABLES = [model._meta.db_table for model in (Entry, Posting, EntryName, AnchorStretch)]


def editor(vendor: str, said: list[str]) -> SimpleNamespace:
    return SimpleNamespace(connection=SimpleNamespace(vendor=vendor), execute=said.append)


def test_it_can_be_taken_back_and_put_on_again() -> None:
    @act("site.opened")
    def do() -> None:
        enter(actor=SYSTEM, at=AT)

    do()
    with connection.cursor() as cursor:
        real = SimpleNamespace(connection=connection, execute=cursor.execute)
        triggers.drop(real, TABLES)
        Posting.objects.all().delete()
        assert Entry.objects.all().delete()[0] == 1
        triggers.add(real, TABLES)


@pytest.mark.parametrize(
    ("add", "drop", "tables"),
    [
        (first.add_triggers, first.drop_triggers, first.TABLES),
        (migration.close_book, migration.open_new_book, migration.TABLES),
        (newest.close_new, newest.open_new, newest.AFTER),
    ],
)
def test_postgresql_refuses_change_deletion_and_truncation(add: Any, drop: Any, tables: tuple[str, ...]) -> None:
    said: list[str] = []
    add(None, editor("postgresql", said))
    assert "RAISE EXCEPTION" in said[0]
    assert [line for line in said[1:] if "BEFORE UPDATE OR DELETE OR TRUNCATE" not in line] == []
    assert len(said) == 1 + len(tables)
    said.clear()
    drop(None, editor("postgresql", said))
    assert len(said) == len(tables)


def test_a_database_without_triggers_of_ours_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="mysql"):
        migration.close_book(None, editor("mysql", []))
