"""The making of copies behind its HTTP routes, on a small archive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from mingcha.base.clock import US_PER_S
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.media.catalog.copies import CopyDeletion, enter_deletion
from mingcha.media.export import job as jobs
from mingcha.media.export import lifetime
from mingcha.media.export import service as service_module
from mingcha.media.export.job import Failure, Job, Outcome
from mingcha.media.export.routes import routes
from mingcha.media.export.service import ExportService, ExportServices
from mingcha.media.export.state import ExportState
from mingcha.media.gate.admission import Gate
from mingcha.wire.ticket import Ticket, mint
from tests.media.playback.archive import CAMERA, Archive
from tests.media.playback.clips import clip
from tests.media.playback.server import at

KEY = Ed25519PrivateKey.generate()
GRANT = "grt_0000000000000001"
LIFETIME_US = 14 * 86_400 * US_PER_S


@dataclass
class Desk:
    archive: Archive
    gate: Gate
    services: ExportServices
    service: ExportService
    client: httpx.AsyncClient
    finished: list[ExportState] = field(default_factory=list)
    served: list[tuple[str, int, int, str]] = field(default_factory=list)
    papered: list[ExportState] = field(default_factory=list)

    def ticket(self, from_s: float = 0, to_s: float = 60, **changes: Any) -> Ticket:
        now_us = self.archive.clock.wall_us()
        made = Ticket(
            grant=GRANT,
            person="per_0000000000000001",
            modes=("export",),
            cameras=(CAMERA,),
            from_us=at(from_s),
            to_us=at(to_s),
            issued_us=now_us,
            expires_us=now_us + 60 * US_PER_S,
            serial="1",
        )
        return replace(made, **changes)

    async def ask(self, method: str, path: str, ticket: Ticket | None, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if ticket is not None:
            headers["authorization"] = f"Bearer {mint(ticket, KEY)}"
        return await self.client.request(method, path, headers=headers, **more)

    async def order(self, from_s: float = 1, to_s: float = 5, **body: Any) -> httpx.Response:
        asked = {"camera": CAMERA, "from": at(from_s), "to": at(to_s), **body}
        return await self.ask("POST", "/exports", self.ticket(), json=asked)

    async def until_ended(self, export: str) -> dict[str, Any]:
        async with asyncio.timeout(90):
            while True:
                answer = (await self.ask("GET", f"/exports/{export}", self.ticket())).json()
                if answer["state"] != "running":
                    return dict(answer)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk(
    directory: Path, archive: Archive | None = None, *, provable: bool = False, locked: bool = False
) -> AsyncIterator[Desk]:
    own = archive or Archive(directory / "archive")
    if archive is None:
        own.record(clip(seconds=4, audio="aac"), loops=2)
        own.clock.advance(60 * US_PER_S)
    gate = Gate(KEY.public_key(), own.clock)
    finished: list[ExportState] = []
    served: list[tuple[str, int, int, str]] = []

    async def prove(known: ExportState, where: Path) -> dict[str, Any] | None:
        for name in ("proof.json", "verify.py", "verify.html", "README.txt") if provable else ():
            (where / name).write_text("made elsewhere")
        return {"size": 7} if provable else None

    papered: list[ExportState] = []

    async def prove_papers(known: ExportState, where: Path, papers: Mapping[str, str], places: Sequence[int]) -> None:
        if not provable:
            raise Unavailable("ledger.behind", "The ledger does not hold the entry yet.")
        (where / "papers.json").write_text(json.dumps([dict(papers), list(places)]))

    async def deleted(gone: CopyDeletion) -> None:
        if locked:
            raise Unavailable("catalog.locked", "The catalog is in use by another program.")
        enter_deletion(own.catalog, gone, own.clock.wall_us())

    services = ExportServices(
        prove=prove,
        directory=directory / "exports",
        archive=lambda: jobs.Archive(own.path / "catalog.db", {own.store.store_id: own.path / "store"}),
        gate=gate,
        clock=own.clock,
        camera_name=lambda camera: "东门 / East gate",
        on_finished=finished.append,
        on_served=lambda ticket, camera, from_us, to_us, kind: served.append((camera, from_us, to_us, kind)),
        on_deleted=deleted,
        footage=lifetime.footage_of(own.catalog),
        lifetime_us=LIFETIME_US,
        prove_papers=prove_papers,
        on_papers=lambda known: papered.append(known),
    )
    service = ExportService(services)
    await service.start()
    transport = httpx.ASGITransport(Starlette(routes=list(routes(service))))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://media") as client:
            yield Desk(own, gate, services, service, client, finished, served, papered)
    finally:
        await service.close()
        if archive is None:
            own.close()


class Stuck:
    """A job that never ends, in place of the real one."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.cancelled = False

    async def __call__(self, job: Job, on_progress: Any) -> Outcome:
        on_progress(10, 100)
        (job.out_dir / "half.mp4.part").write_bytes(b"half")
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return Failure("never", "")


async def copied_here(job: Job, on_progress: Any) -> Outcome:
    """A job without its process, in place of the real one: starting Python would be most of a small copy's time."""
    loop = asyncio.get_running_loop()

    def told(done: int, total: int) -> None:
        loop.call_soon_threadsafe(on_progress, done, total)

    try:
        return await asyncio.to_thread(jobs.copy, job, told)
    except MingchaError as error:
        return Failure(error.code, error.message)


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what becomes of copies; test_export_service.py makes them as the recorder does."""
    monkeypatch.setattr(service_module, "run_job", copied_here)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Stuck:
    made = Stuck()
    monkeypatch.setattr(service_module, "run_job", made)
    return made
