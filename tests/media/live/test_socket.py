"""The live WebSocket: tickets, first picture, switching, endings."""

from __future__ import annotations

import itertools
import json
import struct
import threading
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from mingcha.base.clock import US_PER_S, SystemClock
from mingcha.media.gate.admission import Gate
from mingcha.media.live import socket as live_socket
from mingcha.media.live.channel import Channel
from mingcha.media.live.choice import choose
from mingcha.media.live.origins import Origins
from mingcha.media.live.socket import LiveServices, LiveSocket
from mingcha.media.units import AccessUnit, VideoFormat
from mingcha.wire.ticket import Ticket, mint

CAMERA = "cam_0000000000000000"
SPS = bytes.fromhex("6742c01eda0280bfe5c044000003000400000300f23c58ba80")
H264 = VideoFormat("h264", 640, 360, "avc1.42c01e", (SPS,), (b"\x68\xce\x3c\x80",))
H265 = VideoFormat("h265", 640, 360, "hvc1.1.6.L93.B0", (b"\x42\x01",), (b"\x44\x01",), (b"\x40\x01",))


class Streams:
    """Channels by role; `copy` is what an H.265 picture is made into."""

    def __init__(self, clock: SystemClock, video: VideoFormat = H264) -> None:
        self.roles = {"main": Channel(clock)}
        self.copy = Channel(clock)
        self.roles["main"].on_format(video, None)

    def channel(self, camera: str, role: str) -> Channel | None:
        return self.roles.get(role) if camera == CAMERA else None

    def transcoded(self, camera: str) -> Channel | None:
        return self.copy

    def show(self, role: str, index: int, *, key: bool = False) -> None:
        unit = AccessUnit(b"\x00\x00\x00\x02\x65" + bytes([index]), index * 3600, key, SystemClock().mono_us())
        self.roles[role].on_unit(unit)


class Bench:
    def __init__(self, streams: Streams) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.clock = SystemClock()
        self.streams = streams
        self.served: list[tuple[str, int, int]] = []
        self.gate = Gate(self.key.public_key(), self.clock)
        services = LiveServices(
            streams,
            self.gate,
            Origins(8800),
            self.clock,
            lambda ticket, camera, a, b: self.served.append((camera, a, b)),
        )

        async def live(socket: WebSocket) -> None:
            await LiveSocket(socket, services).serve()

        self.client = TestClient(Starlette(routes=[WebSocketRoute("/live", live)]))

    def token(self, *, seconds: float = 60, modes: tuple[str, ...] = ("live",), camera: str = CAMERA) -> str:
        now_us = self.clock.wall_us()
        ticket = Ticket("grt_1", "per_1", modes, (camera,), None, None, now_us, now_us + int(seconds * US_PER_S), "s")
        return mint(ticket, self.key)

    def open(self, query: str = "", origin: str = "http://testserver:8800") -> Any:
        return self.client.websocket_connect(f"/live?camera={CAMERA}{query}", headers={"origin": origin})


@pytest.fixture
def bench() -> Bench:
    return Bench(Streams(SystemClock()))


def notes(socket: Any, until: str) -> dict[str, Any]:
    """Read on to the next note of this type."""
    while True:
        message = socket.receive()
        if message.get("text"):
            note: dict[str, Any] = json.loads(message["text"])
            if note["type"] == until:
                return note


def test_header_and_ring_come_first_so_that_the_picture_is_there_at_once(bench: Bench) -> None:
    for index in range(5):
        bench.streams.show("main", index, key=index == 0)
    with bench.open() as socket:
        socket.send_text(json.dumps({"ticket": bench.token()}))
        assert notes(socket, "init") == {
            "type": "init",
            "codec": "avc1.42c01e",
            "width": 640,
            "height": 360,
            "stream": "main",
            "transcoded": False,
        }
        header, ring = socket.receive_bytes(), socket.receive_bytes()
        assert (header[0], header[13:17]) == (0, b"ftyp")
        kind, wall_us = struct.unpack_from(">BQ", ring)
        assert kind == 1
        assert abs(wall_us - bench.clock.wall_us()) < 10 * US_PER_S
        assert ring.count(b"\x00\x00\x00\x02\x65") == 5


@pytest.mark.parametrize("origin", ["http://evil", "http://testserver:9999", "null", "http://testserver.evil:8800"])
def test_a_page_of_another_origin_is_refused(bench: Bench, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect), bench.open(origin=origin):
        pass


