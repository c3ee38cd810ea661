"""Sheets of a printed book, each bound to the one before by hashes. Pure: numbers and canonical texts in, hashes out.

`digest`: SHA-256 over the canonical text of each entry on the sheet, each ended by a line feed (UTF-8).
`chain`: SHA-256 over the chain of the sheet before (64 zeros for the first), a line feed, the digest, a line feed.
The chain of the last sheet is the hash of the whole: no sheet can be changed, taken out or moved without changing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. `first`, `last`: numbers of its first and last entry; `before`: chain of the page before."""

    number: int
    first: int
    last: int
    count: int
    digest: str
    before: str
    chain: str


def digest_of(lines: Iterable[str]) -> str:
    """SHA-256 (hex) of canonical texts."""
    running = sha256()
    for line in lines:
        running.update(line.encode())
        running.update(b"\n")
    return running.hexdigest()


def sheet_of(number: int, entries: list[tuple[int, str]], before: str) -> Sheet:
    """The page that holds these entries, each its number and canonical text."""
    digest = digest_of(text for _, text in entries)
    chain = sha256(f"{before}\n{digest}\n".encode()).hexdigest()
    return Sheet(number, entries[0][0], entries[-1][0], len(entries), digest, before, chain)


def sheets(entries: Iterable[tuple[int, str]], size: int) -> Iterator[Sheet]:
    """Page after page of `size` entries."""
    rest, before, number = iter(entries), BEGINNING, 0
    while chunk := list(islice(rest, size)):
        number += 1
        made = sheet_of(number, chunk, before)
        before = made.chain
        yield made
