"""Is the register still what the ledger was told? Entries are hashed again and compared with the roots that the signed
ledger holds, whatever this office believes it was told.

Root on the database can change an entry behind the triggers; it cannot change what the ledger signed before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mingcha.base.errors import Corrupt, Invalid, Unavailable
from mingcha.base.keys import ledger_key
from mingcha.ledger.keychange import log_keys
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.proofs import verify_inclusion
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.records.register.anchoring import entries_in, leaves_in, root_of, told_leaves
from mingcha.records.register.models import AnchorStretch, Entry

CODES = {
    "entry.changed": "The entry is not what it was when the ledger took it.",
    "entry.removed": "The entry is not there any more.",
    "entry.added": "The entry was put in afterwards.",
    "stretch.replaced": "The ledger holds other entries under these numbers, and took those that are here later: the "
    "register was restored from an older backup, or rewritten.",
    "stretch.changed": "The stretch is not what it was; which of its entries cannot be said.",
    "anchor.false": "The ledger says something else at this place than the office believes.",
    "ledger.broken": "The ledger's entry does not lead to its signed root.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`code`: of `CODES`. `first`, `last`: numbers of entries, both included; `log_index`: place in the ledger."""

    code: str
    first: int
    last: int
    log_index: int


@dataclass(slots=True)
class Checked:
    """`stretches`, `entries`: how many were compared; `through`: number of the last entry the ledger holds, and
    `waiting` those after it."""

    stretches: int = 0
    entries: int = 0
    through: int = 0
    waiting: int = 0
    findings: list[Finding] = field(default_factory=list)


class Book:
    """The node's ledger under its signed checkpoint. `fingerprint`: of its first key, which receivers of copies
    compare."""

    def __init__(self, directory: Path, data: Path) -> None:
        """Raises Unavailable ``ledger.absent``, Corrupt."""
        if not (directory / "log.json").exists():
            raise Unavailable("ledger.absent", "There is no ledger yet; start the recorder once.")
        origin = Log.origin_of(directory)
        own = Signer(origin, ledger_key(data)).verifier
        self.fingerprint = log_keys(directory, own)[-1].fingerprint
        self._root_of = read_checkpoint(directory, origin, [own]).checkpoint
        self.reader = LogReader(directory, self._root_of.size)
        if self.reader.tree.root() != self._root_of.root:
            raise Corrupt("ledger.root", "The ledger's files are not those its checkpoint was signed over.")

    def told(self, index: int) -> dict[str, Any]:
        """What the ledger says at a place, proven to be in it. Raises Corrupt, Invalid, Unavailable."""
        reader = self.reader
        entry = reader.entry(index)
        proof = reader.tree.inclusion_proof(index)
        verify_inclusion(reader.hashing.leaf(entry), index, reader.size, proof, self._root_of.root, reader.hashing)
        found = json.loads(entry)
        return found if isinstance(found, dict) else {}

    def anchors(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every stretch of the register that the ledger holds, with its place."""
        for index, entry in enumerate(self.reader.entries(0, self.reader.size)):
            if b'"kind":"register"' in entry:
                yield index, json.loads(entry)


def check_all(book: Book, on_step: Callable[[int], None] = lambda entries: None) -> Checked:
    """The whole register against all the ledger holds of it."""
    done = Checked()
    seen: set[tuple[int, int, str]] = set()
    ranges: list[tuple[int, int]] = []
    whole: list[tuple[int, int, int]] = []
    for index, told in book.anchors():
        key = (int(told["first"]), int(told["last"]), str(told["root"]))
        if key in seen:
            continue  # sent twice, since the answer was slow
        seen.add(key)
        ranges.append(key[:2])
        before = len(done.findings)
        _check(done, book, index, key)
        if len(done.findings) == before:
            whole.append((index, *key[:2]))
        on_step(done.entries)
    _name_replaced(done, whole)
    _between(done, ranges)
    _false_anchors(done, book, AnchorStretch.objects.order_by("pk").iterator(chunk_size=500))
    _count_waiting(done)
    return done


def check_stretches(book: Book, stretches: Iterable[AnchorStretch]) -> Checked:
    """Some stretches, each at the place in the ledger that the office knows."""
    done = Checked()
    for stretch in stretches:
        if not _false_anchors(done, book, [stretch]):
            _check(done, book, stretch.log_index, (stretch.first_entry, stretch.last_entry, stretch.root))
    _count_waiting(done)
    return done


def _check(done: Checked, book: Book, index: int, key: tuple[int, int, str]) -> None:
    first, last, root = key
    try:
        book.told(index)
    except (Corrupt, Invalid, Unavailable, ValueError):
        done.findings.append(Finding("ledger.broken", first, last, index))
        return
    now = leaves_in(first, last)
    done.stretches, done.entries, done.through = done.stretches + 1, done.entries + len(now), max(done.through, last)
    if root_of(now) != root:
        done.findings += _differences(now, key, index)


def _differences(now: list[tuple[int, bytes]], key: tuple[int, int, str], index: int) -> list[Finding]:
    first, last, root = key
    for stretch in AnchorStretch.objects.filter(first_entry=first, last_entry=last, root=root):
        then = told_leaves(stretch)
        if then and root_of(then) == root:
            before, after = dict(then), dict(now)
            changed = [number for number, leaf in then if after.get(number, leaf) != leaf]
            found = [Finding("entry.changed", number, number, index) for number in changed]
            found += [Finding("entry.removed", number, number, index) for number, _ in then if number not in after]
            found += [Finding("entry.added", number, number, index) for number, _ in now if number not in before]
            return found
    return [Finding("stretch.changed", first, last, index)]


def _name_replaced(done: Checked, whole: list[tuple[int, int, int]]) -> None:
    """Stretches whose numbers the ledger took once more, later, for the entries that are here now. `whole`: place,
    first and last number of stretches that are as they were."""
    for place, found in enumerate(done.findings):
        later = (first for index, first, last in whole if index > found.log_index and first <= found.first <= last)
        if found.code == "stretch.changed" and next(later, None) is not None:
            done.findings[place] = replace(found, code="stretch.replaced")


def _between(done: Checked, ranges: list[tuple[int, int]]) -> None:
    """Entries with numbers that no stretch covers, though later ones are in the ledger."""
    reached = 0
    for first, last in sorted(ranges):
        if first > reached + 1:
            for entry in entries_in(reached + 1, first - 1).only("pk"):
                done.findings.append(Finding("entry.added", entry.pk, entry.pk, -1))
        reached = max(reached, last)


def _false_anchors(done: Checked, book: Book, stretches: Iterable[AnchorStretch]) -> bool:
    """Whether the office believes something of the ledger that it does not say."""
    is_false = False
    for stretch in stretches:
        wanted = ("register", stretch.first_entry, stretch.last_entry, stretch.root)
        try:
            told = book.told(stretch.log_index)
            found = tuple(told.get(key) for key in ("kind", "first", "last", "root"))
        except (Corrupt, Unavailable, ValueError):
            found, code = (), "ledger.broken"
        except Invalid:
            found, code = (), "anchor.false"
        else:
            code = "anchor.false"
        if found != wanted:
            is_false = True
            done.findings.append(Finding(code, stretch.first_entry, stretch.last_entry, stretch.log_index))
    return is_false


def _count_waiting(done: Checked) -> None:
    done.waiting = Entry.objects.filter(pk__gt=done.through).count()
