"""Tickets: what lets bytes flow. The office signs (Ed25519), the media plane checks on every request.

Form: ``mct1.<base64url JSON claims>.<base64url signature>``; the signature covers ``mct1.<claims>``. A ticket is
never wider than its grant, lives for minutes, and is renewed by the page while its viewing lasts; the media plane ends
every stream whose ticket ran out or whose grant was revoked (DESIGN 5).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from mingcha.base.errors import NotAllowed

PREFIX = "mct1"
MAX_TOKEN_BYTES = 16_384

Mode = Literal["live", "playback", "snapshot", "export", "status", "ptz"]
MODES: tuple[str, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`cameras`: camera ids. `from_us`/`to_us`: the range that may be played or copied; both None for live, status
    and ptz (turning a camera). `expires_us`: wall instant after which nothing more flows."""

    grant: str
    person: str
    modes: tuple[str, ...]
    cameras: tuple[str, ...]
    from_us: int | None
    to_us: int | None
    issued_us: int
    expires_us: int
    serial: str

    def permits(self, mode: str, camera: str, from_us: int | None = None, to_us: int | None = None) -> bool:
        """Whether this ticket covers the mode, the camera and the whole range asked for."""
        if mode not in self.modes or camera not in self.cameras:
            return False
        if from_us is None or to_us is None:
            return mode in ("live", "snapshot", "status", "ptz")
        if self.from_us is None or self.to_us is None:
            return False
        return self.from_us <= from_us and to_us <= self.to_us


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mint(ticket: Ticket, key: Ed25519PrivateKey) -> str:
    """The signed token text."""
    claims = json.dumps(asdict(ticket), separators=(",", ":"), sort_keys=True)
    head = f"{PREFIX}.{_encode(claims.encode())}"
    return f"{head}.{_encode(key.sign(head.encode('ascii')))}"


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
        fields = json.loads(_decode(claims))
        ticket = Ticket(**{**fields, "modes": tuple(fields["modes"]), "cameras": tuple(fields["cameras"])})
    except (InvalidSignature, binascii.Error, UnicodeError, ValueError, TypeError, KeyError) as error:
        raise refused from error
    if now_us >= ticket.expires_us:
        raise NotAllowed("ticket.expired", "The time for this viewing has run out. Open it again from its page.")
    return ticket
