"""An entry in this node's ledger from the command line, whether the recorder runs or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Unavailable
from mingcha.base.keys import ledger_key
from mingcha.ledger.notes import Signer
from mingcha.ledger.reader import LogReader
from mingcha.media.anchor.cosigning import Witnesses, read_addresses
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.export.proof import Ledger, place_of
from mingcha.media.run.vouched import proof_ledger

PATIENCE_US = 30 * US_PER_S
COSIGN_PATIENCE_US = 75 * US_PER_S
"""A running recorder asks its witnesses once a minute, and waits for the slow ones."""
LOOK_S = 0.25
BUSY_MS = 5_000


def enter(
    data: DataDir,
    clock: Clock,
    kind: str,
    fields: Mapping[str, object],
    tell: Callable[[str], None] = lambda text: None,
) -> int:
    """Have an entry made, and cosigned where there is a witness; its index. The recorder feeds the ledger and asks the
    witnesses where it runs, else it is done here. `tell`: what is being waited for, and what was waited for in vain.
    Raises Unavailable ``ledger.behind``, ``catalog.…``."""
    catalog = Catalog(data.catalog, clock, busy_ms=BUSY_MS)
    try:
        since = _size(data)
        with catalog.transaction() as connection:
            text = add_leaf(connection, kind, fields)
        deadline_us, asked = clock.mono_us() + PATIENCE_US, False
        tell(f"Waiting for the ledger to take the copy's entry, {PATIENCE_US // US_PER_S} s at most.")
        while (index := _place_of(data, text, since)) is None:
            asked = _feed(data, catalog, clock)
            if clock.mono_us() > deadline_us:
                raise Unavailable(
                    "ledger.behind",
                    "The ledger does not take the entry; see the recorder's log. --no-proof copies without it.",
                )
            time.sleep(0 if asked else LOOK_S)
    finally:
        catalog.close()
    ledger = proof_ledger(data)
    if ledger.witness_keys and not ledger.newest(index).witnesses:
        if not asked:
            tell(f"Waiting for a witness to cosign it, {COSIGN_PATIENCE_US // US_PER_S} s at most.")
        if asked or not _wait_for_witness(ledger, clock, index):
            tell("No witness has cosigned it: the copy is proven without one. Made again later, it may have one.")
    return index


def _wait_for_witness(ledger: Ledger, clock: Clock, index: int) -> bool:
    """Whether a witness cosigned the entry in time."""
    deadline_us = clock.mono_us() + COSIGN_PATIENCE_US
    while not ledger.newest(index).witnesses:
        if clock.mono_us() > deadline_us:
            return False
        time.sleep(LOOK_S)
    return True


def _feed(data: DataDir, catalog: Catalog, clock: Clock) -> bool:
    """Feed the ledger, and ask its witnesses; False where the recorder has it."""
    key = ledger_key(data.root)
    try:
        ledger = open_ledger(data.ledger, lambda origin: Signer(origin, key))
    except Unavailable:
        return False

    def change(told: Change) -> None:
        told(catalog)

    try:
        while Feeder(catalog, ledger, change).feed():
            pass
        witnesses = Witnesses(read_addresses(data.witnesses), lambda name, state: None)
        witnesses.ask_all(ledger, data.ledger / "cosigned", clock.wall_us())
    finally:
        ledger.close()
    return True


def _size(data: DataDir) -> int:
    return proof_ledger(data).size() if (data.ledger / "log.json").exists() else 0


def _place_of(data: DataDir, text: str, since: int) -> int | None:
    size = _size(data)
    return place_of(LogReader(data.ledger, size), text, since) if size > since else None
