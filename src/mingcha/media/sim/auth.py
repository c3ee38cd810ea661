"""Who may watch a simulated camera: Basic (RFC 7617) and Digest (RFC 7616) as cameras ask for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

from mingcha.media.sim.messages import Request

AuthKind = Literal["digest", "digest-sha256", "basic"]
REALM = "Mingcha sim"
# The oldest are forgotten beyond this: a simulator may run for months, asked by clients that never sign in.
_NONCES_MAX = 1000
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^",\s]+))')


@dataclass
class Gate:
    """Checks requests of one server. `qop`: whether Digest asks for a client nonce; most cameras do not."""

    username: str
    password: str
    kind: AuthKind = "digest"
    qop: bool = False
    _nonces: dict[str, None] = field(default_factory=dict)

    def challenge(self) -> str:
        """The value of WWW-Authenticate."""
        if self.kind == "basic":
            return f'Basic realm="{REALM}"'
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = None
        if len(self._nonces) > _NONCES_MAX:
            del self._nonces[next(iter(self._nonces))]
        text = f'Digest realm="{REALM}", nonce="{nonce}"'
        if self.kind == "digest-sha256":
            text += ", algorithm=SHA-256"
        if self.qop:
            text += ', qop="auth"'
        return text

    def expire_nonces(self) -> None:
        """From now on known nonces are stale, as after an hour at many cameras."""
        self._nonces.clear()

    def admits(self, request: Request) -> bool:
        """Whether the request proves knowledge of the password."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if self.kind == "basic":
            expected = base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")
            return scheme.lower() == "basic" and hmac.compare_digest(rest.strip(), expected)
        if scheme.lower() != "digest":
            return False
        given = {name: quoted or bare for name, quoted, bare in _FIELD.findall(rest)}
        if given.get("username") != self.username or given.get("nonce") not in self._nonces:
            return False
        return hmac.compare_digest(given.get("response", ""), self._response(request.method, given))

    def _response(self, method: str, given: dict[str, str]) -> str:
        def digest(text: str) -> str:
            data = text.encode()
            if self.kind == "digest-sha256":
                return hashlib.sha256(data).hexdigest()
            return hashlib.md5(data, usedforsecurity=False).hexdigest()

        first = digest(f"{self.username}:{REALM}:{self.password}")
        second = digest(f"{method}:{given.get('uri', '')}")
        if given.get("qop"):
            middle = f"{given['nonce']}:{given.get('nc', '')}:{given.get('cnonce', '')}:{given['qop']}"
        else:
            middle = given["nonce"]
        return digest(f"{first}:{middle}:{second}")
