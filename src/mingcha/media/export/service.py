"""Copies asked for by pages: one at a time in the background, kept over a restart, stopped when their grant is
revoked, deleted when their time is over."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from mingcha.base.atomic import write_file
from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.errors import Conflict, Corrupt, MingchaError, Unavailable
from mingcha.base.ids import is_id, new_id
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog.copies import CopyDeletion
from mingcha.media.export import lifetime, manifest, proof, state
from mingcha.media.export.job import Archive, Failure, Job, Outcome, run_job
from mingcha.media.export.provenance import Provenance
from mingcha.media.export.state import ExportState
from mingcha.media.export.zipped import Member, Zipped, crc32_of
from mingcha.media.gate.admission import Gate
from mingcha.media.gate.http import NotFound
from mingcha.wire.ticket import Ticket

log = logging.getLogger(__name__)

MAX_WAITING = 32
MAX_ATTEMPTS = 3
REVOKED_LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class ExportServices:
    """What copies need of the node. Of the functions:

    `archive`: where footage lies, asked for at each job. `camera_name`: for file names. `prove(state, directory)` ties
    a copy to the ledger and tells what vouches for it, None when it cannot. `on_finished`: told of each copy done or
    failed. `on_served(ticket, camera, from_us, to_us, kind)`: told of each download. `on_deleted` tells and enters a
    deletion once, raises Unavailable when it cannot now. `footage`: what is asked of a copy's footage. `lifetime_us`:
    how long a copy stays. `prove_papers(state, directory, papers, stretches)` enters papers and writes their proof,
    raises where it cannot. `on_papers`: told when they are there. `signed_by`: what puts provenance into a copy, None
    where nothing can.
    """

    directory: Path
    archive: Callable[[], Archive]
    gate: Gate
    clock: Clock
    camera_name: Callable[[str], str]
    prove: Callable[[ExportState, Path], Awaitable[dict[str, Any] | None]]
    on_finished: Callable[[ExportState], None]
    on_served: Callable[[Ticket, str, int, int, str], None]
    on_deleted: Callable[[CopyDeletion], Awaitable[object]]
    footage: lifetime.Footage
    lifetime_us: int
    prove_papers: Callable[[ExportState, Path, Mapping[str, str], Sequence[int]], Awaitable[None]]
    on_papers: Callable[[ExportState], None]
    signed_by: Callable[[], Provenance | None] = lambda: None


class ExportService:
    """`start`, then the rest, then `close`; all on one event loop."""

    def __init__(self, services: ExportServices) -> None:
        self.services = services
        self._states: dict[str, ExportState] = {}
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._ordered: set[str] = set()
        """Grants that have had their copy: one order, one entry in the register, one copy."""
        self._turn = asyncio.Semaphore(1)
        self._deleting = asyncio.Lock()
        self._papers: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Take up what an earlier process left: finished copies are offered again, unfinished ones begun anew."""
        for found in await asyncio.to_thread(self._left_behind):
            self._states[found.export] = found
            self._ordered.add(found.grant)
            if found.deletion or found.state != "running":
                continue
            if found.attempts >= MAX_ATTEMPTS or self.services.gate.is_revoked(found.grant):
                await self._end(found.export, Failure("export.stopped", "The copying was stopped. Start it again."))
            else:
                self._begin(found.export)

    async def close(self) -> None:
        """Stop running jobs; they are begun anew at the next start."""
        jobs = [*self._jobs.values(), *self._papers.values()]
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    async def order(self, ticket: Ticket, camera: str, role: str, asked: TimeRange) -> ExportState:
        """Begin a copy that the ticket covers. Raises Conflict ``export.ordered``, Unavailable ``export.busy``,
        ``export.disk``."""
        if ticket.grant in self._ordered:
            raise Conflict("export.ordered", "The copy of this order is made already. Order another from its page.")
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
            granted_until_us=ticket.copy_until_us,
        )
        directory = self.directory_of(ordered.export)
        self._ordered.add(ticket.grant)  # before anything is awaited: two orders may come at once
        try:
            await asyncio.to_thread(os.makedirs, directory, 0o700)
            await asyncio.to_thread(ordered.save, directory)
        except OSError as error:
            self._ordered.discard(ticket.grant)
            raise Unavailable("export.disk", "The copy cannot be written. Check the disk of the copies.") from error
        self._states[ordered.export] = ordered
        self._begin(ordered.export)
        return ordered

    def get(self, export: str) -> ExportState:
        """Raises NotFound."""
        found = self._states.get(export) if is_id(export, "exp") else None
        if found is None or found.deletion or not found.camera:
            raise NotFound("export.unknown", "There is no such copy.")
        return found

    async def remove(self, export: str, reason: str = lifetime.ASKED) -> None:
        """Stop a copy if it is being made, and delete what there is of it. Raises NotFound; Unavailable or OSError when
        it could not be finished now: then nobody gets the copy any more, and the next sweep goes on."""
        known = self._states.get(export)
        if known is None:
            raise NotFound("export.unknown", "There is no such copy.")
        if not known.deletion:
            self._states[export] = replace(known, deletion=reason)
        for job in (self._jobs.get(export), self._papers.get(export)):
            if job is not None:
                job.cancel()
                await asyncio.wait((job,))
        async with self._deleting:
            await self._delete(export)

    async def sweep(self, now_us: int) -> int:
        """Delete the copies whose time is over at the trusted instant `now_us`, and what an earlier deletion left; how
        many went."""
        gone = 0
        for known in list(self._states.values()):
            try:
                reason = known.deletion or await asyncio.to_thread(self._reason_to_go, known, now_us)
                if reason:
                    await self.remove(known.export, reason)
                    log.info("copy %s was deleted: %s", known.export, reason)
                    gone += 1
            except (MingchaError, OSError) as error:
                log.warning("the deletion of copy %s waits: %s", known.export, error)
        return gone

    def zipped(self, known: ExportState) -> Zipped:
        """The whole copy as one ZIP. Blocking. Raises OSError when a file is gone."""
        directory = self.directory_of(known.export)
        folder = PurePath(known.files[0]["name"]).stem if known.files else known.export
        members = []
        for file in known.files:
            path = directory / file["name"]
            crc32 = file["crc32"] if "crc32" in file else crc32_of(path)
            members.append(Member(f"{folder}/{file['name']}", path, file["bytes"], crc32))
        for name in known.enclosed:
            path = directory / name
            members.append(Member(f"{folder}/{name}", path, path.stat().st_size, crc32_of(path)))
        return Zipped(members, known.ended_at_us)

    async def add_papers(self, export: str, files: Mapping[str, bytes], stretches: Sequence[int]) -> None:
        """Enclose the office's papers with a proven copy, in the background; what of the same was added before is told
        again. `stretches`: indexes in the ledger of the stretches of the register that they quote. Raises NotFound;
        Conflict ``export.unfinished``, ``export.unproven``."""
        known = self.get(export)
        if known.state != "done":
            raise Conflict("export.unfinished", "This copy is not finished.")
        if not known.proven:
            raise Conflict("export.unproven", "This copy has no proof to which papers could be added.")
        if export not in self._papers:
            task = asyncio.create_task(self._add_papers(known, files, stretches), name=f"papers {export}")
            self._papers[export] = task
            task.add_done_callback(lambda _: self._papers.pop(export, None))

    async def _add_papers(self, known: ExportState, files: Mapping[str, bytes], stretches: Sequence[int]) -> None:
        directory = self.directory_of(known.export)
        papers = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        try:
            if papers != known.papers:
                for name, data in files.items():
                    await asyncio.to_thread(write_file, directory / name, data)
                await self.services.prove_papers(known, directory, papers, stretches)
            known = replace(self._states[known.export], papers=papers)
            await asyncio.to_thread(known.save, directory)
        except (MingchaError, OSError, KeyError) as error:
            log.error("papers could not be added to copy %s: %s", known.export, error)  # the office sends them again
            return
        self._states[known.export] = known
        self.services.on_papers(known)

    def _reason_to_go(self, known: ExportState, now_us: int) -> str:
        services = self.services
        return lifetime.reason_to_go(known, services.footage, now_us=now_us, lifetime_us=services.lifetime_us)

    async def _delete(self, export: str) -> None:
        known = self._states.get(export)
        if known is None:
            return
        directory = self.directory_of(export)
        if await asyncio.to_thread(directory.exists):
            try:
                await asyncio.to_thread(known.save, directory)
            except OSError as error:
                # A full disk must not keep a copy from going; without its files it counts as lost at the next start.
                log.warning("the state of copy %s cannot be written: %s", export, error)
            await asyncio.to_thread(lifetime.clear, directory)
        if known.state != "failed" or known.deletion != lifetime.LIFETIME:
            await self.services.on_deleted(lifetime.deletion_of(known))
        if await asyncio.to_thread(directory.exists):
            await asyncio.to_thread(lifetime.forget, directory)
        self._states.pop(export, None)

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
                log.warning("the state of copy %s cannot be read; it goes when its time is over", path.name)
                known = _unreadable(path)
            if known.state == "done" and not known.deletion and not (path / manifest.NAME).exists():
                known = replace(known, deletion=lifetime.LOST)
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
        await asyncio.to_thread(lifetime.clear, directory)
        await asyncio.to_thread(known.save, directory)
        job = Job(
            self.services.archive(),
            known.camera,
            self.services.camera_name(known.camera),
            known.role,
            known.asked,
            directory,
            await asyncio.to_thread(self.services.signed_by),
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
        ended = self._states[export].ended(outcome, self.services.clock.wall_us())
        directory = self.directory_of(export)
        if ended.state == "done":
            digest = await asyncio.to_thread(proof.manifest_hash, directory)
            ended = replace(ended, manifest_sha256=digest)
            # Not offered as done before it has its proof; deleted meanwhile, its deletion names the manifest.
            self._states[export] = replace(self._states[export], manifest_sha256=digest)
            vouched = await self.services.prove(ended, directory)
            ended = replace(ended, proven=vouched is not None, vouched=vouched or {})
        try:
            if ended.state == "failed":
                log.warning("copy %s failed: %s", export, ended.error and ended.error["code"])
                await asyncio.to_thread(lifetime.clear, directory)
            await asyncio.to_thread(ended.save, directory)
        except OSError as error:
            log.error("the state of copy %s cannot be written: %s", export, error)
        self._states[export] = ended
        self.services.on_finished(ended)


def _unreadable(directory: Path) -> ExportState:
    """What is left to know of a copy whose state is lost: it failed, and since when it lies there."""
    changed_us = int(directory.stat().st_mtime) * US_PER_S
    return ExportState(directory.name, "", "main", 0, 1, "", "", changed_us, state="failed", ended_at_us=changed_us)


def is_part_of(known: ExportState, name: str) -> bool:
    """Whether a name is one of the copy's files; only such names ever reach a path."""
    return name in known.enclosed or any(file["name"] == name for file in known.files)
