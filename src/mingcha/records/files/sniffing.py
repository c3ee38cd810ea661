"""What a file is, by its content: the few kinds the office takes, everything else refused.

Nothing here trusts a name or what the browser said. Each kind is looked at as far as is needed to say that opening
it runs nothing: no macros, no scripts in a PDF, no remote templates, pictures that really decode.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from mingcha.base.errors import Invalid
from mingcha.records.files.office_files import office_kind
from mingcha.records.files.pdf_files import require_passive_pdf
from mingcha.records.files.pictures import require_picture
from mingcha.records.files.states import Kind

HEAD_BYTES = 1024
CHUNK_BYTES = 1 << 18
_MARKUP = re.compile(rb"<\s*(!doctype|html|svg|script|\?xml|head|body|iframe)", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_ENCODINGS = ("utf-8-sig", "gb18030")


def sniff(path: Path) -> Kind:
    """The kind of the file. Raises Invalid (``file.kind`` for what is not taken at all, or the reason why a file of a
    taken kind is refused)."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    for matches, read in _BY_MAGIC:
        if matches(head):
            return read(path)
    return _text(path, head)


def _pdf(path: Path) -> Kind:
    require_passive_pdf(path)
    return Kind.PDF


def _picture(kind: Kind) -> Callable[[Path], Kind]:
    def read(path: Path) -> Kind:
        require_picture(path, kind)
        return kind

    return read


def _text(path: Path, head: bytes) -> Kind:
    """Plain text in UTF-8 or GB18030 (GB 18030-2022, which holds GBK and GB 2312). Markup and scripts are refused."""
    if _MARKUP.search(head) or head.startswith(b"#!"):
        raise Invalid("file.kind", "Markup and scripts are not taken.")
    if not any(_decodes(path, encoding) for encoding in _ENCODINGS):
        raise Invalid("file.kind", "This kind of file is not taken.")
    return Kind.TEXT


def _decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in this encoding, without control characters; in bounded memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
                if _CONTROLS.search(decoder.decode(piece)):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


_BY_MAGIC: tuple[tuple[Callable[[bytes], bool], Callable[[Path], Kind]], ...] = (
    (lambda head: head.startswith(b"%PDF-"), _pdf),
    (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _picture(Kind.PNG)),
    (lambda head: head.startswith(b"\xff\xd8\xff"), _picture(Kind.JPEG)),
    (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _picture(Kind.WEBP)),
    (lambda head: head.startswith(b"PK\x03\x04"), office_kind),
)
