"""Reads of personnel files: covers, lines, masked numbers, the list of people."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from mingcha.base.errors import Corrupt, NotAllowed
from mingcha.base.identity import blind_index, masked
from mingcha.base.keys import index_key, node_sealer
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.files.models import StoredFile
from mingcha.records.personnel.models import LINES, FileLine, PersonnelFile
from mingcha.records.personnel.names import read_number
from mingcha.records.personnel.states import Number

UNREADABLE = "•" * 8
"""Shown for a number sealed by another node's key."""


def people(*, viewer: Person, text: str = "") -> QuerySet[Person]:
    """People the viewer may see, by name. `text`: part of a name or sign-in name, or a whole id or telephone number,
    which only a keeper of files may search by."""
    if not viewer.may(Permission.READ_PEOPLE):
        return Person.objects.none()
    found = Person.objects.select_related("personnel_file__employer", "personnel_file__site").order_by("name", "id")
    text = text.strip()
    if not text:
        return found
    wanted = Q(name__icontains=text) | Q(username__icontains=text) | Q(personnel_file__full_name__icontains=text)
    number = read_number(text) if viewer.may(Permission.MANAGE_PERSONNEL) else ""
    if number:
        index = blind_index(number, index_key(settings.DATA_DIR))
        wanted |= Q(personnel_file__id_index=index) | Q(personnel_file__phone_index=index)
    return found.filter(wanted)


def person_for(*, viewer: Person, public_id: str) -> Person:
    """One person; raises NotAllowed (``person.unknown``)."""
    person = people(viewer=viewer).filter(public_id=public_id).first()
    if person is None:
        raise NotAllowed("person.unknown", "There is no such person.")
    return person


def people_for(*, viewer: Person, public_ids: list[str]) -> list[Person]:
    """Several people by id, in the order of their names. Raises NotAllowed (``person.unknown``) when one is missing."""
    wanted = set(public_ids)
    found = list(people(viewer=viewer).filter(public_id__in=wanted)) if wanted else []
    if len(found) != len(wanted):
        raise NotAllowed("person.unknown", "One of these people does not exist.")
    return found


def cover_of(person: Person) -> PersonnelFile | None:
    """The cover of a person's file, or None while there is none."""
    return getattr(person, "personnel_file", None)


def lines_of(person: Person, item: str) -> QuerySet[FileLine]:
    """All lines of one item in a person's file, the newest first, withdrawn ones among them."""
    kind = LINES[item]
    related = ("evidence", "site") if hasattr(kind, "site") else ("evidence",)
    return kind._default_manager.filter(person=person).select_related(*related)


def line_for(*, viewer: Person, public_id: str, item: str, line: int) -> FileLine:
    """One line; raises NotAllowed (``person.unknown``, ``file_line.unknown``)."""
    person = person_for(viewer=viewer, public_id=public_id)
    found = lines_of(person, item).filter(pk=line).first() if item in LINES else None
    if found is None:
        raise NotAllowed("file_line.unknown", "There is no such line.")
    return found


def evidence_for(*, viewer: Person, public_id: str, item: str, line: int) -> StoredFile:
    """The paper behind a line. Only keepers of files see papers; raises NotAllowed."""
    if not viewer.may(Permission.MANAGE_PERSONNEL):
        raise NotAllowed("permission.missing", "Only keepers of personnel files see the papers.")
    evidence: StoredFile | None = getattr(
        line_for(viewer=viewer, public_id=public_id, item=item, line=line), "evidence", None
    )
    if evidence is None:
        raise NotAllowed("file_line.unknown", "There is no paper with this line.")
    return evidence


def open_number(found: PersonnelFile, which: Number) -> str:
    """A sealed number in full, or empty text. For acts only, which enter who asked. Raises Corrupt."""
    sealed = found.id_sealed if which == Number.ID else found.phone_sealed
    if not sealed:
        return ""
    return node_sealer(settings.DATA_DIR).open(sealed, f"{found.person.public_id}/{which}")


def masked_number(found: PersonnelFile, which: Number) -> str:
    """The number as screens show it; empty when there is none."""
    try:
        return masked(open_number(found, which))
    except Corrupt:
        return UNREADABLE
