"""The bytes of an HLS header or piece. Blocking work, except `send_verbatim`, which reads chunk by chunk in threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mingcha.base.errors import Corrupt
from mingcha.media.container import fmp4
from mingcha.media.container.boxes import LARGE_HEADER_BYTES, read_header
from mingcha.media.container.codec_work import transcode, transcoded_format
from mingcha.media.container.fmp4 import AUDIO_TRACK, VIDEO_TRACK, Sample
from mingcha.media.container.muting import mute_part
from mingcha.media.container.samples import SampleEntry, StoredPicture, read_samples
from mingcha.media.container.scan import MAX_MOOF_BYTES, PartInfo
from mingcha.media.container.stored_format import read_format
from mingcha.media.footage.archive import Footage, StoredSegment, Stretch, read_exactly
from mingcha.media.footage.pictures import MAX_BYTES
from mingcha.media.gate.http import CHUNK_BYTES
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioFormat, VideoFormat

if TYPE_CHECKING:
    from mingcha.media.container.repaint import Repainter

PLAYABLE_SOUND = "aac"


@dataclass(frozen=True, slots=True)
class Shape:
    """The formats of a segment, and whether its sound is left out although browsers could play it."""

    video: VideoFormat
    audio: AudioFormat | None
    is_muted: bool = False

    @property
    def has_sound(self) -> bool:
        """Whether browsers hear something."""
        return self.audio is not None and self.audio.codec == PLAYABLE_SOUND and not self.is_muted

    @property
    def mutes(self) -> bool:
        """Whether there is a sound track to be hidden."""
        return self.audio is not None and not self.has_sound

    def audio_offset(self, segment: StoredSegment) -> int:
        return segment.media_offset * self.audio.sample_rate_hz // VIDEO_CLOCK_HZ if self.audio is not None else 0


def shape_of(header: bytes) -> Shape:
    """From a segment's header. Raises Corrupt."""
    return Shape(*read_format(header))


def made_header(shape: Shape) -> bytes:
    """The header of pieces made anew as H.264. Takes codec work: for a worker process."""
    return fmp4.header(transcoded_format(shape.video), shape.audio if shape.has_sound else None)


async def send_verbatim(footage: Footage, stretch: Stretch, shape: Shape, threads: Executor) -> AsyncIterator[bytes]:
    """The stored parts with media time counted from the run's start, in chunks of at most `CHUNK_BYTES`."""
    loop = asyncio.get_running_loop()
    segment = stretch.segment
    fd = await loop.run_in_executor(threads, footage.open_file, segment)
    try:
        for part in stretch.parts:
            head = await loop.run_in_executor(threads, _read_moof, fd, part)
            moof = fmp4.patch_tfdt(head, segment.media_offset, shape.audio_offset(segment))
            yield mute_part(moof) if shape.mutes else moof
            at, end = part.offset + len(head), part.offset + part.size
            while at < end:
                size = min(CHUNK_BYTES, end - at)
                yield await loop.run_in_executor(threads, read_exactly, fd, size, at)
                at += size
    finally:
        os.close(fd)


def _read_moof(fd: int, part: PartInfo) -> bytes:
    found = read_header(os.pread(fd, LARGE_HEADER_BYTES, part.offset))
    if found is None or found[0] != b"moof" or found[2] > min(part.size, MAX_MOOF_BYTES):
        raise Corrupt("segment.part", "A part of a segment file has tables that cannot be read.")
    return read_exactly(fd, found[2], part.offset)


@dataclass(frozen=True, slots=True)
class Cut:
    """Samples of a stretch, in ticks of their tracks from the run's start."""

    video: list[Sample]
    audio: list[Sample]


def read_cut(footage: Footage, stretch: Stretch, shape: Shape, until_us: int) -> Cut:
    """The samples that are shown before a wall instant, and what decoding them takes. Raises Corrupt, Unavailable."""
    segment = stretch.segment
    if stretch.size_bytes > MAX_BYTES:
        raise Corrupt("segment.part", "There is no key frame for too long; this cannot be shown.")
    cut = Cut([], [])
    rate = shape.audio.sample_rate_hz if shape.audio is not None else VIDEO_CLOCK_HZ
    with footage.opened(segment) as fd:
        for part in stretch.parts:
            data = read_exactly(fd, part.size, part.offset)
            for track in read_samples(data):
                if track.track == VIDEO_TRACK:
                    shown = [segment.wall_us(entry.pts) < until_us for entry in track.samples]
                    keep = len(shown) - shown[::-1].index(True) if any(shown) else 0
                    cut.video.extend(_sample(data, entry, segment.media_offset) for entry in track.samples[:keep])
                elif track.track == AUDIO_TRACK and shape.has_sound:
                    offset = shape.audio_offset(segment)
                    cut.audio.extend(
                        _sample(data, entry, offset)
                        for entry in track.samples
                        if segment.wall_us(entry.dts * VIDEO_CLOCK_HZ // rate) < until_us
                    )
    return cut


def _sample(data: bytes, entry: SampleEntry, offset: int) -> Sample:
    payload = data[entry.offset : entry.offset + entry.size]
    return Sample(payload, entry.dts + offset, entry.pts + offset, entry.duration, entry.is_key)


def clipped_piece(footage: Footage, stretch: Stretch, shape: Shape, until_us: int) -> bytes:
    """The stored pictures up to a wall instant as one part: where a ticket ends inside a piece."""
    cut = read_cut(footage, stretch, shape, until_us)
    return fmp4.part(1, cut.video, cut.audio)


def made_piece(video: VideoFormat, cut: Cut, painter: Repainter | None = None) -> bytes:
    """A stretch made anew as H.264, painted on by `painter`, with its sound as it is. Takes codec work: for a worker
    process. Raises Corrupt."""
    units = [StoredPicture(sample.payload, sample.pts, sample.is_key) for sample in cut.video]
    _, pictures = transcode(video, units, painter)
    end = max((sample.dts + sample.duration for sample in cut.video), default=0)
    times = [picture.pts for picture in pictures]
    durations = [after - time for time, after in zip(times, [*times[1:], max(end, times[-1] + 1)], strict=True)]
    samples = [
        Sample(picture.payload, picture.pts, picture.pts, duration, picture.is_key)
        for picture, duration in zip(pictures, durations, strict=True)
    ]
    return fmp4.part(1, samples, cut.audio)
