"""Several recording disks as one: which of them takes a stream's next file.

A stream stays where it is while nothing speaks against it, so that a disk that comes and goes does not scatter its
footage. When its disk cannot be written to, is draining or nearly full, the next file, or the very part at hand, goes
to another; only when none is left is there a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Unavailable
from mingcha.media.ingest.disk import Disk, StreamKey
from mingcha.media.store.directory import RESERVE_BYTES, Space, StoreDirectory
from mingcha.media.store.disks import DiskOrder

ROOM_BYTES = 8 * RESERVE_BYTES
"""A disk with less free takes new files only while no other has more; when none has, footage that may go makes room,
well before the reserve stops recording."""
BETTER = 1.5
"""A stream moves to a disk that has so many times more room for each of its streams, and at most once in `STAY_US`."""
STAY_US = 3600 * US_PER_S

_WORST_FIRST = ("store.full", "store.io", "store.read_only", "store.foreign", "store.in_use", "store.absent", "opening")


class DiskPool:
    """Only for the writer thread; `state`, `space` and `disks` may be read anywhere."""

    def __init__(self, clock: Clock, make_disk: Callable[[DiskOrder], Disk], *, room_bytes: int = ROOM_BYTES) -> None:
        self._clock = clock
        self._make_disk = make_disk
        self._room_bytes = room_bytes
        self.disks: tuple[Disk, ...] = ()
        self._homes: dict[StreamKey, tuple[str, int]] = {}

    def take_orders(self, orders: Sequence[DiskOrder]) -> None:
        """Follow the list: new disks come, those left out go, tiers and states change."""
        before = {(disk.store_id, disk.path): disk for disk in self.disks}
        disks = []
        for order in orders:
            disk = before.pop((order.store, order.path), None) or self._make_disk(order)
            disk.tier, disk.order = order.tier, order.state
            if disk.order == "lost":
                disk.give_up()
            disks.append(disk)
        self.disks = tuple(disks)
        for disk in before.values():
            disk.close()

    def choose(self, stream: StreamKey, current: Disk | None) -> Disk:
        """A disk for the stream's next file. Raises Unavailable with the code of what is wrong with all of them."""
        candidates = self._candidates()
        if not candidates:
            raise Unavailable(self.state, "No recording disk can be used now.")
        now_us = self._clock.mono_us()
        counts = Counter(home for home, _ in self._homes.values())
        _, since_us = self._homes.get(stream, ("", 0))

        def share(disk: Disk) -> float:
            return disk.free_bytes / max(1, counts[disk.store_id] + (disk is not current))

        best = max(candidates, key=share)
        if current in candidates and (share(best) < BETTER * share(current) or now_us - since_us < STAY_US):
            best = current
        if self._homes.get(stream, ("", 0))[0] != best.store_id:
            self._homes[stream] = best.store_id, now_us
        return best

    def _candidates(self) -> list[Disk]:
        """The disks of the best kind there is: fast before slow, but those with room before all others."""
        usable = [disk for disk in self.disks if disk.state == "ok" and disk.order == "in_use"]
        roomy = [disk for disk in usable if disk.free_bytes >= self._room_bytes]
        for kind in (roomy, usable):
            for tier in ("fast", "slow"):
                if found := [disk for disk in kind if disk.tier == tier]:
                    return found
        return []

    def of(self, store_id: str) -> Disk | None:
        """The disk with that identity."""
        return next((disk for disk in self.disks if disk.store_id == store_id), None)

    def present(self) -> list[StoreDirectory]:
        """The stores that are here, full ones as well: what may be deleted from."""
        return [disk.store for disk in self.disks if disk.store is not None]

    @property
    def state(self) -> str:
        """``ok`` while anything can be recorded on; else what is wrong, a full disk before one that is away."""
        states = {disk.state for disk in self.disks if disk.order == "in_use"} or {disk.state for disk in self.disks}
        return "ok" if "ok" in states else next((code for code in _WORST_FIRST if code in states), "store.absent")

    @property
    def space(self) -> Space | None:
        """Room of all disks that are here; None before any was looked at."""
        known = [disk.space for disk in self.disks if disk.space is not None and disk.store is not None]
        if not known:
            return None
        return Space(sum(space.total_bytes for space in known), sum(space.free_bytes for space in known), None, None)

    def tend(self) -> None:
        """Look at each disk when it is time."""
        for disk in self.disks:
            disk.tend()

    def close(self) -> None:
        for disk in self.disks:
            disk.close()
