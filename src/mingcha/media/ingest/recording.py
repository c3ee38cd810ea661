"""The loop side of recording one stream: units in, drafts of parts handed to the writer thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from mingcha.media.catalog.reasons import NOT_WRITTEN
from mingcha.media.catalog.records import Gap
from mingcha.media.ingest.cutter import Cutter, Draft
from mingcha.media.ingest.diskthread import DiskThread
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

_BREAKING_LOSSES = frozenset({"timestamp_jump"})
"""After these the media times before and after do not belong together."""


@dataclass(slots=True, eq=False)
class Run:
    """An unbroken stretch in one format. Compared by identity; the writer keeps its number and clock."""

    video: VideoFormat
    audio: AudioFormat | None
    cutter: Cutter = field(init=False)

    def __post_init__(self) -> None:
        self.cutter = Cutter(self.video, self.audio)


class Writer(Protocol):
    """The disk side (`StreamWriter`); called on the writer thread only. `gap`: the open one, read on any thread."""

    gap: Gap | None

    def write(self, run: Run, draft: Draft) -> None: ...

    def interrupt(self, reason: str, detail: str) -> None: ...


class Recording:
    """A `Keeper`: makes runs, cuts parts, and never waits for the disk."""

    def __init__(self, disk: DiskThread, writer: Writer) -> None:
        self._disk = disk
        self._writer = writer
        self._run: Run | None = None
        self._format: tuple[VideoFormat, AudioFormat | None] | None = None
        self._reason = ""
        self._overloaded = False
        self._turning = False

    @property
    def unkept(self) -> Gap | None:
        gap = self._writer.gap
        return gap if gap is not None and gap.reason in NOT_WRITTEN else None

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        """Another format begins another run at the next key frame."""
        self._end_run("format_changed")
        self._format = (video, audio)
        self._overloaded = False

    def on_unit(self, unit: AccessUnit) -> None:
        run = self._run
        if run is not None and self._turning and unit.is_key and not unit.is_audio:
            self._flush(run)
            run = None
        if run is None:
            run = self._begin_run(unit)
            if run is None:
                return
        draft = run.cutter.push(unit)
        if draft is not None:
            self._hand_over(run, draft)

    def on_loss(self, reason: str, detail: str) -> None:
        """Loss of packets shows in the damaged units. After a jump of time stamps the next key frame begins another
        run; the session reckons time by arrival until then, so that no picture is lost."""
        if reason in _BREAKING_LOSSES:
            self._turning = True
        elif reason == "bad_data" and self._run is not None:
            self._run.cutter.blame_bad_data()

    def interrupted(self, reason: str) -> None:
        """The session ended: write what is there, then a gap begins."""
        if self._run is None and reason == self._reason:
            return
        self._end_run(reason)
        if self._reason != reason:
            self._reason = reason
            self._disk.submit(lambda: self._writer.interrupt(reason, ""))

    def _begin_run(self, unit: AccessUnit) -> Run | None:
        if self._format is None or not unit.is_key or unit.is_audio:
            return None
        if self._overloaded and self._disk.queued_bytes:
            return None
        self._overloaded = self._turning = False
        self._reason = ""
        self._run = Run(*self._format)
        return self._run

    def _end_run(self, reason: str, detail: str = "") -> None:
        run, self._run = self._run, None
        if run is None:
            return
        self._flush(run)
        self._reason = reason
        self._submit(lambda: self._writer.interrupt(reason, detail))

    def _flush(self, run: Run) -> None:
        for draft in run.cutter.flush():
            self._hand_over(run, draft)

    def _hand_over(self, run: Run, draft: Draft) -> None:
        if not self._disk.submit(lambda: self._writer.write(run, draft), draft.payload_bytes):
            self._overloaded = True
            self._run = None
            self._submit(lambda: self._writer.interrupt("writer_overloaded", ""))

    def _submit(self, job: Callable[[], None]) -> None:
        self._disk.submit(job)
