"""A media file into access units: what the simulator serves and what tests compare recordings with.

Reads whatever FFmpeg can demux; decodes nothing. H.264 and H.265 come out as NAL units whatever their framing in the
file (length prefixed as in MP4, or start codes as in AVI and MPEG-TS).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer

from mingcha.base.errors import Invalid
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioCodec, AudioFormat, VideoCodec

_VIDEO_CODECS: dict[str, VideoCodec] = {"h264": "h264", "hevc": "h265"}
_AUDIO_CODECS: dict[str, AudioCodec] = {"aac": "aac", "pcm_alaw": "pcma", "pcm_mulaw": "pcmu"}
# 20 ms of G.711 in a packet, as cameras do it (RFC 3551, 4.2).
G711_CHUNK_BYTES = 160


@dataclass(frozen=True, slots=True)
class VideoSample:
    """One coded picture. `nals`: NAL units without start code or length, as in the file. `pts`, `dts`: 90 kHz ticks;
    the smallest pts of a file is 0, `dts` may be negative."""

    nals: tuple[bytes, ...]
    pts: int
    dts: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """Samples in decoding order. `duration`: 90 kHz ticks from the first picture to the end of the last."""

    codec: VideoCodec
    width: int
    height: int
    fps: Fraction
    vps: tuple[bytes, ...]
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    samples: tuple[VideoSample, ...]
    duration: int


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """`frames`: coded frames in order. `frame_ticks`: samples in a frame, the same for all."""

    format: AudioFormat
    frames: tuple[bytes, ...]
    frame_ticks: int


@dataclass(frozen=True, slots=True)
class MediaFile:
    video: VideoTrack
    audio: AudioTrack | None


def nal_type(codec: VideoCodec, nal: bytes) -> int:
    """The type field of a NAL unit's header (H.264 7.3.1, H.265 7.3.1.2)."""
    return nal[0] & 0x1F if codec == "h264" else (nal[0] >> 1) & 0x3F


def split_lengths(payload: bytes, length_bytes: int = 4) -> tuple[bytes, ...]:
    """NAL units of a sample framed by big-endian lengths (ISO/IEC 14496-15). Raises Invalid when it does not add up."""
    nals = []
    at = 0
    while at < len(payload):
        start = at + length_bytes
        at = start + int.from_bytes(payload[at:start], "big")
        if at > len(payload):
            raise Invalid("media.sample", "A picture in the file is cut short.")
        if at > start:
            nals.append(payload[start:at])
    return tuple(nals)


def split_start_codes(payload: bytes) -> tuple[bytes, ...]:
    """NAL units of a byte stream with start codes (H.264 Annex B)."""
    pieces = payload.split(b"\x00\x00\x01")
    # The zero before a 4-byte start code and trailing zeros belong to no NAL unit, whose last byte is never zero.
    return tuple(nal for piece in pieces[1:] if (nal := piece.rstrip(b"\x00")))


