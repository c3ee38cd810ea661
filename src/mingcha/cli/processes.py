"""Child processes of `mingcha up`: started, watched, started again, ended in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

RESTART_FIRST_S = 0.2
RESTART_CAP_S = 10.0
SETTLED_AFTER_S = 30.0
STOP_GRACE_S = 12.0
"""The recorder seals up to some hundred segments on its way out; then it is killed, which loses at most a part."""


@dataclass(frozen=True, slots=True)
class Program:
    """One child: `argv` behind the Python interpreter, and where its output goes."""

    name: str
    argv: Sequence[str]
    log_file: Path
    environ: Mapping[str, str]


class Child:
    """Keeps one program running until told to stop."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        self.restarts = 0

    @property
    def name(self) -> str:
        return self._program.name

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def run(self) -> None:
        """Start, wait, start again; ends after `stop`."""
        loop = asyncio.get_running_loop()
        delay_s = RESTART_FIRST_S
        while not self._stopping.is_set():
            began_s = loop.time()
            code = await self._once()
            if self._stopping.is_set():
                return
            if loop.time() - began_s > SETTLED_AFTER_S:
                delay_s = RESTART_FIRST_S
            self.restarts += 1
            print(
                f"{self._program.name} ended with code {code}; starting it again (its log: {self._program.log_file})",
                file=sys.stderr,
                flush=True,
            )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._stopping.wait()
            delay_s = min(RESTART_CAP_S, delay_s * 2)

    async def _once(self) -> int:
        with self._program.log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._program.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self._program.environ},
                start_new_session=True,
            )
        return await self._process.wait()

    async def stop(self) -> None:
        """SIGTERM, wait, and SIGKILL for what does not end."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_GRACE_S):
                await process.wait()
        except TimeoutError:
            log.warning("%s did not end in time and is killed", self._program.name)
            process.kill()
            await process.wait()
