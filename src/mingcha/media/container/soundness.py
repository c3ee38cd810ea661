"""Whether the bytes of a part are what was written: a cheap look, for the tail of a file after a power cut."""

from __future__ import annotations

import os

from mingcha.base.errors import Corrupt
from mingcha.media.container.samples import SampleEntry, video_of
from mingcha.media.container.scan import PartInfo, SegmentScan, read_part_samples

_LENGTH_BYTES = 4


def is_sound(fd: int, part: PartInfo) -> bool:
    """Whether every picture of a part is a whole chain of NAL units. A file system may have grown the file before
    it wrote the data: then the tables are there and the pictures are zeros."""
    try:
        video = video_of(read_part_samples(fd, part))
    except Corrupt:
        return False
    return video is None or all(_is_chain(fd, part.offset, entry) for entry in video.samples)


def _is_chain(fd: int, part_offset: int, entry: SampleEntry) -> bool:
    at, end = part_offset + entry.offset, part_offset + entry.offset + entry.size
    while at < end:
        head = os.pread(fd, _LENGTH_BYTES + 1, at)
        size = int.from_bytes(head[:_LENGTH_BYTES], "big")
        if len(head) <= _LENGTH_BYTES or not size:
            return False
        at += _LENGTH_BYTES + size
    return at == end


def drop_unsound_tail(fd: int, scan: SegmentScan) -> int:
    """Take parts off the end of a scan until one is sound; how many bytes of the file went with them."""
    end = scan.parts_end
    while scan.parts and not is_sound(fd, scan.parts[-1]):
        scan.parts.pop()
    return end - scan.parts_end
