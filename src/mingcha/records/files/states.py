"""Kinds of files the office takes, and how large each may be: pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MIB = 1 << 20
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class KindFacts:
    """`media_type`: as stored and served; `extensions`: which a name of this kind may end in, the usual one first."""

    media_type: str
    extensions: tuple[str, ...]
    max_bytes: int


class Kind(Enum):
    """One kind of file. Which kind a file is says its content; its name must agree."""

    PDF = KindFacts("application/pdf", ("pdf",), 50 * MIB)
    PNG = KindFacts("image/png", ("png",), 20 * MIB)
    JPEG = KindFacts("image/jpeg", ("jpg", "jpeg"), 20 * MIB)
    WEBP = KindFacts("image/webp", ("webp",), 20 * MIB)
    DOCX = KindFacts("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",), 20 * MIB)
    XLSX = KindFacts("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",), 20 * MIB)
    TEXT = KindFacts("text/plain", ("txt", "csv", "md"), 5 * MIB)

    @property
    def media_type(self) -> str:
        return self.value.media_type

    @property
    def extensions(self) -> tuple[str, ...]:
        return self.value.extensions

    @property
    def max_bytes(self) -> int:
        return self.value.max_bytes


PICTURES = frozenset({Kind.PNG, Kind.JPEG, Kind.WEBP})
PAPERS = frozenset(Kind)
LARGEST_BYTES = max(kind.max_bytes for kind in Kind)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in Kind}


def accept_of(kinds: frozenset[Kind]) -> str:
    """The `accept` attribute of a file input for these kinds."""
    return ",".join(f".{extension}" for kind in Kind if kind in kinds for extension in kind.extensions)
