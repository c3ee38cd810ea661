"""The disk side of recording one stream: drafts into segments, losses into gap rows. Runs on the writer thread."""

from __future__ import annotations

import logging

from mingcha.base.clock import Clock
from mingcha.base.errors import Unavailable
from mingcha.media.catalog import Catalog
from mingcha.media.catalog.adopt import ticks_to_us
from mingcha.media.catalog.reasons import reason_of
from mingcha.media.catalog.records import Gap, SegmentRecord
from mingcha.media.container import fmp4
from mingcha.media.container.identity import Identity
from mingcha.media.ingest.cutter import Draft
from mingcha.media.ingest.disk import Disk, DiskChoice
from mingcha.media.ingest.journal import Journal
from mingcha.media.ingest.openrun import PAUSE_TICKS, OpenRun, Stretch, pauses_of
from mingcha.media.ingest.recording import Run
from mingcha.media.ingest.runclock import RunClock, SegmentTimes
from mingcha.media.ingest.segmentfile import SEGMENT_S, SegmentFile

log = logging.getLogger(__name__)


class StreamWriter:
    """Writes one stream of one camera. Every method is called in the order in which things happened."""

    def __init__(
        self,
        camera: str,
        role: str,
        disks: DiskChoice,
        journal: Journal,
        clock: Clock,
        *,
        last_end_us: int = 0,
        gap: Gap | None = None,
        segment_s: int = SEGMENT_S,
    ) -> None:
        """`last_end_us`: end of the stream's newest recording, or 0; nothing is dated before it. `gap`: the one that
        is open, as recovery left it."""
        self._segment_s = segment_s
        self._camera = camera
        self._role = role
        self._key = (camera, role)
        self._disks = disks
        self._disk: Disk | None = None
        self._journal = journal
        self._clock = clock
        self._ordered_us = clock.wall_us()
        self._end_us = last_end_us
        self._run: OpenRun | None = None
        self._segment: SegmentFile | None = None
        self._generation = -1
        self.gap = gap
        self._not_before_us = last_end_us
        self._turned_by = ""

    @property
    def open_number(self) -> int | None:
        """Number of the file being written, so that recovery leaves it alone."""
        return None if self._segment is None or self._is_stale else self._segment.number

    @property
    def _is_stale(self) -> bool:
        """Whether the open file lies on a disk that was given up."""
        return self._disk is None or self._generation != self._disk.generation

    def write(self, run: Run, draft: Draft) -> None:
        """One part. What cannot be written becomes a gap; nothing is raised."""
        try:
            self._write(run, draft)
        except Unavailable as error:
            self._lose(error.code)

    def interrupt(self, reason: str, detail: str) -> None:
        """The run is over: seal what is there; from its end on there is a gap."""
        self._end_segment()
        self._run = None
        self._open_gap(reason_of(reason), detail)

    # Parts

    def _write(self, run: Run, draft: Draft) -> None:
        if self._segment is not None and self._is_stale:
            self._leave_file(self._disk.away_code if self._disk else "store.absent")
        if self._run is None or self._run.source is not run:
            self._end_segment()
            self._run = None
            if not draft.starts_with_key:
                return
        segment = self._segment
        if segment is not None and segment.is_due(draft):
            segment = self._rotate(draft)
        if segment is None:
            segment = self._begin(run, draft)
            if segment is None:
                return
        opened = self._run
        if opened is None:
            raise RuntimeError("a segment without a run")
        segment = self._append(opened, segment, draft)
        self._close_gap(opened)
        if draft.damaged:
            self._note_damage(opened, segment, draft)
        if draft.end - draft.start > PAUSE_TICKS:
            self._note_pauses(opened, segment, draft)

    def _append(self, opened: OpenRun, segment: SegmentFile, draft: Draft) -> SegmentFile:
        """Write the part; when the disk fails, into a new file on another one: the run goes on, and nothing is lost
        but what the failed disk does not keep. The file that holds the part. Raises Unavailable without such a disk."""
        opened.clock.observe(ticks_to_us(draft.start - opened.first_dts), draft.arrived_mono_us)
        try:
            segment.append(draft)
        except Unavailable as error:
            if self._disk is not None:
                self._disk.failed(error)
            self._leave_file(error.code)
            if self._run is not opened:
                raise
            elsewhere = self._create(opened, draft, *self._new_number(opened, draft, opened.clock.start_us))
            return self._append(opened, elsewhere, draft)
        return segment

    def _rotate(self, draft: Draft) -> SegmentFile | None:
        """Seal the segment that is due and begin the next. The next one's number comes first: while the catalog is
        locked there is none, and the segment goes on growing, up to the forced end."""
        segment, opened = self._segment, self._run
        if segment is None or opened is None:
            return None
        begins_us = opened.clock.start_us + ticks_to_us(draft.start - segment.first_dts)
        try:
            number, disk = self._new_number(opened, draft, begins_us)
        except Unavailable as error:
            if segment.is_overdue(draft) or not error.code.startswith("catalog."):
                self._end_segment()
                raise
            return segment
        self._end_segment(going_on=True)
        if self._run is not opened:
            self._journal.change(lambda catalog: catalog.forget_open(number))
            return None
        return self._create(opened, draft, number, disk)

    def _begin(self, run: Run, draft: Draft) -> SegmentFile | None:
        """The first file of a run, which needs a key frame, or the next one on another disk, which does not."""
        opened = self._run
        if opened is None:
            self._disks.choose(self._key, self._disk)
            if not draft.starts_with_key:
                return None
            opened = self._run = self._begin_run(run, draft)
        return self._create(opened, draft, *self._new_number(opened, draft, opened.clock.start_us))

    def _new_number(self, opened: OpenRun, draft: Draft, start_us: int) -> tuple[int, Disk]:
        """The number of the next file, and the disk for it. The row goes in before the file is made, unless the catalog
        is locked; then it follows, and should the process end before, recovery finds the file."""
        disk = self._disks.choose(self._key, self._disk)
        number, media_offset = self._journal.new_number(), draft.start - opened.first_dts
        self._journal.change(
            lambda catalog: catalog.open_segment(
                store=disk.store_id,
                camera=self._camera,
                role=self._role,
                run=opened.number,
                start_us=start_us,
                media_offset=media_offset,
                number=number,
            )
        )
        return number, disk

    def _create(self, opened: OpenRun, draft: Draft, number: int, disk: Disk) -> SegmentFile:
        """The file, on that disk, or on another one when it fails. Raises Unavailable when none is left."""
        header = self._header(opened, draft, number, disk)
        try:
            file = disk.require().create_segment(number, header)
        except Unavailable as error:
            self._journal.change(lambda catalog: catalog.forget_open(number))
            disk.failed(error)
            return self._create(opened, draft, *self._new_number(opened, draft, opened.clock.start_us))
        self._disk, self._generation = disk, disk.generation
        self._segment = SegmentFile(file, header, draft, opened.source.audio, self._segment_s)
        return self._segment

    def _header(self, opened: OpenRun, draft: Draft, number: int, disk: Disk) -> bytes:
        identity = Identity(
            store=disk.store_id,
            camera=self._camera,
            role=self._role,
            number=number,
            run=opened.number,
            start_us=opened.clock.start_us,
            run_start_us=opened.start_us,
            media_offset=draft.start - opened.first_dts,
            starts_with_key=draft.starts_with_key,
        )
        return fmp4.header(opened.source.video, opened.source.audio, identity)

    def _begin_run(self, run: Run, draft: Draft) -> OpenRun:
        """A part arrives when its last picture is there, so its start is dated back by its own length."""
        clock = RunClock(self._clock, arrived_mono_us=draft.arrived_mono_us, not_before_us=self._not_before_us)
        number, start_us = self._journal.new_run(), clock.start_us
        self._journal.change(
            lambda catalog: catalog.add_run(self._camera, self._role, start_us, run.video, run.audio, run=number)
        )
        self._journal.tell(
            "run.started",
            self._camera,
            role=self._role,
            codec=run.video.codec,
            width=run.video.width,
            height=run.video.height,
        )
        before_us = self._end_us or self._ordered_us
        return OpenRun(run, number, clock, draft.start, clock.start_us, before_us, self._end_us > 0)

    # Ends

    def _end_segment(self, *, going_on: bool = False) -> None:
        """Seal the open segment, if any. A disk that fails now leaves the file to recovery."""
        segment, self._segment = self._segment, None
        opened, disk = self._run, self._disk
        if segment is None or opened is None or disk is None:
            return
        if not segment.parts:
            segment.abandon()
            number = segment.number
            self._journal.change(lambda catalog: catalog.forget_open(number))
            return
        times = self._end_times(segment, opened)
        if self._is_stale:
            self._give_up(segment, times.end_us, disk.away_code)
        else:
            try:
                file_bytes, root = segment.seal(times.start_us, times.end_us)
            except Unavailable as error:
                self._give_up(segment, times.end_us, error.code)
                disk.failed(error)
            else:
                record = self._record(segment, opened, times.start_us, times.end_us, file_bytes, root)
                parts = tuple(segment.parts)
                self._journal.change(lambda catalog: catalog.seal_segment(record, parts))
        if times.breaks:
            self._break_run(times.why, times.error_us)
        elif not going_on:
            self._run = None

    def _end_times(self, segment: SegmentFile, opened: OpenRun) -> SegmentTimes:
        """The segment ends here: from when to when it lasted. With a run's first one its start becomes final."""
        times = opened.clock.end_segment(ticks_to_us(segment.first_dts + segment.media_end - opened.first_dts))
        self._end_us = self._not_before_us = times.end_us
        if not opened.is_settled:
            opened.is_settled = True
            self._settle(opened, times.start_us)
        return times

    def _settle(self, opened: OpenRun, start_us: int) -> None:
        """Pictures that came in a burst are older than their arrival said: the gap before them is shorter. Between two
        runs without a loss there may still be a little time, or much when the clock was set. What was named inside the
        run moves with it."""
        said_us, before_us = opened.said_us, opened.before_us
        if start_us != opened.start_us and opened.named:
            self._move_stretches(opened.named, start_us - opened.start_us)
        opened.named = []
        if said_us:
            if start_us < said_us:
                self._journal.change(lambda catalog: catalog.trim_gaps(self._camera, self._role, start_us, said_us))
            return
        if start_us > before_us:
            reason = self._turned_by or ("timestamp_jump" if opened.has_forerunner else "not_yet_known")
            self._journal.change(lambda catalog: catalog.add_gap(self._camera, self._role, before_us, start_us, reason))
        self._turned_by = ""

    def _break_run(self, why: str, error_us: int) -> None:
        """Media time is not to be believed any further; the same stream goes on as a new run."""
        self._run = None
        log.warning("stream %s/%s: new run, %s of %d us", self._camera, self._role, why, error_us)
        self._journal.tell("clock.stepped", self._camera, role=self._role, why=why, error_us=error_us)
        if why == "clock_step":
            self._not_before_us = 0
            self._turned_by = why

    def _record(
        self, segment: SegmentFile, opened: OpenRun, start_us: int, end_us: int, file_bytes: int, root: bytes
    ) -> SegmentRecord:
        return SegmentRecord(
            number=segment.number,
            store=self._disk.store_id if self._disk else "",
            camera=self._camera,
            role=self._role,
            run=opened.number,
            start_us=start_us,
            end_us=end_us,
            media_offset=segment.first_dts - opened.first_dts,
            media_duration=segment.media_end,
            file_bytes=file_bytes,
            header_bytes=segment.header_bytes,
            frames=segment.frames,
            starts_with_key=segment.starts_with_key,
            recovered=False,
            root=root,
        )

    # Losses

    def _lose(self, code: str) -> None:
        """No disk takes the part, or the catalog does not: note from when on nothing is kept."""
        self._leave_file(code)
        self._run = None
        self._open_gap(reason_of(code), "")

    def _leave_file(self, code: str) -> None:
        """Give the open file up; recovery seals it when its disk is back. The run goes on, unless its time broke."""
        segment, self._segment = self._segment, None
        opened = self._run
        if segment is None or opened is None:
            return
        if not segment.parts:
            segment.abandon()
            number = segment.number
            self._journal.change(lambda catalog: catalog.forget_open(number))
            return
        times = self._end_times(segment, opened)
        self._give_up(segment, times.end_us, code)
        if times.breaks:
            self._break_run(times.why, times.error_us)

    def _give_up(self, segment: SegmentFile, end_us: int, code: str) -> None:
        """The row says how far the file had been written; a disk that fails may lose what was written to it in the half
        minute before, and recovery then names the difference as a gap."""
        segment.abandon()
        number = segment.number
        if self._disk is not None:
            self._disk.left[number] = code
        self._journal.change(lambda catalog: catalog.expect_end(number, end_us))

    def _open_gap(self, reason: str, detail: str) -> None:
        """A gap begins where recording ended; a change of reason ends one gap and begins the next."""
        if self.gap is not None and self.gap.reason == reason:
            return
        now_us = self._clock.wall_us()
        start_us = now_us if self.gap is not None else self._end_us or self._ordered_us
        self._tell_closed(start_us)
        self.gap = Gap(0, self._camera, self._role, start_us, None, reason, detail)
        self._journal.change(lambda catalog: catalog.open_gap(self._camera, self._role, start_us, reason, detail))

    def _close_gap(self, opened: OpenRun) -> None:
        """The first part after a loss ends the gap."""
        if self.gap is None:
            return
        end_us = opened.said_us = opened.clock.start_us
        self._tell_closed(end_us)
        self.gap = None
        self._journal.change(lambda catalog: catalog.close_gap(self._camera, self._role, end_us))

    def _tell_closed(self, end_us: int) -> None:
        gap = self.gap
        if gap is not None and end_us > gap.start_us:
            self._journal.tell(
                "gap.closed",
                self._camera,
                role=self._role,
                start_us=gap.start_us,
                end_us=end_us,
                reason=gap.reason,
            )

    def _note_damage(self, opened: OpenRun, segment: SegmentFile, draft: Draft) -> None:
        """Damaged pictures are kept, and the stretch they stand in is named."""
        end_us = opened.clock.start_us + ticks_to_us(segment.media_end)
        start_us = end_us - ticks_to_us(draft.end - draft.start)
        reason = "bad_data" if draft.had_bad_data else "packets_lost"
        self._name_stretch(opened, start_us, end_us, reason, f"{draft.damaged} damaged pictures")

    def _note_pauses(self, opened: OpenRun, segment: SegmentFile, draft: Draft) -> None:
        """The camera went on after a pause too short to end the session: no picture shows what happened in it."""
        for first, last in pauses_of(draft.samples):  # whose times count from the start of the file by now
            start_us, end_us = (opened.clock.start_us + ticks_to_us(ticks) for ticks in (first, last))
            self._name_stretch(opened, start_us, end_us, "camera_silent", "a pause within the stream")

    def _name_stretch(self, opened: OpenRun, start_us: int, end_us: int, reason: str, detail: str) -> None:
        if not opened.is_settled:
            opened.named.append(Stretch(start_us, end_us, reason, detail))
        self._journal.change(
            lambda catalog: catalog.add_gap(self._camera, self._role, start_us, end_us, reason, detail)
        )

    def _move_stretches(self, named: list[Stretch], by_us: int) -> None:
        def move(catalog: Catalog) -> None:
            for stretch in named:
                catalog.trim_gaps(self._camera, self._role, stretch.start_us, stretch.end_us)
            for stretch in named:
                start_us, end_us = stretch.start_us + by_us, stretch.end_us + by_us
                catalog.add_gap(self._camera, self._role, start_us, end_us, stretch.reason, stretch.detail)

        self._journal.change(move)
