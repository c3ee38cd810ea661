"""At the start: is the catalog as new as the ledger? One that was lost or restored from a backup is brought level
first; until it is, nothing is deleted, since holds, longer rules and the true time may be what it does not know."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mingcha.base.clock import Clock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.leaves import ledger_size
from mingcha.media.catalog.replay import MARGIN
from mingcha.media.catalog.restore import highest_in, restore
from mingcha.media.run.signed import SignedLedger, has_ledger, open_ledger
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import read_disks

log = logging.getLogger(__name__)

MOST = 20_000
"""Entries replayed before recording begins, some seconds; what lacks more waits for ``mingcha check --rebuild``."""


@contextmanager
def opened_disks(data: DataDir) -> Iterator[tuple[list[StoreDirectory], list[str]]]:
    """All recording disks, read-only: those that are here, and the paths of those that are not."""
    with ExitStack() as stack:
        stores, away = [], []
        for order in read_disks(data.root, data.store):
            try:
                stores.append(stack.enter_context(StoreDirectory.open(order.path, order.store or None, write=False)))
            except Unavailable:
                away.append(str(order.path))
        yield stores, away


def bring_level(data: DataDir, catalog: Catalog, clock: Clock) -> bool:
    """Replay what the ledger has and the catalog does not; whether the catalog is level now. Never raises for what a
    person can mend: recording goes on meanwhile, deletion waits."""
    if not has_ledger(data):
        return True
    try:
        ledger = open_ledger(data)
        with catalog.reading() as connection:
            behind = ledger.size - ledger_size(connection)
        if behind <= 0:
            return True
        if behind > MOST:
            log.error("the catalog lacks %d entries of the ledger; run 'mingcha check --rebuild'", behind)
            number, run = highest_in(ledger.reader)
            catalog.reserve_numbers(number + MARGIN)
            catalog.reserve_runs(run + MARGIN)
            return False
        return _replay(data, catalog, ledger, clock, behind)
    except MingchaError as error:
        log.error("the catalog cannot be compared with the ledger: %s %s", error.code, error)
        return False


def _replay(data: DataDir, catalog: Catalog, ledger: SignedLedger, clock: Clock, behind: int) -> bool:
    with opened_disks(data) as (stores, away):
        if away:
            log.error("the catalog lacks %d entries of the ledger, and not all disks are here", behind)
            return False
        restore(catalog, stores, ledger.reader, at_us=clock.wall_us())
    log.warning("the catalog lacked %d entries of the ledger and has them now", behind)
    return True
