"""`mingcha verify` beside `sha256sum` over the same files, in one run.

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
        ours, theirs = [], []
        for _ in range(arguments.runs):
            theirs.append(timed(lambda: subprocess.run(["sha256sum", *files], check=True, stdout=subprocess.DEVNULL)))
            ours.append(timed(lambda: verify(film.catalog, film.store, None)))
        film.close()
    mine, peer = statistics.median(ours), statistics.median(theirs)
    print(f"{size / 1e9:.2f} GB in {len(files)} files, median of {arguments.runs}")
    speeds = f"mingcha verify {size / mine / 1e9:.2f} GB/s, sha256sum {size / peer / 1e9:.2f} GB/s"
    print(f"  {speeds}, ratio {peer / mine:.2f}")


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
