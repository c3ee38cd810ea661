"""Reading names of sites and cameras."""

from __future__ import annotations

import unicodedata

from mingcha.base.errors import Invalid
from mingcha.records.inventory.states import NAME_LIMIT

_REFUSED_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")


def read_name(text: str) -> str:
    """A name as people write it: any script, quotes and emoji; no control characters, since names reach file names of
    copies, logs and paper. Raises Invalid (``camera.name_empty``, ``camera.name_long``, ``camera.name_control``)."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise Invalid("camera.name_empty", "The name is empty.")
    if len(name) > NAME_LIMIT:
        raise Invalid("camera.name_long", "The name is too long.", limit=NAME_LIMIT)
    if any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in name):
        raise Invalid("camera.name_control", "The name holds control characters.")
    return name


def read_text(text: str, limit: int = NAME_LIMIT) -> str:
    """Free text as people write it, trimmed; line breaks become blanks. Raises Invalid (``text.long``,
    ``camera.name_control``)."""
    said = " ".join(unicodedata.normalize("NFC", text).split())
    if len(said) > limit:
        raise Invalid("text.long", "The text is too long.", limit=limit)
    if any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in said):
        raise Invalid("camera.name_control", "The text holds control characters.")
    return said
