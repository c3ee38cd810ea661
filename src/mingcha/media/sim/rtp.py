"""Access units into RTP packets, once for all clients.

A packet lies ready with RFC 2326 10.12 framing (``$``, channel, length) before it; for a client only sequence number,
time stamp and SSRC are patched (ten neighbouring bytes). H.264: RFC 6184 packetization-mode 1; H.265: RFC 7798; AAC:
RFC 3640 AAC-hbr; G.711: RFC 3551.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mingcha.media.units import VideoCodec

FRAMING_BYTES = 4
RTP_HEADER_BYTES = 12
# Payload of one packet: 1400 + 12 RTP + 8 UDP + 20 IP stays below an Ethernet frame even with a tunnel round it.
MAX_PAYLOAD_BYTES = 1400
# From a packet's '$' to its sequence number.
PATCH_AT = FRAMING_BYTES + 2
PATCH = struct.Struct(">HII")

VIDEO_PAYLOAD_TYPE = 96
AAC_PAYLOAD_TYPE = 97
_H264_FU_A = 28
_H264_STAP_A = 24
_H265_FU = 49
_H265_AP = 48


class Unit(Protocol):
    """What a player sends: a `PacketUnit`, or one that is made when its packets are first asked for."""

    @property
    def blob(self) -> bytes: ...

    @property
    def starts(self) -> tuple[int, ...]: ...

    @property
    def pts(self) -> int: ...

    @property
    def due(self) -> int: ...

    @property
    def is_key(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PacketUnit:
    """One access unit as framed packets with zero sequence number, time stamp and SSRC.

    `blob`: the packets one behind the other; `starts`: where each begins, plus the end of the last. `pts`: ticks of the
    track's clock within the loop. `due`: ticks within the loop at which a camera would send it.
    """

    blob: bytes
    starts: tuple[int, ...]
    pts: int
    due: int
    is_key: bool


def frame_packets(payloads: Sequence[bytes], payload_type: int, *, mark: bool) -> tuple[bytes, tuple[int, ...]]:
    """Framed packets and their starts; with `mark` the marker bit is set on the last."""
    pieces: list[bytes] = []
    starts = [0]
    last = len(payloads) - 1
    for number, payload in enumerate(payloads):
        marker = 0x80 if mark and number == last else 0
        size = RTP_HEADER_BYTES + len(payload)
        pieces.append(struct.pack(">BBHBBHII", 0x24, 0, size, 0x80, marker | payload_type, 0, 0, 0))
        pieces.append(payload)
        starts.append(starts[-1] + FRAMING_BYTES + size)
    return b"".join(pieces), tuple(starts)


def video_payloads(codec: VideoCodec, nals: Iterable[bytes], *, max_bytes: int = MAX_PAYLOAD_BYTES) -> list[bytes]:
    """Packet payloads of one access unit: single NAL units, or fragments of those that do not fit."""
    payloads: list[bytes] = []
    for nal in nals:
        if len(nal) <= max_bytes:
            payloads.append(nal)
        elif codec == "h264":
            payloads += _fragment(nal[1:], max_bytes - 2, bytes([nal[0] & 0xE0 | _H264_FU_A]), nal[0] & 0x1F)
        else:
            head = bytes([nal[0] & 0x81 | _H265_FU << 1, nal[1]])
            payloads += _fragment(nal[2:], max_bytes - 3, head, nal[0] >> 1 & 0x3F)
    return payloads


def _fragment(body: bytes, max_bytes: int, head: bytes, kind: int) -> list[bytes]:
    fragments = []
    for at in range(0, len(body), max_bytes):
        start = 0x80 if at == 0 else 0
        end = 0x40 if at + max_bytes >= len(body) else 0
        fragments.append(head + bytes([start | end | kind]) + body[at : at + max_bytes])
    return fragments


def aggregate(codec: VideoCodec, nals: Sequence[bytes]) -> bytes:
    """One aggregation packet (STAP-A or AP) of small NAL units, as some cameras send parameter sets."""
    body = b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)
    if codec == "h264":
        return bytes([max(nal[0] & 0x60 for nal in nals) | _H264_STAP_A]) + body
    return bytes([_H265_AP << 1, 1]) + body


def aac_payload(frame: bytes) -> bytes:
    """One AAC frame behind its AU header section: 16 bits of headers, 13 bits size, 3 bits index."""
    return struct.pack(">HH", 16, len(frame) << 3) + frame


def sender_report(ssrc: int, wall_us: int, rtp_time: int, packets: int, octets: int, name: str) -> bytes:
    """RTCP sender report with an SDES CNAME behind it (RFC 3550 6.4.1, 6.5), not framed."""
    ntp = (wall_us + 2_208_988_800_000_000) * (1 << 32) // 1_000_000
    report = struct.pack(
        ">BBHIQIII",
        0x80,
        200,
        6,
        ssrc,
        ntp & 0xFFFFFFFFFFFFFFFF,
        rtp_time & 0xFFFFFFFF,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    item = bytes([1, len(name)]) + name.encode("ascii")
    chunk = struct.pack(">I", ssrc) + item + b"\x00" * (4 - len(item) % 4)
    return report + struct.pack(">BBH", 0x81, 202, len(chunk) // 4) + chunk


def goodbye(ssrc: int) -> bytes:
    """RTCP BYE (RFC 3550 6.6), not framed."""
    return struct.pack(">BBHI", 0x81, 203, 1, ssrc)
