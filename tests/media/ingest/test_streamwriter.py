"""Drafts into segments and gap rows, on a real store and a real catalog, with a clock that obeys."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.errors import Unavailable
from mingcha.base.hashing import sha256
from mingcha.base.timerange import TimeRange
from mingcha.ledger.merkle import leaf_hash, tree_root
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.records import Gap, SegmentRecord
from mingcha.media.container.scan import scan
from mingcha.media.ingest.cutter import Draft
from mingcha.media.ingest.disk import Disk
from mingcha.media.ingest.diskthread import DiskThread
from mingcha.media.ingest.journal import Journal
from mingcha.media.ingest.recording import Recording, Run
from mingcha.media.ingest.streamwriter import StreamWriter
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.units import AccessUnit, VideoFormat

CAMERA = "cam_0000000000000000"
SPS = bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f23c58ba80")
VIDEO = VideoFormat("h264", 640, 360, "avc1.42c01e", (SPS,), (b"\x68\xce\x3c\x80",))
EVER = TimeRange(1, 1 << 60)


@dataclass
class Bench:
    clock: ManualClock
    catalog: Catalog
    store: StoreDirectory
    disk: Disk
    journal: Journal
    writer: StreamWriter
    media: int = 0

    def drafts(
        self, run: Run, seconds: int, *, gop: int = 50, fps: int = 25, damaged: bool = False, at_once: bool = False
    ) -> None:
        """Let so many seconds of pictures arrive and be written."""
        for _ in range(seconds * fps):
            unit = AccessUnit(
                b"\x00\x00\x00\x05\x65" + self.media.to_bytes(4, "big"),
                self.media * 90_000 // fps,
                self.media % gop == 0,
                self.clock.mono_us(),
                damaged=damaged,
            )
            draft = run.cutter.push(unit)
            if draft is not None:
                self.take(run, draft)
            self.media += 1
            if not at_once:
                self.clock.advance(US_PER_S // fps)

    def take(self, run: Run, draft: Draft) -> None:
        self.writer.write(run, draft)
        self.journal.catch_up()
        self.disk.tend()

    def end(self, run: Run, reason: str = "camera.closed") -> None:
        for draft in run.cutter.flush():
            self.take(run, draft)
        self.writer.interrupt(reason, "")

    def segments(self) -> list[SegmentRecord]:
        return self.catalog.segments(CAMERA, "main", EVER)

    def gaps(self) -> list[Gap]:
        return self.catalog.gaps([CAMERA], EVER)[CAMERA]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    clock = ManualClock()
    catalog = Catalog(tmp_path / "catalog.db", clock)
    store = StoreDirectory.create(tmp_path / "store", clock, reserve_bytes=0)
    catalog.add_store(store.store_id)
    journal = Journal(catalog, clock)
    disk = Disk(tmp_path / "store", store.store_id, journal, clock, lambda store: None, reserve_bytes=0)
    disk.adopt(store)
    writer = StreamWriter(CAMERA, "main", disk, journal, clock)
    yield Bench(clock, catalog, store, disk, journal, writer)
    disk.close()
    catalog.close()


def new_run() -> Run:
    return Run(VIDEO, None)


def test_a_segment_ends_at_the_first_key_frame_after_sixty_seconds(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 200)
    bench.end(run)
    assert [segment.frames for segment in bench.segments()] == [1500, 1500, 1500, 500]
    assert all(segment.starts_with_key for segment in bench.segments())


def test_no_frame_is_lost_or_doubled_over_segment_boundaries(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 400)
    bench.end(run)
    payloads = []
    for segment in bench.segments():
        data = bench.store.path_of(segment.number).read_bytes()
        for part in scan(bench.store.path_of(segment.number)).parts:
            payloads += data[part.offset : part.offset + part.size].split(b"\x00\x00\x00\x05\x65")[1:]
    numbers = [int.from_bytes(payload[:4], "big") for payload in payloads]
    assert numbers == list(range(400 * 25))


def test_segments_of_a_run_touch_and_media_offsets_add_up(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 200)
    bench.end(run)
    for before, after in itertools.pairwise(bench.segments()):
        assert after.start_us == before.end_us
        assert after.media_offset == before.media_offset + before.media_duration
        assert after.run == before.run


def test_the_root_is_the_rfc6962_tree_over_header_and_parts_as_they_lie_on_disk(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 70)
    bench.end(run)
    segment = bench.segments()[0]
    found = scan(bench.store.path_of(segment.number))
    data = bench.store.path_of(segment.number).read_bytes()
    pieces = [data[: found.header_bytes]] + [data[part.offset : part.offset + part.size] for part in found.parts]
    assert segment.root == tree_root([leaf_hash(sha256(piece)) for piece in pieces])
    assert found.trailer is not None
    assert found.trailer.root == segment.root


def test_a_stream_without_further_key_frames_is_cut_by_force(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 400, gop=100_000)
    bench.end(run)
    assert [segment.starts_with_key for segment in bench.segments()] == [True, False, False]
    assert sum(segment.frames for segment in bench.segments()) == 400 * 25


def test_a_loss_is_a_gap_from_the_last_picture_to_the_next_with_its_reason(bench: Bench) -> None:
    first = new_run()
    bench.drafts(first, 30)
    bench.end(first, "camera.silent")
    bench.clock.advance(86_400 * US_PER_S)
    bench.media = 0
    bench.drafts(new_run(), 30)
    (gap,) = bench.gaps()
    assert gap.reason == "camera_silent"
    assert gap.start_us == bench.segments()[0].end_us
    assert gap.end_us is not None
    assert abs(gap.end_us - gap.start_us - 86_400 * US_PER_S) < 2 * US_PER_S


def test_a_change_of_reason_ends_one_gap_and_begins_the_next_at_the_same_instant(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 10)
    bench.end(run, "camera.closed")
    bench.clock.advance(10 * US_PER_S)
    bench.writer.interrupt("camera.unauthorised", "")
    bench.clock.advance(10 * US_PER_S)
    bench.writer.interrupt("camera.unauthorised", "")
    first, second = bench.gaps()
    assert (first.reason, second.reason) == ("camera_closed", "camera_unauthorised")
    assert first.end_us == second.start_us
    assert second.end_us is None


def test_damaged_pictures_are_kept_and_the_stretch_is_named(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 4)
    bench.drafts(run, 2, damaged=True)
    bench.drafts(run, 4)
    bench.end(run)
    assert sum(segment.frames for segment in bench.segments()) == 250
    damage = [gap for gap in bench.gaps() if gap.reason == "packets_lost"]
    assert sum((gap.end_us or 0) - gap.start_us for gap in damage) == 2 * US_PER_S


def test_damage_in_a_burst_of_old_pictures_is_named_where_it_was(bench: Bench) -> None:
    run = new_run()
    bench.clock.advance(20 * US_PER_S)
    bench.drafts(run, 4, at_once=True)
    bench.drafts(run, 2, damaged=True, at_once=True)
    bench.drafts(run, 70)
    bench.end(run)
    first = bench.segments()[0]
    damage = [gap for gap in bench.gaps() if gap.reason == "packets_lost"]
    assert [(gap.start_us - first.start_us) // US_PER_S for gap in damage] == [4, 5]
    assert sum((gap.end_us or 0) - gap.start_us for gap in damage) == 2 * US_PER_S


def test_damage_by_bad_data_is_named_so(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 4)
    run.cutter.blame_bad_data()
    bench.drafts(run, 1, damaged=True)
    bench.drafts(run, 4)
    run.cutter.blame_bad_data()
    bench.drafts(run, 4)
    bench.end(run)
    assert [gap.reason for gap in bench.gaps() if gap.reason in ("bad_data", "packets_lost")] == ["bad_data"]


def test_footage_goes_on_to_disk_while_the_catalog_is_locked_for_forty_seconds(bench: Bench, tmp_path: Path) -> None:
    run = new_run()
    bench.drafts(run, 50)
    other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    bench.drafts(run, 40)
    other.execute("ROLLBACK")
    other.close()
    bench.clock.advance(2 * US_PER_S)
    bench.drafts(run, 60)
    bench.end(run)
    bench.clock.advance(2 * US_PER_S)
    assert bench.journal.catch_up()
    assert sum(segment.frames for segment in bench.segments()) == 150 * 25
    assert max(segment.frames for segment in bench.segments()) == 60 * 25
    assert [gap.reason for gap in bench.gaps()] == ["camera_closed"]


def test_a_failing_disk_stops_the_newest_with_a_recorded_gap_and_recording_resumes_by_itself(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run()
    bench.drafts(run, 20)
    before = sorted(path.name for path in bench.store.path.rglob("*.mp4"))

    def full(number: int, header: bytes) -> None:
        raise Unavailable("store.full", "full")

    segment = bench.writer._segment
    assert segment is not None
    monkeypatch.setattr(type(segment), "append", lambda self, draft: full(0, b""))
    recording = Recording(DiskThread(bench.clock, lambda: None), bench.writer)
    assert recording.unkept is None
    bench.drafts(run, 20)
    assert recording.unkept is not None
    assert (recording.unkept.reason, recording.unkept.start_us) == ("store_full", bench.gaps()[0].start_us)
    monkeypatch.undo()
    bench.drafts(run, 40)
    assert recording.unkept is None
    bench.end(run)
    assert recording.unkept is None, "the camera ended that, not a disk"
    reasons = [gap.reason for gap in bench.gaps()]
    assert reasons[0] == "store_full"
    assert bench.segments()[-1].frames > 0
    assert set(before) <= {path.name for path in bench.store.path.rglob("*.mp4")}
    assert any(fact.kind == "storage.alarm" for fact in bench.catalog.facts_after(0))


def test_a_step_of_the_wall_clock_begins_a_run_and_is_a_fact(bench: Bench) -> None:
    run = new_run()
    bench.drafts(run, 90)
    bench.clock.step_wall(3600 * US_PER_S)
    bench.drafts(run, 90)
    bench.end(run)
    runs = [segment.run for segment in bench.segments()]
    assert len(set(runs)) == 2
    stepped = [fact for fact in bench.catalog.facts_after(0) if fact.kind == "clock.stepped"]
    assert stepped[0].detail["error_us"] == 3600 * US_PER_S
    assert sum(segment.frames for segment in bench.segments()) == 180 * 25
