"""Checkpoints: the log's size and root as a signed note (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mingcha.base.errors import Corrupt, Invalid
from mingcha.base.suites import SHA256_ED25519, Suite, suite_named
from mingcha.ledger import notes
from mingcha.ledger.merkle import HASH_BYTES

_SUITE = "suite "
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`origin`: the log's name, unique in the world; `size`: number of entries; `root`: 32 bytes; `extensions`: further
    lines, kept and signed."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def of_suite(cls, suite: Suite, origin: str, size: int, root: bytes) -> Self:
        """With the line that names the suite; RFC 6962 over SHA-256 needs none, it is what tlog-checkpoint means."""
        return cls(origin, size, root, () if suite is SHA256_ED25519 else (f"{_SUITE}{suite.name}",))

    @property
    def suite(self) -> Suite:
        """What the tree is hashed with. Raises Corrupt for one we do not know, or more than one."""
        names = [line.removeprefix(_SUITE) for line in self.extensions if line.startswith(_SUITE)]
        try:
            if len(names) <= 1:
                return suite_named(names[0]) if names else SHA256_ED25519
        except Invalid as error:
            raise Corrupt("ledger.suite_unknown", "The checkpoint is of a suite unknown here.") from error
        raise Corrupt("ledger.checkpoint", "The text of a log's checkpoint is malformed.")

    @property
    def text(self) -> str:
        """What is signed; ends with a line feed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Checkpoint:
    """The checkpoint in the text of a note. Raises Corrupt."""
    broken = Corrupt("ledger.checkpoint", "The text of a log's checkpoint is malformed.")
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines):
        raise broken
    origin, size, root, *extensions = lines
    try:
        digest = base64.b64decode(root.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise broken from error
    if not _SIZE.fullmatch(size) or len(digest) != HASH_BYTES:
        raise broken
    return Checkpoint(origin, int(size), digest, tuple(extensions))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint whose log signature is genuine. `witnesses`: the genuine cosignatures among those asked for."""

    checkpoint: Checkpoint
    note: notes.Note
    signed_by: notes.Verifier
    witnesses: tuple[notes.Endorsement, ...]


def open_signed(
    data: bytes, origin: str, log_keys: Sequence[notes.Verifier], witness_keys: Sequence[notes.Verifier] = ()
) -> SignedCheckpoint:
    """Read and check a signed checkpoint: one of the log's keys must have signed it, and not after it was given up.
    Raises Corrupt."""
    note = notes.parse(data)
    genuine = notes.endorsements(note, log_keys)
    checkpoint = parse(note.text)
    signatures = [
        found for found in genuine if found.verifier.until_size is None or checkpoint.size <= found.verifier.until_size
    ]
    if not signatures:
        raise Corrupt("ledger.unsigned", "The checkpoint bears no signature of a key this log is known by.")
    if checkpoint.suite is not signatures[0].verifier.type.suite:
        raise Corrupt("ledger.suite", "The checkpoint names another suite than that of the key it is signed by.")
    if checkpoint.origin != origin:
        raise Corrupt("ledger.origin", f"The checkpoint is of another log, not of {origin}.")
    return SignedCheckpoint(checkpoint, note, signatures[0].verifier, notes.endorsements(note, witness_keys))
