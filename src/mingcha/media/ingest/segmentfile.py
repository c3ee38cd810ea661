"""One open segment: parts appended, hashed and indexed; sealed with its trailer."""

from __future__ import annotations

from mingcha.base.errors import Unavailable
from mingcha.media.container import fmp4
from mingcha.media.container.fmp4 import Sample
from mingcha.media.container.identity import trailer_box
from mingcha.media.container.scan import PartInfo
from mingcha.media.container.seal import SegmentHashes
from mingcha.media.ingest.cutter import Draft
from mingcha.media.store.segment import OpenSegment
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioFormat

SEGMENT_S = 60
FORCED_FACTOR = 3
FORCED_BYTES = 512 << 20
"""A segment ends at a key frame; a stream that sends none until it is three times as long is cut all the same."""


class SegmentFile:
    """Bytes and hashes come from the same part, made once. Media times in the file begin at 0."""

    def __init__(
        self, file: OpenSegment, header: bytes, first: Draft, audio: AudioFormat | None, length_s: int = SEGMENT_S
    ) -> None:
        self._length_ticks = length_s * VIDEO_CLOCK_HZ
        self.number = file.number
        self.first_dts = first.start
        self.starts_with_key = first.starts_with_key
        self.header_bytes = len(header)
        self.frames = 0
        self.media_end = 0
        self.parts: list[PartInfo] = []
        self._file = file
        self._hashes = SegmentHashes(header)
        self._audio_shift = first.start * audio.sample_rate_hz // VIDEO_CLOCK_HZ if audio is not None else 0

    def is_due(self, following: Draft) -> bool:
        """Whether the segment should end before this part."""
        length = following.start - self.first_dts
        return (length >= self._length_ticks and following.starts_with_key) or self.is_overdue(following)

    def is_overdue(self, following: Draft) -> bool:
        return following.start - self.first_dts >= FORCED_FACTOR * self._length_ticks or self._file.size >= FORCED_BYTES

    def append(self, draft: Draft) -> None:
        """Write one part. Raises Unavailable; the file then holds only whole parts."""
        samples, shift = draft.samples, self.first_dts
        start, end = draft.start - shift, draft.end - shift
        audio = [sample for sample in draft.audio if sample.dts >= self._audio_shift]
        _shift(samples, -shift)
        _shift(audio, -self._audio_shift)
        data = fmp4.part(len(self.parts) + 1, samples, audio)
        try:
            offset = self._file.append(data)
        except Unavailable:  # the part goes into a file on another disk, as it came
            _shift(samples, shift)
            _shift(audio, self._audio_shift)
            raise
        self._hashes.add(data)
        has_key = any(sample.is_key for sample in samples)
        self.parts.append(PartInfo(offset, len(data), start, end - start, len(samples), has_key, samples[0].is_key))
        self.frames += len(samples)
        self.media_end = end

    def seal(self, start_us: int, end_us: int) -> tuple[int, bytes]:
        """Finish the file: its length and root. Raises Unavailable; recovery then finishes it."""
        trailer = self._hashes.trailer(self.number, end_us, start_us=start_us)
        return self._file.seal(trailer_box(trailer)), trailer.root

    def abandon(self) -> None:
        self._file.abandon()


def _shift(samples: list[Sample], ticks: int) -> None:
    for sample in samples:
        sample.dts += ticks
        sample.pts += ticks
