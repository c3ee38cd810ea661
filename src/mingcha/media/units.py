"""Access units and stream formats: what the RTSP client yields and every other media part takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

VIDEO_CLOCK_HZ = 90_000

VideoCodec = Literal["h264", "h265"]
AudioCodec = Literal["aac", "pcma", "pcmu"]


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """One picture format: changes of it start a new run. Parameter sets are NAL units without start code or length.

    `codec_string`: RFC 6381 (``avc1.64001f``, ``hvc1.1.6.L93.B0``). `reorder_depth`: pictures that may have to be
    held to put decoding times in order; 0 where there are no B pictures. `fps`: what the stream declares, a hint only.
    """

    codec: VideoCodec
    width: int
    height: int
    codec_string: str
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    vps: tuple[bytes, ...] = ()
    fps: float | None = None
    reorder_depth: int = 0


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """`config`: AudioSpecificConfig (ISO/IEC 14496-3) for AAC, empty for G.711."""

    codec: AudioCodec
    sample_rate_hz: int
    channels: int
    config: bytes = b""


@dataclass(slots=True)
class AccessUnit:
    """One coded picture (or one audio frame), as it goes into a file.

    `payload`: for video the NAL units each behind a 4-byte big-endian length (ISO/IEC 14496-15), without access unit
    delimiters; in-band parameter sets stay in. For audio the raw frame. `pts`: presentation time in ticks of the track
    clock (video 90 kHz, audio the sample rate), unwrapped from RTP's 32 bits, starting near 0 in each session, never
    negative. `arrived_mono_us`: monotonic instant at which the last byte was read. `damaged`: packets of this unit were
    lost; it is kept, since a damaged picture is still evidence.
    """

    payload: bytes
    pts: int
    is_key: bool
    arrived_mono_us: int
    is_audio: bool = False
    damaged: bool = False


class UnitSink(Protocol):
    """What a session feeds. Called on the event loop; must not block and must not raise."""

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        """Before the first unit, and again whenever the parameter sets change."""

    def on_unit(self, unit: AccessUnit) -> None:
        """Units in decoding order."""

    def on_loss(self, reason: str, detail: str) -> None:
        """Something was lost inside a running session (``packets_lost``, ``timestamp_jump``, ``bad_data``)."""
