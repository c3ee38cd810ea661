"""The WebSocket of turning: no ticket, no move; a lost connection, an ended ticket and a revocation stop the camera."""

from __future__ import annotations

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from mingcha.base.clock import US_PER_S, SystemClock
from mingcha.base.errors import Unavailable
from mingcha.media.gate.admission import Gate
from mingcha.media.live.origins import Origins
from mingcha.media.onvif.ptz import Mount, Preset, Velocity
from mingcha.media.ptz.hand import Hands, Movement
from mingcha.media.ptz.socket import WORDS_PER_S, PtzServices, PtzSocket
from mingcha.wire.ticket import Ticket, mint

CAMERA = "cam_0000000000000000"
RIGHT = {"move": {"pan": 0.5, "tilt": 0, "zoom": 0}}


class FakeMount:
    def __init__(self) -> None:
        self.told: list[str] = []

    def open(self) -> None: ...

    def move(self, velocity: Velocity, timeout_s: float) -> None:
        self.told.append("move")

    def stop(self) -> None:
        self.told.append("stop")

    def presets(self) -> tuple[Preset, ...]:
        return (Preset("1", "Gate"),)

    def go_to(self, preset: str) -> None:
        self.told.append(f"go {preset}")


class Bench:
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.clock = SystemClock()
        self.mount = FakeMount()
        self.moved: list[tuple[Ticket, Movement]] = []
        self.gate = Gate(self.key.public_key(), self.clock)
        services = PtzServices(
            self.gate,
            Origins(8800),
            self.clock,
            Hands(),
            self._mount_of,
            lambda ticket, movement: self.moved.append((ticket, movement)),
        )

        async def turn(socket: WebSocket) -> None:
            await PtzSocket(socket, services).serve()

        async def revoke(socket: WebSocket) -> None:
            await socket.accept()
            await self.gate.revoke([await socket.receive_text()])
            await socket.close()

        routes = [WebSocketRoute("/ptz", turn), WebSocketRoute("/revoke", revoke)]
        self.client = TestClient(Starlette(routes=routes))

    def _mount_of(self, camera: str) -> Mount:
        if camera != CAMERA:
            raise Unavailable("ptz.none", "no")
        return self.mount

    def token(self, *, seconds: float = 60, modes: tuple[str, ...] = ("ptz",), camera: str = CAMERA) -> str:
        now_us = self.clock.wall_us()
        ticket = Ticket("grt_1", "per_1", modes, (camera,), None, None, now_us, now_us + int(seconds * US_PER_S), "s")
        return mint(ticket, self.key)

    def open(self, camera: str = CAMERA, origin: str = "http://testserver:8800") -> Any:
        return self.client.websocket_connect(f"/ptz?camera={camera}", headers={"origin": origin})

    def wait_for(self, word: str) -> None:
        deadline = time.monotonic() + 10
        while word not in self.mount.told and time.monotonic() < deadline:
            time.sleep(0.01)
        assert word in self.mount.told


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"modes": ("live",)}, "ticket.outside"),
        ({"camera": "cam_1111111111111111"}, "ticket.outside"),
        ({"seconds": -1}, "ticket.expired"),
    ],
)
def test_a_ticket_for_something_else_moves_nothing(bench: Bench, changes: dict[str, Any], code: str) -> None:
    with bench.open() as socket:
        socket.send_json({"ticket": bench.token(**changes)})
        assert socket.receive_json() == {"type": "end", "reason": "forbidden", "code": code}
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert bench.mount.told == []


@pytest.mark.parametrize("first", [RIGHT, {"ticket": 3}, ["ticket"], {"ticket": "mct1.x.y"}])
def test_a_word_before_the_ticket_moves_nothing(bench: Bench, first: Any) -> None:
    with bench.open() as socket:
        socket.send_json(first)
        assert socket.receive_json()["reason"] == "forbidden"
    assert bench.mount.told == []


def test_another_page_is_not_let_in(bench: Bench) -> None:
    with pytest.raises(WebSocketDisconnect), bench.open(origin="http://evil.example"):
        pass


def test_a_camera_that_cannot_be_turned_is_told(bench: Bench) -> None:
    with bench.open("cam_1111111111111111") as socket:
        socket.send_json({"ticket": bench.token(camera="cam_1111111111111111")})
        assert socket.receive_json() == {"type": "end", "reason": "unavailable", "code": "ptz.none"}


def opened(bench: Bench, socket: Any, **changes: Any) -> None:
    socket.send_json({"ticket": bench.token(**changes)})
    assert socket.receive_json() == {"type": "ready", "presets": [{"token": "1", "name": "Gate"}]}


def test_a_connection_that_is_lost_stops_the_camera(bench: Bench) -> None:
    with bench.open() as socket:
        opened(bench, socket)
        socket.send_json(RIGHT)
        bench.wait_for("move")
    bench.wait_for("stop")
    ((ticket, movement),) = bench.moved
    assert (ticket.grant, movement.end) == ("grt_1", "left")


def test_a_revoked_grant_stops_the_camera_within_two_seconds(bench: Bench) -> None:
    with bench.client, bench.open() as socket:
        opened(bench, socket)
        socket.send_json(RIGHT)
        bench.wait_for("move")
        with bench.client.websocket_connect("/revoke") as door:
            door.send_text("grt_1")
            begun = time.monotonic()
            assert socket.receive_json() == {"type": "end", "reason": "revoked", "code": ""}
            assert time.monotonic() - begun < 2
    assert bench.mount.told[-1] == "stop"
    assert bench.moved[0][1].end == "revoked"


def test_a_ticket_that_runs_out_stops_the_camera_unless_renewed(bench: Bench) -> None:
    with bench.open() as socket:
        opened(bench, socket, seconds=1)
        socket.send_json({"ticket": bench.token(seconds=1.5)})
        socket.send_json(RIGHT)
        bench.wait_for("move")
        assert socket.receive_json()["reason"] == "expired"
    assert bench.mount.told[-1] == "stop"


@pytest.mark.parametrize(
    "word",
    [{"move": {"pan": 2}}, {"move": {"pan": "1"}}, {"move": {"pan": True}}, {"preset": "9"}, {"dance": 1}],
)
def test_a_word_that_cannot_be_is_refused_and_moves_nothing(bench: Bench, word: Any) -> None:
    with bench.open() as socket:
        opened(bench, socket)
        socket.send_json(word)
        assert socket.receive_json()["type"] == "refused"
    assert bench.mount.told == []


def test_a_preset_is_gone_to_and_told(bench: Bench) -> None:
    with bench.open() as socket:
        opened(bench, socket)
        socket.send_json({"preset": "1"})
        bench.wait_for("go 1")
    assert bench.moved[0][1].preset == Preset("1", "Gate")


def test_a_page_that_talks_without_end_is_cut_off(bench: Bench) -> None:
    with bench.open() as socket:
        opened(bench, socket)
        for _ in range(3 * WORDS_PER_S):
            socket.send_json({"stop": True})
        assert socket.receive_json() == {"type": "end", "reason": "forbidden", "code": "ptz.flood"}
