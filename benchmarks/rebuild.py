"""A lost catalog of 100 cameras and 90 days: made again from ledger and disk, compared table by table, and used.

.venv/bin/python -m benchmarks.rebuild [--cameras 100] [--days 90] [--scratch DIR] [--keep DIR]

The archive of `benchmarks.archive`: 13 million entries (some 7.5 GB) and as many names of files on a real disk, without
footage. CPU and memory are those of a process of its own for each step. Making the archive is not measured and takes
longer than all the rest; `--keep`: find it there, or make it there.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from benchmarks.archive import BOOT, DAY, MINUTE_US, SINCE_BOOT_US, START_US, Archive
from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.timerange import TimeRange
from mingcha.ledger.reader import LogReader
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.disks import Disks
from mingcha.media.catalog.restore import restore
from mingcha.media.retention.sweep import Sweeper
from mingcha.media.retention.trusted_time import SLACK_US
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.verify.books import compare
from tests.media.retention.machine import FakeMachine

HOUR_S = 3_600


class Bench:
    """Steps over one archive in one directory."""

    def __init__(self, root: Path, archive: Archive) -> None:
        self.root, self.archive = root, archive
        self.clock = ManualClock(archive.end_us)

    def ledger(self) -> LogReader:
        size = int((self.root / "ledger" / "checkpoint").read_text().split("\n")[1])
        return LogReader(self.root / "ledger", size)

    def store(self) -> StoreDirectory:
        return StoreDirectory.open(self.root / "store", self.archive.store)

    def catalog(self) -> Catalog:
        return Catalog(self.root / "catalog.db", self.clock)

    def write_ledger(self) -> None:
        os.fsync = lambda fd: None  # type: ignore[assignment]
        self.archive.write_ledger(self.root / "ledger")

    def name_files(self) -> None:
        with self.store() as store:
            self.archive.name_files(store)

    def rebuild(self) -> str:
        with self.store() as store:
            catalog = self.catalog()
            done = restore(catalog, [store], self.ledger(), at_us=self.clock.wall_us())
            catalog.close()
        assert done.told is not None
        assert (done.told.segments, done.told.lost, done.adopted, done.holes) == (self.archive.kept, [], 0, 0), done
        size = sum(path.stat().st_size for path in self.root.glob("catalog.db*"))
        return f"{done.told.entries} entries, {done.told.deleted} deletions, catalog of {size / 1e9:.2f} GB"

    def tables(self) -> str:
        found = []
        reader = CatalogReader(self.root / "catalog.db")
        with reader.reading() as connection:
            for name, (question, wanted) in self.archive.tables().items():
                count = 0
                for row, other in zip_longest(connection.execute(question), wanted):
                    assert row == other, (name, row, other)
                    count += 1
                found.append(f"{name} {count}")
        reader.close()
        return ", ".join(found)

    def start(self) -> str:
        catalog = self.catalog()
        catalog.open_segments()
        ends = [catalog.last_end(camera, "main") for camera in self.archive.names]
        catalog.close()
        return f"open, and the last end of {len(ends)} cameras"

    def time_line(self) -> str:
        took, chosen = [], random.Random(1)
        reader = CatalogReader(self.root / "catalog.db")
        for _ in range(20):
            start_us = START_US + chosen.randrange(DAY, self.archive.minutes - DAY) * MINUTE_US
            day = TimeRange(start_us, start_us + DAY * MINUTE_US)
            began = time.perf_counter()
            reader.coverage(self.archive.names, day, open_until_us=day.end_us)
            reader.gaps(self.archive.names, day)
            took.append(time.perf_counter() - began)
        reader.close()
        return f"median {statistics.median(took) * 1000:.1f} ms, worst {max(took) * 1000:.1f} ms"

    def books(self) -> str:
        reader = CatalogReader(self.root / "catalog.db")
        with self.store() as store:
            done = compare(reader, self.ledger(), self.ledger, Disks([store]))
        reader.close()
        assert (done.segments, done.findings, done.unreachable) == (self.archive.kept, [], 0), done
        return f"{done.entries} entries, {done.segments} recordings"

    def sweep(self) -> str:
        with self.store() as store:
            catalog = self.catalog()
            machine = FakeMachine(self.archive.end_us)
            assert (machine.boot(), machine.since) == (BOOT, SINCE_BOOT_US)
            sweeper = Sweeper(catalog, lambda: [store], machine)
            began = time.perf_counter()
            assert not list(sweeper.pass_over(sweeper.look_at_clock()))
            idle_ms = (time.perf_counter() - began) * 1000
            machine.pass_time(HOUR_S + SLACK_US / US_PER_S)
            began, cpu = time.perf_counter(), time.process_time()
            gone = sum(swept.segments for swept in sweeper.pass_over(sweeper.look_at_clock()))
            took, used = time.perf_counter() - began, time.process_time() - cpu
            catalog.close()
        first, until_us = range(DAY, DAY + 60), START_US + DAY * MINUTE_US + HOUR_S * US_PER_S
        ends = (
            self.archive.record(minute, camera).end_us for minute in first for camera in range(self.archive.cameras)
        )
        wanted = sum(end_us <= until_us for end_us in ends)
        assert gone == wanted, (gone, wanted)
        return f"nothing due {idle_ms:.0f} ms; an hour's {gone} rows and files {took:.1f} s (CPU {used:.1f} s)"


def measured(what: str, step: Callable[[], str | None], each: int = 0) -> None:
    """Run a step in a process of its own and tell what it took."""
    process = multiprocessing.get_context("fork").Process(target=_told, args=(what, step, each))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(process.exitcode)


def _told(what: str, step: Callable[[], str | None], each: int) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    found = step() or ""
    took, used = time.perf_counter() - began, time.process_time() - cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    one = f", {used / each * 1e6:.1f} us each" if each else ""
    print(f"{what}: {took:.2f} s (CPU {used:.2f} s{one}; {peak_mb:.0f} MB)  {found}", flush=True)


def make(root: Path, cameras: int, days: int) -> Archive:
    """The archive in `root`, made if it is not there: ledger and names side by side."""
    if (root / "store").exists():
        with StoreDirectory.open(root / "store", None, write=False) as store:
            return Archive(cameras, days, store.store_id)
    root.mkdir(parents=True, exist_ok=True)
    with StoreDirectory.create(root / "store", ManualClock(START_US)) as store:
        archive = Archive(cameras, days, store.store_id)
    bench = Bench(root, archive)
    fork = multiprocessing.get_context("fork")
    both = [fork.Process(target=_told, args=(what, step, archive.kept)) for what, step in (
        ("ledger written", bench.write_ledger), ("files named", bench.name_files))]  # fmt: skip
    for process in both:
        process.start()
    for process in both:
        process.join()
        assert process.exitcode == 0
    return archive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=100)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--scratch", default=None)
    parser.add_argument("--keep", type=Path, default=None)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="mingcha-rebuild-", dir=arguments.scratch) as directory:
        root = arguments.keep or Path(directory)
        archive = make(root, arguments.cameras, arguments.days)
        for path in root.glob("catalog.db*"):
            path.unlink()
        bench = Bench(root, archive)
        print(f"{archive.kept} recordings of {archive.cameras} cameras, load {os.getloadavg()[0]:.1f}", flush=True)
        measured("catalog made again", bench.rebuild, archive.kept)
        measured("tables as they must be", bench.tables)
        measured("start-up", bench.start)
        measured(f"time line of a day, {archive.cameras} cameras", bench.time_line)
        measured("mingcha verify --metadata", bench.books, archive.kept)
        measured("sweep", bench.sweep)


if __name__ == "__main__":
    main()
