"""Long answers piece by piece, whatever server runs the office.

Under ASGI Django would first gather everything a plain iterator gives; here each piece is asked for in the request's
own thread, one at a time, so memory holds one piece.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse


def stream(request: HttpRequest, pieces: Iterator[bytes], *, content_type: str) -> StreamingHttpResponse:
    """An answer that sends these pieces as they are made."""
    body = _pulled(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type=content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _pulled(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    pull = sync_to_async(lambda: next(pieces, None), thread_sensitive=True)
    while (piece := await pull()) is not None:
        yield piece
