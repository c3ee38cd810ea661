"""Footage for tests of store and catalog: true files with pictures of noise, made without an encoder, fast."""

from __future__ import annotations

import random
from pathlib import Path

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container import fmp4
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import Identity, trailer_box
from mingcha.media.container.scan import PartInfo
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.store.segment import OpenSegment
from mingcha.media.units import VideoFormat

CAMERA = "cam_0000000000000001"
OTHER = "cam_0000000000000002"
START_US = 1_790_000_000 * US_PER_S
PART_TICKS = 90_000
PART_US = US_PER_S
FRAMES = 5

VIDEO = VideoFormat(
    codec="h264",
    width=320,
    height=240,
    codec_string="avc1.42c00d",
    sps=(bytes.fromhex("6742c00dd90141fb016a0c020c8000000300800000191e2852"),),
    pps=(bytes.fromhex("68cb83cb20"),),
)


def picture(seed: int, size: int = 60) -> bytes:
    """One access unit: a NAL unit of noise behind its length."""
    body = b"\x65" + random.Random(seed).randbytes(size)
    return len(body).to_bytes(4, "big") + body


def part(sequence: int, seed: int = 0) -> bytes:
    """A part of one second."""
    step = PART_TICKS // FRAMES
    start = (sequence - 1) * PART_TICKS
    samples = [
        Sample(picture(seed * 1_000_003 + sequence * 101 + n), start + n * step, start + n * step, step, n == 0)
        for n in range(FRAMES)
    ]
    return fmp4.part(sequence, samples)


class Film:
    """A store and a catalog in a directory, and a recorder of the simplest kind."""

    def __init__(self, directory: Path, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock(START_US)
        self.path = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.catalog = Catalog(directory / "catalog.db", self.clock)
        if (directory / "store").exists():
            self.store = StoreDirectory.open(directory / "store", None, reserve_bytes=0)
        else:
            self.store = StoreDirectory.create(directory / "store", self.clock, reserve_bytes=0)
        # Power cuts are not tested here, and a thousand fsyncs are a minute.
        self.catalog._connection.execute("PRAGMA synchronous = OFF")
        self._runs: dict[tuple[str, str], int] = {}

    def close(self) -> None:
        self.catalog.close()
        self.store.close()

    def reopen(self) -> None:
        """As a new process would."""
        self.close()
        self.__init__(self.path, self.clock)  # type: ignore[misc]

    def new_catalog(self) -> None:
        """Lose the catalog."""
        self.catalog.close()
        for path in self.path.glob("catalog.db*"):
            path.unlink()
        self.catalog = Catalog(self.path / "catalog.db", self.clock)

    def run(self, camera: str = CAMERA, role: str = "main") -> int:
        if (camera, role) not in self._runs:
            self._runs[camera, role] = self.catalog.add_run(camera, role, START_US, VIDEO)
        return self._runs[camera, role]

    def begin(
        self, start_s: float = 0, camera: str = CAMERA, role: str = "main"
    ) -> tuple[OpenSegment, Identity, bytes]:
        """Row and file of a segment."""
        start_us = START_US + round(start_s * US_PER_S)
        run, offset = self.run(camera, role), round(start_s * 90_000)
        number = self.catalog.open_segment(self.store.store_id, camera, role, run, start_us, offset)
        own = Identity(self.store.store_id, camera, role, number, run, start_us, START_US, offset)
        header = fmp4.header(VIDEO, None, own)
        return self.store.create_segment(number, header), own, header

    def record(self, start_s: float = 0, parts: int = 3, camera: str = CAMERA, role: str = "main") -> SegmentRecord:
        """A sealed segment of so many seconds."""
        segment, own, header = self.begin(start_s, camera, role)
        hashes = SegmentHashes(header)
        infos = []
        for n in range(1, parts + 1):
            data = part(n, own.number)
            hashes.add(data)
            infos.append(
                PartInfo(segment.append(data), len(data), (n - 1) * PART_TICKS, PART_TICKS, FRAMES, True, True)
            )
        trailer = hashes.trailer(own.number, own.start_us + parts * PART_US)
        size = segment.seal(trailer_box(trailer))
        record = SegmentRecord(
            number=own.number,
            store=own.store,
            camera=camera,
            role=role,
            run=own.run,
            start_us=own.start_us,
            end_us=trailer.end_us,
            media_offset=own.media_offset,
            media_duration=parts * PART_TICKS,
            file_bytes=size,
            header_bytes=len(header),
            frames=parts * FRAMES,
            root=trailer.root,
        )
        self.catalog.seal_segment(record, infos)
        return record
