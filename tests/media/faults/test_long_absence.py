"""What takes hours or days, with a clock that obeys: from supervisor to store and catalog everything else is real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mingcha.base.clock import US_PER_S, ManualClock
from mingcha.base.timerange import TimeRange
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.records import Gap, SegmentRecord
from mingcha.media.ingest.backoff import CAP_S, FIRST_S, REFUSED_CAP_S, Backoff
from mingcha.media.ingest.camera import Feed, StreamSupervisor
from mingcha.media.ingest.disk import Disk
from mingcha.media.ingest.journal import Journal
from mingcha.media.ingest.recording import Recording
from mingcha.media.ingest.streamwriter import StreamWriter
from mingcha.media.live.channel import Channel
from mingcha.media.rtsp.source import SourceError
from mingcha.media.store.directory import StoreDirectory
from mingcha.media.units import AccessUnit, AudioFormat, UnitSink, VideoFormat

CAMERA = "cam_0000000000000000"
SPS = bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f23c58ba80")
VIDEO = VideoFormat("h264", 640, 360, "avc1.42c01e", (SPS,), (b"\x68\xce\x3c\x80",))
EVER = TimeRange(1, 1 << 60)
DAY_S = 86_400
FRAME_US = 40_000


class ThisThread:
    """The writer thread's queue without the thread: jobs are done at once."""

    queued_bytes = 0

    def submit(self, job: Callable[[], None], size_bytes: int = 0) -> bool:
        job()
        return True


@dataclass
class Place:
    """One camera's way to the disk. `absences`: (from, to, code) in seconds since the start, when the camera is not
    there; otherwise a session gives 25 pictures a second. `held_s`: so much the camera kept while it was away, and
    sends at once when it is back."""

    clock: ManualClock
    catalog: Catalog
    journal: Journal
    disk: Disk
    channel: Channel
    recording: Recording
    absences: list[tuple[float, float, str]] = field(default_factory=list)
    attempts: list[float] = field(default_factory=list)
    held_s: float = 0.0
    started_us: int = 0

    @property
    def now_s(self) -> float:
        return (self.clock.wall_us() - self.started_us) / US_PER_S

    def absence(self) -> str:
        return next((code for start, end, code in self.absences if start <= self.now_s < end), "")

    def pass_time(self, us: int) -> None:
        self.clock.advance(us)
        self.journal.catch_up()
        self.disk.tend()

    async def live_through(self, seconds: float) -> None:
        """Supervise the camera for so long."""
        over = asyncio.Event()

        async def sleep(wait_s: float) -> None:
            if self.now_s >= seconds:
                over.set()
                await asyncio.Event().wait()
            self.pass_time(int(wait_s * US_PER_S))

        feed = Feed(self.channel, self.recording, self.clock)
        supervisor = StreamSupervisor(
            "x", feed, lambda sink: Scripted(self, sink, seconds), Backoff(lambda low, high: high), self.clock, sleep
        )
        task = asyncio.create_task(supervisor.run())
        await over.wait()
        task.cancel("recorder_stopped")
        with pytest.raises(asyncio.CancelledError):
            await task

    def gaps(self) -> list[Gap]:
        return self.catalog.gaps([CAMERA], EVER)[CAMERA]

    def segments(self) -> list[SegmentRecord]:
        return self.catalog.segments(CAMERA, "main", EVER)


class Scripted:
    """A session with the camera of a `Place`."""

    def __init__(self, place: Place, sink: UnitSink, until_s: float) -> None:
        self._place, self._sink, self._until_s = place, sink, until_s

    async def open(self) -> tuple[VideoFormat | None, AudioFormat | None]:
        self._place.attempts.append(self._place.now_s)
        if code := self._place.absence():
            raise SourceError(code, "away")
        return VIDEO, None

    async def run(self) -> None:
        place = self._place
        self._sink.on_format(VIDEO, None)
        number = 0
        held = int(place.held_s * US_PER_S / FRAME_US) if len(place.attempts) > 1 else 0
        while not place.absence() and place.now_s < self._until_s:
            payload = b"\x00\x00\x00\x05\x65" + number.to_bytes(4, "big")
            self._sink.on_unit(AccessUnit(payload, number * 3600, number % 50 == 0, place.clock.mono_us()))
            number += 1
            if number > held:
                place.pass_time(FRAME_US)
        raise SourceError(place.absence() or "camera.closed", "ended")

    async def close(self) -> None: ...


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    clock = ManualClock()
    catalog = Catalog(tmp_path / "catalog.db", clock)
    store = StoreDirectory.create(tmp_path / "store", clock, reserve_bytes=0)
    catalog.add_store(store.store_id)
    journal = Journal(catalog, clock)
    disk = Disk(tmp_path / "store", store.store_id, journal, clock, lambda store: None, reserve_bytes=0)
    disk.adopt(store)
    writer = StreamWriter(CAMERA, "main", disk, journal, clock)
    recording = Recording(ThisThread(), writer)  # type: ignore[arg-type]
    found = Place(clock, catalog, journal, disk, Channel(clock), recording, started_us=clock.wall_us())
    yield found
    disk.close()
    catalog.close()


