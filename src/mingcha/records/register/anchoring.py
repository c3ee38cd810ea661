"""The register in the ledger: stretches of entries, each with a Merkle root that the recorder's ledger holds.

No act and no entry: an entry about the anchoring of entries would have to be anchored itself, without end.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.records.register.models import AnchorStretch, Entry

log = logging.getLogger(__name__)

LONGEST = 5000
"""Entries in one stretch: about a second of hashing."""
_ROOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries `first` to `last` (numbers, both included); `root`: RFC 6962 tree hash (hex) over the canonical texts of
    those that exist, in their order. `is_full`: more may follow at once."""

    first: int
    last: int
    root: str
    is_full: bool = False


def anchored_through() -> int:
    """Number of the last entry that the ledger is known to hold; 0 before the first."""
    return AnchorStretch.objects.aggregate(last=Max("last_entry"))["last"] or 0


def next_stretch(longest: int = LONGEST) -> Stretch | None:
    """What is to be anchored next, None when everything is."""
    found = Entry.objects.filter(pk__gt=anchored_through()).order_by("pk")[:longest]
    numbers, root = _root_of(found)
    return Stretch(numbers[0], numbers[-1], root, len(numbers) == longest) if numbers else None


def note_anchored(detail: Mapping[str, object], at: datetime) -> AnchorStretch | None:
    """Keep the place the ledger gave a stretch. Twice changes nothing; what is damaged is left out and logged."""
    first, last, root, index = (detail.get(key) for key in ("first", "last", "root", "index"))
    if not (isinstance(first, int) and isinstance(last, int) and isinstance(index, int) and 0 < first <= last):
        log.warning("an anchoring of the register cannot be read")
        return None
    if index < 0 or not isinstance(root, str) or not _ROOT.fullmatch(root):
        log.warning("an anchoring of the register cannot be read")
        return None
    known = AnchorStretch.objects.filter(first_entry=first, last_entry=last, log_index=index, root=root).first()
    if known is not None:
        return known
    leaves = _leaves_of(entries_in(first, last))
    # What changed before the ledger's answer came gives another root; then there is nothing to compare with.
    told = b"".join(number.to_bytes(8, "big") + leaf for number, leaf in leaves) if root_of(leaves) == root else b""
    return AnchorStretch.objects.get_or_create(
        first_entry=first, last_entry=last, log_index=index, root=root, defaults={"at": at, "leaves": told}
    )[0]


def anchor_of(entry: Entry) -> AnchorStretch | None:
    """The first stretch in the ledger that covers the entry; None while there is none."""
    found = AnchorStretch.objects.filter(last_entry__gte=entry.pk, first_entry__lte=entry.pk)
    return found.order_by("last_entry", "log_index").first()


def entries_in(first: int, last: int) -> QuerySet[Entry]:
    """Entries by number, both included, in order."""
    return Entry.objects.filter(pk__gte=first, pk__lte=last).order_by("pk")


def leaves_in(first: int, last: int) -> list[tuple[int, bytes]]:
    """Number and leaf hash of each entry, hashed again now."""
    return _leaves_of(entries_in(first, last))


def told_leaves(stretch: AnchorStretch) -> list[tuple[int, bytes]]:
    """Number and leaf hash of each entry as they were when the ledger took the stretch; empty where they were not kept.
    Nothing protects them but that they give the root which the ledger holds."""
    kept = bytes(stretch.leaves)
    return [(int.from_bytes(kept[at : at + 8], "big"), kept[at + 8 : at + 40]) for at in range(0, len(kept), 40)]


def root_of(leaves: Sequence[tuple[int, bytes]]) -> str:
    """Root (hex) of a stretch."""
    return tree_root([leaf for _, leaf in leaves]).hex()


def _root_of(entries: QuerySet[Entry]) -> tuple[list[int], str]:
    leaves = _leaves_of(entries)
    return [number for number, _ in leaves], root_of(leaves)


def _leaves_of(entries: QuerySet[Entry]) -> list[tuple[int, bytes]]:
    return [(entry.pk, leaf_hash(entry.as_canonical().encode())) for entry in entries.iterator(chunk_size=500)]
