"""Recording N cameras: our recorder beside ffmpeg -c copy and a C loop that only reads and writes, in one run.

    .venv/bin/python -m benchmarks.recorder --cameras 100 --seconds 30
    .venv/bin/python -m benchmarks.recorder --cameras 50 --seconds 120 --rounds 3 --engines ours bare

Cameras are simulated, 1080p25 H.264 at about 4 Mb/s, GOP 50, packets paced as a 100 Mbit/s camera port paces them.
Ours runs as a user runs it: hashing, catalog, ledger, live hub, video server. `bare` is ours without hashes and ledger,
for what these cost; a file is sealed each minute, so it takes some minutes to see. Figures are CPU time of the
recording processes alone, as a share of one core, and proportional memory; the machine may be busy: compare the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.proc import cpu_s, memory_mb
from benchmarks.rtsp_sockets import play

HERE = Path(__file__).resolve().parent
SETTLE_S = 8.0
TICK_US = 1000
"""As fine as the simulator goes without spinning; a spinning one would take the recorders' share of a shared core."""


def bench_clip(directory: Path) -> Path:
    """Ten seconds of 1080p25 at 4 Mb/s, encoded once; noise keeps the rate up as a real street does."""
    clip = directory / "bench-1080p25-4m.mp4"
    if not clip.exists():
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25"]
        command += ["-vf", "noise=alls=12:allf=t", "-t", "10", "-c:v", "libx264", "-preset", "veryfast", "-bf", "0"]
        command += ["-b:v", "4M", "-maxrate", "4M", "-bufsize", "2M", "-g", "50", "-keyint_min", "50"]
        command += ["-sc_threshold", "0", "-pix_fmt", "yuv420p", str(clip)]
        subprocess.run(command, check=True)
    return clip


def serve(clip: Path, cameras: int, ready: Path, pace_us: float) -> None:
    """The simulator process: writes its port to `ready`, serves until killed."""
    from mingcha.media.sim import SimServer

    named = {f"cam{n}": clip for n in range(cameras)}

    async def run() -> None:
        async with SimServer(named, pace_us=pace_us, tick_us=TICK_US) as sim:
            ready.write_text(str(sim.port))
            await asyncio.Event().wait()

    asyncio.run(run())


@contextlib.contextmanager
def simulated(clip: Path, cameras: int, pace_us: float) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as directory:
        ready = Path(directory) / "port"
        code = (
            f"from benchmarks.recorder import *; serve(Path({str(clip)!r}), {cameras}, Path({str(ready)!r}), {pace_us})"
        )
        process = subprocess.Popen([sys.executable, "-c", code])
        try:
            while not ready.exists() or not ready.read_text():
                time.sleep(0.1)
            port = ready.read_text()
            yield [f"rtsp://127.0.0.1:{port}/cam{n}/main" for n in range(cameras)]
            print(f"    simulator: {cpu_s([process.pid]):.1f} s CPU in all")
        finally:
            process.kill()
            process.wait()


def stored_bytes(directory: Path) -> int:
    """In all video files below."""
    total = 0
    for file in directory.rglob("*"):
        if file.suffix in (".mp4", ".bin"):
            with contextlib.suppress(FileNotFoundError):  # being renamed
                total += file.stat().st_size
    return total


def measure(name: str, pids: list[int], cameras: int, seconds: float, directory: Path) -> tuple[float, float]:
    """Percent of a core per camera, MB per camera. What is written per camera shows that nobody was starved."""
    time.sleep(SETTLE_S)
    before, stored, began = cpu_s(pids), stored_bytes(directory), time.monotonic()
    time.sleep(seconds)
    passed_s = time.monotonic() - began
    share = (cpu_s(pids) - before) / passed_s
    megabit = (stored_bytes(directory) - stored) * 8e-6 / passed_s / cameras
    memory = memory_mb(pids)
    print(
        f"  {name:<22} {share * 100:7.1f} % of a core   {share * 100 / cameras:6.3f} % a camera   "
        f"{memory:8.1f} MB   {memory / cameras:6.2f} MB a camera   {megabit:5.2f} Mb/s a camera",
        flush=True,
    )
    return share / cameras, memory / cameras


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def record_bare() -> int:
    """`mingcha record` with neither the hashes of parts nor entries of the ledger: there is no such setting."""
    from mingcha.cli.main import main as mingcha
    from mingcha.media.anchor.feeder import Feeder
    from mingcha.media.catalog import leaves, writer
    from mingcha.media.container.seal import SegmentHashes

    SegmentHashes.add = lambda self, part: self.add_digest(bytes(32))  # type: ignore[assignment,method-assign,return-value]
    writer.add_segment_leaf = lambda *of: None  # type: ignore[attr-defined]
    leaves.add_leaf = lambda *of: ""  # type: ignore[assignment]
    Feeder.feed = lambda self: 0  # type: ignore[method-assign]
    return mingcha()


