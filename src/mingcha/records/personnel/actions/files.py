"""Acts on personnel files. Lines are added and withdrawn, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.conf import settings
from django.utils import timezone

from mingcha.base.errors import Conflict, Invalid
from mingcha.base.identity import blind_index, read_document_number, read_phone, read_resident_id
from mingcha.base.keys import index_key, node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.models import StoredFile
from mingcha.records.files.states import PAPERS
from mingcha.records.inventory.models import Contractor, Site
from mingcha.records.personnel.models import (
    EntryCheck,
    FileLine,
    PersonnelFile,
    PoliceFiling,
    Training,
    Undertaking,
)
from mingcha.records.personnel.names import read_reason, read_text
from mingcha.records.personnel.queries import StaffRow, open_number, staff_rows
from mingcha.records.personnel.states import REASON_LIMIT, TEXT_LIMIT, IdKind, Number, Result
from mingcha.records.register.actions import Actor, act, enter

MOST_AT_ONCE = 500
L = TypeVar("L", bound=FileLine)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a form says about a person. `id_number`, `phone`: None leaves what is stored, empty text removes it."""

    full_name: str
    id_kind: str = IdKind.RESIDENT
    id_number: str | None = None
    phone: str | None = None
    employer: Contractor | None = None
    site: Site | None = None


@act("personnel.file_opened", "personnel.file_changed")
def put_cover(*, person: Person, cover: Cover, actor: Actor, at: datetime) -> PersonnelFile:
    """Open a person's file, or change what stands on its cover. Numbers go into the file sealed and never into the
    register. Raises Invalid (``identity.*``, ``file.text_*``) or Conflict (``file.number_taken``)."""
    require(actor, Permission.MANAGE_PERSONNEL)
    known = PersonnelFile.objects.filter(person=person).first()
    found = known or PersonnelFile(person=person, opened_at=at)
    before = _cover_facts(found) if known else None
    found.full_name = read_text(cover.full_name, "full_name", limit=100)
    found.employer, found.site, found.changed_at = cover.employer, cover.site, at
    _put_numbers(found, cover, timezone.localdate(at))
    found.save(force_insert=known is None)
    after = _cover_facts(found)
    changes: dict[str, object] = {"before": before, "after": after} if before is not None else dict(after)
    given = {"id_given": cover.id_number is not None, "phone_given": cover.phone is not None}
    _enter_line(person, actor, at, {**changes, **given}, word="" if known is None else "personnel.file_changed")
    return found


@act("personnel.check_recorded")
def record_check(
    *,
    person: Person,
    checked_on: date,
    result: str,
    checked_by: str,
    remark: str,
    evidence: Upload | None,
    actor: Actor,
    at: datetime,
) -> EntryCheck:
    """Record the check before somebody is taken on."""
    require(actor, Permission.MANAGE_PERSONNEL)
    _require_past("checked_on", checked_on, at)
    line = EntryCheck(
        checked_on=checked_on,
        result=Result(result),
        checked_by=read_text(checked_by, "checked_by"),
        remark=read_text(remark, "remark", limit=TEXT_LIMIT, may_be_empty=True),
        evidence=_kept(evidence, actor, at),
    )
    _add(line, person, actor, at, {"day": checked_on.isoformat(), "result": line.result})
    return line


@act("personnel.undertaking_filed")
def file_undertaking(
    *,
    person: Person,
    educated_on: date,
    signed_on: date,
    expires_on: date | None,
    evidence: Upload | None,
    actor: Actor,
    at: datetime,
) -> Undertaking:
    """File the undertaking a person signed after the confidentiality education."""
    require(actor, Permission.MANAGE_PERSONNEL)
    _require_past("signed_on", signed_on, at)
    _require_forward(signed_on, expires_on)
    if signed_on < educated_on:
        raise Invalid("file.day_order", "The undertaking comes before the education.", field="signed_on")
    line = Undertaking(
        educated_on=educated_on, signed_on=signed_on, expires_on=expires_on, evidence=_kept(evidence, actor, at)
    )
    _add(line, person, actor, at, {"day": signed_on.isoformat(), "expires_on": _iso(expires_on)})
    return line


