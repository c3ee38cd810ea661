"""PDF files (ISO 32000-1): a document that only shows. Scripts, programs and forms that send are refused.

This is a search for names, not a reader of PDF: it looks at the plain bytes and into every packed object stream, with
``#xx`` escapes undone. It may refuse a harmless file that merely mentions such a name; it does not prove a file good.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from mingcha.base.errors import Invalid

MAX_UNPACKED_BYTES = 64 << 20
TAIL_BYTES = 2048
DICTIONARY_BYTES = 1 << 16
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/((?:[A-Za-z0-9]|#[0-9A-Fa-f]{2})+)")
_STREAM = re.compile(rb">>\s*stream\r?\n")
ACTIVE = frozenset({b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"RichMedia", b"EmbeddedFile"})
"""ISO 32000-1: 12.6.4 (actions), 13.7 of its extension (rich media), 7.11.4 (embedded files). Long words only: the
bytes of a packed picture never happen to hold one, while ``/JS`` would be met by chance in a large file."""
_FORM_PROGRAM = b"XFA"


def require_passive_pdf(path: Path) -> None:
    """Raises Invalid: ``file.pdf_broken``, ``file.encrypted`` (what needs a password today cannot be read in years),
    ``file.pdf_active``."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.rfind(b"%%EOF", max(0, len(data) - TAIL_BYTES)) < 0:
            raise Invalid("file.pdf_broken", "The PDF has no end; it is cut off.")
        found = _names(data)
        for objects in _objects(data):
            names = _names(objects)
            found |= names
            if _FORM_PROGRAM in names:
                raise Invalid("file.pdf_active", "The PDF holds a form with a program.")
    if b"Encrypt" in found:
        raise Invalid("file.encrypted", "The PDF is encrypted.")
    if found & ACTIVE:
        raise Invalid("file.pdf_active", "The PDF holds scripts, attachments or actions.")


def _names(data: bytes | mmap.mmap) -> set[bytes]:
    return {_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), match[1]) for match in _NAME.finditer(data)}


def _objects(data: mmap.mmap) -> Iterator[bytes]:
    """What stands between streams, and object streams unpacked; together at most `MAX_UNPACKED_BYTES`."""
    left, after = MAX_UNPACKED_BYTES, 0
    while match := _STREAM.search(data, after):
        dictionary = data[max(after, match.start() - DICTIONARY_BYTES) : match.start()]
        names = _names(dictionary[dictionary.rfind(b"obj") + 1 :])
        yield data[after : match.start()]
        end = data.find(b"endstream", match.end())
        after = end if end >= 0 else len(data)
        if b"ObjStm" in names:
            unpacked = _unpack(data[match.end() : after], names, left)
            left -= len(unpacked)
            yield unpacked
    yield data[after:]


def _unpack(packed: bytes, names: set[bytes], limit: int) -> bytes:
    if b"Filter" not in names:
        return packed
    try:
        unpacked = zlib.decompressobj().decompress(packed, limit + 1)
    except zlib.error as error:
        raise Invalid("file.pdf_broken", "The PDF cannot be read.") from error
    if len(unpacked) > limit or b"Predictor" in names:
        raise Invalid("file.pdf_broken", "The PDF is packed in an odd way.")
    return unpacked
