"""Made pieces and pictures, kept a while in memory; and one making for all who wait for the same."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Least recently used values up to `max_bytes` in sum, by the size that `size_of` says."""

    def __init__(self, max_bytes: int, size_of: Callable[[T], int]) -> None:
        self._max_bytes = max_bytes
        self._size_of = size_of
        self._bytes = 0
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: T) -> None:
        """A value larger than a quarter of the whole is not kept."""
        size = self._size_of(value)
        if size > self._max_bytes // 4 or key in self._values:
            return
        self._values[key] = value
        self._bytes += size
        while self._bytes > self._max_bytes:
            _, old = self._values.popitem(last=False)
            self._bytes -= self._size_of(old)

    def clear(self) -> None:
        """Keep nothing."""
        self._values.clear()
        self._bytes = 0


class Maker(Generic[T]):
    """`get` makes a value once for all who ask for it at the same time; when all of them have gone, the making is
    cancelled."""

    def __init__(self, kept: Kept[T]) -> None:
        self._kept = kept
        self._making: dict[Hashable, tuple[asyncio.Task[T], list[int]]] = {}

    def forget(self) -> None:
        """Keep none of what was made; what is being made goes on."""
        self._kept.clear()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The value; errors of `make` reach everybody who waits and are not kept."""
        found = self._kept.get(key)
        if found is not None:
            return found
        if key not in self._making:
            self._making[key] = (asyncio.create_task(self._make(key, make)), [0])
        task, waiting = self._making[key]
        waiting[0] += 1
        try:
            return await asyncio.shield(task)
        finally:
            waiting[0] -= 1
            if waiting[0] == 0 and not task.done():
                self._making.pop(key, None)
                task.cancel()

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        try:
            value = await make()
        finally:
            current = self._making.get(key)
            if current is not None and current[0] is asyncio.current_task():
                del self._making[key]
        self._kept.put(key, value)
        return value
