"""Reads of the archive; each takes the viewer and returns only what that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from mingcha.base.errors import NotAllowed
from mingcha.records.accounts.models import Person
from mingcha.records.accounts.states import Permission
from mingcha.records.documents.models import Document, HandOver, Version
from mingcha.records.documents.queries import search
from mingcha.records.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields do not narrow. `before_id` pages backwards. `state`: current (the usual),
    expired, withdrawn or all."""

    text: str = ""
    kind: str = ""
    stage: str = ""
    subject: str = ""
    site: str = ""
    tag: str = ""
    state: str = ""
    before_id: int | None = None


def documents(*, viewer: Person) -> QuerySet[Document]:
    """Documents the person may see, newest first; confidential ones only to those who may read such."""
    if not viewer.may(Permission.READ_DOCUMENTS):
        return Document.objects.none()
    found = Document.objects.select_related("site").order_by("-id")
    return found if viewer.may(Permission.READ_CONFIDENTIAL) else found.filter(is_confidential=False)


def found_documents(*, viewer: Person, wanted: Search, on: date) -> QuerySet[Document]:
    """Documents that match, newest first; paged by id, so that every page costs the same."""
    found = documents(viewer=viewer)
    if wanted.state != "all":
        found = found.filter(withdrawn_at__isnull=wanted.state != "withdrawn")
    if wanted.state == "expired":
        found = found.filter(valid_until__lt=on)
    for field in ("kind", "stage", "subject"):
        if getattr(wanted, field):
            found = found.filter(**{field: getattr(wanted, field)})
    if wanted.site:
        found = found.filter(site__public_id=wanted.site)
    if wanted.tag:
        found = search.matching(found, wanted.tag)
    if wanted.before_id:
        found = found.filter(pk__lt=wanted.before_id)
    return search.matching(found, wanted.text) if wanted.text else found


def with_newest(found: QuerySet[Document]) -> QuerySet[Document]:
    """Each document with `newest_number` and `newest_sha256` of its newest version."""
    newest = Version.objects.filter(document=OuterRef("pk")).order_by("-number")
    return found.annotate(
        newest_number=Subquery(newest.values("number")[:1]), newest_sha256=Subquery(newest.values("file__sha256")[:1])
    )


def document_for(*, viewer: Person, public_id: str) -> Document:
    """One document; raises NotAllowed (``document.unknown``) for a hidden or missing one alike."""
    document = documents(viewer=viewer).filter(public_id=public_id).first()
    if document is None:
        raise NotAllowed("document.unknown", "There is no such document.")
    return document


def versions_of(document: Document) -> QuerySet[Version]:
    """All versions, newest first."""
    return document.versions.select_related("file").order_by("-number")


def file_for(*, viewer: Person, public_id: str, number: int) -> StoredFile:
    """The file of a version the person may see; raises NotAllowed (``document.unknown``)."""
    document = document_for(viewer=viewer, public_id=public_id)
    version = document.versions.select_related("file").filter(number=number).first()
    if version is None:
        raise NotAllowed("document.unknown", "There is no such version.")
    return version.file


def handovers(*, viewer: Person) -> QuerySet[HandOver]:
    """Lists that were handed over, newest first."""
    if not viewer.may(Permission.READ_DOCUMENTS):
        return HandOver.objects.none()
    return HandOver.objects.order_by("-id")


def handover_for(*, viewer: Person, public_id: str) -> HandOver:
    """One list; raises NotAllowed (``handover.unknown``). One with documents the viewer may not see does not exist
    for them either."""
    found = handovers(viewer=viewer).filter(public_id=public_id).first()
    hidden = found is not None and found.versions.filter(document__is_confidential=True).exists()
    if found is None or (hidden and not viewer.may(Permission.READ_CONFIDENTIAL)):
        raise NotAllowed("handover.unknown", "There is no such list.")
    return found


def handed_versions(handover: HandOver) -> QuerySet[Version]:
    """What is on the list, in the order of filing."""
    return handover.versions.select_related("document", "file").order_by("document_id", "number")
