"""What a log asks of a witness: the bodies of ``add-checkpoint`` (C2SP tlog-witness) and of our ``change-key``."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from mingcha.base.errors import Invalid
from mingcha.ledger.merkle import HASH_BYTES
from mingcha.ledger.tiles import MAX_ENTRY_BYTES

MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 64_000
MAX_CHANGES = 100
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_KEY_FORMAT = "mingcha.key-request/1"


def malformed() -> Invalid:
    return Invalid("witness.request", "The request to the witness is malformed.")


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
    head, blank, note = body.partition(b"\n\n")
    if len(body) > MAX_REQUEST_BYTES or not blank:
        raise malformed()
    try:
        first, *lines = head.decode("ascii").split("\n")
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise malformed() from error
    old = _OLD.fullmatch(first)
    if old is None or not _is_proof(proof):
        raise malformed()
    return Request(int(old[1]), proof, note)


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """`changes`: index, entry and inclusion proof of each change of key, in order; `request`: a checkpoint signed by
    the last new key, asked for as usual."""

    changes: tuple[tuple[int, bytes, tuple[bytes, ...]], ...]
    request: Request

    def encode(self) -> bytes:
        """The body of ``POST /change-key``."""
        changes = [
            {"index": index, "entry": entry.decode(), "proof": [item.hex() for item in proof]}
            for index, entry, proof in self.changes
        ]
        asked = self.request.encode().decode()
        return json.dumps({"format": _KEY_FORMAT, "changes": changes, "request": asked}, ensure_ascii=False).encode()


def decode_key_request(body: bytes) -> KeyRequest:
    """The request in a body. Raises Invalid (``witness.request``)."""
    if len(body) > MAX_REQUEST_BYTES:
        raise malformed()
    try:
        told = json.loads(body)
        changes = tuple(
            (int(one["index"]), str(one["entry"]).encode(), tuple(bytes.fromhex(item) for item in one["proof"]))
            for one in told["changes"]
        )
        request = decode(str(told["request"]).encode())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise malformed() from error
    sound = all(index >= 0 and len(entry) <= MAX_ENTRY_BYTES and _is_proof(proof) for index, entry, proof in changes)
    if told.get("format") != _KEY_FORMAT or not 0 < len(changes) <= MAX_CHANGES or not sound:
        raise malformed()
    return KeyRequest(changes, request)


def _is_proof(proof: tuple[bytes, ...]) -> bool:
    return len(proof) <= MAX_PROOF_LINES and all(len(item) == HASH_BYTES for item in proof)
