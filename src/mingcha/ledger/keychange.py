"""Changes of a log's key: an entry of the log, signed by the old key and the new one.

Whoever knows any key the log ever had follows the entries to the key of today (`follow`). An entry binds its own index,
so that it proves nothing anywhere else. ``keys.json`` in the log's directory says where the entries are; it is a note,
and what it says is compared with the log.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mingcha.base.errors import Conflict, Corrupt, Invalid
from mingcha.ledger.notes import Signature, Signer, Verifier
from mingcha.ledger.reader import LogReader, read_checkpoint

FORMAT = "mingcha.entry/1"
KIND = "key"
CHANGES = "keys.json"
CHANGES_FORMAT = "mingcha.log-keys/1"


def _statement(origin: str, index: int, old: Verifier, new: Verifier, at_us: int, reason: str) -> str:
    """What both keys sign. Its third line is a number, so that it can never be taken for a checkpoint."""
    told = json.dumps(reason, ensure_ascii=False)
    lines = ("mingcha.key-change/1", origin, str(index), old.text, new.text, str(at_us), told)
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """`index`: of the entry in the log; from the next one on `new` signs. `entry`: its bytes."""

    index: int
    old: Verifier
    new: Verifier
    at_us: int
    reason: str
    entry: bytes

    @classmethod
    def make(cls, origin: str, index: int, old: Signer, new: Signer, at_us: int, reason: str) -> Self:
        """Raises Conflict when the new key has another name, or is the old one."""
        if new.verifier.name != old.verifier.name or new.verifier == old.verifier:
            raise Conflict("ledger.key_change", "The new key must be another one, under the same name.")
        statement = _statement(origin, index, old.verifier, new.verifier, at_us, reason)
        fields = {
            "format": FORMAT,
            "kind": KIND,
            "origin": origin,
            "index": index,
            "old": old.verifier.text,
            "new": new.verifier.text,
            "at_us": at_us,
            "reason": reason,
            "by_old": base64.b64encode(old.sign(statement).signature).decode("ascii"),
            "by_new": base64.b64encode(new.sign(statement).signature).decode("ascii"),
        }
        text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return cls(index, old.verifier, new.verifier, at_us, reason, text.encode())

    @classmethod
    def read(cls, entry: bytes, origin: str, index: int) -> Self:
        """The change that an entry tells of, both its signatures checked. Raises Corrupt."""
        wrong = Corrupt("ledger.key_change", f"Entry {index} is not a genuine change of key.")
        try:
            told = json.loads(entry)
            old, new = Verifier.from_text(told["old"]), Verifier.from_text(told["new"])
            at_us, reason = int(told["at_us"]), str(told["reason"])
            signed = {key: base64.b64decode(told[f"by_{name}"]) for key, name in ((old, "old"), (new, "new"))}
            is_here = (told["format"], told["kind"], told["origin"], told["index"]) == (FORMAT, KIND, origin, index)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, Invalid) as error:
            raise wrong from error
        if not is_here or len(signed) != 2 or old.name != new.name or old.type is not new.type or old.type.is_witness:
            raise wrong
        statement = _statement(origin, index, old, new, at_us, reason)
        for key, signature in signed.items():
            key.verify(statement, Signature(key.name, key.key_id, signature))
        return cls(index, old, new, at_us, reason, entry)


def follow(known: Verifier, changes: Iterable[KeyChange]) -> list[Verifier]:
    """The keys from a known one to today's, each but the last marked with the size up to which it signed. Changes
    before the known key was the log's are passed over. Raises Corrupt when the chain breaks after it."""
    chain = [known]
    for change in changes:
        if change.old == chain[-1]:
            chain[-1] = chain[-1].until(change.index + 1)
            chain.append(change.new)
        elif len(chain) > 1:
            raise Corrupt(
                "ledger.key_chain", f"The change of key at entry {change.index} does not follow the last one."
            )
    return chain


def earlier_keys(current: Verifier, changes: Sequence[KeyChange]) -> tuple[Verifier, ...]:
    """The keys before today's, newest first: from today's key back, so that what does not lead to it counts nothing."""
    found: list[Verifier] = []
    key = current
    for change in reversed(changes):
        if change.new == key:
            key = change.old
            found.append(key.until(change.index + 1))
    return tuple(found)


def known_changes(reader: LogReader, origin: str) -> list[KeyChange]:
    """The changes that ``keys.json`` tells of and the log holds, in their order. Raises Corrupt."""
    found = []
    for index in _noted(reader.directory):
        if index < reader.size:
            entry = reader.entry(index)
            if _is_change(entry):
                found.append(KeyChange.read(entry, origin, index))
    return found


def encode_places(changes: Sequence[KeyChange]) -> bytes:
    """What ``keys.json`` says."""
    return json.dumps({"format": CHANGES_FORMAT, "changes": [change.index for change in changes]}).encode()


def log_keys(directory: Path, current: Verifier) -> tuple[Verifier, ...]:
    """Today's key of the log in a directory and those before it. Raises Corrupt."""
    size = read_checkpoint(directory, current.name, [current]).checkpoint.size
    return (current, *earlier_keys(current, known_changes(LogReader(directory, size), current.name)))


def _is_change(entry: bytes) -> bool:
    """What was noted and cut off before it was entered may have another entry in its place."""
    try:
        return bool(json.loads(entry)["kind"] == KIND)
    except (ValueError, KeyError, TypeError):
        return False


def _noted(directory: Path) -> list[int]:
    path = directory / CHANGES
    if not path.exists():
        return []
    try:
        told = json.loads(path.read_bytes())
        return sorted(int(index) for index in told["changes"])
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("ledger.keys_file", "The file keys.json of the log is damaged.") from error
