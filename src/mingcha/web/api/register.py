"""Operations on the register: search it, read an entry, read the register of retrievals. It is only read here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router, Schema
from pydantic import AwareDatetime, Field

from mingcha.records.accounts.gate import PersonRequest
from mingcha.records.accounts.states import Permission
from mingcha.records.register.acts import ACTS
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Place, Search, count, entry_for, find
from mingcha.records.register.sentences import sentence, title
from mingcha.web.api.access import signed_in
from mingcha.web.api.answers import Ground, answers
from mingcha.web.pages.retrieval_rows import RETRIEVALS, columns, rows_of

router = Router(tags=["register"])
READ = signed_in(Permission.READ_REGISTER)
AREAS = tuple(sorted({f"{act.subject_area}." for act in ACTS.values()}))
Word: Any = Literal[("", *AREAS, *ACTS)]
Ref = Annotated[str, Field(max_length=32, pattern=r"^([a-z]{3}_[0-9a-z]{16})?$")]
Cursor = Annotated[str, Field(max_length=40, pattern=r"^(-?[0-9]{1,18}\.[0-9]{1,18})?$")]


class Asked(Schema):
    """What to look for. `act`: a word, or an area with its dot; `about`, `also_about`: ids of a person, camera, site,
    viewing; `text`: a piece of a name; `since` <= at < `until`; `before`: the `older` of the page before."""

    act: Word = ""
    about: Ref = ""
    also_about: Ref = ""
    text: Annotated[str, Field(max_length=100)] = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100

    def search(self) -> Search:
        return Search(
            act=self.act, ref=self.about, also_ref=self.also_about, text=self.text, since=self.since, until=self.until
        )

    def place(self) -> Place | None:
        return Place.read(self.before) if self.before else None


class Doer(Schema):
    """Who acted, as they were called and what they were then."""

    id: str
    name: str
    role: str
    post: str
    unit: str


class Subject(Schema):
    """What or whom it was done to."""

    id: str
    name: str


class EntryOut(Schema):
    """One entry. `about`: ids it can be found by; `sha256`: hash of its canonical text."""

    number: int
    at: datetime
    act: str
    title: str
    sentence: str
    actor: Doer
    subject: Subject
    about: list[str]
    detail: dict[str, Any]
    grounds: list[Ground]
    law_version: str
    sha256: str


class FullEntry(EntryOut):
    """An entry with the text that is hashed, and its place in the ledger once it is anchored."""

    canonical: str
    log_index: int | None


class EntryPage(Schema):
    """One page, newest first. `count` is exact up to 1000, `more` says that there are more."""

    items: list[EntryOut]
    older: str | None
    count: int
    more: bool


class Column(Schema):
    """A field the texts in force ask for."""

    code: str
    label: str


class RetrievalOut(Schema):
    """One retrieval: a text for each column, empty where nothing was written down; `missing`: how many are owed."""

    number: int
    cells: dict[str, str]
    missing: int


class RetrievalPage(Schema):
    """One page of the statutory register of retrievals, with its columns and the articles that ask for them."""

    columns: list[Column]
    grounds: list[Ground]
    items: list[RetrievalOut]
    older: str | None
    count: int
    more: bool


@router.get("/register/entries", auth=READ, response=answers(EntryPage))
def search_register(request: PersonRequest, asked: Query[Asked]) -> Any:
    """Search the register."""
    search = asked.search()
    found, counted = find(search, limit=asked.limit, before=asked.place()), count(search)
    return {
        "items": [_out(entry) for entry in found.entries],
        "older": str(found.older) if found.older else None,
        "count": counted.number,
        "more": counted.is_more,
    }


@router.get("/register/entries/{number}", auth=READ, response=answers(FullEntry))
def read_entry(request: PersonRequest, number: Annotated[int, Path(ge=1, le=(1 << 62))]) -> Any:
    """One entry in full."""
    entry = entry_for(number)
    anchor = getattr(entry, "anchor", None)
    return {**_out(entry), "canonical": entry.as_canonical(), "log_index": anchor.log_index if anchor else None}


@router.get("/register/retrievals", auth=READ, response=answers(RetrievalPage))
def list_retrievals(request: PersonRequest, asked: Query[Asked]) -> Any:
    """The statutory register of retrievals, with exactly the columns the texts in force at the unit's sites name."""
    search, shown = replace(asked.search(), words=RETRIEVALS), columns(request.at)
    found, counted = find(search, limit=asked.limit, before=asked.place()), count(search)
    return {
        "columns": [{"code": code, "label": label} for code, label in shown.labels],
        "grounds": [one.ground.cite.as_dict() for one in shown.asked],
        "items": [
            {
                "number": row.entry.pk,
                "cells": dict(zip(shown.fields, (text for _, text in row.cells), strict=True)),
                "missing": row.missing,
            }
            for row in rows_of(found.entries, shown)
        ],
        "older": str(found.older) if found.older else None,
        "count": counted.number,
        "more": counted.is_more,
    }


def _out(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.pk,
        "at": entry.at,
        "act": entry.act,
        "title": title(entry.act),
        "sentence": sentence(entry),
        "actor": {
            "id": entry.actor,
            "name": entry.actor_name,
            "role": entry.actor_role,
            "post": entry.post,
            "unit": entry.unit,
        },
        "subject": {"id": entry.subject, "name": entry.subject_name},
        "about": entry.refs,
        "detail": entry.detail_fields,
        "grounds": entry.grounds,
        "law_version": entry.law_version,
        "sha256": entry.digest,
    }
