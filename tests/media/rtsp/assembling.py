"""What a test feeds to the assembler of pictures, and what it made of it."""

from __future__ import annotations

import struct

from mingcha.media.rtsp.hot import VideoAssembler
from mingcha.media.rtsp.pictures import KEY, ReadTime
from tests.media.rtsp.packets import (
    PPS,
    PPS_H265,
    SPS,
    SPS_H265,
    VPS_H265,
    Sender,
    interleaved,
    sized,
    slice_h264,
    slice_h265,
)

AUD = b"\x09\xf0"
FILLER = b"\x0c" + b"\xff" * 40 + b"\x80"
SEI = b"\x06\x05\x04abcd\x80"
RECOVERY = b"\x06\x00\x01x\x06\x01\x84\x80"


class Pictures:
    """What an assembler made of the packets it was fed."""

    def __init__(self, *, h265: bool = False, donl: bool = False, channel: int = 0) -> None:
        self.made: list[tuple[bytes, int, int]] = []
        self.sets: list[bytes] = []
        self.losses: list[tuple[str, str]] = []
        self.assembler = VideoAssembler(h265, channel, ReadTime(), self._picture, self._loss, donl)

    def _picture(self, payload: bytes, stamp: int, arrived_us: int, flags: int, sets: list[bytes]) -> None:
        self.made.append((payload, stamp, flags))
        self.sets += sets

    def _loss(self, reason: str, detail: str) -> None:
        self.losses.append((reason, detail))

    def feed(self, packets: list[bytes], *, read: int = 1 << 20, flush: bool = True) -> Pictures:
        """Feed packets in interleaved frames, `read` bytes at a time, as a connection does."""
        data = b"".join(interleaved(0, packet) for packet in packets)
        buffer = bytearray(max(len(data), 1) + 70_000)
        tail = b""
        for at in range(0, len(data), read):
            piece = tail + data[at : at + read]
            buffer[: len(piece)] = piece
            view = memoryview(buffer)
            stopped = 0
            while True:
                stopped = self.assembler.feed(buffer, view, stopped, len(piece))
                if len(piece) - stopped < 4:
                    break
                size = struct.unpack_from(">H", buffer, stopped + 2)[0]
                if stopped + 4 + size > len(piece):
                    break
                self.assembler.packet(buffer, view, stopped + 4, stopped + 4 + size)
                stopped += 4 + size
            tail = piece[stopped:]
        if flush:
            self.assembler.flush()
        return self


def film(sender: Sender, pictures: int = 12, slices: int = 1) -> list[tuple[bytes, int, int]]:
    """Let the sender send pictures, a key picture with parameter sets every fifth; returns what must come out."""
    expected = []
    for number in range(pictures):
        key = number % 5 == 0
        if sender.h265:
            parts = [
                slice_h265(number * 10 + part, 350, nal_type=19 if key else 1, first=part == 0)
                for part in range(slices)
            ]
            nals = [VPS_H265, SPS_H265, PPS_H265, *parts] if key else parts
        else:
            parts = [slice_h264(number * 10 + part, 350, key=key, first=part == 0) for part in range(slices)]
            nals = [SPS, PPS, SEI, *parts] if key else parts
        stamp = (0xFFFFC000 + number * 3600) & 0xFFFFFFFF
        sender.picture(stamp, *nals)
        expected.append((sized(*nals), stamp, KEY if key else 0))
    return expected
