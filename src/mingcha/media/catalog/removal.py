"""Deleting sealed segments in an order that no crash can turn into a loss of account."""

from __future__ import annotations

from collections.abc import Sequence

from mingcha.media.catalog.writer import Catalog
from mingcha.media.store.directory import StoreDirectory


def remove(catalog: Catalog, store: StoreDirectory, numbers: Sequence[int]) -> list[int]:
    """Delete segments: rows to the garbage, commit, unlink with fsync, garbage rows dropped; the numbers that were
    there. May anything be deleted at all? That is decided before. Raises Unavailable: what is left is finished by
    the next `collect_garbage`."""
    with catalog.transaction():
        gone = [number for number in numbers if catalog.delete_segment(number)]
    _unlink(catalog, store, gone)
    return gone


def collect_garbage(catalog: Catalog, store: StoreDirectory) -> list[int]:
    """Finish deletions that a crash or a lost disk broke off; their numbers."""
    left = [item.number for item in catalog.garbage() if item.store == store.store_id]
    _unlink(catalog, store, left)
    return left


def _unlink(catalog: Catalog, store: StoreDirectory, numbers: Sequence[int]) -> None:
    for number in numbers:
        store.delete(number)
    if numbers:
        with catalog.transaction():
            for number in numbers:
                catalog.drop_garbage(number, store.store_id)
