"""`mingcha record` as a child process, and what it left on the disk read back frame by frame."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import CatalogReader
from mingcha.media.container.samples import read_samples
from mingcha.media.container.scan import scan
from mingcha.media.footage.archive import read_exactly
from mingcha.media.run.node import load_plan
from mingcha.media.sim import hash_sample
from mingcha.media.store.directory import StoreDirectory

EVER = TimeRange(1, 1 << 61)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RecorderProcess:
    """Start with `start`; `data` is its data directory. `cameras`: (name, address)."""

    data: Path
    cameras: list[tuple[str, str]]
    process: subprocess.Popen[bytes] | None = None
    environ: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
        environ |= {"MINGCHA_DATA_DIR": str(self.data), "MINGCHA_MEDIA_PORT": str(free_port()), **self.environ}
        options = [word for name, url in self.cameras for word in ("--camera", f"{name}={url}")]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "record.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mingcha.cli.main", "record", *options], env=environ, stdout=log, stderr=log
            )

    def kill(self) -> int:
        """kill -9; the wall instant just after it, in microseconds."""
        assert self.process is not None
        self.process.kill()
        at_us = time.time_ns() // 1000
        self.process.wait()
        return at_us

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    @property
    def log(self) -> str:
        return (self.data / "record.log").read_text(errors="replace")

    def camera_ids(self) -> dict[str, str]:
        """Name to id, from the stored plan."""
        return {camera.name: camera.camera for camera in load_plan(self.data / "plan.json").cameras}

    def check(self, depth: str = "hashes") -> subprocess.CompletedProcess[str]:
        """`mingcha check` on what is there."""
        environ = {**os.environ, "MINGCHA_DATA_DIR": str(self.data), **self.environ}
        command = [sys.executable, "-m", "mingcha.cli.main", "check", "--depth", depth]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    def newest_us(self, camera: str) -> int:
        """End of the newest picture on disk, in a sealed or an open segment; 0 when there is none."""
        reader = CatalogReader(self.data / "catalog.db")
        try:
            newest = reader.last_end(camera, "main") or 0
            store = self.data / "store"
            for row in reader.open_segments():
                path = store / "open" / f"{row.number:010x}.mp4"
                if row.camera == camera and path.exists():
                    newest = max(newest, row.start_us + scan(path).media_duration * 100 // 9)
            return newest
        finally:
            reader.close()

    def frames(self, camera: str) -> Iterator[bytes]:
        """Hash of every recorded picture of a camera, in order of recording, without parameter sets and the like."""
        reader = CatalogReader(self.data / "catalog.db")
        with StoreDirectory.open(self.data / "store", None, write=False) as store:
            for record in reader.segments(camera, "main", EVER):
                codec = reader.run(record.run)
                assert codec is not None
                fd = store.open_file(record.number)
                try:
                    for part in scan(store.path_of(record.number)).parts:
                        data = read_exactly(fd, part.size, part.offset)
                        for track in read_samples(data):
                            for sample in track.samples:
                                yield hash_sample(codec.codec, data[sample.offset : sample.offset + sample.size])
                finally:
                    os.close(fd)
        reader.close()


def first_break(frames: Iterator[bytes], loop: tuple[bytes, ...]) -> tuple[int, str] | None:
    """Where a recording of a looped clip departs from the clip: (index of the frame, what), or None. The recording may
    begin anywhere in the loop."""
    expected: int | None = None
    for index, digest in enumerate(frames):
        if expected is None:
            if digest not in loop:
                return index, "not a frame of the source"
            expected = loop.index(digest)
        if loop[expected % len(loop)] != digest:
            known = loop.index(digest) if digest in loop else -1
            return index, f"expected frame {expected % len(loop)} of the loop, found {known}"
        expected += 1
    return None
