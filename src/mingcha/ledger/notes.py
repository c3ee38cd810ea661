"""C2SP signed notes (the form of Go's checksum database): a text, a blank line, and signature lines.

A signature line is ``— <key name> <base64 of 4 bytes key id and the signature>``. A key's type says what is signed and
how: the text itself, by a log, or cosignature/v1, a witness's dated word that it saw nothing inconsistent. Ed25519 has
the assigned bytes 0x01 and 0x04; SM2 has none, and so 0xff and a longer name, as the specification asks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.suites import SHA256_ED25519, SM3_SM2, PrivateKey, Suite

KEY_ID_BYTES = 4
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
MAX_TIME_S = (1 << 63) - 1
_MARK = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")


def _broken(what: str) -> Corrupt:
    return Corrupt("ledger.note", f"A signed note cannot be read: {what}.")


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii"), validate=True)


def _require_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("ledger.key_name", "The name of a log key must not be empty nor hold spaces or plus signs.")
    return name


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `key_id`: 4 bytes; `signature`: what is behind them."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_MARK}{self.name} {base64.b64encode(self.key_id + self.signature).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """`text` ends with a line feed and is what was signed."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()

    def signed_by(self, keys: Iterable[Verifier]) -> Note:
        """With the signatures of these keys alone, unchecked: stays the same whatever others add."""
        own = tuple(keys)
        return Note(self.text, tuple(line for line in self.signatures if any(key.matches(line) for key in own)))


def parse(data: bytes) -> Note:
    """The note in `data`, its signatures unchecked. Raises Corrupt."""
    if len(data) > MAX_NOTE_BYTES:
        raise _broken("it is too long")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise _broken("it is not UTF-8") from error
    if _CONTROL.search(whole):
        raise _broken("it holds control characters")
    text, blank, tail = whole.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() != "" or not 0 < len(lines) <= MAX_SIGNATURES:
        raise _broken("it has no signatures, or too many")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """One signature line. Raises Corrupt."""
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    try:
        raw = _unbase64(encoded)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _broken("a signature is not base64") from error
    if not line.startswith(_MARK) or not _NAME.fullmatch(name) or len(raw) <= KEY_ID_BYTES:
        raise _broken("a signature line is malformed")
    return Signature(name, raw[:KEY_ID_BYTES], raw[KEY_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class KeyType:
    """`prefix`: the signature type identifier, before the public key; `suite`: how is signed; `is_witness`: whether
    signatures are dated cosignatures of a checkpoint."""

    prefix: bytes
    suite: Suite
    is_witness: bool


ED25519 = KeyType(b"\x01", SHA256_ED25519, is_witness=False)
COSIGNATURE = KeyType(b"\x04", SHA256_ED25519, is_witness=True)
SM2 = KeyType(b"\xffmingcha/sm3-sm2/v1", SM3_SM2, is_witness=False)
SM2_COSIGNATURE = KeyType(b"\xffmingcha/sm3-sm2/cosignature/v1", SM3_SM2, is_witness=True)
KEY_TYPES = (ED25519, COSIGNATURE, SM2, SM2_COSIGNATURE)


def key_type(suite: Suite, *, is_witness: bool) -> KeyType:
    """The type of a log's or a witness's key of that suite."""
    return next(found for found in KEY_TYPES if found.suite is suite and found.is_witness == is_witness)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name. `text` is the form in which keys are handed on: ``name+id+key``. `until_size`: of the
    largest checkpoint the key may have signed, where the log is known to have another since; not part of the key."""

    name: str
    type: KeyType
    public: bytes
    until_size: int | None = field(default=None, compare=False)

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256, also of SM2 keys: a label, from which no security is asked."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.type.prefix + self.public).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        encoded = base64.b64encode(self.type.prefix + self.public).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    @property
    def fingerprint(self) -> str:
        """What people compare: the first 32 digits of the SHA-256 of `text`, in groups of four."""
        digits = hashlib.sha256(self.text.encode()).hexdigest()[:32].upper()
        return " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))

    @classmethod
    def from_text(cls, text: str) -> Verifier:
        """Raises Invalid for anything but a key whose id is right."""
        wrong = Invalid("ledger.key", "This is not a public key of a log or witness (name+id+key).")
        # A base64 key may hold plus signs itself, a name and an id cannot.
        name, _, rest = text.partition("+")
        stated_id, _, encoded = rest.partition("+")
        try:
            raw = _unbase64(encoded)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise wrong from error
        for kind in KEY_TYPES:
            if raw.startswith(kind.prefix) and len(raw) == len(kind.prefix) + kind.suite.public_bytes:
                verifier = cls(name, kind, raw[len(kind.prefix) :])
                if _NAME.fullmatch(name) and verifier.key_id.hex() == stated_id:
                    return verifier
        raise wrong

    def until(self, size: int) -> Verifier:
        """The key as one that was given up at that size of the log."""
        return replace(self, until_size=size)

    def matches(self, signature: Signature) -> bool:
        """Whether the line claims to be by this key."""
        return signature.name == self.name and signature.key_id == self.key_id

    def verify(self, text: str, signature: Signature) -> int | None:
        """Check one signature. The time a cosignature states, in microseconds; None for a plain one. Raises Corrupt."""
        message, raw, at_us = text, signature.signature, None
        if self.type.is_witness:
            at_s = int.from_bytes(raw[:8], "big")
            if at_s > MAX_TIME_S:
                raise Corrupt("ledger.signature", f"The cosignature of {self.name} has an impossible time.")
            message, raw, at_us = _cosigned(text, at_s), raw[8:], at_s * US_PER_S
        if not self.type.suite.is_signed(self.public, message.encode(), raw):
            raise Corrupt("ledger.signature", f"The signature of {self.name} is not genuine.")
        return at_us


def _cosigned(text: str, at_s: int) -> str:
    return f"cosignature/v1\ntime {at_s}\n{text}"


class Signer:
    """Signs notes as the log itself."""

    def __init__(self, name: str, key: PrivateKey) -> None:
        self.verifier = Verifier(_require_name(name), key_type(key.suite, is_witness=False), key.public)
        self._key = key

    def sign(self, text: str) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, self._key.sign(text.encode()))


class Cosigner:
    """Signs checkpoints as a witness, with the time."""

    def __init__(self, name: str, key: PrivateKey) -> None:
        self.verifier = Verifier(_require_name(name), key_type(key.suite, is_witness=True), key.public)
        self._key = key

    def sign(self, text: str, at_us: int) -> Signature:
        """`at_us`: wall instant; the signature holds whole seconds."""
        at_s = at_us // US_PER_S
        raw = at_s.to_bytes(8, "big") + self._key.sign(_cosigned(text, at_s).encode())
        return Signature(self.verifier.name, self.verifier.key_id, raw)


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A genuine signature: by whom, and when if it says so."""

    verifier: Verifier
    at_us: int | None


def endorsements(note: Note, verifiers: Iterable[Verifier]) -> tuple[Endorsement, ...]:
    """The genuine signatures by the keys given; lines by other keys are left out. A line that claims to be by one of
    the keys and is not raises Corrupt: somebody tried."""
    found: list[Endorsement] = []
    for verifier in verifiers:
        claimed = [signature for signature in note.signatures if verifier.matches(signature)]
        found += [Endorsement(verifier, verifier.verify(note.text, signature)) for signature in claimed[:1]]
    return tuple(found)
