"""`mingcha verify` beside `sha256sum`, `openssl` and bare reading of the same files, in one run.

.venv/bin/python -m benchmarks.verify [--gigabytes 2] [--runs 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from mingcha.media.verify.archive import verify
from tests.media.catalog import film as films
from tests.media.catalog.film import Film

SEGMENT_PARTS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-verify-") as directory:
        film = Film(Path(directory))
        make(film, round(arguments.gigabytes * 1e9))
        files = [str(film.store.path_of(number)) for number in film.store.numbers()]
        size = sum(os.path.getsize(path) for path in files)
        peers = {"sha256sum": ["sha256sum", *files], "openssl dgst -sha256": ["openssl", "dgst", "-sha256", *files]}
        took: dict[str, list[float]] = {name: [] for name in ("mingcha verify", "one thread of it", "reading", *peers)}
        for _ in range(arguments.runs):
            for name, command in peers.items():
                took[name].append(timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)))  # noqa: B023
            took["reading"].append(timed(lambda: [Path(path).read_bytes() for path in files]))
            for name, threads in (("mingcha verify", 2), ("one thread of it", 0)):
                took[name].append(timed(lambda: verify(film.catalog, lambda _: film.store, None, threads=threads)))  # noqa: B023
        film.close()
    print(f"{size / 1e9:.2f} GB in {len(files)} files, median of {arguments.runs}, in turn")
    speeds = {name: size / statistics.median(times) / 1e9 for name, times in took.items()}
    for name, speed in speeds.items():
        print(f"  {name}: {speed:.2f} GB/s, mingcha verify is {speeds['mingcha verify'] / speed:.2f} of it")


def make(film: Film, size: int) -> None:
    """Segments as large as those of a camera of 4 Mb/s: a picture group of half a megabyte a part."""
    original = films.picture
    films.picture = lambda seed, _size=60: original(seed, 100_000)
    try:
        made = n = 0
        while made < size:
            made += film.record(n * SEGMENT_PARTS, parts=SEGMENT_PARTS).file_bytes
            n += 1
    finally:
        films.picture = original


def timed(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
