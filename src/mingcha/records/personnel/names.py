"""Reading what people type into posts and personnel files."""

from __future__ import annotations

import unicodedata

from mingcha.base.errors import Invalid
from mingcha.base.identity import read_document_number, read_phone
from mingcha.records.personnel.states import NAME_LIMIT

SEARCHED_DIGITS = 7
_REFUSED_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")


def read_text(text: str, field: str, *, limit: int = NAME_LIMIT, may_be_empty: bool = False) -> str:
    """One line of any script, trimmed. Raises Invalid (``file.text_empty``, ``file.text_long``,
    ``file.text_control``), each with the name of the `field`."""
    read = unicodedata.normalize("NFC", text).strip()
    if not read and not may_be_empty:
        raise Invalid("file.text_empty", "The text is empty.", field=field)
    if len(read) > limit:
        raise Invalid("file.text_long", "The text is too long.", field=field, limit=limit)
    if any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in read):
        raise Invalid("file.text_control", "The text holds control characters.", field=field)
    return read


def read_reason(text: str, code: str, *, limit: int) -> str:
    """A reason, which may have several lines that become one. Raises Invalid (`code`, ``file.text_*``)."""
    joined = " ".join(text.split())
    if not joined:
        raise Invalid(code, "The reason is empty.", field="reason")
    return read_text(joined, "reason", limit=limit)


def read_number(text: str) -> str:
    """A text as one would search for it if it is a whole id or telephone number, else empty."""
    for read in (read_phone, read_document_number):
        try:
            number = read(text)
        except Invalid:
            continue
        return number if len(number) >= SEARCHED_DIGITS and any(c.isdigit() for c in number) else ""
    return ""
