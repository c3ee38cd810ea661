"""Reading what people type at the desk."""

from __future__ import annotations

import unicodedata

from mingcha.base.errors import Invalid
from mingcha.records.disclosure.states import NAME_LIMIT

_UNSEEN = ("Cc", "Cs", "Zl", "Zp")


def read_line(text: str, field: str, *, limit: int = NAME_LIMIT, may_be_empty: bool = False) -> str:
    """One line of any script, blanks tidied. Raises Invalid (``disclosure.empty``, ``disclosure.long``), each with the
    name of the `field`."""
    normal = unicodedata.normalize("NFC", text)
    line = " ".join("".join(" " if unicodedata.category(c) in _UNSEEN else c for c in normal).split())
    if not line and not may_be_empty:
        raise Invalid("disclosure.empty", "The text is empty.", field=field)
    if len(line) > limit:
        raise Invalid("disclosure.long", "The text is too long.", field=field, limit=limit)
    return line
