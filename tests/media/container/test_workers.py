"""Worker processes for codec work."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from mingcha.base.errors import Corrupt, Unavailable
from mingcha.media.container.workers import WorkerPool


def add(left: int, right: int) -> int:
    return left + right


def refuse() -> None:
    raise Corrupt("test.broken", "It is broken.")


def fail() -> None:
    raise ZeroDivisionError


def die() -> None:
    os._exit(3)


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


async def test_it_gives_results_and_errors() -> None:
    pool = WorkerPool(1)
    assert await pool.run(add, 2, right=3) == 5
    with pytest.raises(Corrupt) as refused:
        await pool.run(refuse)
    assert (refused.value.code, refused.value.message) == ("test.broken", "It is broken.")
    with pytest.raises(Unavailable):
        await pool.run(fail)
    assert await pool.run(add, 1, 1) == 2
    await pool.close()


async def test_a_worker_that_dies_or_hangs_is_replaced() -> None:
    patient = 60.0
    pool = WorkerPool(1, timeout_s=patient)
    with pytest.raises(Unavailable) as died:
        await pool.run(die)
    assert died.value.code == "video.worker"
    assert await pool.run(add, 1, 1) == 2
    pool._timeout_s = 0.2
    with pytest.raises(Unavailable) as hung:
        await pool.run(sleep, 60)
    assert hung.value.code == "video.worker"
    pool._timeout_s = patient
    assert await pool.run(add, 1, 1) == 2
    await pool.close()


async def test_too_many_waiting_are_refused() -> None:
    pool = WorkerPool(1, queue_limit=2)
    tasks = [asyncio.create_task(pool.run(sleep, 0.2)) for _ in range(4)]
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(answer, Unavailable) for answer in answers) >= 1
    assert isinstance(answers[0], int)
    await pool.close()


async def test_work_that_nobody_waits_for_is_ended() -> None:
    pool = WorkerPool(1)
    task = asyncio.create_task(pool.run(sleep, 60))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(pool.run(add, 1, 2), 60) == 3
    await pool.close()