def _configuration_nals(codec: VideoCodec, extradata: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Length size (0: start codes) and parameter sets out of an avcC, hvcC or Annex B extradata."""
    if not extradata or extradata[:1] != b"\x01":
        return 0, split_start_codes(extradata)
    nals: list[bytes] = []
    if codec == "h264":
        length_bytes = (extradata[4] & 3) + 1
        at = 5
        for mask in (0x1F, 0xFF):
            count = extradata[at] & mask
            at += 1
            for _ in range(count):
                size = int.from_bytes(extradata[at : at + 2], "big")
                nals.append(extradata[at + 2 : at + 2 + size])
                at += 2 + size
        return length_bytes, tuple(nals)
    length_bytes = (extradata[21] & 3) + 1
    at = 23
    for _ in range(extradata[22]):
        count = int.from_bytes(extradata[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extradata[at : at + 2], "big")
            nals.append(extradata[at + 2 : at + 2 + size])
            at += 2 + size
    return length_bytes, tuple(nals)


def _read_video(opened: InputContainer, file: str) -> VideoTrack:
    stream = opened.streams.video[0]
    codec = _VIDEO_CODECS.get(stream.codec_context.name)
    if codec is None:
        raise Invalid("media.codec", f"{file} holds {stream.codec_context.name}, not H.264 or H.265.", file=file)
    length_bytes, configuration = _configuration_nals(codec, bytes(stream.codec_context.extradata or b""))
    samples: list[VideoSample] = []
    to_ticks = cast(Fraction, stream.time_base) * VIDEO_CLOCK_HZ
    for packet in opened.demux(stream):
        if packet.size == 0:
            continue
        payload = bytes(packet)
        nals = split_lengths(payload, length_bytes) if length_bytes else split_start_codes(payload)
        dts = len(samples) if packet.dts is None else round(packet.dts * to_ticks)
        pts = dts if packet.pts is None else round(packet.pts * to_ticks)
        samples.append(VideoSample(nals, pts, dts, packet.is_keyframe))
    if not samples:
        raise Invalid("media.empty", f"{file} holds no pictures.", file=file)
    first = min(sample.pts for sample in samples)
    samples = [VideoSample(s.nals, s.pts - first, s.dts - first, s.is_key) for s in samples]
    fps = stream.average_rate or Fraction(25)
    sets = _parameter_sets(codec, configuration, samples)
    return VideoTrack(
        codec=codec,
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        fps=fps,
        vps=sets[0],
        sps=sets[1],
        pps=sets[2],
        samples=tuple(samples),
        duration=max(sample.pts for sample in samples) + round(VIDEO_CLOCK_HZ / fps),
    )


def _parameter_sets(
    codec: VideoCodec, configuration: tuple[bytes, ...], samples: list[VideoSample]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """VPS, SPS and PPS from the file's header, or from its first key picture where the header has none."""
    kinds = (-1, 7, 8) if codec == "h264" else (32, 33, 34)
    first_key = next((sample.nals for sample in samples if sample.is_key), ())
    found = configuration if any(nal_type(codec, nal) == kinds[1] for nal in configuration) else first_key
    vps, sps, pps = (tuple(nal for nal in found if nal_type(codec, nal) == kind) for kind in kinds)
    return vps, sps, pps


def _read_audio(opened: InputContainer) -> AudioTrack | None:
    stream = next((s for s in opened.streams.audio if s.codec_context.name in _AUDIO_CODECS), None)
    if stream is None:
        return None
    context = stream.codec_context
    codec = _AUDIO_CODECS[context.name]
    audio_format = AudioFormat(codec, context.sample_rate, context.channels, bytes(context.extradata or b""))
    packets = [bytes(packet) for packet in opened.demux(stream) if packet.size]
    if codec == "aac":
        return AudioTrack(audio_format, tuple(packets), 1024)
    whole = b"".join(packets)
    count = len(whole) // G711_CHUNK_BYTES
    chunks = tuple(whole[n * G711_CHUNK_BYTES : (n + 1) * G711_CHUNK_BYTES] for n in range(count))
    return AudioTrack(audio_format, chunks, G711_CHUNK_BYTES // context.channels)


def video_codec_name(path: Path) -> str:
    """FFmpeg's name of the codec of the first video track; raises Invalid where there is none."""
    try:
        with av.open(str(path)) as opened:
            return opened.streams.video[0].codec_context.name
    except (av.FFmpegError, IndexError, OSError) as error:
        raise Invalid("media.unreadable", f"{path.name} is not a video that can be read.", file=path.name) from error


def demux(path: Path) -> MediaFile:
    """The first video track of a file and, where it is AAC or G.711, its first audio track.

    Everything is held in memory: meant for clips of minutes. Raises Invalid (``media.unreadable``, ``media.codec``,
    ``media.empty``, ``media.sample``).
    """
    try:
        with av.open(str(path)) as opened:
            video = _read_video(opened, path.name)
        with av.open(str(path)) as opened:
            audio = _read_audio(opened)
    except (av.FFmpegError, IndexError, OSError) as error:
        raise Invalid("media.unreadable", f"{path.name} is not a video that can be read.", file=path.name) from error
    return MediaFile(video, audio)
