"""Taking a file in. Not an act of its own: the act whose record holds the file calls this inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from mingcha.base.errors import Invalid, Unavailable
from mingcha.records.files.blobs import BlobStore
from mingcha.records.files.models import StoredFile
from mingcha.records.files.names import clean_name, extension_of
from mingcha.records.files.queries import blob_store
from mingcha.records.files.sniffing import sniff
from mingcha.records.files.states import Kind
from mingcha.records.register.actions import Actor


class Upload(Protocol):
    """What Django gives for an uploaded file; `django.core.files.base.ContentFile` is one too."""

    @property
    def name(self) -> str | None: ...

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]: ...


def put_file(*, upload: Upload, kinds: Iterable[Kind], actor: Actor, at: datetime) -> StoredFile:
    """Keep an uploaded file: its bytes durably on disk, then its row in the transaction of the act that runs.

    `kinds`: what this place takes. The caller has asked for the permission and enters the file in the register
    (`facts_of`). Raises Invalid (``file.*``) for what is not taken, Unavailable (``file.no_room``, ``file.limit``).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("put_file outside an act")
    taken = frozenset(kinds)
    name = clean_name(upload.name or "")
    store = blob_store()
    with store.receive(upload.chunks(), max_bytes=max(kind.max_bytes for kind in taken)) as draft:
        kind = sniff(draft.path)
        _require_fit(kind, taken, name, draft.size_bytes)
        _require_room(store, draft.sha256, draft.size_bytes)
        store.keep(draft)
    return StoredFile.objects.create(
        sha256=draft.sha256,
        size_bytes=draft.size_bytes,
        media_type=kind.media_type,
        name=name,
        stored_at=at,
        by=actor.public_id,
        by_name=actor.name,
    )


def facts_of(stored: StoredFile) -> dict[str, object]:
    """What an act enters in the register about a file it took in."""
    return {"file": stored.public_id, "name": stored.name, "sha256": stored.sha256, "size_bytes": stored.size_bytes}


def _require_fit(kind: Kind, taken: frozenset[Kind], name: str, size_bytes: int) -> None:
    if kind not in taken:
        raise Invalid("file.kind_here", "This kind of file is not taken here.", kinds=_listed(taken))
    if extension_of(name) not in kind.extensions:
        raise Invalid("file.extension", "Name and content do not agree.", extension=kind.extensions[0])
    if size_bytes > kind.max_bytes:
        raise Invalid("file.too_large", "The file is too large.", limit_mib=kind.max_bytes >> 20)


def _listed(kinds: frozenset[Kind]) -> str:
    return ", ".join(kind.extensions[0].upper() for kind in Kind if kind in kinds)


def _require_room(store: BlobStore, sha256: str, size_bytes: int) -> None:
    """The sum over rows counts shared blobs twice, so it errs towards refusing."""
    if store.path_of(sha256).exists():
        return
    used: int = StoredFile.objects.aggregate(total=Sum("size_bytes"))["total"] or 0
    if used + size_bytes > settings.FILES_LIMIT_BYTES:
        raise Unavailable("file.limit", "The office's files have reached their limit.")
