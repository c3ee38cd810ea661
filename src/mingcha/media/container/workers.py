"""A few niced worker processes for codec work, so that neither its CPU time nor a crash in a codec touches the
recorder.

A worker ends when the pipe from its parent ends, however the parent died.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from mingcha.base.errors import Corrupt, Invalid, MingchaError, Unavailable

log = logging.getLogger(__name__)

NICENESS = 10
# After this long without anybody waiting for its result a worker is killed rather than left to finish.
ABANDONED_S = 1.0
# Coming up means loading the codecs, which takes a while on a busy machine and is not part of any job's time.
START_TIMEOUT_S = 30.0

P = ParamSpec("P")
R = TypeVar("R")

_ERRORS: dict[str, type[MingchaError]] = {"Corrupt": Corrupt, "Invalid": Invalid, "Unavailable": Unavailable}


class WorkerPool:
    """Runs module-level functions with picklable arguments. Use it on one event loop; `close` at the end."""

    def __init__(self, workers: int = 2, *, queue_limit: int = 64, timeout_s: float = 30.0) -> None:
        self._slots = asyncio.Semaphore(workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="workers")
        self._queue_limit = queue_limit
        self._timeout_s = timeout_s
        self._waiting = 0
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._abandoned: set[asyncio.Task[None]] = set()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's result. A MingchaError in it is raised here; Unavailable ``video.busy`` when too many wait,
        ``video.worker`` when the worker died or took too long. Cancelling gives up waiting, and the work with it."""
        if self._waiting >= self._queue_limit:
            raise Unavailable("video.busy", "Too many pictures are being made just now. Try again in a moment.")
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        worker = self._idle.pop() if self._idle else _Worker()
        self._all.add(worker)
        loop = asyncio.get_running_loop()
        call = loop.run_in_executor(self._threads, worker.call, function, args, kwargs, self._timeout_s)
        try:
            result = await asyncio.shield(call)
        except asyncio.CancelledError:
            task = loop.create_task(self._abandon(worker, call))
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
            raise
        except (EOFError, OSError, TimeoutError) as error:
            self._drop(worker)
            log.warning("a worker ended or took too long: %s", type(error).__name__)
            raise Unavailable("video.worker", "This picture could not be made. Try again in a moment.") from error
        except MingchaError:
            self._give_back(worker)
            raise
        self._give_back(worker)
        return result

    async def close(self) -> None:
        """End all workers."""
        for worker in tuple(self._all):
            worker.kill()
        if self._abandoned:
            await asyncio.wait(self._abandoned)
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def _abandon(self, worker: _Worker, call: asyncio.Future[R]) -> None:
        done, _ = await asyncio.wait((call,), timeout=ABANDONED_S)
        if not done:
            worker.kill()
            await asyncio.wait((call,))
        if isinstance(call.exception(), EOFError | OSError | TimeoutError):
            self._drop(worker)
        else:
            self._give_back(worker)

    def _give_back(self, worker: _Worker) -> None:
        self._idle.append(worker)
        self._slots.release()

    def _drop(self, worker: _Worker) -> None:
        worker.kill()
        self._all.discard(worker)
        self._slots.release()


class _Worker:
    """One process; started at its first call. `call` is used by one thread at a time."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def call(
        self, function: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object], timeout_s: float
    ) -> R:
        pipe = self._pipe or self._start()
        pipe.send((function, args, kwargs))
        if not pipe.poll(timeout_s):
            raise TimeoutError
        succeeded, value = pipe.recv()
        if not succeeded:
            kind, code, message = value
            raise _ERRORS.get(kind, Unavailable)(code, message)
        return value  # type: ignore[no-any-return]

    def kill(self) -> None:
        if self._process is not None and self._process.is_alive():
            self._process.kill()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        own, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        if not own.poll(START_TIMEOUT_S):
            raise TimeoutError
        own.recv()
        self._pipe = own
        return own


def _work(pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    importlib.import_module("mingcha.media.container.transcode")
    pipe.send(True)
    while True:
        try:
            function, args, kwargs = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[bool, object] = (True, function(*args, **kwargs))
        except MingchaError as error:
            answer = (False, (type(error).__name__, error.code, error.message))
        except Exception as error:  # noqa: BLE001 - the supervisor of the work: nothing else would answer
            log.warning("work failed: %s", type(error).__name__)
            answer = (False, ("Unavailable", "video.worker", "This picture could not be made."))
        try:
            pipe.send(answer)
        except OSError:
            return
