"""Suites of cryptography: which hash the ledger's tree is made with, and which signature its checkpoints bear.

One suite a node, chosen at set-up and fixed for the life of its ledger (docs/adr/0016):

    sha256-ed25519   SHA-256 (FIPS 180-4), Ed25519 (RFC 8032)
    sm3-sm2          SM3 (GB/T 32905-2016), SM2 signatures with SM3 and the default signer id
                     "1234567812345678" (GB/T 32918.2-2016, GM/T 0009-2012)

Digests of media and files are SHA-256 in both. A key is told and kept as bytes:

    suite            public key                     private key              signature
    sha256-ed25519   32                             32 (seed)                64
    sm3-sm2          65 (0x04 || x || y)            97 (d || public key)     64 (r || s, big-endian)
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from types import ModuleType
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from mingcha.base.errors import Corrupt, Invalid, Unavailable

SIGNATURE_BYTES = 64
SM2_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""n of the curve recommended in GB/T 32918.5-2017."""


class PrivateKey(Protocol):
    """A key that signs. `raw` is the secret itself: only ever for sealing and backup, never for a log or a message."""

    @property
    def suite(self) -> Suite: ...
    @property
    def public(self) -> bytes: ...
    @property
    def raw(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


class Suite(ABC):
    """`name`: as in settings and checkpoints; `public_bytes`: length of a public key."""

    name: str
    public_bytes: int

    def __repr__(self) -> str:
        return self.name

    @abstractmethod
    def digest(self, data: bytes) -> bytes:
        """The hash of the ledger's tree, 32 bytes."""

    @abstractmethod
    def generate(self) -> PrivateKey:
        """A new key from the system's random source."""

    @abstractmethod
    def load(self, raw: bytes) -> PrivateKey:
        """A key from its `raw` bytes. Raises Corrupt."""

    @abstractmethod
    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is genuine. A malformed key or signature is never genuine, and never an error."""


class _Ed25519Key:
    """An Ed25519 key; `raw` is its seed."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    @property
    def suite(self) -> Suite:
        return SHA256_ED25519

    @property
    def raw(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class _Sha256Ed25519(Suite):
    name = "sha256-ed25519"
    public_bytes = 32

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def generate(self) -> PrivateKey:
        return _Ed25519Key(Ed25519PrivateKey.generate())

    def load(self, raw: bytes) -> PrivateKey:
        try:
            return _Ed25519Key(Ed25519PrivateKey.from_private_bytes(raw))
        except ValueError as error:
            raise _not_a_key() from error

    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class _Sm2Key:
    """An SM2 key; `raw` is d and the public key, which the library cannot compute from it."""

    def __init__(self, d: bytes, point: bytes) -> None:
        self._d = d
        self._point = point

    @property
    def suite(self) -> Suite:
        return SM3_SM2

    @property
    def public(self) -> bytes:
        return b"\x04" + self._point

    @property
    def raw(self) -> bytes:
        return self._d + self.public

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(_gmssl().sm2_sign(self._d, self._point, message))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class _Sm3Sm2(Suite):
    name = "sm3-sm2"
    public_bytes = 65

    def digest(self, data: bytes) -> bytes:
        found: bytes = _gmssl().sm3_hash(data)
        return found

    def generate(self) -> PrivateKey:
        point, d = _gmssl().sm2_key_generate()
        return _Sm2Key(d, point)

    def load(self, raw: bytes) -> PrivateKey:
        """Also checks that both halves belong together: a signature made with a wrong half can betray d."""
        d, public = raw[:32], raw[32:]
        if len(public) != self.public_bytes or public[0] != 4 or not 0 < int.from_bytes(d, "big") < SM2_ORDER - 1:
            raise _not_a_key()
        key = _Sm2Key(d, public[1:])
        if not self.is_signed(public, b"mingcha", key.sign(b"mingcha")):
            raise _not_a_key()
        return key

    def is_signed(self, public: bytes, message: bytes, signature: bytes) -> bool:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if len(signature) != SIGNATURE_BYTES or not (0 < r < SM2_ORDER and 0 < s < SM2_ORDER):
            return False
        if len(public) != self.public_bytes or public[0] != 4:
            return False
        gmssl = _gmssl()
        try:
            return bool(gmssl.sm2_verify(public[1:], message, encode_dss_signature(r, s)))
        except gmssl.GmsslInnerError:
            return False


SHA256_ED25519: Suite = _Sha256Ed25519()
SM3_SM2: Suite = _Sm3Sm2()
SUITES: tuple[Suite, ...] = (SHA256_ED25519, SM3_SM2)


def suite_named(name: str) -> Suite:
    """Raises Invalid (``suite.unknown``)."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    names = ", ".join(suite.name for suite in SUITES)
    raise Invalid("suite.unknown", f"There is no suite {name!r}; there are: {names}.", suite=name)


def _gmssl() -> ModuleType:
    """Loaded only where the suite is used."""
    try:
        import gmssl_pyx
    except ImportError as error:
        raise Unavailable("suite.missing", "The suite sm3-sm2 needs the package gmssl-pyx; install it.") from error
    module: ModuleType = gmssl_pyx
    return module


def _not_a_key() -> Corrupt:
    return Corrupt("suite.key", "A private key is damaged.")
