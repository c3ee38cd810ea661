"""A ledger that continues another one: because its suite changes, or because its key was lost.

The new log has its own origin, key and suite, and begins with the very entries of the old one, at the same places; the
next entry names the old log and its last checkpoints. Whoever has the entries computes the old log's root from the new
one's, and so sees that nothing was changed on the way; what witnesses cosigned of the old one stays their word.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mingcha.base.errors import Conflict, Corrupt, Invalid
from mingcha.ledger import checkpoints, notes
from mingcha.ledger.edge import Edge
from mingcha.ledger.identity import read_identity
from mingcha.ledger.keychange import FORMAT
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.merkle import hashing_of
from mingcha.ledger.reader import LogReader

KIND = "ledger"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Predecessor:
    """`size`, `root`: of the old log as it was taken over; `checkpoint`: its last signed checkpoint; `cosigned`: the
    last one that witnesses cosigned, or nothing."""

    origin: str
    suite: str
    size: int
    root: bytes
    key: str
    checkpoint: str
    cosigned: str

    def statement(self, origin: str, key: str, at_us: int, reason: str) -> str:
        """What the old log's key signs where it is not lost: that the new log goes on for it. Its third line is no
        root, so that it can never be taken for a checkpoint."""
        told = json.dumps(reason, ensure_ascii=False)
        lines = ("mingcha.succession/1", self.origin, self.size, self.root.hex(), origin, key, at_us, told)
        return "".join(f"{line}\n" for line in lines)


def predecessor_in(directory: Path, key: str, cosigned: str) -> Predecessor:
    """The old log as it lies there. Its signature need not be checked, since its key may be lost: its tree is what its
    checkpoint says, else Corrupt."""
    identity = read_identity(directory)
    note = notes.parse((directory / "checkpoint").read_bytes())
    last = checkpoints.parse(note.text)
    if LogReader(directory, last.size).tree.root() != last.root or last.origin != identity.origin:
        raise Corrupt("ledger.root", "The log's files are not those its checkpoint was signed over.")
    said = note.encode().decode()
    return Predecessor(identity.origin, identity.suite.name, last.size, last.root, key, said, cosigned)


def continue_log(
    old: Path,
    new: Path,
    origin: str,
    keys: Keys,
    before: Predecessor,
    at_us: int,
    reason: str,
    old_signer: notes.Signer | None = None,
    progress: Callable[[int], None] = lambda entries: None,
) -> int:
    """Make, in the directory `new`, the log that continues the one in `old`; the place of the entry that says so.

    What an interruption left in `new` is gone on with. The entries are hashed by the old suite on the way: raises
    Corrupt when they are not what the old checkpoint signed, Conflict when `new` holds another log."""
    reader = LogReader(old, before.size)
    with Log.open(new, keys) if (new / "log.json").exists() else Log.create(new, origin, keys) as log:
        if log.origin != origin or log.size > before.size + 1:
            raise Conflict("ledger.exists", "There is another log in this directory already.")
        check, start = Edge(hashing=reader.hashing), log.size
        for batch in _batches(reader.entries(0, before.size)):
            check.add(batch)
            fresh = batch[max(0, start - (check.size - len(batch))) :]
            log.append(fresh)
            progress(check.size)
        if check.root() != before.root:
            raise Corrupt("ledger.root", "The log's files are not those its checkpoint was signed over.")
        if log.size == before.size:
            log.append([_entry(before, log, at_us, reason, old_signer)])
    return before.size


def check_succession(log: LogReader, index: int) -> Predecessor:
    """The log that the entry at `index` says this one continues: its root must be that of the entries before, by its
    own suite, and where its key has signed the handing over, that must be genuine. Raises Corrupt."""
    wrong = Corrupt("ledger.succession", f"Entry {index} does not continue another log.")
    try:
        told = json.loads(log.entry(index))
        old = told["old"]
        root = bytes.fromhex(old["root"])
        found = Predecessor(
            old["origin"], old["suite"], int(old["size"]), root, old["key"], old["checkpoint"], old["cosigned"]
        )
        stated = checkpoints.parse(notes.parse(found.checkpoint.encode()).text)
        if told["by_old"]:
            key = notes.Verifier.from_text(found.key)
            said = found.statement(told["new"]["origin"], told["new"]["key"], int(told["at_us"]), told["reason"])
            key.verify(said, notes.Signature(key.name, key.key_id, base64.b64decode(told["by_old"])))
    except (ValueError, KeyError, TypeError, Corrupt, Invalid) as error:
        raise wrong from error
    if told.get("kind") != KIND or found.size != index or (stated.size, stated.root) != (index, root):
        raise wrong
    check = Edge(hashing=hashing_of(stated.suite))
    for batch in _batches(log.entries(0, index)):
        check.add(batch)
    if check.root() != root:
        raise Corrupt("ledger.succession", "The entries before are not those of the log that was continued.")
    return found


def _entry(before: Predecessor, log: Log, at_us: int, reason: str, old_signer: notes.Signer | None) -> bytes:
    key = log.keys.signer.verifier
    said = before.statement(log.origin, key.text, at_us, reason)
    by_old = base64.b64encode(old_signer.sign(said).signature).decode("ascii") if old_signer else ""
    fields = {
        "format": FORMAT,
        "kind": KIND,
        "at_us": at_us,
        "reason": reason,
        "by_old": by_old,
        "old": {
            "origin": before.origin,
            "suite": before.suite,
            "size": before.size,
            "root": before.root.hex(),
            "key": before.key,
            "checkpoint": before.checkpoint,
            "cosigned": before.cosigned,
        },
        "new": {"origin": log.origin, "suite": key.type.suite.name, "key": key.text},
    }
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _batches(entries: Iterator[bytes]) -> Iterator[Sequence[bytes]]:
    while batch := list(islice(entries, BATCH)):
        yield batch
