"""A witness: cosigns a log's checkpoint only if it continues the last one it cosigned (C2SP tlog-witness).

After that nobody, the log's operator included, can rewrite or backdate what lies before it without the witness's
word against them. Here are the request's form and the decision; HTTP is elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mingcha.base.atomic import write_file
from mingcha.base.errors import Conflict, Corrupt, Invalid, NotAllowed
from mingcha.base.hashing import sha256
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.merkle import HASH_BYTES
from mingcha.ledger.proofs import verify_consistency

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 64_000
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Request:
    """`old_size`: of the checkpoint the proof starts from, 0 at the first time; `note`: the new signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes

    def encode(self) -> bytes:
        """The body of ``POST /add-checkpoint``."""
        lines = [f"old {self.old_size}", *(base64.b64encode(item).decode("ascii") for item in self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode("ascii") + self.note


def decode(body: bytes) -> Request:
    """The request in a body. Raises Invalid (``witness.request``)."""
    wrong = Invalid("witness.request", "The request to the witness is malformed.")
    head, blank, note = body.partition(b"\n\n")
    if len(body) > MAX_REQUEST_BYTES or not blank:
        raise wrong
    try:
        first, *lines = head.decode("ascii").split("\n")
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise wrong from error
    old = _OLD.fullmatch(first)
    if old is None or len(proof) > MAX_PROOF_LINES or any(len(item) != HASH_BYTES for item in proof):
        raise wrong
    return Request(int(old[1]), proof, note)


class Witness:
    """Remembers, in a directory, the last checkpoint it cosigned of each log it knows. One process per directory.

    `logs`: keys each known log may sign with, by origin.
    """

    def __init__(self, directory: Path, cosigner: notes.Cosigner, logs: Mapping[str, Sequence[notes.Verifier]]) -> None:
        self._directory = directory
        self._cosigner = cosigner
        self._logs = dict(logs)

    def latest(self, origin: str) -> checkpoints.Checkpoint | None:
        """The last checkpoint cosigned of a log; None before the first. Raises Corrupt when the memory is damaged: a
        witness that forgot must not begin anew."""
        path = self._path(origin)
        if not path.exists():
            return None
        return checkpoints.open_signed(path.read_bytes(), origin, self._logs[origin]).checkpoint

    def add_checkpoint(self, request: Request, at_us: int) -> notes.Signature:
        """Check, remember durably, cosign.

        Raises NotAllowed: ``witness.unknown_log`` (HTTP 404), ``witness.unsigned`` (403); Invalid: ``witness.request``
        (400); Conflict: ``witness.stale`` with `size` to start from, ``witness.fork`` for another tree of the same size
        (409); Corrupt ``ledger.proof`` (422).
        """
        new = self._open(request.note)
        if request.old_size > new.size or (request.old_size == 0 and request.proof):
            raise Invalid("witness.request", "The request to the witness is malformed.")
        old = self.latest(new.origin)
        known_size = 0 if old is None else old.size
        if request.old_size != known_size:
            text = f"The last checkpoint this witness cosigned has size {known_size}."
            raise Conflict("witness.stale", text, size=known_size)
        if old is not None:
            self._require_continuation(old, new, request.proof)
        write_file(self._path(new.origin), request.note)
        return self._cosigner.sign(new.text, at_us)

    def _open(self, note: bytes) -> checkpoints.Checkpoint:
        try:
            text = notes.parse(note).text
            origin = checkpoints.parse(text).origin
        except Corrupt as error:
            raise Invalid("witness.request", "The request to the witness is malformed.") from error
        if origin not in self._logs:
            raise NotAllowed("witness.unknown_log", "This witness does not know this log.")
        try:
            return checkpoints.open_signed(note, origin, self._logs[origin]).checkpoint
        except Corrupt as error:
            raise NotAllowed("witness.unsigned", "The checkpoint is not signed by this log.") from error

    def _require_continuation(
        self, old: checkpoints.Checkpoint, new: checkpoints.Checkpoint, proof: Sequence[bytes]
    ) -> None:
        if old.size == new.size and old.root != new.root:
            raise Conflict("witness.fork", "The log signed two different trees of the same size.", size=old.size)
        if old.size:
            verify_consistency(old.size, old.root, new.size, new.root, proof)

    def _path(self, origin: str) -> Path:
        """Origins are free text and so no file names."""
        return self._directory / f"{sha256(origin.encode()).hex()}.checkpoint"
