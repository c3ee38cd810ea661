"""Where a stream comes from, and the one error that says why it does not.

`parse_url` takes what a person types (``rtsp://user:pass@host:554/path?query``) and takes the credentials out of it,
so that an address may be logged, stored and shown. No message made here or elsewhere in this package contains
credentials.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn
from urllib.parse import unquote, urlsplit, urlunsplit

from mingcha.base.errors import Invalid, Unavailable

Transport = Literal["tcp", "udp"]

DEFAULT_PORTS: Final = {"rtsp": 554, "rtsps": 322}
MAX_URL_CHARACTERS: Final = 2048

CODES: Final = frozenset(
    {
        "camera.url",
        "camera.unresolved",
        "camera.refused",
        "camera.timeout",
        "camera.silent",
        "camera.unauthorised",
        "camera.not_rtsp",
        "camera.not_found",
        "camera.no_video",
        "camera.codec",
        "camera.protocol",
        "camera.closed",
        "camera.tls",
    }
)


class SourceError(Unavailable):
    """A camera's stream could not be opened, or ended. `code` is one of `CODES`; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """One stream of one camera.

    `url`: rtsp:// or rtsps:// without credentials. `audio`: whether the sound track is asked for as well; without it
    no audio byte ever leaves the camera. `open_timeout_s`: from the name look-up to the answer to PLAY.
    `silence_timeout_s`: longest time without a complete picture. `certificate_sha256`: hex digest the camera's TLS
    certificate must have; empty takes any certificate, since cameras sign their own.
    """

    url: str
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    transport: Transport = "tcp"
    audio: bool = False
    open_timeout_s: float = 10.0
    silence_timeout_s: float = 10.0
    certificate_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A stream address taken apart: what is connected to (`host`, `port`, `tls`) and what is written in requests
    (`url`)."""

    host: str
    port: int
    tls: bool
    url: str


def parse_url(text: str) -> Source:
    """The source that `text` names; user and password are percent-decoded. Raises Invalid (``camera.url.*``)."""
    text = text.strip()
    if not text:
        _refuse("empty", "Enter the camera's stream address, for example rtsp://192.0.2.10/stream1.")
    if len(text) > MAX_URL_CHARACTERS:
        _refuse("long", f"The stream address is longer than {MAX_URL_CHARACTERS} characters. Check what was pasted.")
    if any(character <= " " or character == "\x7f" for character in text):
        _refuse("characters", "The stream address holds a space or a control character. Write a space as %20.")
    userinfo, bare = _split_credentials(text)
    address = parse_address(bare)
    username, _, password = userinfo.partition(":")
    source = Source(url=address.url, username=unquote(username), password=unquote(password))
    if any(ord(character) < 32 for character in source.username + source.password):
        _refuse("characters", "The user name or password in the stream address holds a control character.")
    return source


def parse_address(url: str) -> Address:
    """Host, port and normalised text of an address without credentials. Raises Invalid (``camera.url.*``)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        _refuse(
            "host", "The stream address cannot be read. An IPv6 address is written in brackets: rtsp://[2001:db8::1]/."
        )
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        _refuse("scheme", "A stream address begins with rtsp:// or rtsps://.")
    if not parts.hostname:
        _refuse("host", "The stream address names no camera. Write it as rtsp://host/path.")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        _refuse("port", "The port in the stream address must be a number from 1 to 65535.")
    netloc = parts.netloc.rpartition("@")[2]
    return Address(
        host=parts.hostname,
        port=port or DEFAULT_PORTS[scheme],
        tls=scheme == "rtsps",
        url=urlunsplit((scheme, netloc, _ascii(parts.path), _ascii(parts.query), "")),
    )


def _split_credentials(text: str) -> tuple[str, str]:
    """("user:password", address without them). People paste passwords with '@', '/', '?' and '#' unescaped, so the
    credentials end at the last '@' before the first '/' that follows a '@'."""
    scheme, separator, rest = text.partition("://")
    if not separator or "@" not in rest:
        return "", text
    authority_end = rest.find("/", rest.find("@"))
    authority = rest if authority_end < 0 else rest[:authority_end]
    userinfo, at, host = authority.rpartition("@")
    if not at:
        return "", text
    if "/" in userinfo or "?" in userinfo or "#" in userinfo:
        before = min(index for index in map(userinfo.find, "/?#") if index >= 0)
        if ":" not in userinfo[:before]:
            return "", text  # the '@' belongs to the path or query, as in rtsp://host/live?mail=a@b
    return userinfo, scheme + separator + host + (rest[authority_end:] if authority_end >= 0 else "")


def _ascii(text: str) -> str:
    """Percent-encode what may not stand in a request line; what is encoded already stays as it is."""
    return "".join(
        character
        if "!" <= character <= "~"
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
        for character in text
    )


def _refuse(problem: str, message: str) -> NoReturn:
    raise Invalid(f"camera.url.{problem}", message)
