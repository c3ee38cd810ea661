"""From the catalog's list of entries into the ledger, each exactly once whatever breaks.

The catalog's transaction that changes something puts the entry down too. The feeder appends what waits, in order, then
lets the catalog know. Between the two a crash leaves entries that both have: they are recognised by comparing what
waits with what the ledger holds beyond the size the catalog knows.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile
from pathlib import Path

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.ids import new_id
from mingcha.ledger import keychange, succession
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.catalog.leaves import Leaf, confirm_leaves, fact_of, pending_leaves
from mingcha.media.catalog.reader import CatalogReader
from mingcha.media.catalog.writer import Catalog
from mingcha.wire.facts import Fact

log = logging.getLogger(__name__)

BATCH = 1_000
"""Entries in one append: a few megabytes at most, four fsyncs whatever their number."""

OWN_KINDS = (keychange.KIND, succession.KIND)
"""Kinds of entries that the ledger makes itself."""

UNFINISHED = "ledger.new"
"""Directory beside the ledger in which `mingcha keys new-ledger` makes the one that continues it."""

Change = Callable[[Catalog], object]


def open_ledger(directory: Path, make_signer: Callable[[str], Signer]) -> Log:
    """The node's log, made with a new origin when there is none. `make_signer`: from the origin, which is also the name
    of the key. Raises Unavailable, Corrupt."""
    if (directory / "log.json").exists():
        return Log.open(directory, Keys(make_signer(Log.origin_of(directory))))
    if directory.with_name(UNFINISHED).exists():
        text = "A new ledger was begun and not finished: run 'mingcha keys new-ledger' again."
        raise Unavailable("ledger.unfinished", text)
    origin = f"mingcha/{new_id('nod')}"
    return Log.create(directory, origin, Keys(make_signer(origin)))


def _is_own(entry: bytes) -> bool:
    """Whether the ledger made the entry itself: a change of key, or of the ledger it continues."""
    try:
        return json.loads(entry).get("kind") in OWN_KINDS
    except (ValueError, AttributeError):
        return False


class Feeder:
    """For a thread of its own: appending waits for the disk. `submit` makes a change of the catalog on its writer
    thread and returns when it is committed."""

    def __init__(self, catalog: CatalogReader, ledger: Log, submit: Callable[[Change], None]) -> None:
        self._catalog = catalog
        self._ledger = ledger
        self._submit = submit

    def feed(self) -> int:
        """Append one batch; how many entries went in. Raises Unavailable (nothing is lost, call again) or Corrupt when
        the ledger holds less than the catalog knows it had."""
        with self._catalog.reading() as connection:
            known, waiting = pending_leaves(connection, BATCH)
        if known > self._ledger.size:
            raise Corrupt(
                "ledger.shorter",
                f"The ledger has {self._ledger.size} entries, but {known} were in it. Restore its newest copy.",
            )
        if self._pass_over_own(known):
            return 1
        doubled = self._already_in(known, waiting)
        if doubled:
            self._confirm(waiting[:doubled], known)
            return doubled
        if not waiting:
            return 0
        places = self._ledger.append([leaf.body.encode() for leaf in waiting])
        self._confirm(waiting, places.start)
        return len(waiting)

    def _already_in(self, known: int, waiting: Sequence[Leaf]) -> int:
        """How many of those that wait are in the ledger already, because a crash came before the catalog was told."""
        beyond = self._ledger.size - known
        if not beyond:
            return 0
        entries = self._ledger.reader().entries(known, self._ledger.size)
        said = list(takewhile(lambda entry: not _is_own(entry), islice(entries, len(waiting) + 1)))
        if said == [leaf.body.encode() for leaf in waiting[: len(said)]]:
            return len(said)
        # The catalog is older than the ledger (restored, rebuilt). What it says again is said again.
        log.warning("the catalog does not know the last %d entries of the ledger", beyond)
        return 0

    def _pass_over_own(self, known: int) -> bool:
        """Entries that the ledger makes of itself are none of the catalog's, but the office is told of them."""
        if known >= self._ledger.size:
            return False
        entry = self._ledger.reader().entry(known)
        if not _is_own(entry):
            return False
        fact = fact_of(json.loads(entry), known)

        def change(catalog: Catalog) -> None:
            with catalog.transaction() as connection:
                confirm_leaves(connection, [], known + 1)
                if fact is not None:
                    catalog.add_fact(fact)

        self._submit(change)
        return True

    def _anchored(self, leaves: Sequence[Leaf], first: int) -> Iterator[Fact]:
        """The office is told where the stretches of its register are."""
        for place, leaf in enumerate(leaves, first):
            fact = fact_of(json.loads(leaf.body), place)
            if fact is not None:
                yield fact

    def _confirm(self, leaves: Sequence[Leaf], first: int) -> None:
        def change(catalog: Catalog) -> None:
            with catalog.transaction() as connection:
                confirm_leaves(connection, leaves, first)
                for fact in self._anchored(leaves, first):
                    catalog.add_fact(fact)

        self._submit(change)
