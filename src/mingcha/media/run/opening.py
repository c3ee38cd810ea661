"""Which store is the first disk, where no list of disks says it."""

from __future__ import annotations

import logging
from pathlib import Path

from mingcha.base.clock import Clock
from mingcha.base.errors import Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import DiskOrder
from mingcha.media.store.layout import IDENTITY_NAME

log = logging.getLogger(__name__)


def known_first(path: Path, catalog: Catalog, clock: Clock) -> DiskOrder:
    """The store at the path of the settings: one the catalog knows, else one that is there; a new one is made only
    where neither knows any. Its id is that of the last known store while the disk is away."""
    known = catalog.stores()
    try:
        if known:
            store_id = _one_of(path, known)
        elif (path / IDENTITY_NAME).exists():
            store_id = _id_at(path, None)
        else:
            with StoreDirectory.create(path, clock) as made:
                store_id = made.store_id
    except Unavailable as error:
        log.error("recording disk: %s", error.code)
        return DiskOrder(known[-1] if known else "", path)
    catalog.add_store(store_id)
    return DiskOrder(store_id, path)


def _one_of(path: Path, known: list[str]) -> str:
    """Several stores may have been used over time; the one at the path must be one of them. Raises Unavailable."""
    for store_id in reversed(known):
        try:
            return _id_at(path, store_id)
        except Unavailable as error:
            if error.code != "store.foreign" or store_id == known[0]:
                raise
    raise Unavailable("store.absent", "The recording disk is not there.")


def _id_at(path: Path, expected: str | None) -> str:
    with StoreDirectory.open(path, expected, write=False) as store:
        return store.store_id
