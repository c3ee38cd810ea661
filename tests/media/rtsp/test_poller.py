"""One epoll for all cameras."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

import pytest

from mingcha.media.rtsp.poller import BUFFER_BYTES, MAX_TICK_S, UDP_TICK_S, Poller


@pytest.fixture
def pair() -> tuple[socket.socket, socket.socket]:
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far:
        yield near, far  # type: ignore[misc]


async def test_what_comes_is_read_within_a_tick_into_one_buffer(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    poller = Poller(asyncio.get_running_loop(), 0.001)
    read: list[bytes] = []
    poller.add(near, lambda: read.append(bytes(poller.view[: near.recv_into(poller.view)])))
    far.send(b"one")
    far.send(b"two")
    await asyncio.sleep(0.02)
    assert b"".join(read) == b"onetwo"
    assert len(poller.buffer) == BUFFER_BYTES
    poller.remove(near)


async def test_the_tick_stops_with_the_last_socket_and_starts_again(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    loop = asyncio.get_running_loop()
    poller = Poller(loop, 0.001)
    read: list[bytes] = []
    for _ in range(2):
        poller.add(near, lambda: read.append(near.recv(100)))
        assert poller.watched == 1
        poller.remove(near)
        poller.remove(near)
        assert poller.watched == 0
        assert poller._timer is None
        assert poller._epoll is None
    poller.add(near, lambda: read.append(near.recv(100)))
    far.send(b"x")
    await asyncio.sleep(0.02)
    poller.remove(near)
    assert read == [b"x"]


async def test_a_reader_that_fails_disturbs_no_other(
    pair: tuple[socket.socket, socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    near, far = pair
    other, beyond = socket.socketpair()
    other.setblocking(False)
    poller = Poller(asyncio.get_running_loop(), 0.001)
    read: list[bytes] = []

    def fail() -> None:
        raise ZeroDivisionError

    with other, beyond, caplog.at_level(logging.CRITICAL, "mingcha.media.rtsp.poller"):
        poller.add(near, fail)
        poller.add(other, lambda: read.append(other.recv(100)))
        far.send(b"x")
        await asyncio.sleep(0.01)
        beyond.send(b"y")
        await asyncio.sleep(0.01)
        assert read == [b"y"]
        assert poller.watched == 1
        poller.remove(other)


async def test_a_reader_may_remove_another_of_the_same_tick(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    other, beyond = socket.socketpair()
    poller = Poller(asyncio.get_running_loop(), 0.001)
    called: list[str] = []

    def take(name: str) -> None:
        called.append(name)
        poller.remove(near)
        poller.remove(other)

    with other, beyond:
        poller.add(near, lambda: take("near"))
        poller.add(other, lambda: take("other"))
        far.send(b"x")
        beyond.send(b"y")
        await asyncio.sleep(0.02)
    assert len(called) == 1


@pytest.mark.parametrize("tick_s", [0.0, MAX_TICK_S * 2])
async def test_the_tick_is_at_most_twenty_milliseconds(tick_s: float) -> None:
    with pytest.raises(ValueError, match="tick"):
        Poller(asyncio.get_running_loop(), tick_s)


class SlowLoop:
    """A loop that never comes round; `due_s`: what it was last asked for, reckoned from now."""

    due_s = 0.0

    def time(self) -> float:
        return 1000.0

    def call_at(self, when_s: float, callback: Callable[[], None]) -> None:
        self.due_s = when_s - self.time()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> None:
        self.due_s = delay_s


def test_udp_is_looked_at_before_the_kernels_buffer_is_full(pair: tuple[socket.socket, socket.socket]) -> None:
    loop = SlowLoop()
    poller = Poller(loop)  # type: ignore[arg-type]
    poller.add(pair[0], lambda: None)
    poller._tick()
    assert loop.due_s == pytest.approx(MAX_TICK_S)
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        poller.add(datagrams, lambda: None)
        poller._tick()
        assert loop.due_s == pytest.approx(UDP_TICK_S)
        poller.remove(datagrams)
    poller._tick()
    assert loop.due_s == pytest.approx(MAX_TICK_S)
    poller.remove(pair[0])
