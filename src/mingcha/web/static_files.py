"""Static files without another server: the built front end, htmx from its wheel, our own few files.

Files are small and few, so each is read once into memory, compressed once, and answered with a strong ETag. Vite's
hashed files may be kept for ever; the rest is asked for again and answered 304.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified

from mingcha.base.hashing import sha256
from mingcha.records.accounts.gate import public

_SAFE = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8}\.[a-z0-9]+$")
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")
_LIMIT_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class StaticFile:
    body: bytes
    packed: bytes | None
    content_type: str
    etag: str


@lru_cache(maxsize=256)
def _load(path: Path, mtime_ns: int) -> StaticFile:
    """`mtime_ns` is part of the key, so that a rebuilt file is read again."""
    body = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = content_type.startswith(_TEXT)
    packed = gzip.compress(body, 6, mtime=0) if is_text and len(body) > 512 else None
    if is_text:
        content_type += "; charset=utf-8"
    return StaticFile(body, packed, content_type, f'"{sha256(body).hex()[:32]}"')


@public
def static_file(request: HttpRequest, path: str) -> HttpResponse:
    """GET one file that the static finders know. Names with dots first, empty parts or odd characters do not exist."""
    found = finders.find(path) if _SAFE.match(path) else None
    if request.method not in ("GET", "HEAD") or not isinstance(found, str):
        raise Http404
    file_path = Path(found)
    stat = file_path.stat()
    if not file_path.is_file() or stat.st_size > _LIMIT_BYTES:
        raise Http404
    file = _load(file_path, stat.st_mtime_ns)
    if request.headers.get("If-None-Match") == file.etag:
        response: HttpResponse = HttpResponseNotModified()
    elif file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(file.packed, content_type=file.content_type, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(file.body, content_type=file.content_type)
    forever = path.startswith("dist/") and _HASHED.search(path) is not None
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if forever else "no-cache"
    response.headers["ETag"] = file.etag
    response.headers["Vary"] = "Accept-Encoding"
    return response
