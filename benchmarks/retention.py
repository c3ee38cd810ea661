"""Deletion: ten years of faults, and one sweep over a large archive.

.venv/bin/python -m benchmarks.retention years [--years 10] [--seed 1] [--scratch /dev/shm]
.venv/bin/python -m benchmarks.retention sweep [--segments 26000000] [--cameras 100]
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.keeping import delete_due, order_rule
from mingcha.wire.plan import RetentionOrder
from tests.media.retention.decade import CAMERAS, STEPS_A_DAY, Decade

DAY_S = 86_400
MINUTE_US = 60 * US_PER_S
START_US = 1_790_000_000 * US_PER_S
BITE = 50


def years(arguments: argparse.Namespace) -> None:
    """What the test does for some months. Without fsync: power cuts are tested elsewhere, and a real one of ten years
    would take a day."""
    os.fsync = os.fdatasync = lambda fd: None  # type: ignore[assignment]
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="mingcha-decade-", dir=arguments.scratch) as directory:
        decade = Decade(Path(directory), arguments.seed)
        began = time.process_time()
        for _ in range(arguments.years * 365 * STEPS_A_DAY):
            decade.step()
        faults = {what: count for what, count in decade.account().items() if count}
        print(
            f"{arguments.years} years, {len(CAMERAS)} cameras, seed {arguments.seed}: {decade.recorded} recorded, "
            f"{len(decade.gone)} deleted, {len(decade.lost)} lost and told, {len(decade.kept)} kept"
        )
        print(f"  early {len(decade.early)}, late {decade.late}, unaccounted {faults or 0}")
        print(f"  {len(decade.book.all)} entries of the ledger, CPU {time.process_time() - began:.0f} s")
        print("  " + ", ".join(f"{what.replace('_', ' ')} {count}" for what, count in sorted(decade.happened.items())))
        decade.close()


def sweep(arguments: argparse.Namespace) -> None:
    """An archive whose oldest hour is due at every second camera, and nothing ever at the others, whose footage only
    may make room: the time to find and take out what is, and to see that nothing more is."""
    each = arguments.segments // arguments.cameras
    cameras = [f"cam_{n:016d}" for n in range(arguments.cameras)]
    age_s = each * 60 - 3600
    ordered = RetentionOrder(age_s, age_s, False, ("imaginary-1 17",), "v1")
    for_room = RetentionOrder(age_s // 3, None, True, ("imaginary-1 17",), "v1")
    with tempfile.TemporaryDirectory(prefix="mingcha-sweep-", dir=arguments.scratch) as directory:
        path = Path(directory) / "catalog.db"
        catalog = Catalog(path, ManualClock(START_US))
        fill(catalog, cameras, each, [ordered, for_room])
        catalog.close()
        catalog = Catalog(path, ManualClock(START_US))
        now_us = START_US + each * MINUTE_US
        gone, began, cpu = 0, time.perf_counter(), time.process_time()
        for camera in cameras:
            while made := delete_due(catalog, camera, "main", now_us=now_us, limit=BITE):
                gone += sum(len(one.numbers) for one in made)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        again = time.perf_counter()
        for camera in cameras:
            assert not delete_due(catalog, camera, "main", now_us=now_us, limit=BITE)
        print(
            f"{arguments.segments} segments, {arguments.cameras} cameras: "
            f"an hour's {gone} taken out in {took:.1f} s (CPU {used:.1f} s)"
        )
        print(f"  a sweep that finds nothing: {(time.perf_counter() - again) * 1000:.0f} ms")
        catalog.close()


def fill(catalog: Catalog, cameras: list[str], each: int, rules: Sequence[RetentionOrder]) -> None:
    store = catalog.add_store("sto_0000000000000001")
    with catalog.transaction() as connection:  # counted at once instead
        (comes,) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'segment_comes'").fetchone()
        connection.execute("DROP TRIGGER segment_comes")
        connection.execute("PRAGMA cache_size = -65536")
    for camera, rule in zip(cameras, itertools.cycle(rules), strict=False):
        order_rule(catalog, camera, "main", rule, START_US)
        with catalog.transaction() as connection:
            (key,) = connection.execute(
                "SELECT max(id) FROM rule WHERE floor_us = ?", (rule.floor_s * US_PER_S,)
            ).fetchone()
            stream = catalog.stream_key(connection, camera, "main")
            connection.execute("INSERT INTO run VALUES (?, ?, ?, 'h264', '', 0, 0, '')", (stream, stream, START_US))
            connection.executemany(
                f"INSERT INTO segment VALUES (?,?,?,?,?,?,0,1,2,1,1,0,zeroblob(32),{key:d},NULL)",
                (
                    (stream, START_US + n * MINUTE_US, stream * each + n, START_US + (n + 1) * MINUTE_US, store, stream)
                    for n in range(each)
                ),
            )
            connection.execute("INSERT INTO coverage VALUES (?,?,?)", (stream, START_US, START_US + each * MINUTE_US))
            connection.execute("INSERT INTO stock VALUES (?,?,?,?)", (stream, store, each, 2 * each))
    with catalog.transaction() as connection:
        connection.execute(comes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_subparsers(required=True)
    decade = which.add_parser("years")
    decade.add_argument("--years", type=int, default=10)
    decade.add_argument("--seed", type=int, default=1)
    decade.add_argument("--scratch", default="/dev/shm", help="directory to work in")
    decade.set_defaults(run=years)
    one = which.add_parser("sweep")
    one.add_argument("--segments", type=int, default=26_000_000)
    one.add_argument("--cameras", type=int, default=100)
    one.add_argument("--scratch", default=None, help="directory to work in")
    one.set_defaults(run=sweep)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
