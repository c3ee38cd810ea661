"""``node.key``: the keys that everything else is sealed by, in clear (mode 0600) or wrapped under a passphrase.

    32 bytes                                   one key, in clear: what a node makes by itself
    {"format": "mingcha.node-key/1", ...}      several keys after a change, or wrapped under a passphrase

The passphrase comes from outside the data directory (`MINGCHA_KEY_PASSPHRASE` or ``..._FILE``), so that whoever copies
the disk has nothing that opens it.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mingcha.base.atomic import write_file, write_new
from mingcha.base.errors import Corrupt, NotAllowed, Unavailable

FORMAT = "mingcha.node-key/1"
KEY_BYTES = 32
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1
"""32 MiB and about a tenth of a second a guess (RFC 7914)."""
MAX_SCRYPT_N = 1 << 20


@dataclass(frozen=True, slots=True)
class KeyRing:
    """`keys`: today's sealing key first, then earlier ones. `index_key`: of blind indexes, kept since the first change
    (before, it is derived from the one key). `is_wrapped`: whether a passphrase protects the file."""

    keys: tuple[bytes, ...]
    index_key: bytes = b""
    is_wrapped: bool = False

    def encode(self, passphrase: str) -> bytes:
        """The file's content: wrapped if there is a passphrase."""
        if not passphrase and len(self.keys) == 1 and not self.index_key:
            return self.keys[0]
        told: dict[str, Any] = {"keys": [_text(key) for key in self.keys], "index_key": _text(self.index_key)}
        if passphrase:
            told = {"wrapped": wrap(json.dumps(told).encode(), passphrase, FORMAT)}
        return json.dumps({"format": FORMAT, **told}).encode()


def decode(data: bytes, passphrase: str) -> KeyRing:
    """Raises Corrupt, Unavailable ``keys.locked`` without the passphrase, NotAllowed ``keys.passphrase`` with a wrong
    one."""
    if len(data) == KEY_BYTES:
        return KeyRing((data,))
    wrong = Corrupt("seal.key", "The key file node.key is damaged; restore it from your backup.")
    try:
        told = json.loads(data)
        is_wrapped = "wrapped" in told
        if told["format"] != FORMAT:
            raise wrong
        if is_wrapped:
            if not passphrase:
                text = "The node's keys are protected: set MINGCHA_KEY_PASSPHRASE_FILE to the file of the passphrase."
                raise Unavailable("keys.locked", text)
            told = json.loads(unwrap(told["wrapped"], passphrase, FORMAT))
        keys = tuple(base64.b64decode(key) for key in told["keys"])
        index_key = base64.b64decode(told["index_key"])
    except (ValueError, KeyError, TypeError) as error:
        raise wrong from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise wrong
    return KeyRing(keys, index_key, is_wrapped)


def read_or_make(path: Path, passphrase: str) -> KeyRing:
    """The ring in a file; a new one when there is none. Raises as `decode`."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another process may be making it too: what is there first is the node's.
        write_new(path, KeyRing((secrets.token_bytes(KEY_BYTES),)).encode(passphrase), mode=0o600)
    return decode(path.read_bytes(), passphrase)


def write_ring(path: Path, ring: KeyRing, passphrase: str) -> None:
    """Keep a ring, only for this user."""
    write_file(path, ring.encode(passphrase), mode=0o600)


def wrap(data: bytes, passphrase: str, purpose: str) -> dict[str, Any]:
    """Encrypt under a passphrase: scrypt and AES-256-GCM, bound to the purpose."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = _derived(passphrase, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    sealed = AESGCM(key).encrypt(nonce, data, purpose.encode())
    kdf = {"name": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "salt": _text(salt)}
    return {"kdf": kdf, "cipher": "AES-256-GCM", "nonce": _text(nonce), "sealed": _text(sealed)}


def unwrap(wrapped: Mapping[str, Any], passphrase: str, purpose: str) -> bytes:
    """What `wrap` encrypted. Raises NotAllowed ``keys.passphrase``, Corrupt ``keys.wrapped``."""
    try:
        kdf = wrapped["kdf"]
        n, r, p = int(kdf["n"]), int(kdf["r"]), int(kdf["p"])
        salt, nonce, sealed = (_bytes(text) for text in (kdf["salt"], wrapped["nonce"], wrapped["sealed"]))
        # A file of somebody else must not make us allocate what it likes.
        if kdf["name"] != "scrypt" or not 1 < n <= MAX_SCRYPT_N or not 0 < r <= 16 or not 0 < p <= 16:
            raise ValueError("scrypt")
        key = _derived(passphrase, salt, n, r, p)
        return AESGCM(key).decrypt(nonce, sealed, purpose.encode())
    except InvalidTag as error:
        raise NotAllowed("keys.passphrase", "The passphrase is wrong, or the file is damaged.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("keys.wrapped", "The file is not of a kind that can be opened with a passphrase.") from error


def _derived(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt, KEY_BYTES, n, r, p).derive(passphrase.encode())


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
