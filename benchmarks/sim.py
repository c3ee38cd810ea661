"""What simulated cameras cost: CPU share of one process that serves N streams of 1080p25 at 4 Mb/s over TCP.

    .venv/bin/python benchmarks/sim.py [--streams 100] [--seconds 20]

A child process reads and throws away. Paces: all packets of a frame at once, at the line rate of a 100 Mbit/s
camera port (113 us apart), and spread over the whole frame interval.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip
from mingcha.media.sim.player import US_PER_S
from mingcha.media.sim.server import LINE_PACE_US, SimServer
from mingcha.media.sim.tiny import tiny_clip

SPREAD_US = 1e9
# Name, microseconds between packets, microseconds of a tick.
PACES = (
    ("frame at once", 0.0, 2000),
    ("line rate of 100 Mbit/s", LINE_PACE_US, 2000),
    ("spread over the interval, 5 ms steps", SPREAD_US, 5000),
    ("spread over the interval, 2 ms steps", SPREAD_US, 2000),
)


def read_and_drop(urls: list[str], seconds: float) -> dict[str, float]:
    """Open all URLs by TCP, read for so long; bytes and reads."""
    selector = selectors.DefaultSelector()
    for url in urls:
        host, _, port = url.split("/")[2].partition(":")
        sock = socket.create_connection((host, int(port)))
        setup = f"SETUP {url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
        sock.sendall(setup.encode())
        session = sock.recv(4096).decode().split("Session: ")[1].partition(";")[0]
        sock.sendall(f"PLAY {url} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n".encode())
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
    buffer = bytearray(1 << 18)
    end = time.monotonic() + seconds
    total = reads = 0
    while time.monotonic() < end:
        # Reading on a tick as our recorder does, so that the reader leaves the cores to the simulator.
        time.sleep(0.010)
        for key, _ in selector.select(0):
            assert isinstance(key.fileobj, socket.socket)
            try:
                total += key.fileobj.recv_into(buffer)
            except BlockingIOError:
                continue
            reads += 1
    return {"bytes": total, "reads": reads}


async def measure(clip: Clip, streams: int, seconds: float, pace_us: float, tick_us: int) -> dict[str, float]:
    frame_us = round(US_PER_S / clip.fps)
    cameras = [
        # Neither frames nor key frames of a hundred cameras fall together.
        Camera(
            f"cam{n}", {"main": clip}, is_aligned=True, phase_us=n * clip.duration_us // streams + n * 7919 % frame_us
        )
        for n in range(streams)
    ]
    async with SimServer(cameras=cameras, pace_us=pace_us, tick_us=tick_us) as sim:
        urls = [sim.url(camera.name, start="now") for camera in cameras]
        command = [sys.executable, __file__, "--read", json.dumps(urls), "--seconds", str(seconds + 2)]
        reader = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        await asyncio.sleep(1.5)
        cpu, wall = time.process_time(), time.monotonic()
        before = os.times()
        sim.pacer.late_us_max = 0
        sent = sum(player.packets_sent for one in sim.sessions() for player in one.players.values())
        await asyncio.sleep(seconds)
        elapsed = time.monotonic() - wall
        share = (time.process_time() - cpu) / elapsed
        after = os.times()
        packets = sum(player.packets_sent for one in sim.sessions() for player in one.players.values()) - sent
        left_out = sum(player.units_left_out for one in sim.sessions() for player in one.players.values())
        late_us = sim.pacer.late_us_max
        out, _ = await reader.communicate()
        got = json.loads(out)
    return {
        "share": share,
        "user": (after.user - before.user) / elapsed,
        "system": (after.system - before.system) / elapsed,
        "packets_per_s": packets / elapsed,
        "megabit_per_s": got["bytes"] * 8 / (seconds + 2) / 1e6,
        "left_out": left_out,
        "late_ms": late_us / 1000,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--read", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(json.dumps(read_and_drop(json.loads(given.read), given.seconds)))
        return 0
    path = tiny_clip(size=(1920, 1080), seconds=8, gop=50, noise=12, bit_rate=4_000_000)
    clip = Clip.load(path)
    mbit = Path(path).stat().st_size * 8 / (clip.duration_us / US_PER_S) / 1e6
    print(f"{given.streams} streams of 1920x1080, {float(clip.fps):g} fps, {mbit:.2f} Mb/s")
    print("| pace | share of a core | user | system | packets/s | Mb/s read | frames left out | latest tick, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, pace_us, tick_us in PACES:
        got = asyncio.run(measure(clip, given.streams, given.seconds, pace_us, tick_us))
        print(
            f"| {name} | {got['share']:.3f} | {got['user']:.3f} | {got['system']:.3f} | {got['packets_per_s']:.0f} "
            f"| {got['megabit_per_s']:.0f} | {got['left_out']:.0f} | {got['late_ms']:.1f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
