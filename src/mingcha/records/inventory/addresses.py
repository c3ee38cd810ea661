"""Reading what people paste as a camera's address: scheme, host, port and path are checked, credentials taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from mingcha.base.errors import Invalid

URL_LIMIT = 1000
_SCHEMES = ("rtsp", "rtsps")
_HOST_PORT = re.compile(r"^(\[[0-9A-Fa-f:.%\w]+\]|[^@:/?#\[\]]+)(:[0-9]+)?$")


@dataclass(frozen=True, slots=True)
class Address:
    """`url` without credentials; `username` and `password` as they stood in the pasted text, else empty."""

    url: str
    username: str = ""
    password: str = ""


def read_address(text: str) -> Address:
    """The address in `text`. Raises Invalid: ``camera.url_long``, or ``camera.url`` on anything that is no RTSP
    address."""
    text = text.strip()
    if len(text) > URL_LIMIT:
        raise Invalid("camera.url_long", "The address is too long.", limit=URL_LIMIT)
    wrong = Invalid("camera.url", "This is not a usable RTSP address.")
    if not text or any(c.isspace() or ord(c) < 0x20 or ord(c) == 0x7F for c in text):
        raise wrong
    userinfo, bare = _split_credentials(text)
    try:
        parts = urlsplit(bare)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme.lower() not in _SCHEMES or not parts.hostname or port == 0 or parts.fragment:
        raise wrong
    # An @ beyond the host part would let a password hide where nobody seals it; cameras do not need one there.
    path, query = parts.path.replace("@", "%40"), parts.query.replace("@", "%40")
    url = urlunsplit((parts.scheme.lower(), parts.netloc, path, query, ""))
    username, _, password = userinfo.partition(":")
    return Address(url, unquote(username), unquote(password))


def read_control_address(text: str) -> str:
    """The address of an ONVIF service, or of a device alone; empty for none. Raises Invalid (``camera.control_url``)
    on anything else, and where it holds a password: the camera's own are used."""
    text = text.strip()
    if not text:
        return ""
    wrong = Invalid("camera.control_url", "This is not a usable address of an ONVIF service.")
    if len(text) > URL_LIMIT or "@" in text or any(not c.isprintable() or c.isspace() for c in text):
        raise wrong
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or port == 0 or parts.fragment:
        raise wrong
    path = parts.path if parts.path not in ("", "/") else "/onvif/device_service"
    return urlunsplit((parts.scheme.lower(), parts.netloc, path, parts.query, ""))


def _split_credentials(text: str) -> tuple[str, str]:
    """``user:password`` and the address without it. People paste passwords with ``@``, ``/``, ``#`` and ``?`` in them,
    unquoted: unless the text before the first ``/`` is a host already, credentials reach to the last ``@`` before the
    first ``/`` behind an ``@``."""
    scheme, separator, rest = text.partition("://")
    first_at = rest.find("@")
    if first_at < 0 or _HOST_PORT.match(rest.partition("/")[0].partition("?")[0]):
        return "", text
    slash = rest.find("/", first_at)
    at = rest.rfind("@", 0, slash if slash >= 0 else len(rest))
    return rest[:at], f"{scheme}{separator}{rest[at + 1 :]}"
