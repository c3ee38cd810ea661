"""Answering a camera's demand for a password: Basic (RFC 7617) and Digest with MD5 or SHA-256 (RFC 2617, RFC 7616)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mingcha.media.rtsp.messages import parameters

_HASHES: Final[dict[str, Callable[[bytes], str]]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}


@dataclass(frozen=True, slots=True)
class Challenge:
    """One WWW-Authenticate offer. `algorithm` is MD5 or SHA-256; `session`: whether it is the -sess kind; `qop`:
    auth, auth-int or empty."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    algorithm: str = "MD5"
    algorithm_as_sent: str = ""
    session: bool = False
    qop: str = ""
    stale: bool = False


def choose(headers: list[str]) -> Challenge | None:
    """The strongest challenge that we can answer: SHA-256, then MD5, then Basic. None when there is none."""
    offers = [offer for header in headers for text in _split(header) if (offer := _parse(text))]
    strength = {("digest", "SHA-256"): 3, ("digest", "MD5"): 2, ("basic", "MD5"): 1}
    return max(offers, key=lambda offer: strength[offer.scheme, offer.algorithm], default=None)


def _split(header: str) -> list[str]:
    """Challenges of one header: ``Digest a="1", b=2, Basic realm="x"`` holds two."""
    found: list[str] = []
    at = 0
    quoted = False
    for index, character in enumerate(header):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            word = header[index + 1 :].lstrip().split(" ", 1)[0].lower()
            if word in ("digest", "basic"):
                found.append(header[at:index])
                at = index + 1
    return [*found, header[at:]]


def _parse(text: str) -> Challenge | None:
    scheme, _, rest = text.strip().partition(" ")
    scheme = scheme.lower()
    fields = parameters(rest, ",")
    if scheme == "basic":
        return Challenge("basic", realm=fields.get("realm", ""))
    if scheme != "digest" or "nonce" not in fields:
        return None
    as_sent = fields.get("algorithm", "")
    algorithm = (as_sent or "MD5").upper()
    session = algorithm.endswith("-SESS")
    algorithm = algorithm.removesuffix("-SESS")
    if algorithm not in _HASHES:
        return None
    offered = [word.strip().lower() for word in fields.get("qop", "").split(",") if word.strip()]
    qop = next((word for word in ("auth", "auth-int") if word in offered), "")
    return Challenge(
        "digest",
        realm=fields.get("realm", ""),
        nonce=fields["nonce"],
        opaque=fields.get("opaque"),
        algorithm=algorithm,
        algorithm_as_sent=as_sent,
        session=session,
        qop=qop,
        stale=fields.get("stale", "").lower() == "true",
    )


class Authenticator:
    """Makes Authorization headers for one user. `make_cnonce` is given by tests only."""

    def __init__(self, username: str, password: str, make_cnonce: Callable[[], str] | None = None) -> None:
        self._username = username
        self._password = password
        self._make_cnonce = make_cnonce or (lambda: secrets.token_hex(8))
        self._challenge: Challenge | None = None
        self._count = 0

    @property
    def has_credentials(self) -> bool:
        return bool(self._username or self._password)

    def take(self, challenge: Challenge) -> None:
        """Use this challenge from now on."""
        if self._challenge is None or challenge.nonce != self._challenge.nonce:
            self._count = 0
        self._challenge = challenge

    def forget(self) -> None:
        """Drop the credentials: the camera sent us to another host, which is not to learn them."""
        self._username = self._password = ""
        self._challenge = None

    def header(self, method: str, url: str) -> str | None:
        """The Authorization header for a request without body; None before any challenge."""
        challenge = self._challenge
        if challenge is None or not self.has_credentials:
            return None
        if challenge.scheme == "basic":
            pair = f"{self._username}:{self._password}".encode()
            return "Basic " + base64.b64encode(pair).decode("ascii")
        return self._digest(challenge, method, url)

    def _digest(self, challenge: Challenge, method: str, url: str) -> str:
        digest = _HASHES[challenge.algorithm]

        def hashed(*texts: str) -> str:
            return digest(":".join(texts).encode())

        cnonce = self._make_cnonce()
        secret = hashed(self._username, challenge.realm, self._password)
        if challenge.session:
            secret = hashed(secret, challenge.nonce, cnonce)
        subject = hashed(method, url, digest(b"")) if challenge.qop == "auth-int" else hashed(method, url)
        fields = {
            "username": _quote(self._username),
            "realm": _quote(challenge.realm),
            "nonce": _quote(challenge.nonce),
            "uri": _quote(url),
        }
        if challenge.qop:
            self._count += 1
            count = f"{self._count:08x}"
            answer = hashed(secret, challenge.nonce, count, cnonce, challenge.qop, subject)
            fields |= {"qop": challenge.qop, "nc": count}
        else:
            answer = hashed(secret, challenge.nonce, subject)
        if challenge.qop or challenge.session:
            fields["cnonce"] = _quote(cnonce)
        fields["response"] = _quote(answer)
        if challenge.algorithm_as_sent:
            fields["algorithm"] = challenge.algorithm_as_sent
        if challenge.opaque is not None:
            fields["opaque"] = _quote(challenge.opaque)
        return "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
