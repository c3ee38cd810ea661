"""`mingcha verify` beside `sha256sum`, `openssl` and bare reading of the same files, in one run, cold and warm.

.venv/bin/python -m benchmarks.verify [--gigabytes 2] [--runs 3] [--scratch DIR]

Each file is hashed part by part and its entry proven in a ledger. Cold: the files are taken out of the page cache
before. The bound is the smaller of what the disk gives (reading) and of what SHA-256 does on one core (openssl, which
uses the processor's SHA instructions; sha256sum may not).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.catalog.leaves import confirm_leaves, pending_leaves
from mingcha.media.verify.archive import verify
from mingcha.media.verify.segments import Ledger
from tests.media.catalog import film as films
from tests.media.catalog.film import Film

SEGMENT_PARTS = 60
CHUNK_BYTES = 1 << 20
OURS, READING, SHA256 = "mingcha verify", "reading", "openssl dgst -sha256"


@dataclass
class Taken:
    """Seconds of each run: by the clock, and of CPU."""

    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def run(self, work: Callable[[], object]) -> None:
        began, cpu = time.perf_counter(), cpu_s()
        work()
        self.wall_s.append(time.perf_counter() - began)
        self.cpu_s.append(cpu_s() - cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--scratch", default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-verify-", dir=arguments.scratch) as directory:
        film = Film(Path(directory))
        make(film, round(arguments.gigabytes * 1e9))
        log = told(film, Path(directory) / "ledger")
        files = [str(film.store.path_of(number)) for number in film.store.numbers()]
        size = sum(os.path.getsize(path) for path in files)

        def ours(threads: int) -> None:
            found = verify(film.catalog, lambda _: film.store, Ledger(log.reader(), log.root), threads=threads)
            assert (found.segments, found.findings) == (len(files), [])

        engines: dict[str, Callable[[], object]] = {
            "sha256sum": lambda: subprocess.run(["sha256sum", *files], check=True, stdout=subprocess.DEVNULL),
            SHA256: lambda: subprocess.run([*SHA256.split(), *files], check=True, stdout=subprocess.DEVNULL),
            READING: lambda: [read(path) for path in files],
            OURS: lambda: ours(2),
            "one thread of it": lambda: ours(0),
        }
        print(f"{size / 1e9:.2f} GB in {len(files)} files, median of {arguments.runs}, load {os.getloadavg()[0]:.1f}")
        taken = {(name, state): Taken() for state in ("cold", "warm") for name in engines}
        for _ in range(arguments.runs):
            for (name, state), one in taken.items():
                prepare(files, is_cold=state == "cold")
                one.run(engines[name])
        log.close()
        film.close()
    tell(taken, size)


def prepare(files: list[str], *, is_cold: bool) -> None:
    """Take the files out of the page cache, or put them in."""
    for path in files:
        if not is_cold:
            read(path)
            continue
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


def read(path: str) -> None:
    with open(path, "rb", buffering=0) as file:
        while file.read(CHUNK_BYTES):
            pass


def tell(taken: dict[tuple[str, str], Taken], size: int) -> None:
    speeds = {key: size / statistics.median(one.wall_s) / 1e9 for key, one in taken.items()}
    for (name, state), one in taken.items():
        of_cpu = size / max(statistics.median(one.cpu_s), 1e-3) / 1e9
        print(f"  {state} {name}: {speeds[name, state]:.2f} GB/s, {of_cpu:.2f} GB for a second of CPU")
    for state in ("cold", "warm"):
        bound = min(speeds[READING, state], speeds[SHA256, "warm"])
        share = 100 * speeds[OURS, state] / bound
        print(f"  {state}: {OURS} does {share:.0f} % of the smaller of disk and SHA-256 speed ({bound:.2f} GB/s)")


def make(film: Film, size: int) -> None:
    """Segments as large as those of a camera of 4 Mb/s: a minute, half a megabyte a part."""
    original = films.picture
    films.picture = lambda seed, _size=60: original(seed, 100_000)
    try:
        made = n = 0
        while made < size:
            made += film.record(n * SEGMENT_PARTS, parts=SEGMENT_PARTS).file_bytes
            n += 1
    finally:
        films.picture = original


def told(film: Film, directory: Path) -> Log:
    """The ledger, with an entry for each."""
    log = Log.create(directory, "bench", Keys(Signer("bench", SHA256_ED25519.generate())))
    with film.catalog.transaction() as connection:
        _, waiting = pending_leaves(connection, 1 << 30)
        log.append([leaf.body.encode() for leaf in waiting])
        confirm_leaves(connection, waiting, 0)
    return log


def cpu_s() -> float:
    """Of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
