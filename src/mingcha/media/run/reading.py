"""Read-only access to the recording disks for viewers, apart from the writer's: neither waits for the other."""

from __future__ import annotations

import threading
from pathlib import Path

from mingcha.base.datadir import DataDir
from mingcha.base.errors import Unavailable
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.disks import read_disks


class ReadStores:
    """`store_of` is what `Footage` asks; it may be called from any thread."""

    def __init__(self, data: DataDir) -> None:
        self._data = data
        self._mutex = threading.Lock()
        self._open: dict[str, StoreDirectory] = {}

    def store_of(self, store_id: str) -> StoreDirectory:
        """The open directory of this store. Raises Unavailable where that disk is not here now."""
        with self._mutex:
            store = self._open.get(store_id)
            if store is not None and not self._is_there(store):
                # Not closed: a reader in another thread may still be using it; it goes when the last one lets go.
                del self._open[store_id]
                store = None
            if store is None:
                path = paths_of(self._data, [store_id])[store_id]
                store = self._open[store_id] = StoreDirectory.open(path, store_id, write=False)
            return store

    def _is_there(self, store: StoreDirectory) -> bool:
        try:
            store.probe()
        except Unavailable:
            return False
        return True


def paths_of(data: DataDir, stores: list[str]) -> dict[str, Path]:
    """Where these stores should lie, by the list of disks; the store directory of the settings for all others."""
    listed = {disk.store: disk.path for disk in read_disks(data.root, data.store) if disk.store}
    return {store: listed.get(store, data.store) for store in stores}
