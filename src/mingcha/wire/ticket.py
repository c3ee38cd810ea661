"""Tickets: what lets bytes flow. The office signs (Ed25519), the media plane checks on every request.

Form: ``mct1.<base64url JSON claims>.<base64url signature>``; the signature covers ``mct1.<claims>``. A ticket is
never wider than its grant, lives for minutes, and is renewed by the page while its viewing lasts; the media plane ends
every stream whose ticket ran out or whose grant was revoked (DESIGN 5).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Literal, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mingcha.base.errors import NotAllowed

PREFIX = "mct1"
MAX_TOKEN_BYTES = 16_384

Mode = Literal["live", "playback", "snapshot", "export", "fetch", "status", "ptz"]
MODES: tuple[str, ...] = get_args(Mode)
# What can be masked while it is sent: stored pictures. Nothing else goes out under a masked ticket.
MASKED_MODES = ("playback", "snapshot", "status")


@dataclass(frozen=True, slots=True)
class Ticket:
    """`cameras`: camera ids. `from_us`/`to_us`: the range that may be played or copied; both None for live, status
    and ptz (turning a camera). `expires_us`: wall instant after which nothing more flows. `masked`: other people on
    the picture are painted over, except inside the `clear` boxes (camera, left, top, right, bottom in thousandths of
    its picture). `copy_until_us`: end of the grant from outside that a copy is made for: until then it stays on the
    recorder though its footage may have to be deleted. Mode `export` orders one copy, `fetch` only downloads what
    was made: the copy `export` and no other. `screen`: digest of the cookie of the browser session it was given to
    (`screen_of`); empty where pages and media server have different host names and no cookie reaches both."""

    grant: str
    person: str
    modes: tuple[str, ...]
    cameras: tuple[str, ...]
    from_us: int | None
    to_us: int | None
    issued_us: int
    expires_us: int
    serial: str
    screen: str = ""
    masked: bool = False
    clear: tuple[tuple[str, int, int, int, int], ...] = ()
    copy_until_us: int | None = None
    export: str = ""

    def permits(self, mode: str, camera: str, from_us: int | None = None, to_us: int | None = None) -> bool:
        """Whether this ticket covers the mode, the camera and the whole range asked for."""
        if mode not in self.modes or camera not in self.cameras:
            return False
        if self.masked and mode not in MASKED_MODES:
            return False
        if from_us is None or to_us is None:
            if self.masked:
                return mode == "status"
            # A snapshot's ticket names its instant; "the newest" picture, asked again and again, would be live view.
            return mode in ("live", "status", "ptz") or (mode == "snapshot" and self.from_us is None)
        if self.from_us is None or self.to_us is None:
            return False
        return self.from_us <= from_us and to_us <= self.to_us

    def is_of_screen(self, cookie: str) -> bool:
        """Whether the browser that shows this cookie is the one the ticket was given to."""
        return not self.screen or hmac.compare_digest(self.screen, screen_of(cookie))


# Claims that may be absent, with what their absence means: tickets stay short and older recorders read them.
_SILENT = {field.name: field.default for field in fields(Ticket) if field.default is not MISSING}

SCREEN_COOKIE = "mingcha_screen"
"""Set by the office with every ticket; cookies reach every port of a host, so the media server sees it too."""


def screen_of(cookie: str) -> str:
    """What tickets carry of a cookie: a digest, so that a ticket that leaked does not give the cookie away."""
    return hashlib.sha256(b"mingcha/screen/" + cookie.encode()).hexdigest()[:32]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mint(ticket: Ticket, key: Ed25519PrivateKey) -> str:
    """The signed token text."""
    said = {name: value for name, value in asdict(ticket).items() if name not in _SILENT or value != _SILENT[name]}
    claims = json.dumps(said, separators=(",", ":"), sort_keys=True)
    head = f"{PREFIX}.{_encode(claims.encode())}"
    return f"{head}.{_encode(key.sign(head.encode('ascii')))}"


def _is_sound(said: dict[str, object], ticket: Ticket) -> bool:
    """Whether claims are of their types: whoever holds the key may still sign nonsense, which must not become an error
    of ours further on."""
    texts = (ticket.grant, ticket.person, ticket.serial, ticket.screen, ticket.export, *ticket.modes, *ticket.cameras)
    spans = (ticket.from_us, ticket.to_us, ticket.copy_until_us)
    numbers = (ticket.issued_us, ticket.expires_us, *(value for value in spans if value is not None))
    lists = (said["modes"], said["cameras"])
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(number) is int for number in numbers)
        and all(isinstance(value, list) for value in lists)
        and all([type(side) for side in box] == [str, int, int, int, int] for box in ticket.clear)
        and type(ticket.masked) is bool
    )


def check(token: str, key: Ed25519PublicKey, *, now_us: int) -> Ticket:
    """The claims of a genuine, unexpired token; anything else raises NotAllowed."""
    refused = NotAllowed("ticket.invalid", "This link is not valid. Open the picture again from its page.")
    if len(token) > MAX_TOKEN_BYTES or token.count(".") != 2:
        raise refused
    head, _, signature = token.rpartition(".")
    try:
        key.verify(_decode(signature), head.encode("ascii"))
        prefix, _, claims = head.partition(".")
        if prefix != PREFIX:
            raise refused
        said = json.loads(_decode(claims))
        lists = {"modes": tuple(said["modes"]), "cameras": tuple(said["cameras"])}
        ticket = Ticket(**{**said, **lists, "clear": tuple(tuple(box) for box in said.get("clear", ()))})
        if not _is_sound(said, ticket):
            raise refused
    except (InvalidSignature, binascii.Error, UnicodeError, ValueError, TypeError, KeyError) as error:
        raise refused from error
    if now_us >= ticket.expires_us:
        raise NotAllowed("ticket.expired", "The time for this viewing has run out. Open it again from its page.")
    return ticket
