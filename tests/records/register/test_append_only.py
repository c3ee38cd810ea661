"""The database itself keeps the book."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from mingcha.records.register.actions import SYSTEM, act, enter
from mingcha.records.register.models import Entry, EntryRef
from tests.support.office import AT


@act("site.opened")
def do() -> None:
    enter(actor=SYSTEM, at=AT, subject="sit_0000000000000000")


@pytest.mark.parametrize("model", [Entry, EntryRef])
def test_an_entry_cannot_be_changed(model: type[Entry] | type[EntryRef]) -> None:
    do()
    field = "act" if model is Entry else "ref"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(**{field: "x"})


@pytest.mark.parametrize("table", ["register_entry", "register_entryref"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_raw_sql_is_refused_too(table: str, statement: str) -> None:
    do()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert Entry.objects.count() == 1


def test_a_fact_is_entered_once() -> None:
    @act("gap.closed")
    def twice() -> None:
        enter(actor=SYSTEM, at=AT, source="fct_1")
        enter(actor=SYSTEM, at=AT, source="fct_1")

    with pytest.raises(DatabaseError):
        twice()
    assert not Entry.objects.exists()
