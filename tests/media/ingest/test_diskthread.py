"""The writer thread and its bounded queue."""

import threading

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.ingest.diskthread import DiskThread


def test_it_does_jobs_in_order_and_finishes_them_before_it_stops() -> None:
    done: list[int] = []
    thread = DiskThread(ManualClock(), idle=lambda: None)
    thread.start()
    for number in range(100):
        assert thread.submit(lambda number=number: done.append(number), 10)
    thread.stop()
    assert done == list(range(100))
    assert thread.queued_bytes == 0


def test_it_refuses_bytes_beyond_its_limit_but_never_notes_without_bytes() -> None:
    release = threading.Event()
    thread = DiskThread(ManualClock(), idle=lambda: None, limit_bytes=100)
    thread.start()
    assert thread.submit(lambda: release.wait(10) and None, 60)
    assert thread.submit(lambda: None, 40)
    assert not thread.submit(lambda: None, 1)
    assert thread.submit(lambda: None)
    release.set()
    thread.stop()


def test_one_job_larger_than_the_limit_is_taken_when_nothing_waits() -> None:
    thread = DiskThread(ManualClock(), idle=lambda: None, limit_bytes=100)
    assert thread.submit(lambda: None, 5000)
    thread.start()
    thread.stop()


def test_it_refuses_when_the_oldest_job_has_waited_too_long() -> None:
    clock = ManualClock()
    thread = DiskThread(clock, idle=lambda: None)
    assert thread.submit(lambda: None, 1)
    clock.advance(46 * US_PER_S)
    assert not thread.submit(lambda: None, 1)
    thread.start()
    thread.stop()


def test_a_failing_job_ends_the_thread_visibly() -> None:
    thread = DiskThread(ManualClock(), idle=lambda: None)
    thread.start()

    def fail() -> None:
        raise OSError("boom")

    thread.submit(fail)
    thread.stop()
    assert isinstance(thread.failure, OSError)
