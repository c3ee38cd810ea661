"""Paper: a template becomes a PDF. The one home of WeasyPrint.

A PDF template is ordinary HTML without style or script; its look comes from the stylesheets of `mingcha.web.paper`.
Nothing is fetched from anywhere: only `data:` addresses and our own static files are read while a page is set.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header

from mingcha.base.errors import Unavailable

log = logging.getLogger(__name__)

STYLES = Path(__file__).parent / "paper"
OURS = "https://paper.invalid/"
"""Base address of relative links; a name that nobody can own (RFC 6761)."""


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    request: HttpRequest | None = None,
    *,
    styles: tuple[str, ...] = ("paper.css",),
) -> bytes:
    """The template as PDF, in the language that is active. `styles`: files of `mingcha.web.paper`, in order.

    Raises Unavailable (``pdf.unavailable``) when the system's text library is missing.
    """
    html = render_to_string(template, dict(context), request)
    return pdf_of_html(html, styles=styles)


def pdf_of_html(html: str, *, styles: tuple[str, ...] = ()) -> bytes:
    """Ready HTML as PDF, with document structure for screen readers."""
    weasyprint, fetcher = _engine()
    sheets = [weasyprint.CSS(filename=STYLES / name, url_fetcher=fetcher) for name in styles]
    document = weasyprint.HTML(string=html, base_url=OURS, url_fetcher=fetcher)
    data: bytes = document.write_pdf(stylesheets=sheets, pdf_tags=True, custom_metadata=False)
    return data


def pdf_response(
    request: HttpRequest | None,
    template: str,
    context: Mapping[str, Any],
    filename: str,
    *,
    styles: tuple[str, ...] = ("paper.css",),
) -> HttpResponse:
    """The template as a PDF to download under `filename` (any script; browsers get it by RFC 6266)."""
    return as_download(render_pdf(template, context, request, styles=styles), filename)


def as_download(data: bytes, filename: str, *, content_type: str = "application/pdf") -> HttpResponse:
    """Bytes made here, to be saved by the browser and not kept by it."""
    headers = {
        "Content-Disposition": content_disposition_header(True, filename) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=content_type, headers=headers)


@lru_cache(maxsize=1)
def _engine() -> tuple[Any, Any]:
    """WeasyPrint and our fetcher; imported late, since it loads the system's text libraries."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as error:
        log.warning("PDF cannot be made: %s", error)
        raise Unavailable(
            "pdf.unavailable", "Install the text library Pango (package libpango-1.0-0 or pango) and try again."
        ) from error
    for chatty in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.ERROR)

    class OwnFiles(URLFetcher):  # type: ignore[misc, unused-ignore]
        """Reads `data:` addresses and static files; any other address fails and leaves an empty place."""

        def fetch(self, url: str, headers: object = None) -> Any:
            if url.startswith("data:"):
                with urlopen(url) as answer:  # noqa: S310  (data: only)
                    return URLFetcherResponse(url, answer.read(), {"Content-Type": answer.headers["Content-Type"]})
            path = _static_path(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return weasyprint, OwnFiles()


def _static_path(url: str) -> Path:
    prefix = OURS + settings.STATIC_URL.lstrip("/")
    found = finders.find(unquote(urlsplit(url).path)[len(settings.STATIC_URL) :]) if url.startswith(prefix) else None
    if not isinstance(found, str):
        raise ValueError(f"not a file of ours: {url[:100]}")
    return Path(found)