@pytest.mark.parametrize(
    "first", ["", "x", "{}", '{"ticket": 1}', '{"ticket": "mct1.a.b"}', json.dumps({"ticket": "x" * 30_000})]
)
def test_without_a_genuine_ticket_nothing_is_sent(bench: Bench, first: str) -> None:
    bench.streams.show("main", 0, key=True)
    with bench.open() as socket:
        socket.send_text(first)
        assert notes(socket, "end")["reason"] == "forbidden"


def test_a_ticket_for_another_camera_or_use_does_not_open_this_one(bench: Bench) -> None:
    for token in (bench.token(camera="cam_1111111111111111"), bench.token(modes=("playback",))):
        with bench.open() as socket:
            socket.send_text(json.dumps({"ticket": token}))
            assert notes(socket, "end")["reason"] == "forbidden"


def test_the_picture_ends_when_the_ticket_runs_out_and_what_was_shown_is_told(bench: Bench) -> None:
    bench.streams.show("main", 0, key=True)
    with bench.open() as socket:
        socket.send_text(json.dumps({"ticket": bench.token(seconds=0.5)}))
        assert notes(socket, "end")["reason"] == "expired"
    ((camera, from_us, to_us),) = bench.served
    assert camera == CAMERA
    assert 0 < to_us - from_us < 5 * US_PER_S


def test_a_long_look_is_told_now_and_then_without_a_gap(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "TELL_EVERY_S", 0.1)
    bench.streams.show("main", 0, key=True)
    with bench.open() as socket:
        socket.send_text(json.dumps({"ticket": bench.token(seconds=0.6)}))
        assert notes(socket, "end")["reason"] == "expired"
    assert len(bench.served) >= 3
    assert all(before[2] == after[1] for before, after in itertools.pairwise(bench.served))


def test_a_renewed_ticket_keeps_the_picture_going(bench: Bench) -> None:
    bench.streams.show("main", 0, key=True)
    with bench.open() as socket:
        socket.send_text(json.dumps({"ticket": bench.token(seconds=1.0)}))
        notes(socket, "init")
        socket.send_text(json.dumps({"ticket": bench.token(seconds=60)}))
        for _ in range(3):
            assert notes(socket, "state")["type"] == "state"


def test_a_revoked_grant_ends_the_picture(bench: Bench) -> None:
    bench.streams.show("main", 0, key=True)
    with bench.client, bench.open() as socket:
        socket.send_text(json.dumps({"ticket": bench.token()}))
        notes(socket, "init")
        assert bench.client.portal is not None
        threading.Timer(0.2, lambda: bench.client.portal.call(bench.gate.revoke, ["grt_1"])).start()  # type: ignore[union-attr]
        assert notes(socket, "end")["reason"] == "revoked"


def test_an_unknown_camera_is_refused_clearly(bench: Bench) -> None:
    with bench.client.websocket_connect("/live?camera=cam_9999999999999999") as socket:
        socket.send_text(json.dumps({"ticket": bench.token(camera="cam_9999999999999999")}))
        assert notes(socket, "end") == {"type": "end", "reason": "forbidden", "code": "live.camera"}


def test_h265_goes_to_browsers_that_play_it_and_transcoded_to_others() -> None:
    streams = Streams(SystemClock(), H265)
    assert choose(streams, CAMERA, "auto", plays_h265=True).channel is streams.roles["main"]
    chosen = choose(streams, CAMERA, "auto", plays_h265=False)
    assert (chosen.channel, chosen.transcoded) == (streams.copy, True)


def test_the_main_picture_stands_in_until_the_sub_stream_has_one() -> None:
    clock = SystemClock()
    streams = Streams(clock)
    streams.roles["sub"] = Channel(clock)
    streams.roles["sub"].on_format(H264, None)
    streams.show("main", 0, key=True)
    assert choose(streams, CAMERA, "sub", plays_h265=False).role == "main"
    bench = Bench(streams)
    with bench.client, bench.open("&stream=sub") as socket:
        socket.send_text(json.dumps({"ticket": bench.token()}))
        assert notes(socket, "init")["stream"] == "main"
        assert bench.client.portal is not None

        def come_up() -> None:
            streams.show("sub", 0, key=True)
            streams.show("main", 1)

        bench.client.portal.call(come_up)
        assert notes(socket, "init")["stream"] == "sub"
