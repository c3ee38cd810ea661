"""Which URL a track is asked for by: control attributes as cameras really write them (RFC 2326 C.1.1)."""

from __future__ import annotations

from urllib.parse import urljoin


def base_url(requested: str, content_base: str, content_location: str) -> str:
    """What relative control URLs are relative to: Content-Base, else Content-Location, else what was asked for."""
    for text in (content_base, content_location):
        if is_absolute(text):
            return without_credentials(text)
        if text and is_absolute(joined := absolute(requested, text)):
            return joined
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
        scheme, _, rest = base.partition("://")
        host, _, path = rest.partition("?")[0].partition("/")
        if control.startswith(f"/{path}".rstrip("/") + "/"):
            return f"{scheme}://{host}{control}"
    return base.rstrip("/") + "/" + control.lstrip("/")


def is_absolute(text: str) -> bool:
    return text.lower().startswith(("rtsp://", "rtsps://", "rtspu://"))


def without_credentials(url: str) -> str:
    """The URL with user and password taken out."""
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority.rpartition("@")[2] + slash + path


def absolute(requested: str, location: str) -> str:
    """Where a redirect leads, credentials taken out. What cannot be read is returned as it is."""
    if "://" in location:
        return without_credentials(location)
    scheme, _, rest = requested.partition("://")
    try:
        return scheme + "://" + urljoin("http://" + rest, location).partition("://")[2]
    except ValueError:
        return location
