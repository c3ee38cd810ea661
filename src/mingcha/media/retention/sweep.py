"""One pass over the streams: what is due goes, in small bites between the work of recording."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.base.ids import new_id
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.holds import are_holds_awaited, hear_holds, take_holds
from mingcha.media.catalog.keeping import (
    Deletion,
    delete_due,
    keep_mark,
    longest_ceiling_us,
    oldest_removable,
    read_mark,
    tell_mark,
)
from mingcha.media.catalog.moving import forget_intake
from mingcha.media.catalog.removal import collect_garbage
from mingcha.media.retention.trusted_time import SLACK_US, Machine, Mark, TrustedTime
from mingcha.media.store.directory import StoreDirectory
from mingcha.wire.facts import Fact
from mingcha.wire.holds import Hold

log = logging.getLogger(__name__)

BITE = 50
"""Segments in one transaction and one run of unlinks: some tens of milliseconds of the writer thread."""


CLOCK_TOLD_US = 3_600 * US_PER_S
"""How often the ledger is told the trusted time: a lost catalog comes back at most that much too late."""
OFFICE_PATIENCE_US = 1_800 * US_PER_S
"""How long a catalog that was made again waits for the office's holds: a hold of the last seconds before the loss may
be in no ledger yet. Footage that is due meanwhile still goes within its hour."""
LOOKS_UNTIL_TOLD = 3
"""After a boot it takes a time server some minutes to vouch for the clock."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one bite took."""

    deletions: tuple[Deletion, ...] = ()

    @property
    def segments(self) -> int:
        return sum(len(deletion.numbers) for deletion in self.deletions)


