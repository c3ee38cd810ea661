"""Stored files as answers: to be saved, never to be run. Which file a person may have is decided before this is called.

Everything is an attachment that browsers neither sniff nor run; pictures are shown inline only as a copy made anew.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from mingcha.base.errors import Invalid
from mingcha.records.files.models import StoredFile
from mingcha.records.files.pictures import preview
from mingcha.records.files.queries import open_file, path_of

PIECE_BYTES = 1 << 18
PREVIEW_SIDE_PX = 1600
SEALED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


class StoredFileResponse(StreamingHttpResponse):
    """A file in pieces, in either kind of server; memory holds one piece."""

    def __init__(self, file: BinaryIO, **options: object) -> None:
        self._file = file
        super().__init__(_pieces(file), **options)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = sync_to_async(self._file.read)
        while piece := await read(PIECE_BYTES):
            yield piece


def attachment(stored: StoredFile) -> StoredFileResponse:
    """The file as uploaded, to be saved under its name. Raises Corrupt (``file.damaged``)."""
    headers = {
        **SEALED,
        "Content-Disposition": content_disposition_header(True, stored.name) or "attachment",
        "Content-Length": str(stored.size_bytes),
    }
    content_type = "text/plain" if stored.media_type == "text/plain" else stored.media_type
    return StoredFileResponse(open_file(stored), content_type=content_type, headers=headers)


def picture(stored: StoredFile, *, max_side_px: int = PREVIEW_SIDE_PX) -> HttpResponse:
    """A picture made anew, without EXIF and without anything hidden in the file. Raises Invalid
    (``file.not_a_picture``) or Corrupt (``file.damaged``)."""
    if not stored.is_picture:
        raise Invalid("file.not_a_picture", "Only pictures are shown.")
    data, media_type = preview(path_of(stored), max_side=max_side_px)
    return HttpResponse(data, content_type=media_type, headers={**SEALED, "Content-Disposition": "inline"})


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece
