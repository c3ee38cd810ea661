"""Which URL a track is asked for by: control attributes as cameras really write them (RFC 2326 C.1.1)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit, urlunsplit


def base_url(requested: str, content_base: str, content_location: str) -> str:
    """What relative control URLs are relative to: Content-Base, else Content-Location, else what was asked for."""
    for text in (content_base, content_location):
        if is_absolute(text):
            return without_credentials(text)
        if text:
            return absolute(requested, text)
    return requested


def control_url(base: str, control: str) -> str:
    """The URL of a session or a track. ``*`` and nothing mean the base itself. A relative one is put behind the base
    and a slash, query and all: that is what cameras expect, though RFC 3986 says otherwise."""
    control = control.strip()
    if control in ("", "*"):
        return base
    if is_absolute(control):
        return without_credentials(control)
    if control.startswith("/"):
        parts = urlsplit(base)
        directory = parts.path.rstrip("/") + "/"
        if control.startswith(directory):
            return urlunsplit((parts.scheme, parts.netloc, control, "", ""))
    return base.rstrip("/") + "/" + control.lstrip("/")


def is_absolute(text: str) -> bool:
    return text.lower().startswith(("rtsp://", "rtsps://", "rtspu://"))


def without_credentials(url: str) -> str:
    """The URL with user and password taken out."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority.rpartition("@")[2] + slash + path


def absolute(requested: str, location: str) -> str:
    """Where a redirect leads, credentials taken out."""
    if "://" in location:
        return without_credentials(location)
    scheme, _, rest = requested.partition("://")
    return scheme + "://" + urljoin("http://" + rest, location).partition("://")[2]