@act("personnel.training_recorded")
def record_training(
    *,
    people: Sequence[Person],
    course: str,
    organiser: str,
    held_on: date,
    result: str,
    expires_on: date | None,
    evidence: Upload | None,
    actor: Actor,
    at: datetime,
) -> list[Training]:
    """Record one course for one person or many: a line in each file, an entry for each person, one certificate."""
    require(actor, Permission.MANAGE_PERSONNEL)
    _require_past("held_on", held_on, at)
    _require_forward(held_on, expires_on)
    course, organiser = read_text(course, "course"), read_text(organiser, "organiser")
    chosen, kept = _chosen(people), _kept(evidence, actor, at)
    detail = {"course": course, "organiser": organiser, "day": held_on.isoformat(), "result": Result(result).value}
    lines = []
    for person in chosen:
        line = Training(
            course=course,
            organiser=organiser,
            held_on=held_on,
            result=Result(result),
            expires_on=expires_on,
            evidence=kept,
        )
        _add(line, person, actor, at, {**detail, "expires_on": _iso(expires_on)})
        lines.append(line)
    return lines


@act("personnel.police_filing_recorded")
def record_police_filing(
    *,
    people: Sequence[Person],
    site: Site,
    organ: str,
    filed_on: date,
    receipt_number: str,
    evidence: Upload | None,
    actor: Actor,
    at: datetime,
) -> list[PoliceFiling]:
    """Record that the particulars of these people were filed with the police of a site."""
    require(actor, Permission.MANAGE_PERSONNEL)
    _require_past("filed_on", filed_on, at)
    organ = read_text(organ, "organ")
    number = read_text(receipt_number, "receipt_number", limit=100, may_be_empty=True)
    chosen, kept = _chosen(people), _kept(evidence, actor, at)
    lines = []
    for person in chosen:
        line = PoliceFiling(site=site, organ=organ, filed_on=filed_on, receipt_number=number, evidence=kept)
        detail = {"organ": organ, "day": filed_on.isoformat(), "receipt_number": number, "site_name": site.name}
        _add(line, person, actor, at, detail, refs=[site.public_id])
        lines.append(line)
    return lines


@act("personnel.line_withdrawn")
def withdraw_line(*, line: FileLine, reason: str, actor: Actor, at: datetime) -> None:
    """Withdraw a line that is wrong: it stays to be read and counts no more. Raises Invalid (``file.reason``) or
    Conflict (``file.line_withdrawn``)."""
    require(actor, Permission.MANAGE_PERSONNEL)
    reason = read_reason(reason, "file.reason", limit=REASON_LIMIT)
    kept = type(line)._default_manager.filter(pk=line.pk, withdrawn_at__isnull=True)
    if kept.update(withdrawn_at=at, withdrawn_reason=reason) != 1:
        raise Conflict("file.line_withdrawn", "The line has been withdrawn already.")
    line.withdrawn_at, line.withdrawn_reason = at, reason
    _enter_line(line.person, actor, at, {"item": line.ITEM.value, "line": str(line), "note": reason})


@act("personnel.number_revealed")
def reveal_number(*, person: Person, which: str, reason: str, actor: Actor, at: datetime) -> str:
    """Give a personal number in full, for a stated reason. Raises Invalid (``file.reason``), Conflict
    (``file.number_none``) or Corrupt (``seal.broken``)."""
    require(actor, Permission.MANAGE_PERSONNEL)
    reason = read_reason(reason, "file.reason", limit=REASON_LIMIT)
    found = PersonnelFile.objects.filter(person=person).first()
    number = open_number(found, Number(which)) if found else ""
    if not number:
        raise Conflict("file.number_none", "The file holds no such number.")
    _enter_line(person, actor, at, {"number": Number(which).value, "note": reason})
    return number


