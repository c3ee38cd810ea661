"""Whether a copy somebody holds is one of ours, and unchanged: by the hash of its manifest or of a film."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from mingcha.base.errors import Invalid
from mingcha.records.accounts.models import Person
from mingcha.records.custody import queries
from mingcha.records.custody.models import Item

MANIFEST_MOST_BYTES = 40 << 20
"""A day's manifest has about 20 MB."""
READ_MOST_BYTES = 4 << 20
"""Larger ones are hashed but not read."""
FORMAT = "mingcha.export/"


@dataclass(frozen=True, slots=True)
class Answer:
    """`found`: copies with the file whose hash it is, empty for the manifest. `is_manifest`: whether what was chosen
    says of itself that it is a manifest of ours; `claims`: the camera's name it gives."""

    sha256: str
    found: list[tuple[Item, str]]
    is_manifest: bool = False
    claims: str = ""


def answer_for(viewer: Person, given: dict[str, Any]) -> Answer:
    """Look a manifest or a hash up. Raises Invalid (``item.hash``, ``item.manifest_large``)."""
    upload = given.get("manifest")
    if not isinstance(upload, UploadedFile):
        digest = "".join(str(given["sha256"]).split()).lower()
        return Answer(digest, queries.found_by_hash(viewer=viewer, sha256=digest))
    digest, start = _hashed(upload)
    told = _told(start)
    return Answer(
        digest,
        queries.found_by_hash(viewer=viewer, sha256=digest),
        str(told.get("format", "")).startswith(FORMAT),
        str(told.get("camera_name", ""))[:200],
    )


def _hashed(upload: UploadedFile[Any]) -> tuple[str, bytes]:
    """SHA-256, and the whole text where it is small enough to be read."""
    if (upload.size or 0) > MANIFEST_MOST_BYTES:
        raise Invalid("item.manifest_large", "This is too large for a manifest.")
    digest, text = hashlib.sha256(), bytearray()
    for piece in upload.chunks():
        digest.update(piece)
        if len(text) <= READ_MOST_BYTES:
            text += piece
    return digest.hexdigest(), bytes(text)


def _told(text: bytes) -> dict[str, Any]:
    """What it says of itself; nothing when it is no JSON object, or too large to be read."""
    if len(text) > READ_MOST_BYTES:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
