"""A large archive without its footage: ledger and names of files as a recorder leaves them, and what its catalog holds.

Every camera is interrupted for a second at the end of each half day. What the first day recorded was deleted by its
rule, with certificates. The first file of each run is real, since the run is read from it; all others are names of a
small file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mingcha.base.clock import US_PER_S
from mingcha.base.suites import SHA256_ED25519
from mingcha.ledger.log import Keys, Log
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.ledger.notes import Signer
from mingcha.media.catalog.keeping import spans_of
from mingcha.media.catalog.leaves import entry_text, segment_fields
from mingcha.media.catalog.records import SegmentRecord
from mingcha.media.container import fmp4
from mingcha.media.container.identity import Identity
from mingcha.media.store import layout
from mingcha.media.store.directory import StoreDirectory
from tests.media.catalog.film import VIDEO, part

START_US = 20_717 * 86_400 * US_PER_S
MINUTE_US = 60 * US_PER_S
HALF_DAY, DAY = 720, 1440
BATCH, MOST_LINKS = 5_000, 60_000
BITE = 48
"""Segments of one certificate: those of half a day go without remainder."""
BOOT, SINCE_BOOT_US = "boot-1", 3_600 * US_PER_S
HOLD = "hld_0000000000000001"
Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Archive:
    """So many cameras and days, after one day more that was deleted. Minutes and halves of days count from 0."""

    cameras: int
    days: int
    store: str

    def __post_init__(self) -> None:
        fields = {name: value for name, value in self.fields(0, 0).items() if not isinstance(value, bool)}
        names = {name: f"%({name}){'d' if isinstance(value, int) else 's'}" for name, value in fields.items()}
        text = entry_text("segment", self.fields(0, 0) | names | {"rule": self.rule})
        object.__setattr__(self, "mould", re.sub(r'"(%\(\w+\)d)"', r"\1", text))

    @property
    def minutes(self) -> int:
        return (self.days + 1) * DAY

    @property
    def halves(self) -> range:
        return range(2 * (self.days + 1))

    @property
    def end_us(self) -> int:
        return START_US + self.minutes * MINUTE_US

    @property
    def kept(self) -> int:
        return self.days * DAY * self.cameras

    @property
    def names(self) -> list[str]:
        return [f"cam_{camera:016d}" for camera in range(self.cameras)]

    @property
    def rule(self) -> dict[str, Any]:
        keep_us = self.days * DAY * MINUTE_US
        more = {"make_room": False, "ground": ["imaginary-1 17"], "law_version": "v1"}
        return {"floor_us": keep_us, "ceiling_us": keep_us, **more}

    def stretch(self, half: int, camera: int) -> tuple[int, int]:
        """What was recorded of a half day."""
        start_us = START_US + half * HALF_DAY * MINUTE_US + camera * 7919
        return start_us, start_us + HALF_DAY * MINUTE_US - US_PER_S

    def record(self, minute: int, camera: int) -> SegmentRecord:
        """The file of a minute; the last one of a half day is a second short."""
        number, (half, within) = minute * self.cameras + camera + 1, divmod(minute, HALF_DAY)
        start_us, seconds = START_US + minute * MINUTE_US + camera * 7919, 60 - (within == HALF_DAY - 1)
        return SegmentRecord(
            number, self.store, f"cam_{camera:016d}", "main", half * self.cameras + camera + 1,
            start_us, start_us + seconds * US_PER_S, within * 5_400_000, seconds * 90_000,
            30_000_000 + number % 1000, 900, seconds * 25, number.to_bytes(32, "big"),
        )  # fmt: skip

    def fields(self, minute: int, camera: int) -> dict[str, Any]:
        return segment_fields(self.record(minute, camera))

    # The ledger

    def entries(self) -> Iterator[str]:
        """All of it, in order."""
        for name in self.names:
            yield entry_text("rule", {"camera": name, "role": "main", "rule": self.rule, "at_us": START_US})
        for half in self.halves:
            for minute in range(half * HALF_DAY, (half + 1) * HALF_DAY):
                for camera in range(self.cameras):
                    yield self.mould % self.fields(minute, camera)  # type: ignore[attr-defined]
            for camera, name in enumerate(self.names):
                end_us = self.stretch(half, camera)[1]
                gap = {"start_us": end_us, "end_us": end_us + US_PER_S, "reason": "camera_lost"}
                yield entry_text("gap", {"camera": name, "role": "main", **gap})
        for first in range(0, DAY, BITE):
            for camera in range(self.cameras):
                yield self._deletion(range(first, first + BITE), camera)
        hold = {"hold": HOLD, "camera": self.names[0], "start_us": self.end_us - DAY * MINUTE_US, "until_us": None}
        yield entry_text("hold", {**hold, "end_us": self.end_us, "released": False, "at_us": self.end_us})
        clock = {"trusted_us": self.end_us, "boot": BOOT, "since_boot_us": SINCE_BOOT_US, "at_us": self.end_us}
        yield entry_text("clock", clock)

    def _deletion(self, minutes: range, camera: int) -> str:
        gone = [self.record(minute, camera) for minute in minutes]
        at_us = gone[-1].end_us + self.rule["ceiling_us"]
        identity = f"{gone[0].number:016d}"
        detail = {
            "certificate": f"dlc_{identity}", "role": "main", "numbers": spans_of(one.number for one in gone),
            "start_us": gone[0].start_us, "end_us": gone[-1].end_us, "segments": len(gone),
            "bytes": sum(one.file_bytes for one in gone), "cause": "ceiling",
            "root": tree_root([leaf_hash(one.root) for one in gone]).hex(),
            "rule": self.rule, "law_version": "v1",
        }  # fmt: skip
        more = {"camera": self.names[camera], "at_us": at_us, "fact": f"fct_{identity}"}
        return entry_text("deletion", {**detail, **more})

    def write_ledger(self, directory: Path) -> None:
        with Log.create(directory, "bench", Keys(Signer("bench", SHA256_ED25519.generate()))) as log:
            batch: list[bytes] = []
            for text in self.entries():
                batch.append(text.encode())
                if len(batch) == BATCH:
                    log.append(batch)
                    batch = []
            log.append(batch)

    # The files

    def name_files(self, store: StoreDirectory) -> None:
        """In the store: what was not deleted. The file that the names lead to lies beside it."""
        last, segments = "", f"{store.path}/{layout.SEGMENTS_NAME}"
        for number in range(DAY * self.cameras + 1, self.minutes * self.cameras + 1):
            directory = f"{segments}/{layout.directory_name(number)}"
            if directory != last:
                os.mkdir(directory)
                last = directory
            minute, camera = divmod(number - 1, self.cameras)
            filler, name = f"{store.path}.{number // MOST_LINKS}", f"{directory}/{layout.file_name(number)}"
            if minute % HALF_DAY == 0:
                Path(name).write_bytes(self._first(minute, camera))
                continue
            try:
                os.link(filler, name)
            except FileNotFoundError:
                Path(filler).write_bytes(b"names of this file stand for recordings")
                os.link(filler, name)

    def _first(self, minute: int, camera: int) -> bytes:
        told = self.record(minute, camera)
        own = Identity(told.store, told.camera, "main", told.number, told.run, told.start_us, told.start_us, 0)
        return fmp4.header(VIDEO, None, own) + part(1)

    # The catalog

    def tables(self) -> dict[str, tuple[str, Rows]]:
        """By name: a question to the catalog, and what must be the answer."""
        kept, rule = self.halves[2:], self.rule
        terms = (rule["floor_us"], rule["ceiling_us"], 0, '["imaginary-1 17"]', "v1")
        every = range(self.cameras)
        return {
            "store": ("SELECT id, store FROM store", iter([(1, self.store)])),
            "rule": ("SELECT * FROM rule", iter([(1, *terms)])),
            "stream": ("SELECT * FROM stream ORDER BY id", ((c + 1, self.names[c], "main") for c in every)),
            "stream_rule": ("SELECT * FROM stream_rule ORDER BY stream", ((c + 1, 1, START_US) for c in every)),
            "segment": ("SELECT * FROM segment ORDER BY stream, start_us", self._segments()),
            "run": (
                "SELECT id, stream, start_us, codec, width, height FROM run ORDER BY id",
                (
                    (h * self.cameras + c + 1, c + 1, self.stretch(h, c)[0], "h264", VIDEO.width, VIDEO.height)
                    for h in kept
                    for c in every
                ),
            ),
            "coverage": (
                "SELECT * FROM coverage ORDER BY stream, start_us",
                ((c + 1, *self.stretch(h, c)) for c in every for h in kept),
            ),
            "deleted": (
                "SELECT * FROM deleted ORDER BY stream, start_us",
                ((c + 1, *self.stretch(h, c)) for c in every for h in (0, 1)),
            ),
            "gap": (
                "SELECT stream, end_us - start_us, end_us, reason FROM gap ORDER BY stream, start_us",
                ((c + 1, US_PER_S, self.stretch(h + 1, c)[0], "camera_lost") for c in every for h in self.halves),
            ),
            "stock": ("SELECT * FROM stock ORDER BY stream", self._stock()),
            "hold": (
                "SELECT hold, camera, start_us, end_us, until_us, released_us FROM hold",
                iter([(HOLD, self.names[0], self.end_us - DAY * MINUTE_US, self.end_us, None, None)]),
            ),
            "leaf, open_segment, garbage": (
                "SELECT 1 FROM leaf UNION ALL SELECT 1 FROM open_segment UNION ALL SELECT 1 FROM garbage",
                iter([]),
            ),
        }  # fmt: skip

    def _segments(self) -> Rows:
        for camera in range(self.cameras):
            for minute in range(DAY, self.minutes):
                one = self.record(minute, camera)
                before = self.cameras * (1 + minute // HALF_DAY)  # rules, and gaps told until then
                yield (
                    *(camera + 1, one.start_us, one.number, one.end_us, 1, one.run, one.media_offset),
                    *(one.media_duration, one.file_bytes, one.header_bytes, one.frames, 0, one.root, 1),
                    before + one.number - 1,
                )

    def _stock(self) -> Rows:
        for camera in range(self.cameras):
            sizes = (self.record(minute, camera).file_bytes for minute in range(DAY, self.minutes))
            yield camera + 1, 1, self.days * DAY, sum(sizes)
