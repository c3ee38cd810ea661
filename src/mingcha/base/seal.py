"""Secrets at rest: AES-256-GCM under the node's sealing key.

A sealed text names the key it was sealed with, so that after a change of key everybody sees what is still sealed by the
old one:

    sealed2:<key id>:<base64url of nonce and ciphertext>     now
    sealed1:<base64url of nonce and ciphertext>              before keys could change
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mingcha.base.errors import Corrupt
from mingcha.base.keyring import read_or_make

SEALED = re.compile(r"sealed1:[\w=-]+|sealed2:([0-9a-f]{8}):[\w=-]+", re.ASCII)
"""Finds sealed texts in whatever holds them; the group is the key's id."""
_NONCE_BYTES = 12


def key_id(key: bytes) -> str:
    """How a sealed text names its key: 8 hex digits that tell nothing of it."""
    return hashlib.sha256(b"mingcha sealing key id\0" + key).hexdigest()[:8]


class Sealer:
    """Seals and opens short texts. `context` binds a sealed text to its place, so that it cannot be moved elsewhere.

    `keys`: today's first, then earlier ones, which still open. `reload`: asked for the keys anew when a text is sealed
    by one unknown here, since another process may have changed them.
    """

    def __init__(self, *keys: bytes, reload: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._reload = reload
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        self._keys = {key_id(key): AESGCM(key) for key in keys}
        self._today = next(iter(self._keys))

    @classmethod
    def from_file(cls, path: Path, passphrase: str = "") -> Sealer:
        """Read the keys, or make one (mode 0600) when there is no file. Raises Corrupt, Unavailable."""
        return cls(*read_or_make(path, passphrase).keys, reload=lambda: read_or_make(path, passphrase).keys)

    def seal(self, text: str, context: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._today].encrypt(nonce, text.encode(), context.encode())
        return f"sealed2:{self._today}:{base64.urlsafe_b64encode(nonce + sealed).decode('ascii')}"

    def open(self, sealed: str, context: str) -> str:
        """The text; raises Corrupt when it was changed, moved, or sealed by another key."""
        found = SEALED.fullmatch(sealed)
        if found is not None:
            opened = self._open(found, context)
            if opened is None and self._reload is not None:
                self._take(self._reload())
                opened = self._open(found, context)
            if opened is not None:
                return opened
        raise Corrupt("seal.broken", "A stored secret cannot be opened with this node's key. Enter it again.")

    def is_of_today(self, sealed: str) -> bool:
        """Whether the text is sealed by today's key, which says nothing of whether it opens."""
        found = SEALED.fullmatch(sealed)
        return found is not None and found[1] == self._today

    def _open(self, sealed: re.Match[str], context: str) -> str | None:
        try:
            raw = base64.urlsafe_b64decode(sealed[0].rpartition(":")[2])
        except binascii.Error:
            return None
        keys = list(self._keys.values()) if sealed[1] is None else [self._keys[n] for n in self._keys if n == sealed[1]]
        for key in keys:
            try:
                return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        return None
