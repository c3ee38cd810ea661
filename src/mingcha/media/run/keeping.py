"""Keeping and deleting in the running recorder: rules and holds taken in, sweeps, the ledger fed.

All changes are made on the writer thread, between the parts it writes; nothing here makes recording wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from mingcha.base.clock import US_PER_S, KernelClock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.base.keys import ledger_key
from mingcha.ledger.log import Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.reader import LogReader, read_checkpoint
from mingcha.media.anchor.cosigning import Witnesses, read_addresses
from mingcha.media.anchor.feeder import Change, Feeder, open_ledger
from mingcha.media.anchor.rotation import change_waiting_key
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.holds import hear_holds, take_holds
from mingcha.media.catalog.keeping import order_rule
from mingcha.media.catalog.leaves import add_leaf
from mingcha.media.catalog.moving import stock
from mingcha.media.export import proof
from mingcha.media.ingest.pool import ROOM_BYTES
from mingcha.media.retention.sweep import Sweeper
from mingcha.media.retention.trusted_time import Machine
from mingcha.media.run.vouched import proof_ledger
from mingcha.media.run.writing import Writing
from mingcha.wire.holds import Hold
from mingcha.wire.plan import Plan

log = logging.getLogger(__name__)

SWEEP_INTERVAL_S = 300.0
"""Footage goes within this of its time, and the slack of the trusted time; an hour would be late."""
SETTLE_S = 2.0
BITE_INTERVAL_S = 0.05
FEED_INTERVAL_S = 2.0
COSIGN_INTERVAL_US = 60 * US_PER_S
"""How much of the newest history the operator could still rewrite unseen."""

CHANGE_TIMEOUT_S = 60.0
ENTER_TIMEOUT_S = 20.0
COSIGN_PATIENCE_S = 15.0

Answer = TypeVar("Answer")


class Keeping:
    """Lives on the event loop; its work is done on the writer thread and, for the ledger, on one of its own."""

    def __init__(self, writing: Writing, data: DataDir, machine: Machine | None = None) -> None:
        self._writing = writing
        self._data = data
        self._machine = machine or KernelClock()
        self._sweeper: Sweeper | None = None
        self._ledger: Log | None = None
        self._witnesses: Witnesses | None = None
        self._cosign_at_us = 0
        self.budgets: dict[str, int] = {}
        self.on_swept: Callable[[int, int], Awaitable[None]] | None = None
        """Told of each sweep: the trusted instant it judged by, and how many segments went."""

    async def run(self) -> None:
        """Sweep and feed until cancelled, once the cameras have been called: after a crash the first picture counts."""
        await asyncio.sleep(SETTLE_S)
        await asyncio.gather(self._sweep_on(), self._feed_on())

    def close(self) -> None:
        """Let go of the ledger; what waits is fed after the next start."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
        if self._witnesses is not None:
            self._witnesses.close()
            self._witnesses = None

    async def order(self, plan: Plan) -> None:
        """Freeze the plan's rules on what is recorded from now on. Raises Unavailable while the catalog is locked."""
        rules = [
            (camera.camera, stream.role, camera.retention)
            for camera in plan.cameras
            for stream in camera.streams
            if camera.retention is not None and stream.record
        ]

        self.budgets = {one.camera: one.budget_bytes for one in plan.cameras if one.budget_bytes is not None}

        def change(catalog: Catalog) -> None:
            with catalog.transaction():
                for camera, role, rule in rules:
                    order_rule(catalog, camera, role, rule, self._machine.wall_us())

        if rules:
            await self._ask(change)

    async def hold(self, holds: Sequence[Hold]) -> int:
        """Place and release; when it returns, every later deletion knows it. Raises Unavailable."""

        def change(catalog: Catalog) -> int:
            with catalog.transaction():
                hear_holds(catalog)
                return take_holds(catalog, holds, self._machine.wall_us())

        return await self._ask(change)

    async def change(self, change: Callable[[Catalog], Answer]) -> Answer:
        """Change the catalog on its writer thread; the answer once it is committed. Raises Unavailable."""
        return await self._ask(change)

    async def enter(self, kind: str, **fields: object) -> int:
        """Have an entry made in the ledger, and cosigned where there is a witness; its index. Raises Unavailable when
        that takes longer than `ENTER_TIMEOUT_S`; the entry is made all the same, later."""
        since = await asyncio.to_thread(self._size)
        text = await self.put_down(kind, **fields)
        try:
            async with asyncio.timeout(ENTER_TIMEOUT_S):
                while (index := await asyncio.to_thread(self._place_of, text, since)) is None:
                    await asyncio.sleep(FEED_INTERVAL_S / 4)
        except TimeoutError as error:
            raise Unavailable("ledger.behind", "The ledger does not hold the entry yet.") from error
        await self._until_cosigned(index)
        return index

    async def put_down(self, kind: str, **fields: object) -> str:
        """Put an entry down for the ledger, which has it within seconds; its text. Raises Unavailable."""

        def change(catalog: Catalog) -> str:
            with catalog.transaction() as connection:
                return add_leaf(connection, kind, fields)

        return await self._ask(change)

    def proof_ledger(self) -> proof.Ledger:
        """What copies are proven by. Raises Unavailable, Corrupt."""
        return proof_ledger(self._data)

    async def _until_cosigned(self, index: int) -> None:
        """Ask the witnesses now rather than within a minute; go on without them when they do not answer."""
        ledger = self.proof_ledger()
        if not ledger.witness_keys:
            return
        self._cosign_at_us = 0
        try:
            async with asyncio.timeout(COSIGN_PATIENCE_S):
                while not (await asyncio.to_thread(ledger.newest, index)).witnesses:
                    await asyncio.sleep(FEED_INTERVAL_S / 4)
        except TimeoutError:
            log.warning("no witness has cosigned entry %d yet", index)

    def _size(self) -> int:
        """Size of the ledger as published; 0 before it was made."""
        if not (self._data.ledger / "log.json").exists():
            return 0
        key = self.proof_ledger().log_key
        return read_checkpoint(self._data.ledger, key.name, [key]).checkpoint.size

    def _place_of(self, text: str, since: int) -> int | None:
        return proof.place_of(LogReader(self._data.ledger, self._size()), text, since)

    async def confirm_clock(self) -> None:
        """A person has looked at the clock. Raises Unavailable."""
        await self._ask(lambda catalog: self._sweeper_of(catalog).confirm_clock())

    async def sweep(self) -> int:
        """One pass now; how many segments went. Copies go though the disk of the recordings is not there."""
        gone, now_us = 0, None
        if not self._writing.is_level:
            return 0  # it was said at the start: holds and longer rules may be what the catalog lacks
        try:
            now_us = await self._ask(lambda catalog: self._sweeper_of(catalog).look_at_clock())
            passing = await self._ask(lambda catalog: self._sweeper_of(catalog).pass_over(now_us))
            while (swept := await self._ask(lambda catalog: next(passing, None))) is not None:
                gone += swept.segments
                await asyncio.sleep(BITE_INTERVAL_S)
            await self._keep_budgets(now_us)
            await self._make_room(now_us)
        except Unavailable as error:
            log.warning("deletion waits: %s", error.code)
        if gone:
            log.info("deleted %d segments whose time was over", gone)
        if now_us is not None and self.on_swept is not None:
            await self.on_swept(now_us, gone)
        return gone

    async def _make_room(self, now_us: int) -> None:
        """When every disk that is recorded on runs short: on the one that has most room left."""
        disks = [disk for disk in self._writing.pool.disks if disk.store is not None and disk.order == "in_use"]
        written = [disk for disk in disks if disk.tier == "fast"] or disks
        for disk in sorted(written, key=lambda disk: -disk.free_bytes):
            wanted, on = ROOM_BYTES - disk.free_bytes, (disk.store_id,)
            if wanted <= 0:
                return
            freed = await self._ask(partial(self._free_on, now_us=now_us, wanted=wanted, on=on))
            log.info("made %d bytes of room, %d were wanted", freed, wanted)
            if freed:
                return

    def _free_on(self, catalog: Catalog, now_us: int, wanted: int, on: tuple[str, ...]) -> int:
        return self._sweeper_of(catalog).make_room(now_us, wanted, on)

    async def _keep_budgets(self, now_us: int) -> None:
        """Cameras that hold more than they were given let go of what may go, and of nothing else."""
        if not self.budgets:
            return
        held: dict[str, int] = {}
        for row in await asyncio.to_thread(stock, self._writing.catalog):
            held[row.camera] = held.get(row.camera, 0) + row.bytes
        for camera, budget in self.budgets.items():
            over = held.get(camera, 0) - budget
            if over > 0:
                await self._ask(partial(self._free_of, camera=camera, now_us=now_us, over=over))

    def _free_of(self, catalog: Catalog, camera: str, now_us: int, over: int) -> int:
        return self._sweeper_of(catalog).keep_budget(camera, "main", now_us, over)

    async def _sweep_on(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_INTERVAL_S)

    async def _feed_on(self) -> None:
        while True:
            try:
                fed = await asyncio.to_thread(self._feed)
            except MingchaError as error:
                log.error("the ledger cannot be fed: %s", error.code)
                self.close()
                fed = 0
            await asyncio.sleep(0 if fed else FEED_INTERVAL_S)

    def _feed(self) -> int:
        if self._ledger is None:
            key = ledger_key(self._data.root)
            self._ledger = open_ledger(self._data.ledger, lambda origin: Signer(origin, key))
        change_waiting_key(self._ledger, self._data.root, self._machine.wall_us())
        fed = Feeder(self._writing.catalog, self._ledger, self._change_now).feed()
        if not fed and self._machine.since_boot_us() >= self._cosign_at_us:
            self._cosign_at_us = self._machine.since_boot_us() + COSIGN_INTERVAL_US
            self._cosign(self._ledger)
        return fed

    def _cosign(self, ledger: Log) -> None:
        """The list of witnesses is read anew each time, so that one can be added without a restart."""
        addresses = read_addresses(self._data.witnesses)
        if self._witnesses is None or self._witnesses.addresses != addresses:
            if self._witnesses is not None:
                self._witnesses.close()
            self._witnesses = Witnesses(addresses, self._tell_witness)
        self._witnesses.ask_all(ledger, self._data.ledger / "cosigned", self._machine.wall_us())

    def _tell_witness(self, name: str, state: str) -> None:
        self._writing.thread.submit(lambda: self._writing.journal.tell("witness.state", witness=name, state=state))

    def _change_now(self, change: Change) -> None:
        try:
            self.submit(change).result(CHANGE_TIMEOUT_S)
        except TimeoutError as error:
            raise Unavailable("catalog.locked", "The catalog could not be written in time.") from error

    def _sweeper_of(self, catalog: Catalog) -> Sweeper:
        if self._sweeper is None:
            self._sweeper = Sweeper(catalog, self._writing.pool.present, self._machine)
        return self._sweeper

    async def _ask(self, question: Callable[[Catalog], Answer]) -> Answer:
        return await asyncio.wrap_future(self.submit(question))

    def submit(self, question: Callable[[Catalog], Answer]) -> Future[Answer]:
        """Ask on the writer thread, in its turn."""
        answer: Future[Answer] = Future()

        def job() -> None:
            try:
                answer.set_result(self._writing.journal.ask(question))
            except MingchaError as error:
                answer.set_exception(error)

        self._writing.thread.submit(job)
        return answer
