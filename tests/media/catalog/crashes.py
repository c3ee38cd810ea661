"""Processes that die by SIGKILL at a chosen step of their work."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.media.catalog.film import Film

_CALLS = ("open", "fdatasync", "fsync", "rename", "unlink", "mkdir", "rmdir", "ftruncate", "close")
_EXIT_FAULT = 99


class Fuse:
    """Counts the steps of this process and kills it before the one that is told; tearing writes in two."""

    def __init__(self, at_step: int) -> None:
        self._left = at_step

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self, film: Film) -> None:
        for name in _CALLS:
            setattr(os, name, self._before(getattr(os, name)))
        real_pwrite = os.pwrite

        def torn_pwrite(fd: int, data: Any, at: int) -> int:
            half = len(data) // 2
            self.step()
            real_pwrite(fd, bytes(data)[:half], at)
            self.step()
            return half + real_pwrite(fd, bytes(data)[half:], at + half)

        os.pwrite = torn_pwrite

        def on_statement(statement: str) -> None:
            if statement.startswith(("COMMIT", "BEGIN")):
                self.step()

        film.catalog._connection.set_trace_callback(on_statement)

    def _before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.step()
            return call(*arguments, **options)

        return counted


def die_in(
    work: Callable[[Film, Callable[[str], None]], None], directory: Path, at_step: int
) -> tuple[bool, list[str]]:
    """Do the work on the film of a directory in a process of its own that dies before a step; whether it died, and
    the words it had said until then."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read_end)
            film = Film(directory)
            Fuse(at_step).arm(film)
            work(film, lambda word: os.write(write_end, f"{word}\n".encode()))
            os._exit(0)
        except BaseException:  # noqa: BLE001
            import traceback

            traceback.print_exc()
            os._exit(_EXIT_FAULT)
    os.close(write_end)
    with os.fdopen(read_end) as said:
        words = said.read().split()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True, words
    assert os.WEXITSTATUS(status) == 0, "the work itself failed"
    return False, words
