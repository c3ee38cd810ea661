"""Codec work for `WorkerPool.run`. The codecs are loaded where the work is done: the recorder names these functions and
does without the 12 MB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mingcha.media.container.samples import StoredPicture
from mingcha.media.units import VideoFormat

if TYPE_CHECKING:
    from mingcha.media.container.repaint import Repainter


def picture_jpeg(
    video: VideoFormat,
    units: Sequence[StoredPicture],
    at_pts: int,
    *,
    max_width: int | None = None,
    painter: Repainter | None = None,
) -> tuple[bytes, int]:
    """`decode.picture_jpeg`."""
    from mingcha.media.container import decode

    return decode.picture_jpeg(video, units, at_pts, max_width=max_width, painter=painter)


def transcode(
    video: VideoFormat, units: Iterable[StoredPicture], painter: Repainter | None = None
) -> tuple[VideoFormat, list[StoredPicture]]:
    """`transcode.transcode`."""
    from mingcha.media.container import transcode as codec

    return codec.transcode(video, units, painter)


def transcoded_format(video: VideoFormat) -> VideoFormat:
    """`transcode.transcoded_format`."""
    from mingcha.media.container import transcode as codec

    return codec.transcoded_format(video)
