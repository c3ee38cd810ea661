"""The recorder process: what records, shows, and answers the office, wired together."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mingcha.base.atomic import write_file
from mingcha.base.clock import Clock
from mingcha.base.datadir import DataDir
from mingcha.base.errors import Corrupt, Invalid, MingchaError, Unavailable
from mingcha.base.ids import new_id
from mingcha.base.keys import control_token, make_keys, node_sealer, ticket_public_key
from mingcha.base.seal import Sealer
from mingcha.media.catalog.holds import known_holds, standing_holds
from mingcha.media.gate.admission import Gate
from mingcha.media.ingest import probe
from mingcha.media.ingest.backoff import Backoff
from mingcha.media.ingest.camera import Feed, StreamSupervisor
from mingcha.media.ingest.recorder import Recorder
from mingcha.media.live.transcoding import LiveTranscode
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.source import parse_url
from mingcha.media.run.control import ControlServices
from mingcha.media.run.keeping import Keeping
from mingcha.media.run.mover import Mover
from mingcha.media.run.sessions import SessionMaker
from mingcha.media.run.stocktaking import take_stock
from mingcha.media.run.writing import Writing
from mingcha.wire import facts, plan
from mingcha.wire.holds import Known, Standing
from mingcha.wire.plan import CameraOrder, Plan, StreamOrder

log = logging.getLogger(__name__)

WATCH_INTERVAL_S = 1.0


class Node:
    """Make it on a running event loop; `start`, then `run` until cancelled, then `stop`."""

    def __init__(self, data: DataDir, clock: Clock, segment_s: int) -> None:
        data.prepare()
        make_keys(data.root)
        loop = asyncio.get_running_loop()
        self.data = data
        self.clock = clock
        self.gate = Gate(ticket_public_key(data.root), clock, path=data.revocations)
        self.writing = Writing(data, clock, segment_s)
        self.keeping = Keeping(self.writing, data)
        self.mover = Mover(self.writing, clock, self.keeping.submit)
        self._sealer = node_sealer(data.root)
        self._sessions = SessionMaker(Poller(loop), clock, self._sealer)
        self.recorder = Recorder(
            clock,
            make_supervisor=self._supervisor,
            make_keeper=self.writing.make_keeper,
            make_transcode=lambda channel: LiveTranscode(channel, clock),
            on_state=self._on_state,
        )

    async def start(self, named: list[tuple[str, str]] | None = None) -> None:
        """Start writing, then record the cameras named, or by the last plan that was stored. Raises Invalid."""
        first = load_plan(self.data.plan)
        if named:
            first = plan_of_urls(named, first, self._sealer)
            write_file(self.data.plan, plan.dump(first), mode=0o600)
        self.writing.start()
        self.mover.start()
        await self._order_rules(first)
        await self.recorder.apply(first)

    async def run(self) -> None:
        """Tend streams; returns only by an exception when the writer thread died, so that the process is restarted."""
        tasks = [asyncio.create_task(self.recorder.tend()), asyncio.create_task(self.keeping.run())]
        try:
            while True:
                await asyncio.sleep(WATCH_INTERVAL_S)
                if self.writing.thread.failure is not None:
                    raise Corrupt("recorder.writer", "The writer thread ended; see the log.")
                for task in tasks:
                    if task.done():
                        task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def stop(self) -> None:
        """End sessions, seal segments, close the catalog."""
        await self.recorder.close()
        self.keeping.close()
        await asyncio.to_thread(self.mover.stop)
        await asyncio.to_thread(self.writing.stop)

    def control(self) -> ControlServices:
        """What the control routes call."""
        return ControlServices(
            token=control_token(self.data.root),
            gate=self.gate,
            take_plan=self._take_plan,
            take_holds=self.keeping.hold,
            known_holds=self._known_holds,
            standing_holds=self._standing_holds,
            confirm_clock=self._confirm_clock,
            anchor=self._anchor,
            facts_after=self._facts_after,
            confirm_facts=self._confirm_facts,
            probe=self._probe,
            status=self.status,
            take_stock=self._take_stock,
        )

    def status(self, cameras: list[str] | None = None) -> dict[str, Any]:
        """Cameras and the disk, as ``/status`` tells them."""
        wanted = self.recorder.cameras() if cameras is None else cameras
        pool, space = self.writing.pool, self.writing.pool.space
        return {
            "cameras": {camera: found for camera in wanted if (found := self.recorder.status(camera)) is not None},
            "store": {
                "state": pool.state,
                "free_bytes": space.free_bytes if space else 0,
                "total_bytes": space.total_bytes if space else 0,
            },
            "disks": [
                {
                    "store": disk.store_id,
                    "path": str(disk.path),
                    "tier": disk.tier,
                    "order": disk.order,
                    "state": disk.state,
                    "free_bytes": disk.space.free_bytes if disk.space else 0,
                    "total_bytes": disk.space.total_bytes if disk.space else 0,
                }
                for disk in pool.disks
            ],
        }

    def _supervisor(self, camera: CameraOrder, order: StreamOrder, feed: Feed) -> StreamSupervisor:
        name = f"{camera.camera}/{order.role}"
        backoff = Backoff(random.uniform)
        return StreamSupervisor(name, feed, lambda sink: self._sessions.make(camera, order, sink), backoff, self.clock)

    def _on_state(self, camera: str, role: str, state: str, reason: str) -> None:
        self.writing.thread.submit(
            lambda: self.writing.journal.tell("camera.state", camera, role=role, state=state, reason=reason)
        )

    async def _take_plan(self, order: Plan, raw: bytes) -> None:
        """Stored before it is applied, so that a restart without the office records the same."""
        await asyncio.to_thread(write_file, self.data.plan, raw, mode=0o600)
        await self.keeping.order(order)
        await self.recorder.apply(order)

    async def _order_rules(self, order: Plan) -> None:
        """While the catalog is locked the rules from before stand; the office sends its plan again."""
        try:
            await self.keeping.order(order)
        except Unavailable as error:
            log.warning("rules of keeping wait for the next plan: %s", error.code)

    async def _known_holds(self, holds: Sequence[str]) -> list[Known]:
        return await asyncio.to_thread(known_holds, self.writing.catalog, holds)

    async def _standing_holds(self, after: str, limit: int) -> list[Standing]:
        return await asyncio.to_thread(standing_holds, self.writing.catalog, after, limit)

    async def _confirm_clock(self) -> None:
        await self.keeping.confirm_clock()
        self.tell("clock.confirmed", "")

    async def _anchor(self, first: int, last: int, root: str) -> None:
        await self.keeping.put_down("register", first=first, last=last, root=root, at_us=self.clock.wall_us())

    async def _facts_after(self, sequence: int, limit: int) -> list[facts.Fact]:
        return await asyncio.to_thread(self.writing.catalog.facts_after, sequence, limit)

    async def _confirm_facts(self, through: int) -> None:
        self.writing.thread.submit(lambda: self.writing.journal.change(lambda catalog: catalog.confirm_facts(through)))

    async def _take_stock(self) -> dict[str, Any]:
        return await asyncio.to_thread(take_stock, self.writing, self.keeping.budgets, self.clock.wall_us())

    async def _probe(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            findings = await probe.look(lambda sink: self._sessions.make_for_probe(asked, sink))
        except MingchaError as error:
            return probe.describe_error(error)
        return probe.describe(findings)

    def login_of(self, order: CameraOrder) -> tuple[str, str]:
        """User name and password of a camera, unsealed for this one use; empty where it has none. Raises Corrupt."""
        sealed = next((stream.credentials for stream in order.streams if stream.credentials), "")
        username, _, password = self._sealer.open(sealed, order.camera).partition(":") if sealed else ("", "", "")
        return username, password

    def tell(self, fact_kind: str, camera: str, **detail: object) -> None:
        """Put a fact into the outbox, from the event loop."""
        self.writing.thread.submit(lambda: self.writing.journal.tell(fact_kind, camera, **detail))


def load_plan(path: Path) -> Plan:
    """The stored plan; an empty one when there is none. Raises Invalid when it cannot be read."""
    try:
        return plan.load(path.read_bytes())
    except FileNotFoundError:
        return Plan(0, ())
    except OSError as error:
        raise Invalid("plan.unreadable", f"The stored recording plan cannot be read: {error.strerror}.") from error


def plan_of_urls(named: list[tuple[str, str]], before: Plan, sealer: Sealer) -> Plan:
    """A plan for cameras named on the command line as (name, address with or without credentials). A name that the
    plan before knows keeps its camera id, so that its recordings stay together. The office's first plan is newer."""
    known = {camera.name: camera.camera for camera in before.cameras}
    cameras = []
    for name, address in named:
        camera = known.get(name) or new_id("cam")
        source = parse_url(address)
        sealed = sealer.seal(f"{source.username}:{source.password}", camera) if source.username else ""
        cameras.append(CameraOrder(camera, name, (StreamOrder("main", source.url, sealed, source.transport),)))
    return Plan(0, tuple(cameras))
