"""Coded pictures out of stored parts, ready for a decoder."""

from __future__ import annotations

from collections.abc import Iterable

from mingcha.base.errors import Invalid
from mingcha.media.container.samples import StoredPicture, TrackSamples, read_samples, video_of
from mingcha.media.container.stored_format import read_format
from mingcha.media.footage.archive import Footage, StoredSegment, Stretch, read_exactly
from mingcha.media.units import VideoFormat

# Far more than any GOP of a real camera; a bound against a file that was made to exhaust memory.
MAX_BYTES = 128 << 20


def read_pictures(footage: Footage, stretches: Iterable[Stretch]) -> list[StoredPicture]:
    """The pictures of some stretches of one run, in decoding order. `pts`: 90 kHz ticks from the start of the run.
    Raises Corrupt, Unavailable, and Invalid when it is more than `MAX_BYTES`."""
    stretches = list(stretches)
    if sum(stretch.size_bytes for stretch in stretches) > MAX_BYTES:
        raise Invalid("picture.too_large", "There is no key frame for too long; this cannot be shown.")
    pictures: list[StoredPicture] = []
    for stretch in stretches:
        offset = stretch.segment.media_offset
        with footage.opened(stretch.segment) as fd:
            for part in stretch.parts:
                data = read_exactly(fd, part.size, part.offset)
                track = video_of(read_samples(data))
                if track is not None:
                    pictures += _cut(data, track, offset)
    return pictures


def _cut(data: bytes, track: TrackSamples, offset: int) -> list[StoredPicture]:
    return [
        StoredPicture(data[entry.offset : entry.offset + entry.size], entry.pts + offset, entry.is_key)
        for entry in track.samples
    ]


def video_format(footage: Footage, segment: StoredSegment) -> VideoFormat:
    """The picture format of a segment, from its header. Raises Corrupt, Unavailable."""
    return read_format(footage.header(segment))[0]
