"""A small RTSP client for the simulator's own tests: written from the RFCs, sharing nothing with what it tests."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass, field


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Packet:
    channel: int
    marker: bool
    payload_type: int
    sequence: int
    stamp: int
    ssrc: int
    payload: bytes


@dataclass
class Picture:
    stamp: int
    nals: list[bytes]
    sequences: list[int] = field(default_factory=list)


def parse_rtp(data: bytes, channel: int = 0) -> Packet:
    assert data[0] == 0x80
    return Packet(
        channel,
        bool(data[1] & 0x80),
        data[1] & 0x7F,
        int.from_bytes(data[2:4], "big"),
        int.from_bytes(data[4:8], "big"),
        int.from_bytes(data[8:12], "big"),
        data[12:],
    )


class Depacketiser:
    """Packets in order into pictures (RFC 6184, RFC 7798)."""

    def __init__(self, codec: str = "h264") -> None:
        self.codec = codec
        self.pictures: list[Picture] = []
        self._nals: list[bytes] = []
        self._sequences: list[int] = []
        self._fragment = bytearray()

    def add(self, packet: Packet) -> None:
        data = packet.payload
        head = 1 if self.codec == "h264" else 2
        kind = data[0] & 0x1F if self.codec == "h264" else data[0] >> 1 & 0x3F
        self._sequences.append(packet.sequence)
        if kind == (24 if self.codec == "h264" else 48):
            at = head
            while at < len(data):
                size = int.from_bytes(data[at : at + 2], "big")
                self._nals.append(data[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == (28 if self.codec == "h264" else 49):
            flags = data[head]
            if flags & 0x80:
                if self.codec == "h264":
                    self._fragment = bytearray([data[0] & 0xE0 | flags & 0x1F])
                else:
                    self._fragment = bytearray([data[0] & 0x81 | (flags & 0x3F) << 1, data[1]])
            self._fragment += data[head + 1 :]
            if flags & 0x40:
                self._nals.append(bytes(self._fragment))
        else:
            self._nals.append(data)
        if packet.marker:
            self.pictures.append(Picture(packet.stamp, self._nals, self._sequences))
            self._nals, self._sequences = [], []


class Client:
    """One connection. `packets` collects interleaved packets that come between answers."""

    def __init__(self, url: str) -> None:
        self.url = url
        host, _, port = url.split("/")[2].rpartition("@")[2].partition(":")
        self.host, self.port = host, int(port)
        self.packets: list[tuple[int, bytes]] = []
        self.session = ""
        self._sequence = 0

    async def __aenter__(self) -> Client:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            pass

    async def ask(self, method: str, url: str = "", **headers: str) -> Reply:
        self._sequence += 1
        lines = [f"{method} {url or self.url} RTSP/1.0", f"CSeq: {self._sequence}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return await self.answer()

    async def answer(self) -> Reply:
        while True:
            first = await asyncio.wait_for(self.reader.readexactly(1), 5)
            if first != b"$":
                break
            await self._packet()
        head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)
        }
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        assert headers.get("cseq", str(self._sequence)) == str(self._sequence)
        return Reply(int(lines[0].split(" ")[1]), headers, body)

    async def _packet(self) -> None:
        head = await self.reader.readexactly(3)
        data = await self.reader.readexactly(int.from_bytes(head[1:], "big"))
        self.packets.append((head[0], data))

    async def read_packet(self, timeout_s: float = 5) -> tuple[int, bytes]:
        """The next interleaved packet."""
        while not self.packets:
            assert await asyncio.wait_for(self.reader.readexactly(1), timeout_s) == b"$"
            await self._packet()
        return self.packets.pop(0)

    async def open(self, *tracks: int, **headers: str) -> Reply:
        """SETUP of tracks over TCP (by default the first), then PLAY."""
        for track in tracks or (0,):
            transport = f"RTP/AVP/TCP;unicast;interleaved={track * 2}-{track * 2 + 1}"
            session = {"Session": self.session} if self.session else {}
            reply = await self.ask("SETUP", f"{self.url}/trackID={track}", Transport=transport, **session, **headers)
            assert reply.status == 200, reply
            self.session = reply.headers["session"].partition(";")[0]
        return await self.ask("PLAY", Session=self.session, **headers)

    async def pictures(self, count: int, codec: str = "h264") -> list[Picture]:
        """The next `count` pictures of the first track."""
        depacketiser = Depacketiser(codec)
        while len(depacketiser.pictures) < count:
            channel, data = await self.read_packet()
            if channel == 0:
                depacketiser.add(parse_rtp(data))
        return depacketiser.pictures


def sprop(sdp: str, name: str) -> list[bytes]:
    """Decoded NAL units of a parameter of the first fmtp line."""
    found = re.search(rf"{name}=([^;\r\n]+)", sdp)
    assert found, sdp
    return [base64.b64decode(word) for word in found.group(1).split(",")]
