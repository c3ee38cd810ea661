"""kill -9 at random instants: what is lost, what can still be read, how soon recording goes on.

    .venv/bin/python -m benchmarks.crash --kills 50 --cameras 4

For each kill: the footage on disk must reach to within one part (1 s) of the kill; after the restart the first new
picture must be there within a second of it; at the end every file plays, `mingcha check --depth hashes` finds nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.media.sim import SimServer, tiny_clip
from tests.support.recorder import RecorderProcess

PART_S = 1.0
HANDOVER_S = 0.3
"""A part is complete when the picture after it has arrived, and is written a moment later."""


@dataclass
class Result:
    """Seconds per kill, the worst camera each time."""

    lost_s: list[float] = field(default_factory=list)
    resumed_s: list[float] = field(default_factory=list)
    findings: str = ""
    unreadable: list[str] = field(default_factory=list)


async def crash(directory: Path, kills: int, cameras: int, seed: int) -> Result:
    """Record, kill, restart, again and again."""
    rng = random.Random(seed)
    result = Result()
    clip = tiny_clip(gop=25)
    async with SimServer({f"cam{n}": clip for n in range(cameras)}) as sim:
        named = [(name, sim.url(name)) for name in sim.cameras]
        recorder = RecorderProcess(directory, named)
        for _ in range(kills):
            began_us = time.time_ns() // 1000
            recorder.start()
            resumed = await wait_for_footage(recorder, began_us)
            result.resumed_s.append(resumed)
            await asyncio.sleep(rng.uniform(0.0, 3.0))
            killed_us = recorder.kill()
            newest = [recorder.newest_us(camera) for camera in recorder.camera_ids().values()]
            result.lost_s.append(max(0.0, (killed_us - min(newest)) / 1e6))
        recorder.start()
        await asyncio.sleep(3)
        recorder.stop()
    checked = recorder.check()
    result.findings = "" if checked.returncode == 0 else checked.stdout + checked.stderr
    for path in sorted((directory / "store").rglob("*.mp4")):
        played = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"], capture_output=True)
        if played.returncode or played.stderr:
            result.unreadable.append(f"{path.name}: {played.stderr.decode(errors='replace')[:200]}")
    return result


async def wait_for_footage(recorder: RecorderProcess, began_us: int) -> float:
    """Seconds from the start of the process to the first picture recorded by the slowest camera."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        await asyncio.sleep(0.05)
        try:
            firsts = first_pictures(recorder, began_us)
        except Exception:  # noqa: BLE001 - a catalog that is only just being made
            continue
        if firsts and len(firsts) == len(recorder.cameras):
            return max(firsts) / 1e6
    raise RuntimeError(f"no footage in 30 s:\n{recorder.log[-2000:]}")


def first_pictures(recorder: RecorderProcess, began_us: int) -> list[int]:
    """For each camera that records again: microseconds from `began_us` to its first new picture."""
    from mingcha.media.catalog import CatalogReader
    from mingcha.media.container.scan import scan

    reader = CatalogReader(recorder.data / "catalog.db")
    try:
        found = []
        for row in reader.open_segments():
            path = recorder.data / "store" / "open" / f"{row.number:010x}.mp4"
            if row.start_us >= began_us and path.exists() and scan(path).parts:
                found.append(row.start_us - began_us)
        return found
    finally:
        reader.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-crash-") as directory:
        result = asyncio.run(crash(Path(directory), arguments.kills, arguments.cameras, arguments.seed))
    print(f"{arguments.kills} kills, {arguments.cameras} cameras")
    print(f"  lost: median {statistics.median(result.lost_s):.2f} s, most {max(result.lost_s):.2f} s")
    print(f"  first picture: median {statistics.median(result.resumed_s):.2f} s, most {max(result.resumed_s):.2f} s")
    print(f"  unreadable files: {len(result.unreadable)}; check: {result.findings or 'clean'}")
    for line in result.unreadable[:5]:
        print(f"    {line}")


if __name__ == "__main__":
    main()
