"""Copies asked for by pages: one at a time in the background, kept over a restart, stopped when their grant is
revoked."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mingcha.base.clock import Clock
from mingcha.base.errors import Corrupt, Unavailable
from mingcha.base.ids import is_id, new_id
from mingcha.base.timerange import TimeRange
from mingcha.media.export import manifest, proof, state
from mingcha.media.export.job import Archive, Failure, Job, Outcome, run_job
from mingcha.media.export.state import ExportState
from mingcha.media.gate.admission import Gate
from mingcha.media.gate.http import NotFound
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)

MAX_WAITING = 32
MAX_ATTEMPTS = 3
REVOKED_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class ExportServices:
    """`directory`: where copies lie; `archive`: where footage lies, asked for at each job; `camera_name`: for file
    names; `prove(state, directory)`: ties a copy to the ledger, false when it cannot; `on_finished`: told of each copy
    done or failed; `on_served(ticket, camera, from_us, to_us, kind)`: told of each download."""

    directory: Path
    archive: Callable[[], Archive]
    gate: Gate
    clock: Clock
    camera_name: Callable[[str], str]
    prove: Callable[[ExportState, Path], Awaitable[bool]]
    on_finished: Callable[[ExportState], None]
    on_served: Callable[[Ticket, str, int, int, str], None]


class ExportService:
    """`start`, then the rest, then `close`; all on one event loop."""

    def __init__(self, services: ExportServices) -> None:
        self.services = services
        self._states: dict[str, ExportState] = {}
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._turn = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Take up what an earlier process left: finished copies are offered again, unfinished ones begun anew."""
        for found in await asyncio.to_thread(self._left_behind):
            self._states[found.export] = found
            if found.state != "running":
                continue
            if found.attempts >= MAX_ATTEMPTS or self.services.gate.is_revoked(found.grant):
                await self._end(found.export, Failure("export.stopped", "The copying was stopped. Start it again."))
            else:
                self._begin(found.export)

    async def close(self) -> None:
        """Stop running jobs; they are begun anew at the next start."""
        jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def order(self, ticket: Ticket, camera: str, role: str, asked: TimeRange) -> ExportState:
        """Begin a copy that the ticket covers. Raises Unavailable ``export.busy``, ``export.disk``."""
        if len(self._jobs) >= MAX_WAITING:
            raise Unavailable("export.busy", "Too many copies are being made. Try again when one has finished.")
        ordered = ExportState(
            export=new_id("exp"),
            camera=camera,
            role=role,
            from_us=asked.start_us,
            to_us=asked.end_us,
            grant=ticket.grant,
            person=ticket.person,
            asked_at_us=self.services.clock.wall_us(),
        )
        directory = self.directory_of(ordered.export)
        try:
            await asyncio.to_thread(os.makedirs, directory, 0o700)
            await asyncio.to_thread(ordered.save, directory)
        except OSError as error:
            raise Unavailable("export.disk", "The copy cannot be written. Check the disk of the copies.") from error
        self._states[ordered.export] = ordered
        self._begin(ordered.export)
        return ordered

    def get(self, export: str) -> ExportState:
        """Raises NotFound."""
        found = self._states.get(export) if is_id(export, "exp") else None
        if found is None:
            raise NotFound("export.unknown", "There is no such copy.")
        return found

    async def remove(self, export: str) -> None:
        """Stop a copy if it is being made, and delete what there is of it."""
        self.get(export)
        job = self._jobs.get(export)
        if job is not None:
            job.cancel()
            await asyncio.wait((job,))
        self._states.pop(export, None)
        await asyncio.to_thread(shutil.rmtree, self.directory_of(export), True)

    def directory_of(self, export: str) -> Path:
        return self.services.directory / export

    def _left_behind(self) -> list[ExportState]:
        directory = self.services.directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = []
        for path in sorted(directory.iterdir()):
            if not is_id(path.name, "exp"):
                continue
            try:
                known = state.load(path)
            except Corrupt:
                log.warning("the state of copy %s cannot be read; it is left alone", path.name)
                continue
            if known.export == path.name:
                found.append(known)
        return found

    def _begin(self, export: str) -> None:
        task = asyncio.create_task(self._run(export), name=f"export {export}")
        self._jobs[export] = task
        task.add_done_callback(lambda _: self._jobs.pop(export, None))

    async def _run(self, export: str) -> None:
        async with self._turn:
            try:
                outcome = await self._attempt(export)
            except OSError as error:
                log.error("copy %s cannot be written: %s", export, error)
                outcome = Failure("export.disk", "The copy cannot be written. Check the disk of the copies.")
            await self._end(export, outcome)

    async def _attempt(self, export: str) -> Outcome:
        known = self._states[export] = replace(self._states[export], attempts=self._states[export].attempts + 1)
        directory = self.directory_of(export)
        await asyncio.to_thread(_clear, directory)
        await asyncio.to_thread(known.save, directory)
        job = Job(
            self.services.archive(),
            known.camera,
            self.services.camera_name(known.camera),
            known.role,
            known.asked,
            directory,
        )
        return await self._until_revoked(known, job)

    async def _until_revoked(self, known: ExportState, job: Job) -> Outcome:
        def progress(done: int, total: int) -> None:
            self._states[known.export] = replace(self._states[known.export], bytes_done=done, bytes_total=total)

        running = asyncio.ensure_future(run_job(job, progress))
        try:
            while not running.done():
                if self.services.gate.is_revoked(known.grant):
                    return Failure("ticket.revoked", "The permission for this copy was withdrawn.")
                await asyncio.wait((running,), timeout=REVOKED_LOOK_S)
            return running.result()
        finally:
            running.cancel()
            await asyncio.wait((running,))

    async def _end(self, export: str, outcome: Outcome) -> None:
        ended = self._states[export].ended(outcome)
        directory = self.directory_of(export)
        if ended.state == "done":
            ended = replace(ended, proven=await self.services.prove(ended, directory))
        try:
            if ended.state == "failed":
                log.warning("copy %s failed: %s", export, ended.error and ended.error["code"])
                await asyncio.to_thread(_clear, directory)
            await asyncio.to_thread(ended.save, directory)
        except OSError as error:
            log.error("the state of copy %s cannot be written: %s", export, error)
        self._states[export] = ended
        self.services.on_finished(ended)


def _clear(directory: Path) -> None:
    """Remove what an unfinished copy left, all but its state."""
    for path in directory.iterdir():
        if path.name != state.NAME:
            path.unlink(missing_ok=True)


def is_part_of(known: ExportState, name: str) -> bool:
    """Whether a name is one of the copy's files; only such names ever reach a path."""
    if name in (proof.NAME, *proof.VERIFIERS):
        return known.proven
    return name == manifest.NAME or any(file["name"] == name for file in known.files)
