"""Where the file of a segment lies, asked of several store directories, a directory of 4096 numbers at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from mingcha.media.store import layout
from mingcha.media.store.directory import StoreDirectory

_CACHED = 64


class Disks:
    """The stores that are here. What is asked in about the order of the numbers reads each directory once."""

    def __init__(self, stores: Sequence[StoreDirectory]) -> None:
        self.stores = tuple(stores)
        self._listed: OrderedDict[int, tuple[frozenset[int], ...]] = OrderedDict()
        self._directories = tuple(frozenset(store.directories()) for store in stores)

    def store_of(self, number: int) -> StoreDirectory | None:
        """The store whose sealed files have that number; the first named where there are two. Raises Unavailable."""
        listed = self._listed.get(number // layout.SEGMENTS_PER_DIRECTORY) or self._list(number)
        for store, numbers in zip(self.stores, listed, strict=True):
            if number in numbers:
                return store
        return None

    def _list(self, number: int) -> tuple[frozenset[int], ...]:
        directory = layout.directory_name(number)
        listed = tuple(
            frozenset(store.numbers_in(directory)) if directory in names else frozenset()
            for store, names in zip(self.stores, self._directories, strict=True)
        )
        self._listed[number // layout.SEGMENTS_PER_DIRECTORY] = listed
        if len(self._listed) > _CACHED:
            self._listed.popitem(last=False)
        return listed


class Numbers:
    """A set of segment numbers, a bit each: 26 million are three megabytes."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.count = 0

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def add(self, number: int) -> None:
        """Take a number in."""
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), 1 << 16)))
        if not self._bits[place] >> (number & 7) & 1:
            self._bits[place] |= 1 << (number & 7)
            self.count += 1

    def discard(self, number: int) -> bool:
        """Take a number out; whether it was there."""
        if number not in self:
            return False
        self._bits[number >> 3] &= ~(1 << (number & 7))
        self.count -= 1
        return True
