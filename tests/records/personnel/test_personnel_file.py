"""The file: its cover with sealed numbers, its lines, withdrawing, revealing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from stdnum.cn import ric

from mingcha.base.errors import Conflict, Corrupt, Invalid, NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.personnel import actions, queries
from mingcha.records.personnel.actions import Cover
from mingcha.records.personnel.models import EntryCheck, PersonnelFile, PoliceFiling, Training
from mingcha.records.personnel.states import Number
from mingcha.records.register.models import Entry
from tests.records.personnel.conftest import TODAY, give_check, give_filing
from tests.support.office import AT, LATER, last_entry, make_person

STEM = "42010619900307123"
RESIDENT_ID = STEM + ric.calc_check_digit(STEM + "0")
PHONE = "13812345678"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def cover(**changes: Any) -> Cover:
    return Cover(**{"full_name": "王芳", "id_number": RESIDENT_ID, "phone": PHONE, **changes})


@pytest.fixture
def opened(guard: Person, clerk: Person) -> PersonnelFile:
    return actions.put_cover(person=guard, cover=cover(), actor=clerk, at=AT)


def everything_stored() -> str:
    rows = [*PersonnelFile.objects.values_list(), *Entry.objects.values_list()]
    return repr(rows)


def test_numbers_are_sealed_masked_and_in_no_entry(opened: PersonnelFile, guard: Person) -> None:
    assert queries.masked_number(opened, Number.ID) == f"420106********{RESIDENT_ID[-4:]}"
    assert queries.masked_number(opened, Number.PHONE) == "138******78"
    stored = everything_stored()
    assert RESIDENT_ID not in stored
    assert PHONE not in stored
    entry = last_entry()
    assert (entry.act, entry.subject) == ("personnel.file_opened", guard.public_id)
    assert entry.detail_fields["id_given"] is True


def test_a_seal_is_bound_to_its_person(opened: PersonnelFile, manager: Person) -> None:
    moved = PersonnelFile(person=manager, full_name="x", id_sealed=opened.id_sealed)
    with pytest.raises(Corrupt):
        queries.open_number(moved, Number.ID)
    assert queries.masked_number(moved, Number.ID) == "••••••••"


def test_no_two_files_hold_one_number(opened: PersonnelFile, clerk: Person, manager: Person) -> None:
    with pytest.raises(Conflict) as caught:
        actions.put_cover(person=manager, cover=cover(full_name="李卫"), actor=clerk, at=AT)
    assert caught.value.code == "file.number_taken"
    assert not PersonnelFile.objects.filter(person=manager).exists()
    actions.put_cover(person=opened.person, cover=cover(), actor=clerk, at=AT)


def test_a_change_keeps_numbers_that_are_not_given(opened: PersonnelFile, clerk: Person, guard: Person) -> None:
    actions.put_cover(person=guard, cover=cover(full_name="王芳芳", id_number=None, phone=""), actor=clerk, at=LATER)
    found = PersonnelFile.objects.get(person=guard)
    assert queries.open_number(found, Number.ID) == RESIDENT_ID
    assert (found.phone_sealed, found.phone_index) == ("", "")
    assert last_entry().act == "personnel.file_changed"
    assert last_entry().detail_fields["after"]["full_name"] == "王芳芳"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"full_name": "  "}, "file.text_empty"),
        ({"full_name": "名" * 101}, "file.text_long"),
        ({"id_number": RESIDENT_ID[:-1] + ("0" if RESIDENT_ID[-1] != "0" else "1")}, "identity.check_digit"),
        ({"id_number": "12"}, "identity.shape"),
        ({"id_kind": "other", "id_number": "护照"}, "identity.document"),
        ({"phone": "12"}, "identity.phone"),
    ],
)
def test_wrong_particulars_are_refused(guard: Person, clerk: Person, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        actions.put_cover(person=guard, cover=cover(**changes), actor=clerk, at=AT)
    assert caught.value.code == code
    assert not PersonnelFile.objects.exists()


def test_whoever_keeps_files_finds_people_by_a_whole_number(
    opened: PersonnelFile, clerk: Person, auditor: Person, guard: Person
) -> None:
    for text in (RESIDENT_ID, f" {RESIDENT_ID[:6]} {RESIDENT_ID[6:]}", PHONE, "王", "guard"):
        assert guard in queries.people(viewer=clerk, text=text), text
    assert guard not in queries.people(viewer=clerk, text=RESIDENT_ID[:10])
    assert guard in queries.people(viewer=auditor, text="王")
    assert guard not in queries.people(viewer=auditor, text=RESIDENT_ID)
    assert not queries.people(viewer=guard).exists()


def test_a_number_is_shown_in_full_only_with_a_reason_and_an_entry(
    opened: PersonnelFile, guard: Person, clerk: Person
) -> None:
    with pytest.raises(Invalid):
        actions.reveal_number(person=guard, which="id", reason=" ", actor=clerk, at=AT)
    assert last_entry().act != "personnel.number_revealed"
    shown = actions.reveal_number(person=guard, which="id", reason="向公安机关报备", actor=clerk, at=AT)
    assert shown == RESIDENT_ID
    entry = last_entry()
    assert (entry.act, entry.actor, entry.subject) == ("personnel.number_revealed", clerk.public_id, guard.public_id)
    assert entry.detail_fields == {"number": "id", "note": "向公安机关报备"}
    actions.put_cover(person=guard, cover=cover(phone=""), actor=clerk, at=AT)
    with pytest.raises(Conflict):
        actions.reveal_number(person=guard, which="phone", reason="联系", actor=clerk, at=AT)


def test_a_line_keeps_its_paper(guard: Person, clerk: Person) -> None:
    line = actions.record_check(
        person=guard,
        checked_on=TODAY,
        result="passed",
        checked_by="人事部",
        remark="",
        evidence=ContentFile(PAPER, name="审查表.pdf"),
        actor=clerk,
        at=AT,
    )
    assert line.evidence is not None
    entry = last_entry()
    assert (entry.act, entry.detail_fields["sha256"]) == ("personnel.check_recorded", line.evidence.sha256)
    found = queries.evidence_for(viewer=clerk, public_id=guard.public_id, item="entry_check", line=line.pk)
    assert found == line.evidence


def test_papers_are_for_keepers_of_files(guard: Person, clerk: Person, auditor: Person) -> None:
    give_check(guard, clerk)
    line = EntryCheck.objects.get()
    for viewer in (guard, auditor):
        with pytest.raises(NotAllowed):
            queries.evidence_for(viewer=viewer, public_id=guard.public_id, item="entry_check", line=line.pk)
    with pytest.raises(NotAllowed) as caught:
        queries.evidence_for(viewer=clerk, public_id=guard.public_id, item="entry_check", line=line.pk)
    assert caught.value.code == "file_line.unknown"


def test_a_line_of_another_person_is_unknown(guard: Person, clerk: Person) -> None:
    give_check(guard, clerk)
    line = EntryCheck.objects.get()
    for public_id, item in ((clerk.public_id, "entry_check"), (guard.public_id, "training"), (guard.public_id, "x")):
        with pytest.raises(NotAllowed):
            queries.line_for(viewer=clerk, public_id=public_id, item=item, line=line.pk)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_on": TODAY + timedelta(days=1)}, "file.day_ahead"),
        ({"educated_on": TODAY, "signed_on": TODAY - timedelta(days=1)}, "file.day_order"),
        ({"expires_on": TODAY - timedelta(days=1)}, "file.expiry"),
    ],
)
def test_days_must_make_sense(guard: Person, clerk: Person, changes: dict[str, Any], code: str) -> None:
    fields: dict[str, Any] = {"educated_on": TODAY, "signed_on": TODAY, "expires_on": None, **changes}
    with pytest.raises(Invalid) as caught:
        actions.file_undertaking(person=guard, **fields, evidence=None, actor=clerk, at=AT)
    assert caught.value.code == code


def test_one_course_for_many_is_a_line_and_an_entry_for_each(clerk: Person) -> None:
    people = [make_person(f"g{number}", f"值班员{number}", "guard") for number in range(3)]
    actions.record_training(
        people=[*people, people[0]],
        course="视频监看岗位培训",
        organiser="市保安协会",
        held_on=TODAY,
        result="passed",
        expires_on=TODAY + timedelta(days=365),
        evidence=ContentFile(PAPER, name="证书.pdf"),
        actor=clerk,
        at=AT,
    )
    assert Training.objects.count() == 3
    assert len({line.evidence_id for line in Training.objects.all()}) == 1
    entries = Entry.objects.filter(act="personnel.training_recorded")
    assert {entry.subject for entry in entries} == {person.public_id for person in people}
    with pytest.raises(Invalid) as caught:
        actions.record_training(
            people=[],
            course="x",
            organiser="x",
            held_on=TODAY,
            result="passed",
            expires_on=None,
            evidence=None,
            actor=clerk,
            at=AT,
        )
    assert caught.value.code == "file.people_none"


def test_a_withdrawn_line_stays_to_be_read_with_its_reason(guard: Person, clerk: Person) -> None:
    give_check(guard, clerk)
    line = EntryCheck.objects.get()
    with pytest.raises(Invalid):
        actions.withdraw_line(line=line, reason="", actor=clerk, at=AT)
    actions.withdraw_line(line=line, reason="录错人", actor=clerk, at=LATER)
    kept = queries.lines_of(guard, "entry_check").get()
    assert (kept.withdrawn_at, kept.withdrawn_reason) == (LATER, "录错人")
    assert last_entry().act == "personnel.line_withdrawn"
    with pytest.raises(Conflict):
        actions.withdraw_line(line=line, reason="录错人", actor=clerk, at=LATER)


def test_the_filing_names_organ_and_receipt(guard: Person, clerk: Person, wuhan: Any) -> None:
    give_filing(guard, clerk, wuhan)
    line = PoliceFiling.objects.get()
    assert (line.organ, line.receipt_number, line.site) == ("江岸区公安分局", "2026-17", wuhan)
    assert last_entry().detail_fields["organ"] == "江岸区公安分局"


def test_taking_the_staff_list_out_is_entered(guard: Person, clerk: Person, wuhan: Any) -> None:
    actions.take_staff_list(site=wuhan, people=[guard], reason="报江岸分局", actor=clerk, at=AT)
    entry = last_entry()
    assert (entry.act, entry.subject) == ("personnel.staff_list_taken", wuhan.public_id)
    assert entry.detail_fields["people"] == [guard.public_id]


def test_who_keeps_no_files_writes_none(
    guard: Person, outsider: Person, auditor: Person, clerk: Person, opened: PersonnelFile, wuhan: Any
) -> None:
    give_check(guard, clerk)
    line = EntryCheck.objects.get()
    for actor in (guard, outsider, auditor):
        for attempt in (
            lambda actor=actor: give_check(guard, actor),
            lambda actor=actor: give_filing(guard, actor, wuhan),
            lambda actor=actor: actions.put_cover(person=guard, cover=cover(), actor=actor, at=AT),
            lambda actor=actor: actions.withdraw_line(line=line, reason="x", actor=actor, at=AT),
            lambda actor=actor: actions.reveal_number(person=guard, which="id", reason="x", actor=actor, at=AT),
            lambda actor=actor: actions.take_staff_list(site=wuhan, people=[guard], reason="x", actor=actor, at=AT),
        ):
            with pytest.raises(NotAllowed):
                attempt()
