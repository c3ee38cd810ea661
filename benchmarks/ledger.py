"""The ledger's figures: appends per second by batch size, proof size and time, fsck speed.

    python3 dev.py bench ledger [--suite sm3-sm2] [--entries N] [--directory DIR]

The directory should be on the disk that will hold the log: fsync is what an append waits for. Beside the log stands the
limit, in the same run: the same number of files written, fsynced and renamed with nothing in them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
import timeit
from collections.abc import Sequence
from pathlib import Path

from mingcha.base.suites import Suite, suite_named
from mingcha.ledger.checkpoints import Checkpoint
from mingcha.ledger.disk import Disk
from mingcha.ledger.fsck import check
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.ledger.proofs import verify_consistency, verify_inclusion
from mingcha.ledger.reader import LogReader

ENTRY_BYTES = 300
"""About a segment-sealed leaf: ids, times, root, frozen retention rule."""

SAMPLES = 400


def keys(suite: Suite) -> Keys:
    return Keys(Signer("bench.example/log", suite.generate()))


def batch(start: int, count: int) -> list[bytes]:
    return [(b"%020d" % index).ljust(ENTRY_BYTES, b".") for index in range(start, start + count)]


def signatures(suite: Suite) -> None:
    """What one checkpoint costs to sign and to check, and what a node of the tree costs."""
    key, message = suite.generate(), b"m" * 120
    signature = key.sign(message)
    figures = {
        "signatures": timeit.timeit(lambda: key.sign(message), number=SAMPLES) / SAMPLES,
        "checks": timeit.timeit(lambda: suite.is_signed(key.public, message, signature), number=SAMPLES) / SAMPLES,
        "nodes hashed": timeit.timeit(lambda: suite.digest(message[:65]), number=100 * SAMPLES) / 100 / SAMPLES,
    }
    print(", ".join(f"{1 / took:,.0f} {name}/s" for name, took in figures.items()) + "\n")


def append_rates(directory: Path, suite: Suite, sizes: Sequence[int], seconds: float) -> None:
    """Appends of each batch size for some seconds each, on a log of its own."""
    print(f"{'batch':>7} {'entries/s':>11} {'ms/append':>10}   durable and signed when it returns")
    for size in sizes:
        with Log.create(directory / f"batch-{size}", "bench.example/log", keys(suite)) as log:
            took: list[float] = []
            end = time.perf_counter() + seconds
            while time.perf_counter() < end:
                entries = batch(log.size, size)
                began = time.perf_counter()
                log.append(entries)
                took.append(time.perf_counter() - began)
            print(f"{size:>7} {log.size / sum(took):>11,.0f} {statistics.median(took) * 1000:>10.2f}")


def disk_limit(directory: Path, seconds: float) -> None:
    """What three files and three directories cost: the least an append needs."""
    disk, folders, took = Disk(), [directory / name for name in "abc"], []
    for folder in folders:
        disk.make_directory(folder)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        disk.put({folder / "file": b"" for folder in folders})
        disk.sync(folders)
        took.append(time.perf_counter() - began)
    print(f"  limit {'':>11} {statistics.median(took) * 1000:>10.2f}   three empty files, fsynced and renamed\n")


def proofs(directory: Path, log_keys: Keys, size: int) -> None:
    with Log.open(directory, log_keys) as log:
        root = log.root
    inclusion, consistency, checking, lengths = [], [], [], []
    for sample in range(SAMPLES):
        index = sample * size // SAMPLES
        reader = LogReader(directory, size)
        began = time.perf_counter()
        proof = reader.tree.inclusion_proof(index)
        inclusion.append(time.perf_counter() - began)
        lengths.append(len(proof))
        leaf = reader.hashing.leaf(reader.entry(index))
        began = time.perf_counter()
        verify_inclusion(leaf, index, size, proof, root, reader.hashing)
        checking.append(time.perf_counter() - began)
        old_root = reader.at(index + 1).root()
        reader = LogReader(directory, size)
        began = time.perf_counter()
        path = reader.tree.consistency_proof(index + 1)
        consistency.append(time.perf_counter() - began)
        verify_consistency(index + 1, old_root, size, root, path, reader.hashing)
    print(f"proofs in a log of {size:,} entries, nothing cached (median ms):")
    print(f"  inclusion   {statistics.median(inclusion) * 1000:.2f} made, {max(lengths) * 32} bytes at most")
    print(f"  consistency {statistics.median(consistency) * 1000:.2f} made")
    print(f"  checking    {statistics.median(checking) * 1000:.3f}\n")


def fsck_speed(directory: Path, log_keys: Keys) -> None:
    with Log.open(directory, log_keys) as log:
        checkpoint: Checkpoint = Checkpoint(log.origin, log.size, log.root)
    began = time.perf_counter()
    result = check(directory, checkpoint)
    took = time.perf_counter() - began
    rate, mb_per_s = result.entries / took, result.entries * ENTRY_BYTES / took / 1e6
    print(f"fsck {result.entries:,} entries in {took:.1f} s: {rate:,.0f}/s, {mb_per_s:.0f} MB/s")
    print(f"findings: {len(result.findings)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=200_000, help="size of the log for proofs and fsck")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each batch size")
    parser.add_argument("--suite", default="sha256-ed25519", help="sha256-ed25519 or sm3-sm2")
    parser.add_argument("--directory", type=Path, default=None, help="where to write; default: a temporary directory")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-ledger-", dir=arguments.directory) as name:
        directory, suite = Path(name), suite_named(arguments.suite)
        print(f"{os.cpu_count()} cores, entries of {ENTRY_BYTES} bytes, suite {suite.name}\n")
        signatures(suite)
        append_rates(directory, suite, (1, 16, 256, 2_000), arguments.seconds)
        disk_limit(directory, arguments.seconds)
        log_keys = keys(suite)
        with Log.create(directory / "large", "bench.example/log", log_keys) as log:
            while log.size < arguments.entries:
                log.append(batch(log.size, min(20_000, arguments.entries - log.size)))
        proofs(directory / "large", log_keys, arguments.entries)
        fsck_speed(directory / "large", log_keys)


if __name__ == "__main__":
    main()