@act("personnel.staff_list_taken")
def take_staff_list(*, site: Site, people: Sequence[Person], reason: str, actor: Actor, at: datetime) -> list[StaffRow]:
    """Take out the list of these people with their numbers in full, to be filed with the police of a site."""
    require(actor, Permission.MANAGE_PERSONNEL)
    reason = read_reason(reason, "file.reason", limit=REASON_LIMIT)
    chosen = _chosen(people)
    enter(
        actor=actor,
        at=at,
        subject=site.public_id,
        subject_name=site.name,
        detail={"note": reason, "people": [person.public_id for person in chosen], "count": len(chosen)},
    )
    return staff_rows(chosen, site, timezone.localdate(at), in_full=True)


def _put_numbers(found: PersonnelFile, cover: Cover, today: date) -> None:
    sealer, key, owner = node_sealer(settings.DATA_DIR), index_key(settings.DATA_DIR), found.person.public_id
    if cover.id_number is not None:
        found.id_kind = IdKind(cover.id_kind)
        text = cover.id_number.strip()
        resident = found.id_kind == IdKind.RESIDENT
        number = (read_resident_id(text, on=today) if resident else read_document_number(text)) if text else ""
        found.id_sealed = sealer.seal(number, f"{owner}/{Number.ID}") if number else ""
        found.id_index = blind_index(number, key) if number else None
        holder = PersonnelFile.objects.filter(id_index=found.id_index).exclude(person=found.person) if number else None
        if holder is not None and (other := holder.first()) is not None:
            raise Conflict(
                "file.number_taken", "Another file holds this number.", field="id_number", name=other.full_name
            )
    if cover.phone is not None:
        phone = read_phone(cover.phone) if cover.phone.strip() else ""
        found.phone_sealed = sealer.seal(phone, f"{owner}/{Number.PHONE}") if phone else ""
        found.phone_index = blind_index(phone, key) if phone else ""


def _cover_facts(found: PersonnelFile) -> dict[str, object]:
    return {
        "full_name": found.full_name,
        "id_kind": str(found.id_kind),
        "employer": found.employer.name if found.employer else "",
        "site_name": found.site.name if found.site else "",
    }


def _require_past(field: str, day: date, at: datetime) -> None:
    if day > timezone.localdate(at):
        raise Invalid("file.day_ahead", "The day has not come yet.", field=field)


def _require_forward(day: date, expires_on: date | None) -> None:
    if expires_on is not None and expires_on < day:
        raise Invalid("file.expiry", "It would run out before it began.", field="expires_on")


def _chosen(people: Sequence[Person]) -> list[Person]:
    chosen = list({person.pk: person for person in people}.values())
    if not chosen:
        raise Invalid("file.people_none", "Nobody was chosen.", field="people")
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid("file.people_many", "Too many people at once.", field="people", limit=MOST_AT_ONCE)
    return chosen


def _kept(evidence: Upload | None, actor: Actor, at: datetime) -> StoredFile | None:
    return put_file(upload=evidence, kinds=PAPERS, actor=actor, at=at) if evidence is not None else None


def _add(
    line: FileLine, person: Person, actor: Actor, at: datetime, detail: Mapping[str, object], refs: Sequence[str] = ()
) -> None:
    line.person, line.recorded_at = person, at
    line.recorded_by, line.recorded_by_name = actor.public_id, actor.name
    line.save(force_insert=True)
    evidence: StoredFile | None = getattr(line, "evidence", None)
    _enter_line(person, actor, at, {**detail, **(facts_of(evidence) if evidence else {})}, refs=refs)


def _enter_line(
    person: Person,
    actor: Actor,
    at: datetime,
    detail: Mapping[str, object],
    *,
    refs: Sequence[str] = (),
    word: str = "",
) -> None:
    enter(actor=actor, at=at, subject=person.public_id, subject_name=person.name, refs=refs, detail=detail, word=word)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
