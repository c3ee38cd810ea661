"""A catalog made again from its ledger, and verification without reading footage, at the size of a large archive.

.venv/bin/python -m benchmarks.rebuild [--segments 13000000] [--cameras 100] [--scratch DIR]

Segments exist in the ledger and in the names of files only; there is no footage. Files are named, not made: listing
them on a real disk comes on top, some microseconds each.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.errors import Corrupt
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.catalog import Catalog, CatalogReader
from mingcha.media.catalog.disks import Disks
from mingcha.media.catalog.restore import restore
from mingcha.media.retention.sweep import Sweeper
from mingcha.media.store import layout
from mingcha.media.verify.books import compare
from tests.media.retention.machine import FakeMachine

START_US = 1_790_000_000 * US_PER_S
MINUTE_US = 60 * US_PER_S
STORE = "sto_0000000000000001"
BATCH = 5_000
RULE = {"floor_us": 90 * 86_400 * US_PER_S, "ceiling_us": None, "make_room": True, "ground": [], "law_version": "v1"}


class Names:
    """A store that has names of files and nothing in them."""

    store_id = STORE

    def __init__(self, segments: int) -> None:
        self._last = segments

    def directories(self) -> list[str]:
        return [f"{n:07x}" for n in range(self._last // layout.SEGMENTS_PER_DIRECTORY + 1)]

    def numbers_in(self, directory: str) -> list[int]:
        first = int(directory, 16) * layout.SEGMENTS_PER_DIRECTORY
        return list(range(max(1, first), min(self._last + 1, first + layout.SEGMENTS_PER_DIRECTORY)))

    def newest_number(self) -> int:
        return self._last

    def open_file(self, number: int) -> int:
        raise Corrupt("segment.missing", "There is no footage here.")


def entries(segments: int, cameras: int) -> Iterator[bytes]:
    """As a recorder of so many cameras would have told them: a minute of each, in turn."""
    for n in range(segments):
        camera, minute = n % cameras, n // cameras
        body = {
            "format": "mingcha.entry/1", "kind": "segment", "number": n + 1, "store": STORE,
            "camera": f"cam_{camera:016d}", "role": "main", "run": camera + 1,
            "start_us": START_US + minute * MINUTE_US, "end_us": START_US + (minute + 1) * MINUTE_US,
            "media_offset": minute * 5_400_000, "media_duration": 5_400_000, "bytes": 30_000_000, "header_bytes": 900,
            "frames": 1_500, "root": f"{n:064x}", "starts_with_key": True, "recovered": False, "rule": RULE,
        }  # fmt: skip
        yield json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def timed(what: str, segments: int, began: float, cpu: float) -> None:
    took, used = time.perf_counter() - began, time.process_time() - cpu
    print(f"{what}: {took:.1f} s (CPU {used:.1f} s), {segments / max(used, 0.001):,.0f} a second of CPU", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=13_000_000)
    parser.add_argument("--cameras", type=int, default=100)
    parser.add_argument("--scratch", default=None)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    os.fsync = lambda fd: None  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="mingcha-rebuild-", dir=arguments.scratch) as directory:
        run(Path(directory), arguments.segments, arguments.cameras)


def run(root: Path, segments: int, cameras: int) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    log = Log.create(root / "ledger", "bench", Keys(Signer("bench", SHA256_ED25519.generate())))
    batch: list[bytes] = []
    for entry in entries(segments, cameras):
        batch.append(entry)
        if len(batch) == BATCH:
            log.append(batch)
            batch = []
    log.append(batch)
    size = sum(path.stat().st_size for path in (root / "ledger").rglob("*") if path.is_file())
    timed(f"{segments} entries of {cameras} cameras written, {size / 1e9:.2f} GB", segments, began, cpu)
    names = Names(segments)
    clock = ManualClock(START_US + segments // cameras * MINUTE_US)
    began, cpu = time.perf_counter(), time.process_time()
    catalog = Catalog(root / "catalog.db", clock)
    done = restore(catalog, [names], log.reader(), at_us=clock.wall_us())  # type: ignore[list-item]
    assert done.told is not None
    assert (done.told.segments, done.told.lost, done.adopted) == (segments, [], 0)
    timed("catalog made again from the ledger", segments, began, cpu)
    catalog.close()
    print(f"  {sum(path.stat().st_size for path in root.glob('catalog.db*')) / 1e9:.2f} GB", flush=True)
    began, cpu = time.perf_counter(), time.process_time()
    catalog = Catalog(root / "catalog.db", clock)
    for camera, role in catalog.streams():
        catalog.last_end(camera, role)
    timed("start-up: open, last end of every camera", cameras, began, cpu)
    sweeper = Sweeper(catalog, lambda: [names], FakeMachine(clock.wall_us()))  # type: ignore[list-item]
    began, cpu = time.perf_counter(), time.process_time()
    assert not list(sweeper.pass_over(sweeper.look_at_clock()))
    timed("a sweep that finds nothing due", cameras, began, cpu)
    began, cpu = time.perf_counter(), time.process_time()
    reader = CatalogReader(root / "catalog.db")
    disks = Disks([names])  # type: ignore[list-item]
    compared = compare(reader, log.reader(), log.reader, disks)
    assert (compared.segments, compared.findings) == (segments, [])
    timed("mingcha verify --metadata", segments, began, cpu)
    reader.close()
    catalog.close()
    log.close()


if __name__ == "__main__":
    main()
