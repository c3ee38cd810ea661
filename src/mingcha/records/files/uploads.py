"""Which pages take files, and how much: everything else refuses an upload before a byte of it is kept.

Django reads a form's files before the view runs (the CSRF check needs the form), so the limit stands in the upload
handler, which asks the view that the address leads to. Files go to the disk in pieces; memory holds one piece.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from mingcha.records.files.states import LARGEST_BYTES

FORM_ROOM_BYTES = 1 << 20
"""For the fields beside the file."""
MAX_BODY_BYTES = LARGEST_BYTES + FORM_ROOM_BYTES

View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Declare that a view takes uploaded files, together at most as large as the largest kind."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


class Handler(TemporaryFileUploadHandler):
    """Writes to a temporary file; refuses where no view declared that it takes files, or when all are too large."""

    received_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        match = getattr(self.request, "resolver_match", None)
        if match is None or not getattr(match.func, "takes_files", False):
            raise RequestDataTooBig("This address takes no files.")
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received_bytes += len(raw_data)
        if self.received_bytes > MAX_BODY_BYTES:
            self.upload_interrupted()  # Django closes only files it has whole
            raise RequestDataTooBig("The files are too large.")
        super().receive_data_chunk(raw_data, start)
