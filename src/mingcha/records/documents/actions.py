"""Acts on the archive: filing, a further version, withdrawing, handing over. Nothing is ever overwritten or deleted."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mingcha.base.errors import Conflict, Invalid
from mingcha.records.accounts.queries import require
from mingcha.records.accounts.states import Permission
from mingcha.records.documents.models import Document, HandOver, Version
from mingcha.records.documents.queries import search
from mingcha.records.documents.queries.subjects import subject_for
from mingcha.records.documents.states import REASON_LIMIT, TAG_LIMIT, TAGS_LIMIT, TITLE_LIMIT
from mingcha.records.documents.words import folded
from mingcha.records.files.actions import Upload, facts_of, put_file
from mingcha.records.files.states import PAPERS
from mingcha.records.register.actions import Actor, act, enter
from mingcha.records.wording.law import codes

HANDOVER_LIMIT = 500
_UNSEEN = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """What a form says about a document. `kind` and `stage`: codes of the law's vocabulary; `subject`: an id of the
    inventory."""

    kind: str
    title: str
    subject: str
    stage: str = ""
    number: str = ""
    issuer: str = ""
    dated_on: date | None = None
    valid_until: date | None = None
    tags: Sequence[str] = ()
    is_confidential: bool = False


@act("document.filed")
def file_document(*, draft: DocumentDraft, upload: Upload, actor: Actor, at: datetime) -> Document:
    """Put a document with its first file into the archive.

    Raises NotAllowed, Invalid (``document.*``, ``file.*``) or Unavailable (``file.no_room``).
    """
    require(actor, Permission.MANAGE_DOCUMENTS)
    subject = subject_for(draft.subject)
    title = _line(draft.title, TITLE_LIMIT)
    if not title:
        raise Invalid("document.title", "The document has no title.")
    if draft.kind not in codes("document_type"):
        raise Invalid("document.kind", "There is no such type of document.")
    if draft.stage and draft.stage not in codes("archive_stage"):
        raise Invalid("document.stage", "There is no such stage.")
    if draft.dated_on and draft.valid_until and draft.valid_until < draft.dated_on:
        raise Invalid("document.valid_until", "It would end before it began.")
    stored = put_file(upload=upload, kinds=PAPERS, actor=actor, at=at)
    document = Document.objects.create(
        kind=draft.kind,
        stage=draft.stage,
        title=title,
        subject=subject.public_id,
        site=subject.site,
        number=_line(draft.number, 100),
        issuer=_line(draft.issuer, TITLE_LIMIT),
        dated_on=draft.dated_on,
        valid_until=draft.valid_until,
        tags=_tags(draft.tags),
        is_confidential=draft.is_confidential,
        filed_at=at,
        by=actor.public_id,
        by_name=actor.name,
    )
    Version.objects.create(
        document=document, number=1, file=stored, filed_at=at, by=actor.public_id, by_name=actor.name
    )
    _index(document, stored.name)
    enter(
        actor=actor,
        at=at,
        subject=document.public_id,
        subject_name=document.title,
        refs=_refs(document, stored.public_id),
        detail={"type": document.kind, "about": subject.name, "confidential": document.is_confidential}
        | facts_of(stored),
    )
    return document


@act("document.version_added")
def add_version(*, document: Document, upload: Upload, reason: str, actor: Actor, at: datetime) -> Version:
    """Put a newer file beside the old ones, with the reason. Raises as `file_document`."""
    require(actor, Permission.MANAGE_DOCUMENTS)
    _require_current(document)
    because = _line(reason, REASON_LIMIT)
    if not because:
        raise Invalid("document.reason", "No reason was given.")
    stored = put_file(upload=upload, kinds=PAPERS, actor=actor, at=at)
    newest = document.versions.select_related("file").order_by("-number")[0]
    if newest.file.sha256 == stored.sha256:
        raise Conflict("document.same_file", "This is the file that is there already.")
    # Two at once take the same number; the constraint lets one of them in.
    version = Version.objects.create(
        document=document,
        number=newest.number + 1,
        file=stored,
        filed_at=at,
        by=actor.public_id,
        by_name=actor.name,
        reason=because,
    )
    _index(document, stored.name)
    enter(
        actor=actor,
        at=at,
        subject=document.public_id,
        subject_name=document.title,
        refs=_refs(document, stored.public_id),
        detail={"version": version.number, "reason": because} | facts_of(stored),
    )
    return version


@act("document.withdrawn")
def withdraw_document(*, document: Document, reason: str, actor: Actor, at: datetime) -> None:
    """Mark a document as no longer good; it stays in the archive with its files."""
    require(actor, Permission.MANAGE_DOCUMENTS)
    because = _line(reason, REASON_LIMIT)
    if not because:
        raise Invalid("document.reason", "No reason was given.")
    current = Document.objects.filter(pk=document.pk, withdrawn_at__isnull=True)
    if current.update(withdrawn_at=at, withdrawn_because=because) != 1:
        raise Conflict("document.withdrawn", "The document has been withdrawn already.")
    document.withdrawn_at, document.withdrawn_because = at, because
    enter(
        actor=actor,
        at=at,
        subject=document.public_id,
        subject_name=document.title,
        refs=_refs(document),
        detail={"reason": because},
    )


@act("document.handed_over")
def hand_over(
    *,
    title: str,
    receiver: str,
    receiver_unit: str,
    handed_on: date,
    note: str,
    documents: Sequence[Document],
    actor: Actor,
    at: datetime,
) -> HandOver:
    """Register that the newest versions of these documents were handed to somebody. Raises Invalid
    (``handover.*``)."""
    require(actor, Permission.MANAGE_DOCUMENTS)
    named, taker = _line(title, TITLE_LIMIT), _line(receiver, TITLE_LIMIT)
    if not named or not taker:
        raise Invalid("handover.receiver" if named else "handover.title", "Title and receiver are needed.")
    if not documents:
        raise Invalid("handover.empty", "No documents were chosen.")
    if len(documents) > HANDOVER_LIMIT:
        raise Invalid("handover.long", "Too many documents on one list.", limit=HANDOVER_LIMIT)
    newest = [document.versions.select_related("file").order_by("-number")[0] for document in documents]
    made = HandOver.objects.create(
        title=named,
        receiver=taker,
        receiver_unit=_line(receiver_unit, TITLE_LIMIT),
        handed_on=handed_on,
        note=_line(note, REASON_LIMIT),
        made_at=at,
        by=actor.public_id,
        by_name=actor.name,
    )
    made.versions.set(newest)
    enter(
        actor=actor,
        at=at,
        subject=made.public_id,
        subject_name=named,
        refs=[document.public_id for document in documents],
        detail={
            "receiver": taker,
            "receiver_unit": made.receiver_unit,
            "documents": len(newest),
            "sha256": [version.file.sha256 for version in newest],
        },
    )
    return made


def _require_current(document: Document) -> None:
    if document.withdrawn_at is not None:
        raise Conflict("document.withdrawn", "The document has been withdrawn.")


def _index(document: Document, file_name: str) -> None:
    """What the search finds it by; names of earlier files stay findable."""
    own = (document.title, document.number, document.issuer, *document.tags, file_name)
    document.words = folded(" ".join((*own, document.words)))[:20_000]
    document.save(update_fields=("words",))
    search.put(document)


def _refs(document: Document, *more: str) -> list[str]:
    site = [document.site.public_id] if document.site else []
    return [document.subject, *site, *more]


def _line(text: str, limit: int) -> str:
    """One line of text as people write it, without control characters, at most `limit` long."""
    normal = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(c) in _UNSEEN else c for c in normal)
    return " ".join(spaced.split())[:limit]


def _tags(tags: Sequence[str]) -> list[str]:
    found = [_line(tag, TAG_LIMIT) for tag in tags]
    return list(dict.fromkeys(tag for tag in found if tag))[:TAGS_LIMIT]
