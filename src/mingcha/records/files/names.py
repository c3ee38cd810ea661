"""Cleaning the name a browser gives for a file."""

from __future__ import annotations

import re
import unicodedata

from mingcha.records.files.states import NAME_LIMIT

_SEPARATORS = re.compile(r"[\\/]")
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control and format characters; among the latter are those that turn the direction of writing, by which
``exe.fdp`` is shown as ``pdf.exe``."""
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def clean_name(text: str) -> str:
    """A name that is safe in headers, lists and on any disk: no path, no unseen characters, at most `NAME_LIMIT`
    characters with the extension kept. Never empty."""
    name = unicodedata.normalize("NFC", _SEPARATORS.split(text)[-1])
    name = "".join(c for c in name if unicodedata.category(c) not in _UNSEEN)
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: NAME_LIMIT - len(extension) - 1].rstrip() or 'file'}.{extension}"
    return name[:NAME_LIMIT] or "file"


def extension_of(name: str) -> str:
    """Lower-case extension without the dot, or empty."""
    return name.rpartition(".")[2].casefold() if "." in name else ""
