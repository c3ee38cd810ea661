"""Read-only access to the recording disk for viewers, apart from the writer's: neither waits for the other."""

from __future__ import annotations

import threading
from pathlib import Path

from mingcha.base.errors import Unavailable
from mingcha.media.store.directory import StoreDirectory


class ReadStores:
    """`store_of` is what `Footage` asks; it may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._open: StoreDirectory | None = None

    def store_of(self, store_id: str) -> StoreDirectory:
        """The open directory of this store. Raises Unavailable where that disk is not here now."""
        with self._mutex:
            if self._open is not None and not self._is_there(self._open, store_id):
                # Not closed: a reader in another thread may still be using it; it goes when the last one lets go.
                self._open = None
            if self._open is None:
                self._open = StoreDirectory.open(self._path, store_id, write=False)
            return self._open

    def _is_there(self, store: StoreDirectory, store_id: str) -> bool:
        try:
            store.probe()
        except Unavailable:
            return False
        return store.store_id == store_id
