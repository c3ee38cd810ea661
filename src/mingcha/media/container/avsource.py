"""The fallback for odd cameras: a camera read by FFmpeg's libraries (PyAV), in a thread of its own.

It has the shape of `rtsp.session.Session`, and raises `Unavailable` with the same codes (``camera.…``). It costs some
five times the CPU of our own client (docs/design/recorder.md), so it is chosen per camera.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from mingcha.base.clock import Clock
from mingcha.base.errors import Unavailable
from mingcha.media.container import nal
from mingcha.media.units import VIDEO_CLOCK_HZ, AccessUnit, AudioFormat, UnitSink, VideoCodec, VideoFormat

CLOSE_WAIT_S = 2.0
PROBE_BYTES = 200_000
PROBE_US = 2_000_000
# libav tells whether pictures are reordered, not how far; cameras that do use at most this many.
REORDER_DEPTH = 4
DEFAULT_FPS = 25.0
MAX_UNTIMED = 250

_VIDEO_CODECS: dict[str, VideoCodec] = {"h264": "h264", "hevc": "h265"}


class SourceOrder(Protocol):
    """What is read of `rtsp.source.Source`."""

    @property
    def url(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def transport(self) -> str: ...
    @property
    def audio(self) -> bool: ...
    @property
    def open_timeout_s(self) -> float: ...
    @property
    def silence_timeout_s(self) -> float: ...


class AvSource:
    """One conversation with a camera. `open`, then `run`, then `close`, all on one event loop."""

    def __init__(self, source: SourceOrder, sink: UnitSink, clock: Clock) -> None:
        self._source = source
        self._sink = sink
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened: asyncio.Future[tuple[VideoFormat, AudioFormat | None]] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    async def open(self) -> tuple[VideoFormat | None, AudioFormat | None]:
        """Connect and learn the formats. Raises Unavailable."""
        loop = self._loop = asyncio.get_running_loop()
        host = urlsplit(self._source.url).hostname
        if not host:
            raise Unavailable("camera.url", "The camera address is not complete. It looks like rtsp://host/path.")
        try:
            await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unavailable("camera.unresolved", "The camera's host name is not known. Check its address.") from error
        self._opened = loop.create_future()
        self._ended = loop.create_future()
        self._thread = threading.Thread(target=self._work, name="avsource", daemon=True)
        self._thread.start()
        try:
            async with asyncio.timeout(self._source.open_timeout_s + 1):
                return await asyncio.shield(self._opened)
        except TimeoutError as error:
            self._stopping.set()
            raise Unavailable("camera.timeout", "The camera did not answer in time.") from error

    async def run(self) -> None:
        """Feed the sink until the stream ends; raises Unavailable with the reason."""
        assert self._ended is not None
        await asyncio.shield(self._ended)

    async def close(self) -> None:
        """Stop feeding at once; the thread ends with its next packet or its silence time-out."""
        self._stopping.set()
        for future in (self._opened, self._ended):
            if future is not None and future.done() and not future.cancelled():
                future.exception()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, CLOSE_WAIT_S)

    def _work(self) -> None:
        try:
            with av.open(_address(self._source), mode="r", format="rtsp", options=_options(self._source)) as container:
                reader = _Reader(container, self._source, self._clock)
                self._post(self._sink.on_format, reader.video, reader.audio)
                self._settle(self._opened, (reader.video, reader.audio))
                while not self._stopping.is_set() and reader.read(self._post, self._sink):
                    pass
            failure = Unavailable("camera.closed", "The camera ended the connection.")
        except Unavailable as error:
            failure = error
        except (av.FFmpegError, OSError, ValueError) as error:
            failure = _unavailable(error)
        self._settle(self._opened, failure)
        self._settle(self._ended, failure)

    def _post(self, function: Callable[..., None], *args: object) -> None:
        if self._loop is None or self._stopping.is_set():
            return
        try:
            self._loop.call_soon_threadsafe(self._deliver, function, args)
        except RuntimeError:
            # The loop is closed; the process is ending.
            self._stopping.set()

    def _deliver(self, function: Callable[..., None], args: tuple[object, ...]) -> None:
        if not self._stopping.is_set():
            function(*args)

    def _settle(self, future: asyncio.Future[Any] | None, result: object) -> None:
        def settle() -> None:
            if future is None or future.done():
                return
            if isinstance(result, Unavailable):
                future.set_exception(result)
                future.exception()  # somebody may never await it; that is no error of ours
            else:
                future.set_result(result)

        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(settle)
        except RuntimeError:
            self._stopping.set()


class _Reader:
    """The open container: packets to units, in the thread."""

    def __init__(self, container: InputContainer, source: SourceOrder, clock: Clock) -> None:
        self._clock = clock
        if not container.streams.video:
            raise Unavailable("camera.no_video", "The camera sends no picture.")
        self._stream: VideoStream = container.streams.video[0]
        codec = _VIDEO_CODECS.get(self._stream.codec_context.name)
        if codec is None:
            raise Unavailable("camera.codec", "The camera's picture format is not supported. Set it to H.264 or H.265.")
        self._codec: VideoCodec = codec
        self._audio_stream = _audio_stream(container) if source.audio else None
        self.audio = _audio_format(self._audio_stream) if self._audio_stream is not None else None
        self.video = self._first_format()
        wanted = [self._stream] if self.audio is None else [self._stream, self._audio_stream]
        self._packets = container.demux(*[stream for stream in wanted if stream is not None])
        self._origin_s: float | None = None
        # libav gives the first pictures of a session no time; they get theirs from the first that has one.
        self._untimed: list[av.Packet[Any]] = []

    def read(self, post: Callable[..., None], sink: UnitSink) -> bool:
        """Deliver the next units; False at the end of the stream."""
        for packet in self._packets:
            if packet.size == 0 or packet.time_base is None:
                continue
            if packet.pts is None:
                if packet.stream is self._stream and len(self._untimed) < MAX_UNTIMED:
                    self._untimed.append(packet)
                continue
            at_s = float(packet.pts * packet.time_base)
            if packet.stream is self._stream:
                untimed, self._untimed = self._untimed, []
                frame_s = 1 / (self.video.fps or DEFAULT_FPS)
                begins_s = at_s - len(untimed) * frame_s
                self._origin_s = begins_s if self._origin_s is None else self._origin_s
                for index, early in enumerate(untimed):
                    self._video_unit(early, begins_s + index * frame_s - self._origin_s, post, sink)
                self._video_unit(packet, at_s - self._origin_s, post, sink)
            elif self.audio is not None and self._origin_s is not None:
                pts = max(0, round((at_s - self._origin_s) * self.audio.sample_rate_hz))
                unit = AccessUnit(bytes(packet), pts, True, self._clock.mono_us(), is_audio=True)
                post(sink.on_unit, unit)
            return True
        return False

    def _video_unit(self, packet: av.Packet[Any], at_s: float, post: Callable[..., None], sink: UnitSink) -> None:
        nals = [unit for unit in nal.split_annex_b(bytes(packet)) if not nal.is_delimiter(unit, self._codec)]
        if not nals:
            post(sink.on_loss, "bad_data", "empty picture")
            return
        if packet.is_keyframe and (changed := self._changed_format(nals)) is not None:
            self.video = changed
            post(sink.on_format, changed, self.audio)
        payload = nal.with_lengths(nals)
        pts = max(0, round(at_s * VIDEO_CLOCK_HZ))
        unit = AccessUnit(payload, pts, packet.is_keyframe, self._clock.mono_us(), damaged=packet.is_corrupt)
        post(sink.on_unit, unit)

    def _first_format(self) -> VideoFormat:
        context = self._stream.codec_context
        sets = nal.parameter_sets(nal.split_annex_b(context.extradata or b""), self._codec)
        if not sets["sps"] or not sets["pps"] or not context.width:
            raise Unavailable("camera.no_video", "The camera sent no picture within the time given.")
        rate = self._stream.guessed_rate
        return VideoFormat(
            codec=self._codec,
            width=context.width,
            height=context.height,
            codec_string=nal.codec_string(self._codec, sets["sps"][0]),
            sps=sets["sps"],
            pps=sets["pps"],
            vps=sets["vps"],
            fps=float(rate) if rate else None,
            reorder_depth=REORDER_DEPTH if context.has_b_frames else 0,
        )

    def _changed_format(self, nals: list[bytes]) -> VideoFormat | None:
        """libav muxes a change of resolution on silently, so the parameter sets themselves are compared."""
        sets = nal.parameter_sets(nals, self._codec)
        if not sets["sps"] or (sets["sps"], sets["pps"]) == (self.video.sps, self.video.pps):
            return None
        width, height = _size_of(self._codec, nals)
        return VideoFormat(
            codec=self._codec,
            width=width or self.video.width,
            height=height or self.video.height,
            codec_string=nal.codec_string(self._codec, sets["sps"][0]),
            sps=sets["sps"],
            pps=sets["pps"] or self.video.pps,
            vps=sets["vps"] or self.video.vps,
            fps=self.video.fps,
            reorder_depth=self.video.reorder_depth,
        )


def _size_of(codec: VideoCodec, nals: list[bytes]) -> tuple[int, int]:
    """Width and height by decoding one key frame; format changes are rare enough for it."""
    context = av.CodecContext.create("h264" if codec == "h264" else "hevc", "r")
    try:
        for frame in [*context.decode(av.Packet(nal.annex_b(nals))), *context.decode(None)]:
            return frame.width, frame.height
    except av.FFmpegError:
        pass
    return 0, 0


def _audio_stream(container: InputContainer) -> AudioStream | None:
    return container.streams.audio[0] if container.streams.audio else None


def _audio_format(stream: AudioStream) -> AudioFormat | None:
    context = stream.codec_context
    rate, channels = context.sample_rate, context.layout.nb_channels
    if context.name == "aac":
        return AudioFormat("aac", rate, channels, bytes(context.extradata or b""))
    if context.name == "pcm_alaw":
        return AudioFormat("pcma", rate, channels)
    if context.name == "pcm_mulaw":
        return AudioFormat("pcmu", rate, channels)
    return None


def _address(source: SourceOrder) -> str:
    parts = urlsplit(source.url)
    if not source.username:
        return source.url
    netloc = f"{quote(source.username, safe='')}:{quote(source.password, safe='')}@{parts.netloc}"
    return urlunsplit(parts._replace(netloc=netloc))


def _options(source: SourceOrder) -> dict[str, str]:
    """`timeout` is FFmpeg's own, in microseconds: PyAV's would take the GIL at each of its interrupts."""
    return {
        "rtsp_transport": source.transport,
        "timeout": str(int(min(source.open_timeout_s, source.silence_timeout_s) * 1e6)),
        "probesize": str(PROBE_BYTES),
        "analyzeduration": str(PROBE_US),
        "allowed_media_types": "video+audio" if source.audio else "video",
    }


def _unavailable(error: Exception) -> Unavailable:
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return Unavailable("camera.unauthorised", "The camera refused the user name or password.")
    if isinstance(error, av.error.HTTPNotFoundError):
        return Unavailable("camera.not_found", "The camera has no stream at this path.")
    if isinstance(error, ConnectionRefusedError):
        return Unavailable("camera.refused", "Nothing answers at the camera's address and port.")
    if isinstance(error, TimeoutError):
        return Unavailable("camera.timeout", "The camera did not answer in time.")
    if isinstance(error, EOFError | ConnectionError | BrokenPipeError):
        return Unavailable("camera.closed", "The camera ended the connection.")
    return Unavailable("camera.protocol", "The camera's answer cannot be understood as RTSP.")
