"""What the RTSP client alone costs: N cameras read over real sockets, pictures thrown away.

    .venv/bin/python -m benchmarks.rtsp_client --cameras 50 [--transport udp] [--profile]

Cameras are simulated as in `benchmarks.recorder` (1080p25, 4 Mb/s, packets paced as a 100 Mbit/s port paces them).
Figures are of this process only: CPU time as a share of one core a camera.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.recorder import bench_clip, simulated
from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import parse_url
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

SETTLE_S = 4.0
PACE_US = 113.0


class Drop:
    """A sink that counts."""

    def __init__(self) -> None:
        self.units = 0
        self.bytes = 0
        self.losses: list[str] = []

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        pass

    def on_unit(self, unit: AccessUnit) -> None:
        self.units += 1
        self.bytes += len(unit.payload)

    def on_loss(self, reason: str, detail: str) -> None:
        self.losses.append(f"{reason} {detail}")


async def read(urls: list[str], transport: str, seconds: float, profile: bool) -> None:
    """Open all, settle, measure."""
    poller = Poller(asyncio.get_running_loop())
    sinks = [Drop() for _ in urls]
    sources = [replace(parse_url(url), transport=transport) for url in urls]
    sessions = [Session(source, sink, poller, SystemClock()) for source, sink in zip(sources, sinks, strict=True)]
    for session in sessions:
        await session.open()
    await asyncio.sleep(SETTLE_S)
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    before = resource.getrusage(resource.RUSAGE_SELF)
    began_s, units, size = time.monotonic(), sum(sink.units for sink in sinks), sum(sink.bytes for sink in sinks)
    await asyncio.sleep(seconds)
    passed_s = time.monotonic() - began_s
    after = resource.getrusage(resource.RUSAGE_SELF)
    profiler.disable()
    units, size = sum(sink.units for sink in sinks) - units, sum(sink.bytes for sink in sinks) - size
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    each = passed_s * len(urls)
    print(
        f"{len(urls)} cameras over {transport}: {(user + system) / each:.3%} of a core a camera "
        f"(user {user / each:.3%}, system {system / each:.3%}), {units / each:.1f} pictures/s, "
        f"{size * 8 / each / 1e6:.2f} Mb/s a camera, {after.ru_maxrss / 1024:.0f} MiB in all, "
        f"{sum(len(sink.losses) for sink in sinks)} losses"
    )
    for session in sessions:
        await session.close()
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--transport", choices=("tcp", "udp"), default="tcp")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    clip = bench_clip(Path(tempfile.gettempdir()))
    with simulated(clip, given.cameras, PACE_US) as urls:
        asyncio.run(read(urls, given.transport, given.seconds, given.profile))


if __name__ == "__main__":
    main()
