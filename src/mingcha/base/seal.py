"""Secrets at rest: AES-256-GCM under a key file that only this user can read."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mingcha.base.atomic import write_file
from mingcha.base.errors import Corrupt

_PREFIX = "sealed1:"
_NONCE_BYTES = 12


class Sealer:
    """Seals and opens short texts. `context` binds a sealed text to its place, so that it cannot be moved elsewhere."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> Sealer:
        """Read the 32-byte key, or make it (mode 0600) when there is none. Raises Corrupt on a wrong length."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, secrets.token_bytes(32), mode=0o600)
        key = path.read_bytes()
        if len(key) != 32:
            raise Corrupt("seal.key", f"The key file {path.name} is damaged; restore it from your backup.")
        return cls(key)

    def seal(self, text: str, context: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, text.encode(), context.encode())
        return _PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, context: str) -> str:
        """The text; raises Corrupt when it was changed, moved, or sealed by another key."""
        error = Corrupt("seal.broken", "A stored secret cannot be opened with this node's key. Enter it again.")
        if not sealed.startswith(_PREFIX):
            raise error
        try:
            raw = base64.urlsafe_b64decode(sealed[len(_PREFIX) :])
            return self._aead.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as cause:
            raise error from cause