async def test_a_day_away_is_one_gap_and_the_camera_is_back_within_half_a_minute(place: Place) -> None:
    place.absences = [(30, 30 + DAY_S, "camera.timeout")]
    await place.live_through(60 + CAP_S + DAY_S)
    gap, stopped = place.gaps()
    before, *_, after = place.segments()
    assert (gap.reason, stopped.reason) == ("camera_timeout", "recorder_stopped")
    assert gap.start_us == before.end_us == place.started_us + 30 * US_PER_S
    first_after = next(segment for segment in place.segments() if segment.start_us > before.end_us)
    assert gap.end_us == first_after.start_us
    assert DAY_S <= (gap.end_us - gap.start_us) / US_PER_S <= DAY_S + CAP_S
    assert after.end_us == stopped.start_us
    assert DAY_S / CAP_S - 10 < len(place.attempts) < DAY_S / CAP_S + 20


async def test_reasons_that_follow_each_other_leave_no_moment_unexplained(place: Place) -> None:
    hour = 3600.0
    place.absences = [(30, 60, "camera.closed"), (60, hour, "camera.refused"), (hour, 2 * hour, "camera.unauthorised")]
    await place.live_through(2 * hour + REFUSED_CAP_S + 30)
    *gaps, stopped = place.gaps()
    assert [gap.reason for gap in gaps] == ["camera_closed", "camera_refused", "camera_unauthorised"]
    assert stopped.reason == "recorder_stopped"
    assert [gap.end_us for gap in gaps[:-1]] == [gap.start_us for gap in gaps[1:]]
    assert gaps[-1].end_us in {segment.start_us for segment in place.segments()}


async def test_a_password_refused_for_hours_is_tried_every_five_minutes_and_taken_when_it_is_right(
    place: Place,
) -> None:
    place.absences = [(4 * 3600, 10 * 3600, "camera.unauthorised")]
    await place.live_through(10 * 3600 + REFUSED_CAP_S + 60)
    tries = [at for at in place.attempts if 4 * 3600 < at < 10 * 3600]
    assert len(tries) < 6 * 3600 / REFUSED_CAP_S + 8
    (refused, _stopped) = place.gaps()
    assert refused.reason == "camera_unauthorised"
    assert refused.end_us is not None
    assert refused.end_us - refused.start_us < (6 * 3600 + REFUSED_CAP_S) * US_PER_S


async def test_a_camera_that_drops_every_minute_is_asked_again_at_once_each_time(place: Place) -> None:
    place.absences = [(at, at + 0.1, "camera.closed") for at in range(60, 1200, 60)]
    await place.live_through(1200)
    lost_us = [gap.end_us - gap.start_us for gap in place.gaps() if gap.end_us is not None]
    assert len(lost_us) == len(place.absences)
    assert max(lost_us) <= (FIRST_S + 0.2) * US_PER_S


async def test_buffered_frames_after_a_loss_are_dated_back_and_the_gap_shrinks_by_them(place: Place) -> None:
    place.absences = [(30, 60, "camera.timeout")]
    place.held_s = 5.0
    await place.live_through(300)
    gap, _stopped = place.gaps()
    before, after, *_ = place.segments()
    assert (gap.reason, gap.start_us) == ("camera_timeout", before.end_us)
    assert gap.end_us == after.start_us
    came_us = place.started_us + int(next(at for at in place.attempts if at >= 60) * US_PER_S)
    assert after.start_us == came_us - 5 * US_PER_S


async def test_a_stream_whose_first_key_frame_comes_late_is_recorded_from_it_in_the_same_session(place: Place) -> None:
    feed = Feed(place.channel, place.recording, place.clock)
    feed.opened()
    feed.on_format(VIDEO, None)
    for number in range(1500):
        feed.on_unit(AccessUnit(b"\x00\x00\x00\x01\x41", number * 3600, number == 1000, place.clock.mono_us()))
        place.pass_time(FRAME_US)
        if number == 999:
            assert (place.channel.state.state, place.channel.state.reason) == ("stalled", "camera.no_key_frame")
    assert place.channel.state.state == "live"
    place.recording.interrupted("recorder_stopped")
    assert sum(segment.frames for segment in place.segments()) == 500
    late, _stopped = place.gaps()
    assert (late.reason, late.start_us, late.end_us) == ("no_key_frame", place.started_us, place.segments()[0].start_us)


async def test_a_picture_that_does_not_move_is_told_as_frozen_and_as_live_when_it_moves_again(place: Place) -> None:
    feed = Feed(place.channel, place.recording, place.clock)
    feed.opened()
    feed.on_format(VIDEO, None)
    feed.on_unit(AccessUnit(b"\x00\x00\x00\x01\x65", 0, True, place.clock.mono_us()))
    place.pass_time(3 * US_PER_S)
    place.channel.look_for_stall()
    assert place.channel.state.state == "live"
    place.pass_time(2 * US_PER_S)
    place.channel.look_for_stall()
    assert (place.channel.state.state, place.channel.state.reason) == ("stalled", "camera.silent")
    feed.on_unit(AccessUnit(b"\x00\x00\x00\x01\x41", 3600, False, place.clock.mono_us()))
    assert (place.channel.state.state, place.channel.state.reason) == ("live", "")
    place.recording.interrupted("recorder_stopped")
