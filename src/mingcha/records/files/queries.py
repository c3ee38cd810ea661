"""Reading stored files. There is no permission here: the record that holds a file decides, so only its app may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from mingcha.base.errors import Corrupt
from mingcha.base.hashing import sha256_file
from mingcha.records.files.blobs import BlobStore
from mingcha.records.files.models import StoredFile


def blob_store() -> BlobStore:
    """The directory of blobs of this installation."""
    return BlobStore(Path(settings.DATA_DIR) / "files")


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie. Raises Corrupt (``file.damaged``) when they are missing or of another length."""
    path = blob_store().path_of(stored.sha256)
    if not path.is_file() or path.stat().st_size != stored.size_bytes:
        raise Corrupt("file.damaged", "A stored file is missing or damaged.")
    return path


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes as uploaded, for reading. Raises Corrupt (``file.damaged``)."""
    return path_of(stored).open("rb")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found: `kind` is missing, damaged or unreferenced; `file` is a public id or empty."""

    kind: str
    sha256: str
    file: str = ""


def faults() -> Iterator[Fault]:
    """Every row without its bytes, every blob whose bytes are not its name, every blob without a row. Reads all."""
    store = blob_store()
    known: dict[str, str] = {}
    for public_id, sha256 in StoredFile.objects.order_by("id").values_list("public_id", "sha256").iterator():
        if sha256 not in known and not store.path_of(sha256).is_file():
            yield Fault("missing", sha256, public_id)
        known.setdefault(sha256, public_id)
    for sha256 in store.hashes():
        if sha256_file(store.path_of(sha256)).hex() != sha256:
            yield Fault("damaged", sha256, known.get(sha256, ""))
        elif sha256 not in known:
            yield Fault("unreferenced", sha256)
