"""Pictures made anew for browsers that cannot play what the camera sends: any stream to H.264 of at most 720 lines.

Stored footage is never replaced by this: what is shown says that it was transcoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from mingcha.base.errors import Corrupt
from mingcha.media.container import nal
from mingcha.media.container.decode import TIME_BASE, PictureDecoder, pictures
from mingcha.media.container.repaint import Repainter, repainted
from mingcha.media.container.samples import StoredPicture
from mingcha.media.container.transcode_process import Output
from mingcha.media.units import AccessUnit, VideoFormat

MAX_WIDTH = 1280
MAX_HEIGHT = 720
MAX_BIT_RATE = 4_000_000
# A viewer who joins waits for a key frame; a key frame costs about as much as a second of the rest.
KEY_INTERVAL_FRAMES = 50


def fitted(width: int, height: int) -> tuple[int, int]:
    """The largest even size of the same shape within 1280x720 (also turned), never larger than the source."""
    bound_w, bound_h = (MAX_WIDTH, MAX_HEIGHT) if width >= height else (MAX_HEIGHT, MAX_WIDTH)
    scale = min(1.0, bound_w / width, bound_h / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


class H264Encoder:
    """x264 superfast without look-ahead: each picture comes out as soon as it goes in, no B pictures."""

    def __init__(self, width: int, height: int, fps: float | None) -> None:
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = fitted(width, height)
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = Fraction(fps or 25.0).limit_denominator(1001)
        context.thread_count = 1
        context.gop_size = KEY_INTERVAL_FRAMES
        context.flags |= Flags.global_header
        context.options = {
            "preset": "superfast",
            "tune": "zerolatency",
            "crf": "26",
            "maxrate": str(MAX_BIT_RATE),
            "bufsize": str(MAX_BIT_RATE),
            "forced-idr": "1",
        }
        context.open()
        self._context = context
        self._size = (width, height)
        self._last_pts: int | None = None
        self.video = _format_of(context, fps)

    def fits(self, frame: VideoFrame) -> bool:
        """Whether this encoder was made for pictures of that size."""
        return (frame.width, frame.height) == self._size

    def encode(self, frame: VideoFrame, pts: int, *, key: bool) -> list[tuple[bytes, int, bool]]:
        """(payload with NAL lengths, pts, is key) of what came out. A pts that does not rise is left out: x264
        refuses it."""
        if self._last_pts is not None and pts <= self._last_pts:
            return []
        self._last_pts = pts
        small = frame.reformat(self._context.width, self._context.height, format="yuv420p")
        small.pts = pts
        small.time_base = TIME_BASE
        small.pict_type = PictureType.I if key else PictureType.NONE
        return [_stored(packet) for packet in self._context.encode(small)]

    def finish(self) -> list[tuple[bytes, int, bool]]:
        return [_stored(packet) for packet in self._context.encode(None)]


class LiveTranscoder:
    """A running stream made anew. Feed access units in decoding order; what comes out is a `VideoFormat` before the
    first unit and at each change of size, and `AccessUnit`s with the source's pts and arrival."""

    def __init__(self, video: VideoFormat) -> None:
        self._source = video
        self._decoder = PictureDecoder(video, low_delay=True)
        self._encoder: H264Encoder | None = None
        self._arrived_mono_us: dict[int, int] = {}
        self._waits_for_key = True
        self._wants_key = True

    def request_key(self) -> None:
        """Make the next picture a key frame, for a viewer who joins."""
        self._wants_key = True

    def skip_to_key(self) -> None:
        """Units were left out: take nothing until the next key frame."""
        self._waits_for_key = True

    def feed(self, unit: AccessUnit) -> Iterator[Output]:
        """Audio is passed over. Damaged pictures are shown as well as they decode."""
        if unit.is_audio or (self._waits_for_key and not unit.is_key):
            return
        self._waits_for_key = False
        self._wants_key = self._wants_key or unit.is_key
        self._arrived_mono_us[unit.pts] = unit.arrived_mono_us
        if len(self._arrived_mono_us) > 64:
            self._arrived_mono_us.pop(next(iter(self._arrived_mono_us)))
        for frame in self._decoder.feed(unit.payload, unit.pts, is_key=unit.is_key):
            yield from self._encode(frame, unit.arrived_mono_us)

    def _encode(self, frame: VideoFrame, now_mono_us: int) -> Iterator[Output]:
        if frame.pts is None:
            return
        if self._encoder is None or not self._encoder.fits(frame):
            self._encoder = H264Encoder(frame.width, frame.height, self._source.fps)
            self._wants_key = True
            yield self._encoder.video
        for payload, pts, is_key in self._encoder.encode(frame, frame.pts, key=self._wants_key):
            self._wants_key = self._wants_key and not is_key
            yield AccessUnit(payload, pts, is_key, self._arrived_mono_us.pop(pts, now_mono_us))


def transcode(
    video: VideoFormat, units: Iterable[StoredPicture], painter: Repainter | None = None
) -> tuple[VideoFormat, list[StoredPicture]]:
    """A stretch that begins with a key frame as H.264, picture for picture, with the same pts; painted on by `painter`.

    The result's format depends on `video` alone (`transcoded_format`), so that one header fits all stretches of a run.
    Raises Corrupt when nothing of it decodes.
    """
    encoder = H264Encoder(video.width, video.height, video.fps)
    out: list[tuple[bytes, int, bool]] = []
    shown = pictures(video, units)
    if painter is not None:
        shown = repainted(shown, fitted(video.width, video.height), painter)
    for frame in shown:
        if frame.pts is not None:
            out.extend(encoder.encode(frame, frame.pts, key=not out))
    if not out:
        raise Corrupt("picture.undecodable", "This stretch is damaged and cannot be shown. Try a little later.")
    out.extend(encoder.finish())
    return encoder.video, [StoredPicture(*item) for item in out]


def transcoded_format(video: VideoFormat) -> VideoFormat:
    """What `transcode` will make of a format."""
    return H264Encoder(video.width, video.height, video.fps).video


def _format_of(context: VideoCodecContext, fps: float | None) -> VideoFormat:
    sets = nal.parameter_sets(nal.split_annex_b(context.extradata or b""), "h264")
    return VideoFormat(
        codec="h264",
        width=context.width,
        height=context.height,
        codec_string=nal.codec_string("h264", sets["sps"][0]),
        sps=sets["sps"],
        pps=sets["pps"],
        fps=fps,
    )


def _stored(packet: av.Packet[Any]) -> tuple[bytes, int, bool]:
    nals = (unit for unit in nal.split_annex_b(bytes(packet)) if not nal.is_delimiter(unit, "h264"))
    assert packet.pts is not None
    return nal.with_lengths(nals), packet.pts, packet.is_keyframe
