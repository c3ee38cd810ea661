"""What hashing and the ledger cost a camera: an hour of 4 Mb/s with and without them, in one run.

.venv/bin/python -m benchmarks.hashing [--minutes 60] [--scratch DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.notes import Signer
from mingcha.media.container.seal import SegmentHashes

PART_BYTES = 500_000
PARTS_A_MINUTE = 60
CAMERAS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--scratch", default=None)
    arguments = parser.parse_args()
    parts = [os.urandom(PART_BYTES) for _ in range(PARTS_A_MINUTE)]
    seconds = arguments.minutes * 60
    with tempfile.TemporaryDirectory(prefix="mingcha-hashing-", dir=arguments.scratch) as directory:
        fd = os.open(Path(directory) / "file", os.O_RDWR | os.O_CREAT)
        without = written(fd, parts, arguments.minutes, hashing=False)
        with_hashes = written(fd, parts, arguments.minutes, hashing=True)
        os.close(fd)
        print(f"{arguments.minutes} minutes of one camera, 4 Mb/s, parts of a second, written to a file")
        print(f"  without hashing {100 * without / seconds:.3f} % of a core, with {100 * with_hashes / seconds:.3f} %")
        print(f"  hashing itself {100 * (with_hashes - without) / seconds:.3f} %")
        log = Log.create(Path(directory) / "ledger", "bench", Keys(Signer("bench", SHA256_ED25519.generate())))
        batches = arguments.minutes
        began = time.process_time()
        for minute in range(batches):
            log.append([entry(minute * CAMERAS + n) for n in range(CAMERAS)])
        used = time.process_time() - began
        log.close()
        print(f"ledger of {CAMERAS} cameras, a batch a minute: {100 * used / (batches * 60) / CAMERAS:.5f} % a camera")


def written(fd: int, parts: list[bytes], minutes: int, *, hashing: bool) -> float:
    """CPU seconds of writing so many minutes."""
    began = time.process_time()
    for _ in range(minutes):
        hashes = SegmentHashes(b"header")
        for n, data in enumerate(parts):
            os.pwrite(fd, data, n * PART_BYTES)
            if hashing:
                hashes.add(data)
        if hashing:
            hashes.trailer(1, 1)
    return time.process_time() - began


def entry(number: int) -> bytes:
    return json.dumps({"kind": "segment", "number": number, "root": f"{number:064x}", "more": "x" * 300}).encode()


if __name__ == "__main__":
    main()
