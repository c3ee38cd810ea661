"""A clip: one loop of pictures (and sound), packetised and hashed once, shared by all clients that watch it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from mingcha.media.container.demux import AudioTrack, MediaFile, VideoTrack, demux, nal_type, split_lengths
from mingcha.media.sim import rtp
from mingcha.media.units import VIDEO_CLOCK_HZ, AudioFormat, VideoCodec

# Parameter sets, access unit delimiters and SEI: what a recorder may move or drop without touching the picture.
_NOT_PICTURE: dict[VideoCodec, frozenset[int]] = {
    "h264": frozenset({6, 7, 8, 9}),
    "h265": frozenset({32, 33, 34, 35, 39, 40}),
}
_PARAMETER_SETS: dict[VideoCodec, frozenset[int]] = {"h264": frozenset({7, 8}), "h265": frozenset({32, 33, 34})}
_DELIMITER: dict[VideoCodec, int] = {"h264": 9, "h265": 35}


def hash_nals(codec: VideoCodec, nals: Sequence[bytes]) -> bytes:
    """SHA-256 of a picture's NAL units, each behind its 4-byte length, without parameter sets, delimiters and SEI."""
    digest = hashlib.sha256()
    for nal in nals:
        if nal_type(codec, nal) not in _NOT_PICTURE[codec]:
            digest.update(len(nal).to_bytes(4, "big"))
            digest.update(nal)
    return digest.digest()


def hash_sample(codec: VideoCodec, payload: bytes) -> bytes:
    """The same of a sample as it lies in a file (`AccessUnit.payload`: NAL units behind 4-byte lengths)."""
    return hash_nals(codec, split_lengths(payload))


@dataclass(frozen=True, slots=True)
class Packing:
    """How pictures become packets. `in_band`: parameter sets before each key picture, as nearly every camera does.
    `aggregate`: those in one aggregation packet (STAP-A, AP) instead of one packet each."""

    in_band: bool = True
    aggregate: bool = False


@dataclass(frozen=True, slots=True)
class PacketTrack:
    """A loop of packetised units. `period`: ticks of the loop, `clock_hz`: ticks per second."""

    units: Sequence[rtp.Unit]
    period: int
    clock_hz: int
    payload_type: int


class Clip:
    """One file's loop. Packetising happens at the first use of each `Packing` and is then shared."""

    def __init__(self, media: MediaFile, name: str = "") -> None:
        self.name = name
        self.video: VideoTrack = media.video
        self.audio: AudioTrack | None = media.audio
        self._packed: dict[Packing, PacketTrack] = {}

    @classmethod
    def load(cls, path: Path) -> Clip:
        """Read a file; raises Invalid as `demux` does."""
        return cls(demux(path), path.stem)

    @property
    def codec(self) -> VideoCodec:
        return self.video.codec

    @property
    def fps(self) -> Fraction:
        return self.video.fps

    @property
    def duration_us(self) -> int:
        return self.video.duration * 1_000_000 // VIDEO_CLOCK_HZ

    @cached_property
    def unit_hashes(self) -> tuple[bytes, ...]:
        """`hash_nals` of every picture of the loop, in decoding order."""
        return tuple(hash_nals(self.codec, sample.nals) for sample in self.video.samples)

    def prepare(self) -> None:
        """Packetise now what is usually asked for, rather than while others are being served."""
        self.packed_video(Packing())
        _ = self.packed_audio

    def packed_video(self, packing: Packing) -> PacketTrack:
        """The packets of the loop's pictures."""
        track = self._packed.get(packing)
        if track is None:
            track = self._packed[packing] = _pack_video(self.video, packing)
        return track

    @cached_property
    def packed_audio(self) -> PacketTrack | None:
        return None if self.audio is None else _pack_audio(self.audio)


def _pack_video(video: VideoTrack, packing: Packing) -> PacketTrack:
    codec = video.codec
    units = []
    # A camera cannot send a picture before it took it: with B pictures everything goes out later by the reordering.
    delay = max(sample.pts - sample.dts for sample in video.samples)
    for sample in video.samples:
        own_sets = any(nal_type(codec, nal) in _PARAMETER_SETS[codec] for nal in sample.nals)
        nals = [nal for nal in sample.nals if nal_type(codec, nal) != _DELIMITER[codec]]
        sets = [*video.vps, *video.sps, *video.pps] if packing.in_band and sample.is_key and not own_sets else []
        if not packing.in_band:
            nals = [nal for nal in nals if nal_type(codec, nal) not in _PARAMETER_SETS[codec]]
        if packing.aggregate and sets:
            payloads = [rtp.aggregate(codec, sets), *rtp.video_payloads(codec, nals)]
        else:
            payloads = rtp.video_payloads(codec, [*sets, *nals])
        blob, starts = rtp.frame_packets(payloads, rtp.VIDEO_PAYLOAD_TYPE, mark=True)
        units.append(rtp.PacketUnit(blob, starts, sample.pts, sample.dts + delay, sample.is_key))
    return PacketTrack(tuple(units), video.duration, VIDEO_CLOCK_HZ, rtp.VIDEO_PAYLOAD_TYPE)


def audio_payload_type(audio: AudioFormat) -> int:
    """Static types of RFC 3551 for 8 kHz mono G.711, a dynamic one for AAC."""
    return {"aac": rtp.AAC_PAYLOAD_TYPE, "pcma": 8, "pcmu": 0}[audio.codec]


def _pack_audio(audio: AudioTrack) -> PacketTrack:
    payload_type = audio_payload_type(audio.format)
    is_aac = audio.format.codec == "aac"
    units = []
    for number, frame in enumerate(audio.frames):
        payload = rtp.aac_payload(frame) if is_aac else frame
        blob, starts = rtp.frame_packets([payload], payload_type, mark=is_aac)
        at = number * audio.frame_ticks
        units.append(rtp.PacketUnit(blob, starts, at, at, True))
    return PacketTrack(tuple(units), len(audio.frames) * audio.frame_ticks, audio.format.sample_rate_hz, payload_type)
