"""Acts on the register as a whole: entries leave it on paper or as a file. They are entered like every other act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mingcha.base.clock import from_datetime, to_datetime
from mingcha.base.errors import Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.register.actions import Actor, act, enter
from mingcha.records.register.models import Entry
from mingcha.records.register.queries import Search, entry_for
from mingcha.records.register.sheets import Sheet

TAKEN_OUT = ("register.printed", "register.export_begun")


@act("register.printed")
def print_register(
    *, search: Search, form: str, last: Sheet, count: int, is_retrievals: bool, actor: Actor, at: datetime
) -> Entry:
    """Enter that entries go onto paper. `form`: ``html`` or ``pdf``; `last`: the last sheet, whose chain is the hash of
    the whole."""
    require(actor, Permission.EXPORT_REGISTER)
    told = {"form": form, "retrievals": is_retrievals, "count": count, "sheets": last.number, "sha256": last.chain}
    return enter(actor=actor, at=at, refs=_refs(search), detail={**told, "search": as_detail(search)})


@act("register.export_begun")
def begin_export(*, search: Search, form: str, actor: Actor, at: datetime) -> Entry:
    """Enter that entries begin to leave as a file; before the first byte, since nobody knows how far it will come."""
    require(actor, Permission.EXPORT_REGISTER)
    return enter(actor=actor, at=at, refs=_refs(search), detail={"form": form, "search": as_detail(search)})


@act("register.export_finished")
def finish_export(*, begun: Entry, last: Sheet, count: int, actor: Actor, at: datetime) -> Entry:
    """Enter that the file was given out to its end, with its hash."""
    told = {"export": begun.pk, "count": count, "sheets": last.number, "sha256": last.chain}
    return enter(actor=actor, at=at, refs=begun.refs, detail=told)


@act("register.record_taken")
def take_record(*, entry: Entry, certificate: str, sha256: str, actor: Actor, at: datetime) -> Entry:
    """Enter that the certificate of what an entry tells leaves as a file; `sha256`: of that file."""
    require(actor, Permission.EXPORT_REGISTER)
    told = {"certificate": certificate, "sha256": sha256}
    return enter(actor=actor, at=at, subject=entry.subject, subject_name=entry.subject_name, detail=told)


def as_detail(search: Search) -> dict[str, Any]:
    """A search as it is written into the book; only what narrows."""
    found: dict[str, Any] = {
        "act": search.act,
        "words": list(search.words),
        "ref": search.ref,
        "also_ref": search.also_ref,
        "text": search.text,
        "since_us": from_datetime(search.since) if search.since else None,
        "until_us": from_datetime(search.until) if search.until else None,
        "up_to": search.up_to,
    }
    return {key: value for key, value in found.items() if value}


def search_of(number: int) -> Search:
    """The search of a print or export, from its entry. Raises NotAllowed or Invalid (``register.not_an_export``)."""
    entry = entry_for(number)
    if entry.act not in TAKEN_OUT:
        raise Invalid("register.not_an_export", "This entry is not of a print or export.")
    told: Mapping[str, Any] = entry.detail_fields["search"]
    since, until = told.get("since_us"), told.get("until_us")
    return Search(
        act=told.get("act", ""),
        words=tuple(told.get("words", ())),
        ref=told.get("ref", ""),
        also_ref=told.get("also_ref", ""),
        text=told.get("text", ""),
        since=to_datetime(since) if since is not None else None,
        until=to_datetime(until) if until is not None else None,
        up_to=told.get("up_to"),
    )


def _refs(search: Search) -> list[str]:
    return [ref for ref in (search.ref, search.also_ref) if ref]
