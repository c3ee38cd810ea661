"""Pictures out of stored access units: decoding, choosing one, and making a JPEG of it.

The functions at the end take and return plain bytes, so that they can run in a worker process: a hostile stream then
kills a worker, never the recorder.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import av
from av.codec.context import ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from mingcha.base.errors import Corrupt
from mingcha.media.container import nal
from mingcha.media.container.repaint import Repainter, repainted
from mingcha.media.container.samples import StoredPicture
from mingcha.media.units import VIDEO_CLOCK_HZ, VideoFormat

JPEG_QUALITY = 85
PREVIEW_QUALITY = 70
TIME_BASE = Fraction(1, VIDEO_CLOCK_HZ)


class PictureDecoder:
    """Decodes access units of one format, in decoding order, to pictures in showing order.

    Damaged input yields fewer or damaged pictures, never an exception: it may still be evidence.
    """

    def __init__(self, video: VideoFormat, *, threads: int = 1, low_delay: bool = False) -> None:
        self._codec = video.codec
        self._parameter_sets = nal.annex_b(nal.parameter_sets_of(video))
        context = av.CodecContext.create("h264" if video.codec == "h264" else "hevc", "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = threads
        context.thread_type = ThreadType.SLICE if low_delay else ThreadType.FRAME
        if low_delay:
            context.flags |= av.codec.context.Flags.low_delay
        self._context = context

    def feed(self, payload: bytes, pts: int, *, is_key: bool) -> list[VideoFrame]:
        """Pictures that became ready; their `pts` are those fed."""
        data = nal.annex_b(nal.split_lengths(payload))
        if not data:
            return []
        packet = av.Packet(self._parameter_sets + data if is_key else data)
        packet.pts = pts
        packet.time_base = TIME_BASE
        try:
            return self._context.decode(packet)
        except av.FFmpegError:
            return []

    def finish(self) -> list[VideoFrame]:
        """The pictures still held. Nothing may be fed afterwards."""
        try:
            return self._context.decode(None)
        except av.FFmpegError:
            return []


def pictures(video: VideoFormat, units: Iterable[StoredPicture]) -> Iterator[VideoFrame]:
    """All pictures of some units that begin with a key frame, in showing order."""
    decoder = PictureDecoder(video)
    for unit in units:
        yield from decoder.feed(unit.payload, unit.pts, is_key=unit.is_key)
    yield from decoder.finish()


def jpeg(frame: VideoFrame, *, max_width: int | None = None, quality: int = JPEG_QUALITY) -> bytes:
    """A picture as JPEG, scaled down to `max_width` keeping its shape; never scaled up."""
    width, height = frame.width, frame.height
    if max_width is not None and max_width < width:
        height = max(2, round(height * max_width / width))
        width = max_width
    image = frame.to_image(width=width, height=height)  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def picture_jpeg(
    video: VideoFormat,
    units: Sequence[StoredPicture],
    at_pts: int,
    *,
    max_width: int | None = None,
    painter: Repainter | None = None,
) -> tuple[bytes, int]:
    """JPEG of the picture shown at `at_pts` (the last one not later, else the first) and its own pts.

    `units`: from a key frame up to the wanted picture at least, in decoding order. With `max_width` it is a preview:
    small, and of less quality. `painter` paints on all of them. Raises Corrupt when nothing decodes.
    """
    shown: VideoFrame | None = None
    decoded = pictures(video, units)
    if painter is not None:
        decoded = repainted(decoded, (video.width // 2 * 2, video.height // 2 * 2), painter)
    for frame in decoded:
        if frame.pts is None:
            continue
        if shown is not None and frame.pts > at_pts:
            break
        shown = frame
    if shown is None or shown.pts is None:
        raise Corrupt(
            "picture.undecodable", "This picture is damaged and cannot be shown. Try a little later or earlier."
        )
    quality = JPEG_QUALITY if max_width is None else PREVIEW_QUALITY
    return jpeg(shown, max_width=max_width, quality=quality), shown.pts
