"""Every recorded picture against the source, by hash, over a thousand segment boundaries.

    .venv/bin/python -m benchmarks.continuity --cameras 20 --seconds 110 --segment-s 2

Segments are made short so that boundaries come often; what happens at one does not depend on its length.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.media.catalog import CatalogReader
from mingcha.media.sim import SimServer, tiny_clip
from tests.support.recorder import EVER, RecorderProcess, first_break


@dataclass
class Result:
    """`breaks`: camera and where its recording departs from the source; empty is what is wanted."""

    frames: int = 0
    boundaries: int = 0
    gaps: int = 0
    breaks: list[str] = field(default_factory=list)


async def record_and_compare(
    directory: Path, *, cameras: int, seconds: float, segment_s: int, codec: str = "h264", bframes: int = 0
) -> Result:
    """Record looped clips with the real recorder, then compare."""
    clip = tiny_clip(codec=codec, gop=25, seconds=10, bframes=bframes)
    async with SimServer({f"cam{n}": clip for n in range(cameras)}) as sim:
        recorder = RecorderProcess(directory, [(name, sim.url(name)) for name in sim.cameras])
        recorder.environ = {"MINGCHA_SEGMENT_S": str(segment_s)}
        recorder.start()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(recorder.stop)
        loop = sim.unit_hashes("cam0")
    return compare(recorder, loop)


def compare(recorder: RecorderProcess, loop: tuple[bytes, ...]) -> Result:
    result = Result()
    for name, camera in recorder.camera_ids().items():
        frames = list(recorder.frames(camera))
        result.frames += len(frames)
        broken = first_break(iter(frames), loop)
        if broken is not None:
            result.breaks.append(f"{name}: frame {broken[0]}: {broken[1]}")
        reader = CatalogReader(recorder.data / "catalog.db")
        segments = reader.segments(camera, "main", EVER)
        result.boundaries += len(segments) - 1
        closed = [gap for gap in reader.gaps([camera], EVER).get(camera, []) if gap.end_us is not None]
        result.gaps += len(closed)
        reader.close()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=110.0)
    parser.add_argument("--segment-s", type=int, default=2)
    parser.add_argument("--codec", choices=("h264", "h265"), default="h264")
    parser.add_argument("--bframes", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mingcha-continuity-") as directory:
        result = asyncio.run(
            record_and_compare(
                Path(directory),
                cameras=arguments.cameras,
                seconds=arguments.seconds,
                segment_s=arguments.segment_s,
                codec=arguments.codec,
                bframes=arguments.bframes,
            )
        )
    print(f"{result.frames} frames, {result.boundaries} boundaries, {result.gaps} gaps")
    print("  0 lost, 0 doubled" if not result.breaks else "\n".join(result.breaks))


if __name__ == "__main__":
    main()
