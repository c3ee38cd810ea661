"""The same conversation with the pictures over UDP."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from random import Random

import pytest

from mingcha.media.rtsp import udp
from mingcha.media.rtsp.messages import parameters
from mingcha.media.rtsp.source import SourceError
from tests.media.rtsp.packets import Sender, rtp, sized, slice_h264
from tests.media.rtsp.scripted import Asked, Camera, client, nothing, reply, serving


@dataclass
class UdpCamera(Camera):
    """Sends from two ports of its own to those the client names."""

    ports: tuple[int, int] = (0, 0)
    rtp: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    rtcp: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))

    def __post_init__(self) -> None:
        for sock in (self.rtp, self.rtcp):
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        self.answers.setdefault("SETUP", UdpCamera.setup)  # type: ignore[arg-type]

    def setup(self, asked: Asked) -> bytes:
        first, _, second = parameters(asked.headers["transport"])["client_port"].partition("-")
        self.ports = (int(first), int(second))
        own = f"{self.rtp.getsockname()[1]}-{self.rtcp.getsockname()[1]}"
        transport = f"RTP/AVP;unicast;client_port={first}-{second};server_port={own}"
        return reply(asked, headers={"Session": "1;timeout=60", "Transport": transport})

    def send(self, packet: bytes) -> None:
        self.rtp.sendto(packet, ("127.0.0.1", self.ports[0]))

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()


def film(count: int) -> list[bytes]:
    sender = Sender()
    for number in range(count):
        sender.picture(number * 3600, slice_h264(number, 700, key=number == 0))
    return sender.packets


async def test_pictures_come_over_udp_on_an_even_and_the_next_port() -> None:
    async def play(camera: Camera) -> None:
        assert isinstance(camera, UdpCamera)
        for packet in film(20):
            camera.send(packet)
        await nothing(camera)

    async with serving(UdpCamera(play=play)) as camera:
        assert isinstance(camera, UdpCamera)
        one = client(camera, transport="udp")
        video, _ = await one.session.open()
        await one.pictures(19)
        await asyncio.sleep(0.02)
        punched = [camera.rtp.recv(100), camera.rtcp.recv(100)]
        await one.session.close()
        camera.close()
    assert video is not None
    assert camera.ports[0] % 2 == 0
    assert camera.ports[1] == camera.ports[0] + 1
    assert one.film.losses == []
    assert one.film.units[7].payload == sized(slice_h264(7, 700))
    assert [packet[0] >> 6 for packet in punched] == [2, 2]
    assert camera.methods[-1] == "TEARDOWN"
    assert one.poller.watched == 0


async def test_a_tenth_of_all_packets_out_of_order_is_no_loss() -> None:
    random = Random(5)
    packets = film(40)
    order = sorted(range(len(packets)), key=lambda at: at + (random.randint(1, 10) if random.random() < 0.1 else 0))

    async def play(camera: Camera) -> None:
        assert isinstance(camera, UdpCamera)
        for at in order:
            camera.send(packets[at])
        await nothing(camera)

    async with serving(UdpCamera(play=play)) as camera:
        assert isinstance(camera, UdpCamera)
        one = client(camera, transport="udp")
        await one.session.open()
        await one.pictures(39)
        await one.session.close()
        camera.close()
    assert one.film.losses == []
    assert [unit.payload for unit in one.film.units[:39]] == [
        sized(slice_h264(number, 700, key=number == 0)) for number in range(39)
    ]


async def test_lost_packets_are_told_and_reported_to_the_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "REPORT_EVERY_US", 100_000)

    async def play(camera: Camera) -> None:
        assert isinstance(camera, UdpCamera)
        report = struct.pack(">BBHIIIIII", 0x80, 200, 6, 7, 0xAAAABBBB, 0xCCCCDDDD, 0, 0, 0)
        camera.rtcp.sendto(report, ("127.0.0.1", camera.ports[1]))
        for index, packet in enumerate(film(200)):
            if index % 20 != 10:
                camera.send(packet)
            await asyncio.sleep(0.001)
        await nothing(camera)

    async with serving(UdpCamera(play=play)) as camera:
        assert isinstance(camera, UdpCamera)
        one = client(camera, transport="udp", silence_timeout_s=1.0)
        await one.session.open()
        reports: list[bytes] = []
        async with asyncio.timeout(5):
            while not reports or not reports[-1][12]:
                await asyncio.sleep(0.05)
                try:
                    data = camera.rtcp.recv(500)
                    reports += [data] if len(data) > 30 else []
                except BlockingIOError:
                    pass
        await one.session.close()
        camera.close()
    sender, share = struct.unpack_from(">IB", reports[-1], 8)
    assert sender == 7
    assert 0 < share < 60
    assert int.from_bytes(reports[-1][24:28], "big") == 0xBBBBCCCC
    assert set(one.film.reasons) == {"packets_lost"}
    assert any(unit.damaged for unit in one.film.units)


async def test_datagrams_of_others_are_passed_over() -> None:
    async def play(camera: Camera) -> None:
        assert isinstance(camera, UdpCamera)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            for number, packet in enumerate(film(6)):
                stranger.sendto(rtp(number, 0, b"\x65\x88stranger", marker=True), ("127.0.0.1", camera.ports[0]))
                camera.send(packet)
        await nothing(camera)

    async with serving(UdpCamera(play=play)) as camera:
        assert isinstance(camera, UdpCamera)
        one = client(camera, transport="udp")
        await one.session.open()
        await one.pictures(5)
        await one.session.close()
        camera.close()
    assert not any(b"stranger" in unit.payload for unit in one.film.units)


async def test_goodbye_and_silence_end_it() -> None:
    async def play(camera: Camera) -> None:
        assert isinstance(camera, UdpCamera)
        camera.send(film(1)[0])
        camera.rtcp.sendto(struct.pack(">BBHI", 0x81, 203, 1, 7), ("127.0.0.1", camera.ports[1]))
        await nothing(camera)

    for how, code in ((play, "camera.closed"), (nothing, "camera.silent")):
        async with serving(UdpCamera(play=how)) as camera:
            assert isinstance(camera, UdpCamera)
            one = client(camera, transport="udp", silence_timeout_s=0.2)
            await one.session.open()
            with pytest.raises(SourceError) as caught:
                async with asyncio.timeout(3):
                    await one.session.run()
            await one.session.close()
            camera.close()
        assert caught.value.code == code
        assert one.poller.watched == 0
