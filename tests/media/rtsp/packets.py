"""RTP as a camera sends it, made by hand: NAL units, payloads, packets, interleaved frames."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, field

from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

# 640x360 at 30000/1001, baseline; 1920x1080 at 25, high, two B pictures (x264).
SPS = bytes.fromhex("6742c01ed900a02ff96100000303e90000ea600f162e48")
SPS_1080 = bytes.fromhex("67640028acd940780227e584000003000400000300c83c60c658")
PPS = bytes.fromhex("68cb8cb2")
# x265, 640x360.
VPS_H265 = bytes.fromhex("40010c01ffff01600000030090000003000003003f959809")
SPS_H265 = bytes.fromhex("42010101600000030090000003000003003fa0050201696592a4932b9a02000007d20000ea6010")
PPS_H265 = bytes.fromhex("4401c172b46240")

SDP_H264 = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=cam\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={base64.b64encode(SPS).decode()},"
    f"{base64.b64encode(PPS).decode()}\r\na=control:trackID=1\r\n"
)
SDP_AUDIO = "m=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:trackID=2\r\n"


def slice_h264(number: int, size: int, *, key: bool = False, first: bool = True) -> bytes:
    """A slice NAL unit that no decoder would like, but that is told from every other one."""
    body = (number.to_bytes(4, "big") * (size // 4 + 1))[: max(0, size - 2)]
    return bytes((0x65 if key else 0x41, 0x88 if first else 0x11)) + body


def slice_h265(number: int, size: int, *, nal_type: int = 1, first: bool = True) -> bytes:
    body = (number.to_bytes(4, "big") * (size // 4 + 1))[: max(0, size - 3)]
    return bytes((nal_type << 1, 1, 0x80 if first else 0x20)) + body


def sized(*nals: bytes) -> bytes:
    """The payload of an access unit: each NAL unit behind its length."""
    return b"".join(struct.pack(">I", len(nal)) + nal for nal in nals)


def rtp(sequence: int, stamp: int, payload: bytes, *, marker: bool = False, ssrc: int = 7, kind: int = 96) -> bytes:
    return (
        struct.pack(">BBHII", 0x80, kind | (0x80 if marker else 0), sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
        + payload
    )


def interleaved(channel: int, packet: bytes) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(packet)) + packet


def fragments(nal: bytes, size: int, *, h265: bool = False) -> list[bytes]:
    """Payloads of one NAL unit: itself, or FU-A (FU) fragments of at most `size` bytes of it."""
    if len(nal) <= size:
        return [nal]
    head = 2 if h265 else 1
    pieces = [nal[at : at + size] for at in range(head, len(nal), size)]
    payloads = []
    for index, piece in enumerate(pieces):
        edge = (0x80 if index == 0 else 0) | (0x40 if index == len(pieces) - 1 else 0)
        if h265:
            start = bytes((nal[0] & 0x81 | 49 << 1, nal[1], edge | nal[0] >> 1 & 0x3F))
        else:
            start = bytes((nal[0] & 0xE0 | 28, edge | nal[0] & 0x1F))
        payloads.append(start + piece)
    return payloads


def aggregate(*nals: bytes, h265: bool = False) -> bytes:
    """STAP-A or AP."""
    head = bytes((48 << 1, 1)) if h265 else b"\x18"
    return head + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)


@dataclass
class Sender:
    """Numbers packets. `markers`: how this camera sets the marker bit: right, never, or on each NAL unit ("always")."""

    fragment_bytes: int = 100
    h265: bool = False
    markers: str = "right"
    sequence: int = 65500
    packets: list[bytes] = field(default_factory=list)

    def picture(self, stamp: int, *nals: bytes) -> list[bytes]:
        """The packets of one picture; they are also kept in `packets`."""
        payloads = []
        for index, nal in enumerate(nals):
            pieces = fragments(nal, self.fragment_bytes, h265=self.h265)
            for place, piece in enumerate(pieces):
                last_of_nal = place == len(pieces) - 1
                last = last_of_nal and index == len(nals) - 1
                marker = {"right": last, "never": False, "always": last_of_nal}[self.markers]
                payloads.append((piece, marker))
        made = []
        for payload, marker in payloads:
            made.append(rtp(self.sequence, stamp, payload, marker=marker))
            self.sequence += 1
        self.packets += made
        return made


@dataclass
class Film:
    """A sink that keeps everything."""

    formats: list[tuple[VideoFormat, AudioFormat | None]] = field(default_factory=list)
    units: list[AccessUnit] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.formats.append((video, audio))

    def on_unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def on_loss(self, reason: str, detail: str) -> None:
        self.losses.append((reason, detail))

    @property
    def reasons(self) -> list[str]:
        return [reason for reason, _ in self.losses]
