"""The index of titles: FTS5 on SQLite, plain containment elsewhere. Written inside the acts' transactions."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from mingcha.records.documents.models import Document
from mingcha.records.documents.words import folded, indexed, query

TABLE = "documents_words"


def put(document: Document) -> None:
    """Write a document into the index anew."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE rowid = %s", [document.pk])  # noqa: S608  (a constant)
        cursor.execute(f"INSERT INTO {TABLE}(rowid, body) VALUES (%s, %s)", [document.pk, indexed(document.words)])  # noqa: S608


def matching(found: QuerySet[Document], text: str) -> QuerySet[Document]:
    """Those of `found` whose title, number, issuer, tags or file names hold every part of `text`."""
    wanted = query(text)
    if not wanted:
        return found
    if connection.vendor == "sqlite":
        hits = RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [wanted])  # noqa: S608, S611  (a constant)
        return found.filter(pk__in=hits)
    for part in folded(text).split():
        found = found.filter(words__contains=part)
    return found
