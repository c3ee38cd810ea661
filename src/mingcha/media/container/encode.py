"""Pictures and sound into an MP4 (or MOV) file: the simulator's clips, and odd sources made over once.

Frames go in as numpy arrays; the file holds H.264 or H.265, with AAC or G.711 beside it when asked for. Not for
recordings: those are written by `fmp4`, without PyAV.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from mingcha.base.errors import Invalid
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioCodec, VideoCodec

_AUDIO_ENCODERS = {"aac": ("aac", "fltp"), "pcma": ("pcm_alaw", "s16"), "pcmu": ("pcm_mulaw", "s16")}


@dataclass(frozen=True, slots=True)
class VideoSpec:
    """How to encode. `size`: width, height (even). `gop`: pictures from key frame to key frame, never more nor less.
    `bit_rate`: bits per second, or None for constant quality `crf`. `bframes` 0 means no added delay at all."""

    codec: VideoCodec
    size: tuple[int, int]
    fps: Fraction
    gop: int
    bframes: int = 0
    preset: str = "ultrafast"
    crf: int = 26
    bit_rate: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AudioSpec:
    """`sample_rate_hz`: G.711 wants 8000."""

    codec: AudioCodec
    sample_rate_hz: int
    channels: int = 1


class ClipWriter:
    """Writes one file; use it as a context manager. The file appears under its name only when it is complete."""

    def __init__(self, path: Path, video: VideoSpec, audio: AudioSpec | None = None) -> None:
        self._path = path
        # MP4 has no G.711; QuickTime, its elder brother, has.
        container_format = "mov" if audio is not None and audio.codec != "aac" else "mp4"
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        self._output = av.open(
            str(self._temporary),
            "w",
            format=container_format,
            options={"video_track_timescale": str(VIDEO_CLOCK_HZ)},
        )
        self._video = self._add_video(video)
        self._audio = self._add_audio(audio) if audio is not None else None
        self._frames = 0
        self._samples = 0

    def _add_video(self, spec: VideoSpec) -> VideoStream:
        stream = self._output.add_stream("libx264" if spec.codec == "h264" else "libx265", rate=spec.fps)
        stream.width, stream.height = spec.size
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.codec_context.time_base = 1 / spec.fps
        parameters = {
            "keyint": str(spec.gop),
            "min-keyint": str(spec.gop),
            "scenecut": "0",
            "bframes": str(spec.bframes),
            "b-adapt": "0",
            "open-gop": "0",
            **spec.parameters,
        }
        options: dict[str, object] = {"preset": spec.preset}
        if spec.bframes == 0:
            options["tune"] = "zerolatency"
        if spec.bit_rate is None:
            options["crf"] = str(spec.crf)
        else:
            stream.bit_rate = spec.bit_rate
            options |= {"maxrate": str(spec.bit_rate), "bufsize": str(spec.bit_rate)}
        if spec.codec == "h265":
            parameters |= {"log-level": "error", "pools": "none", "frame-threads": "1", "info": "0"}
            stream.codec_context.codec_tag = "hvc1"
        name = "x264-params" if spec.codec == "h264" else "x265-params"
        options[name] = ":".join(f"{key}={value}" for key, value in parameters.items())
        stream.options = options
        return stream

    def _add_audio(self, spec: AudioSpec) -> AudioStream:
        encoder, sample_format = _AUDIO_ENCODERS[spec.codec]
        stream = cast(AudioStream, self._output.add_stream(encoder, rate=spec.sample_rate_hz))
        stream.codec_context.layout = "mono" if spec.channels == 1 else "stereo"
        stream.codec_context.format = sample_format
        return stream

    def write(self, picture: npt.NDArray[np.uint8], *, planar: bool = False) -> None:
        """Append one picture: RGB (height, width, 3), or with `planar` YUV 4:2:0 (height * 3 / 2, width)."""
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p" if planar else "rgb24")
        frame.pts = self._frames
        frame.time_base = self._video.codec_context.time_base
        self._frames += 1
        self._output.mux(self._video.encode(frame))

    def write_audio(self, samples: npt.NDArray[np.float32]) -> None:
        """Append sound: one channel, values from -1 to 1, at the rate of the track."""
        if self._audio is None:
            raise Invalid("encode.no_audio", "This clip was opened without a sound track.")
        context = self._audio.codec_context
        scaled = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(scaled.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = context.sample_rate
        frame.pts = self._samples
        frame.time_base = Fraction(1, context.sample_rate)
        self._samples += samples.size
        self._output.mux(self._audio.encode(frame))

    def close(self) -> None:
        """Flush the encoders and give the file its name."""
        self._output.mux(self._video.encode(None))
        if self._audio is not None:
            self._output.mux(self._audio.encode(None))
        self._output.close()
        os.replace(self._temporary, self._path)

    def __enter__(self) -> ClipWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._output.close()
            self._temporary.unlink(missing_ok=True)


def transcode(source: Path, target: Path, *, seconds_max: float | None = None) -> None:
    """Make `source` over into an H.264 MP4 of the same size and frame rate, without sound. Raises Invalid."""
    try:
        with av.open(str(source)) as opened:
            stream = opened.streams.video[0]
            fps = stream.average_rate or Fraction(25)
            context = stream.codec_context
            size = (context.width & ~1, context.height & ~1)
            spec = VideoSpec("h264", size, fps, gop=max(1, round(fps * 2)), preset="veryfast", crf=20)
            with ClipWriter(target, spec) as writer:
                for number, frame in enumerate(opened.decode(stream)):
                    if seconds_max is not None and number >= seconds_max * fps:
                        break
                    picture = frame.reformat(*size, format="yuv420p").to_ndarray()
                    writer.write(picture.astype(np.uint8, copy=False), planar=True)
    except (av.FFmpegError, IndexError, OSError) as error:
        raise Invalid(
            "media.unreadable", f"{source.name} is not a video that can be read.", file=source.name
        ) from error