class Sweeper:
    """All steps are for the writer thread, so no hold, seal or second sweep can come between. `stores` gives the disks
    that are here; of what lies elsewhere rows stay as well as files."""

    def __init__(self, catalog: Catalog, stores: Callable[[], Sequence[StoreDirectory]], machine: Machine) -> None:
        self._catalog = catalog
        self._stores = stores
        mark = read_mark(catalog)
        self.time = TrustedTime(machine, None if mark is None else Mark(*mark))
        self._machine = machine
        self._doubtful_looks = 0
        self._told_us: int | None = None
        self._awaiting_since_us: int | None = None

    def look_at_clock(self) -> int:
        """Move the trusted time on and keep it; protect what a wrong clock stamped; tell of doubt. The instant by
        which to judge, with the slack taken off; 0, at which nothing is due, while the office's holds are awaited."""
        now_us = self.time.now_us()
        mark = self.time.mark
        with self._catalog.transaction():
            keep_mark(self._catalog, mark.trusted_us, mark.boot, mark.since_boot_us)
            if self._told_us is None or mark.since_boot_us - self._told_us >= CLOCK_TOLD_US:
                tell_mark(self._catalog, mark.trusted_us, mark.boot, mark.since_boot_us, self._machine.wall_us())
                self._told_us = mark.since_boot_us
            while self.time.leaps:
                leap = self.time.leaps.pop()
                self._protect(leap.before_us - leap.since_boot_us - SLACK_US, leap.before_us + SLACK_US, leap.after_us)
        forget_intake(self._catalog, now_us)
        self._doubtful_looks = self._doubtful_looks + 1 if self.time.doubt_us else 0
        if self._doubtful_looks == LOOKS_UNTIL_TOLD:
            detail = {"ahead_us": self.time.doubt_us, "trusted_us": mark.trusted_us}
            self._catalog.add_fact(Fact(new_id("fct"), "clock.doubted", now_us, "", detail))
            log.error("the wall clock is %d s ahead of the time that passed", self.time.doubt_us // US_PER_S)
        return 0 if self._awaits_holds(mark.since_boot_us) else now_us - SLACK_US

    def _awaits_holds(self, since_boot_us: int) -> bool:
        if not are_holds_awaited(self._catalog):
            return False
        if self._awaiting_since_us is None:
            self._awaiting_since_us = since_boot_us
            log.warning("nothing is deleted until the office has told its holds")
        if since_boot_us - self._awaiting_since_us < OFFICE_PATIENCE_US:
            return True
        hear_holds(self._catalog)
        return False

    def confirm_clock(self) -> None:
        """A person has looked: the wall clock is right."""
        self.time.confirm()
        self.look_at_clock()

    def pass_over(self, now_us: int) -> Iterator[Swept]:
        """Bites until nothing is due. A stream whose deletion fails is told and left for the next pass."""
        for camera, role in self._catalog.streams():
            while True:
                try:
                    swept = self.bite(camera, role, now_us)
                except Unavailable as error:
                    log.warning("deletion waits: %s", error.code)
                    return
                except MingchaError as error:
                    log.exception("deletion of %s failed", camera)
                    detail = {"role": role, "code": error.code}
                    self._catalog.add_fact(Fact(new_id("fct"), "footage.overdue", now_us, camera, detail))
                    break
                if not swept.segments:
                    break
                yield swept

    def bite(self, camera: str, role: str, now_us: int) -> Swept:
        """At most `BITE` segments of one stream: rows first, then files. Raises Unavailable before any row is touched
        when no disk is there; after that the files are finished by the next bite or start."""
        here = self._here()
        made = delete_due(self._catalog, camera, role, now_us=now_us, limit=BITE, stores=list(here))
        self._collect(here, made)
        return Swept(tuple(made))

    def _here(self) -> dict[str, StoreDirectory]:
        here = {store.store_id: store for store in self._stores()}
        if not here:
            raise Unavailable("store.absent", "No recording disk is here.")
        return here

    def _collect(self, here: Mapping[str, StoreDirectory], made: Sequence[Deletion]) -> None:
        for store in here.values() if made else ():
            collect_garbage(self._catalog, store)

    def make_room(self, now_us: int, wanted_bytes: int, on: Collection[str] | None = None) -> int:
        """Delete the oldest footage that is past its floor and may go for room, until so many bytes are free again;
        how many were freed. Fewer when there is no more of it: then recording has to stop, and does. `on`: stores; all
        that are here if not given."""
        here, freed = self._here(), 0
        stores = [store for store in here if on is None or store in on]
        while freed < wanted_bytes and (stream := oldest_removable(self._catalog, now_us, stores)) is not None:
            made = delete_due(self._catalog, *stream, now_us=now_us, limit=BITE, for_room=True, stores=stores)
            if not made:
                break
            self._collect(here, made)
            freed += sum(deletion.file_bytes for deletion in made)
        return freed

    def keep_budget(self, camera: str, role: str, now_us: int, over_bytes: int) -> int:
        """Delete the oldest footage of one stream that is past its floor and may go, until it holds so many bytes
        less; how many were freed. What is below the floor or held stays, whatever the budget says."""
        here, freed, each = self._here(), 0, over_bytes
        while freed < over_bytes:
            # As many as surely fit, by the size of those before: neighbours share a certificate.
            limit = max(1, min(BITE, (over_bytes - freed) // each))
            made = delete_due(
                self._catalog,
                camera,
                role,
                now_us=now_us,
                limit=limit,
                for_room=True,
                cause="budget",
                stores=list(here),
            )
            if not made:
                break
            self._collect(here, made)
            each = max(1, *(-(-one.file_bytes // len(one.numbers)) for one in made))
            freed += sum(deletion.file_bytes for deletion in made)
        return freed

    def _protect(self, start_us: int, end_us: int, now_us: int) -> None:
        """Hold what was recorded while the clock was wrong until it is surely old enough."""
        until_us = now_us + longest_ceiling_us(self._catalog) + SLACK_US
        cameras = sorted({camera for camera, _ in self._catalog.streams()})
        start_us = max(0, start_us)
        take_holds(
            self._catalog,
            [Hold(new_id("hld"), camera, start_us, max(end_us, start_us + 1), until_us) for camera in cameras],
            now_us,
        )