def run_ours(urls: list[str], directory: Path, seconds: float) -> tuple[float, float]:
    return run_recorder("mingcha record", ["-m", "mingcha.cli.main"], urls, directory, seconds)


def run_bare(urls: list[str], directory: Path, seconds: float) -> tuple[float, float]:
    code = "from benchmarks.recorder import record_bare; raise SystemExit(record_bare())"
    return run_recorder("without hashes, ledger", ["-c", code], urls, directory, seconds)


def run_recorder(
    name: str, program: list[str], urls: list[str], directory: Path, seconds: float
) -> tuple[float, float]:
    environ = {
        **os.environ,
        "MINGCHA_DATA_DIR": str(directory),
        "MINGCHA_MEDIA_PORT": str(free_port()),
        "MINGCHA_LOG_LEVEL": "WARNING",
    }
    options = [word for n, url in enumerate(urls) for word in ("--camera", f"cam{n}={url}")]
    process = subprocess.Popen([sys.executable, *program, "record", *options], env=environ)
    try:
        return measure(name, [process.pid], len(urls), seconds, directory)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def run_ffmpeg(urls: list[str], directory: Path, seconds: float) -> tuple[float, float]:
    options = ["-c", "copy", "-f", "segment", "-segment_time", "60", "-segment_format", "mp4"]
    options += ["-segment_format_options", "movflags=+frag_keyframe+empty_moov+default_base_moof"]
    processes = [
        subprocess.Popen(
            ["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url, *options, f"{n}-%05d.mp4"],
            cwd=directory,
        )
        for n, url in enumerate(urls)
    ]
    try:
        return measure("ffmpeg -c copy", [process.pid for process in processes], len(urls), seconds, directory)
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def run_c(urls: list[str], directory: Path, seconds: float) -> tuple[float, float]:
    program = directory / "readwrite"
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "readwrite.c")], check=True)
    socks = [play(url) for url in urls]
    fds = [sock.fileno() for sock in socks]
    process = subprocess.Popen([str(program), str(directory), *map(str, fds)], pass_fds=fds)
    for sock in socks:
        sock.close()
    try:
        return measure("C read and write", [process.pid], len(urls), seconds, directory)
    finally:
        process.terminate()
        process.wait(10)


PEERS = {"ffmpeg": run_ffmpeg, "c": run_c}
ENGINES = {"ours": run_ours, **PEERS, "bare": run_bare}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, nargs="+", default=[10, 50, 100])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=1, help="of all engines in turn; ratios are of medians")
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=["ours", *PEERS])
    parser.add_argument("--pace-us", type=float, default=113.0, help="between packets of a frame; 0: all at once")
    parser.add_argument("--scratch", type=Path, default=None, help="where recordings go while measuring")
    arguments = parser.parse_args()
    clip = bench_clip(Path(tempfile.gettempdir()))
    for cameras in arguments.cameras:
        print(f"{cameras} cameras, {arguments.seconds:.0f} s each, packets {arguments.pace_us:.0f} us apart:")
        shares: dict[str, list[float]] = {name: [] for name in arguments.engines}
        for name in arguments.engines * arguments.rounds:
            directory = Path(tempfile.mkdtemp(prefix="mingcha-bench-", dir=arguments.scratch))
            try:
                with simulated(clip, cameras, arguments.pace_us) as urls:
                    shares[name].append(ENGINES[name](urls, directory, arguments.seconds)[0])
            finally:
                shutil.rmtree(directory, ignore_errors=True)
        tell({name: statistics.median(each) for name, each in shares.items()})


def tell(shares: dict[str, float]) -> None:
    ours = shares.get("ours")
    for name in shares if ours else ():
        if name != "ours":
            print(f"  ours / {name}: CPU {ours / shares[name]:.2f}, {(ours - shares[name]) * 100:+.3f} % a camera")


if __name__ == "__main__":
    main()
