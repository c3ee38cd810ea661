"""One copy in a process of its own: niced, cancellable, and no burden on the recorder's memory."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from mingcha.base.clock import SystemClock
from mingcha.base.errors import MingchaError, Unavailable
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import CatalogReader
from mingcha.media.export.copying import ExportResult, export_range
from mingcha.media.export.provenance import Provenance
from mingcha.media.footage.archive import Footage
from mingcha.media.store.directory import StoreDirectory

log = logging.getLogger(__name__)

NICENESS = 10
TOLD_EVERY_US = 200_000
STOP_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Archive:
    """Where footage lies, for another process: the catalog's file, and directories by store id."""

    catalog: Path
    stores: dict[str, Path]


@dataclass(frozen=True, slots=True)
class Job:
    """What to copy, and where to."""

    archive: Archive
    camera: str
    camera_name: str
    role: str
    asked: TimeRange
    out_dir: Path
    signed_by: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    code: str
    message: str


Outcome = ExportResult | Failure
Told = tuple[int, int] | Outcome


async def run_job(job: Job, on_progress: Callable[[int, int], None]) -> Outcome:
    """Run to the end; cancelling kills the process. `on_progress(bytes_done, bytes_total)` is called on the loop."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    own, theirs = context.Pipe()
    process = context.Process(target=_work, args=(job, theirs), daemon=True)
    await asyncio.to_thread(process.start)
    theirs.close()
    outcome: asyncio.Future[Outcome] = loop.create_future()

    def take(told: Told) -> None:
        if isinstance(told, tuple):
            on_progress(*told)
        elif not outcome.done():
            outcome.set_result(told)

    listening = loop.run_in_executor(None, _listen, own, loop, take)
    try:
        return await outcome
    finally:
        process.kill()
        await asyncio.shield(listening)
        await asyncio.to_thread(process.join, STOP_TIMEOUT_S)
        own.close()


def _listen(pipe: Connection, loop: asyncio.AbstractEventLoop, take: Callable[[Told], None]) -> None:
    told: Told
    while True:
        try:
            told = pipe.recv()
        except (EOFError, OSError):
            told = Failure("export.stopped", "The copying was stopped. Start it again.")
        loop.call_soon_threadsafe(take, told)
        if not isinstance(told, tuple):
            return


def _work(job: Job, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    clock = SystemClock()
    told_at_us = 0

    def progress(done: int, total: int) -> None:
        nonlocal told_at_us
        now_us = clock.mono_us()
        if now_us - told_at_us >= TOLD_EVERY_US or done == total > 0:
            told_at_us = now_us
            pipe.send((done, total))

    try:
        outcome: Outcome = copy(job, progress)
    except MingchaError as error:
        outcome = Failure(error.code, error.message)
    except Exception:
        log.exception("a copy failed")
        outcome = Failure("export.fault", "The copy failed by a fault of the program; its log says more.")
    try:
        pipe.send(outcome)
    except OSError:
        return


def copy(job: Job, progress: Callable[[int, int], None]) -> ExportResult:
    """Open the archive for reading and copy. Raises MingchaError."""
    catalog = CatalogReader(job.archive.catalog)
    opened: dict[str, StoreDirectory] = {}

    def store_of(store: str) -> StoreDirectory:
        if store not in opened:
            path = job.archive.stores.get(store)
            if path is None:
                raise Unavailable("store.absent", "The recording disk is not there.")
            opened[store] = StoreDirectory.open(path, store, write=False)
        return opened[store]

    try:
        return export_range(
            Footage(catalog, store_of),
            job.camera,
            job.role,
            job.asked,
            job.out_dir,
            progress,
            camera_name=job.camera_name,
            signed_by=job.signed_by,
        )
    finally:
        catalog.close()
        for directory in opened.values():
            directory.close()
