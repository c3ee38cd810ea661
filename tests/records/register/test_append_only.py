"""The database itself keeps the book."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.models import AnchorStretch, Entry, EntryName, Posting
from tests.support.office import AT


@act("site.opened")
def do(subject_name: str = "") -> None:
    enter(actor=SYSTEM, at=AT, subject="sit_0000000000000000", subject_name=subject_name)


TABLES = [model._meta.db_table for model in (Entry, Posting, EntryName, AnchorStretch)]


def test_an_entry_cannot_be_changed() -> None:
    do()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(act="x")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_raw_sql_is_refused_too(table: str, statement: str) -> None:
    do(subject_name="东门")
    AnchorStretch.objects.create(first_entry=1, last_entry=9, root="0" * 64, log_index=0, at=AT)
    columns = {"register_entry": "act", "register_entryname": "text", "register_anchorstretch": "root"}
    column = columns.get(table, "entry_id")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table, column, column))
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("table", TABLES)
def test_each_table_of_the_book_has_its_triggers(table: str) -> None:
    """Django rebuilds a SQLite table when a column is altered, and loses them: the migration must add them again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        assert {name for (name,) in cursor.fetchall()} == {f"{table}_no_update", f"{table}_no_delete"}


def test_postings_are_their_own_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'register_posting'")
        assert cursor.fetchone()[0].endswith("WITHOUT ROWID")


def test_a_fact_is_entered_once() -> None:
    @act("gap.closed")
    def twice() -> None:
        enter(actor=SYSTEM, at=AT, source="fct_1")
        enter(actor=SYSTEM, at=AT, source="fct_1")

    with pytest.raises(DatabaseError):
        twice()
    assert not Entry.objects.exists()
