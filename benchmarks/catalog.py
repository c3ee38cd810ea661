"""The catalog of 100 cameras and 90 days (13 million segments): time line, seek, start-up, one minute's writes.

    python -m benchmarks.catalog [--cameras 100] [--days 90] [--keep DIRECTORY]

Builds the catalog in time order, as recording does, without the files; prints the figures asked for in the design:
a one-day time line of all cameras below 50 ms, start-up below 2 s, a seek in some milliseconds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.part_index import pack
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container.scan import PartInfo
from mingcha.media.units import VideoFormat

START_US = 1_780_000_000 * US_PER_S
MINUTE_US = 60 * US_PER_S
DAY_MINUTES = 1440
PARTS = 60
VIDEO = VideoFormat("h264", 1920, 1080, "avc1.640028", (b"",), (b"",))
STORE = "sto_0000000000000001"


def camera_name(index: int) -> str:
    return f"cam_{index:016d}"


def part_index(seed: int) -> list[PartInfo]:
    """A minute of 4 Mb/s in parts of a second."""
    chosen, offset, parts = random.Random(seed), 900, []
    for n in range(PARTS):
        size = chosen.randint(380_000, 620_000)
        parts.append(PartInfo(offset, size, n * 90_000, 90_000, 25, n % 2 == 0, n % 2 == 0))
        offset += size
    return parts


def build(path: Path, cameras: int, days: int) -> None:
    """Fill the tables directly: through `seal_segment` it would be the same rows, an hour later."""
    catalog = Catalog(path, ManualClock(START_US))
    store = catalog.add_store(STORE)
    runs = [catalog.add_run(camera_name(n), "main", START_US, VIDEO) for n in range(1, cameras + 1)]
    packed = [pack(part_index(seed)) for seed in range(200)]
    root = bytes(32)
    minutes = days * DAY_MINUTES

    def segments(day: int) -> Iterator[tuple[object, ...]]:
        for minute in range(day * DAY_MINUTES, (day + 1) * DAY_MINUTES):
            start_us = START_US + minute * MINUTE_US
            for stream in range(1, cameras + 1):
                number = minute * cameras + stream
                yield (stream, start_us + stream * 7919, number, start_us + stream * 7919 + MINUTE_US, store,
                       runs[stream - 1], minute * 5_400_000, 5_400_000, 30_000_000, 900, 1500, 0, root)  # fmt: skip

    connection = catalog._connection
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -1000000")
    connection.execute("PRAGMA foreign_keys = OFF")
    for day in range(days):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO segment VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL)", segments(day))
        first = day * DAY_MINUTES * cameras + 1
        connection.executemany(
            "INSERT INTO segment_index VALUES (?, ?)",
            ((number, packed[number % 200]) for number in range(first, first + DAY_MINUTES * cameras)),
        )
        connection.execute("COMMIT")
    # Two interruptions a day and camera, with their gaps.
    half_us = DAY_MINUTES // 2 * MINUTE_US
    connection.execute("BEGIN")
    for stream in range(1, cameras + 1):
        for half in range(days * 2):
            start_us = START_US + half * half_us + stream * 7919
            connection.execute(
                "INSERT INTO coverage VALUES (?, ?, ?)", (stream, start_us, start_us + half_us - US_PER_S)
            )
            connection.execute(
                "INSERT INTO gap (stream, start_us, end_us, reason, detail) VALUES (?, ?, ?, 'camera_lost', '')",
                (stream, start_us + half_us - US_PER_S, start_us + half_us),
            )
    connection.execute("COMMIT")
    catalog.reserve_numbers(minutes * cameras)
    catalog.close()


def timed(name: str, action: Callable[[], object], rounds: int = 20) -> None:
    took_ms = []
    for _ in range(rounds):
        begin = time.perf_counter()
        action()
        took_ms.append((time.perf_counter() - begin) * 1000)
    print(f"{name:58} median {statistics.median(took_ms):8.2f} ms   worst {max(took_ms):8.2f} ms")


def measure(path: Path, cameras: int, days: int) -> None:
    names = [camera_name(n) for n in range(1, cameras + 1)]
    chosen = random.Random(1)
    minutes = days * DAY_MINUTES

    def some_day() -> TimeRange:
        start_us = START_US + chosen.randrange(max(1, minutes - DAY_MINUTES)) * MINUTE_US
        return TimeRange(start_us, start_us + DAY_MINUTES * MINUTE_US)

    def open_and_ask() -> None:
        catalog = Catalog(path, ManualClock(START_US))
        catalog.open_segments()
        for name in names:
            catalog.last_end(name, "main")
        catalog.close()

    timed("start-up: open, and the last end of every camera", open_and_ask, 5)
    reader = CatalogReader(path)
    everything = TimeRange(START_US, START_US + (minutes + 1) * MINUTE_US)

    def time_line() -> None:
        day = some_day()
        reader.coverage(names, day, open_until_us=day.end_us)
        reader.gaps(names, day)

    def seek() -> None:
        at_us = START_US + chosen.randrange(minutes * 60) * US_PER_S
        found = reader.segment_before(chosen.choice(names), "main", at_us)
        if found is not None:
            reader.part_index(found.number)

    def playlist() -> None:
        found = reader.segments(chosen.choice(names), "main", some_day())
        reader.part_indexes([record.number for record in found])

    timed(f"time line of one day, {cameras} cameras, coverage and gaps", time_line)
    timed(f"time line of all {days} days, {cameras} cameras", lambda: reader.coverage(names, everything))
    timed("seek: segment and part index at an instant", seek, 200)
    timed("segments of one camera and day", lambda: reader.segments(chosen.choice(names), "main", some_day()))
    timed("the same with all part indexes (playlist of a day)", playlist, 5)
    reader.close()
    measure_writes(path, cameras, minutes)


def measure_writes(path: Path, cameras: int, minutes: int) -> None:
    catalog = Catalog(path, ManualClock(START_US))
    parts = part_index(0)
    minute = [minutes]

    def a_minute() -> None:
        start_us = START_US + minute[0] * MINUTE_US
        for stream in range(1, cameras + 1):
            with catalog.transaction():
                number = catalog.open_segment(STORE, camera_name(stream), "main", stream, start_us + stream * 7919, 0)
                record = SegmentRecord(
                    number, STORE, camera_name(stream), "main", stream, start_us + stream * 7919,
                    start_us + stream * 7919 + MINUTE_US, 0, 5_400_000, 30_000_000, 900, 1500, bytes(32),
                )  # fmt: skip
                catalog.seal_segment(record, parts)
        minute[0] += 1

    timed(f"a minute's writes: {cameras} segments, {cameras} commits", a_minute, 3)
    catalog.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=100)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--keep", type=Path, help="a directory to build in, and to find the catalog in the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        path = (options.keep or Path(temporary)) / "catalog.db"
        if not path.exists():
            begin = time.perf_counter()
            build(path, options.cameras, options.days)
            print(f"built in {time.perf_counter() - begin:.0f} s")
        print(f"{options.cameras * options.days * DAY_MINUTES:,} segments, {path.stat().st_size / 1e9:.2f} GB")
        measure(path, options.cameras, options.days)


if __name__ == "__main__":
    main()
