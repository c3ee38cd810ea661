"""One connection, its buffers and its end, over a pair of sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.base.clock import ManualClock
from mingcha.media.rtsp.connection import MAX_GARBAGE_BYTES, MAX_WAITING_BYTES, Connection
from mingcha.media.rtsp.messages import Message
from mingcha.media.rtsp.poller import BUFFER_BYTES, Poller
from mingcha.media.rtsp.source import SourceError
from tests.media.rtsp.packets import interleaved, rtp

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"


@dataclass
class Heard:
    """A receiver that keeps everything; it takes no video frames, so all frames come one by one."""

    messages: list[Message] = field(default_factory=list)
    frames: list[tuple[int, bytes]] = field(default_factory=list)
    passed_over: int = 0
    error: SourceError | None = None
    read_us: list[int] = field(default_factory=list)

    def reading(self, now_us: int) -> None:
        self.read_us.append(now_us)

    def video(self, buffer: bytearray, view: memoryview, position: int, end: int) -> int:
        return position

    def frame(self, channel: int, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        self.frames.append((channel, bytes(view[start:stop])))

    def message(self, message: Message) -> None:
        self.messages.append(message)

    def garbage(self, size: int) -> None:
        self.passed_over += size

    def ended(self, error: SourceError) -> None:
        self.error = error


@dataclass
class Wire:
    """A connection and the camera's end of it."""

    heard: Heard
    connection: Connection
    far: socket.socket
    poller: Poller

    async def write(self, data: bytes) -> None:
        """The camera sends this, and all of it is read."""
        for at in range(0, len(data), 50_000):
            self.far.sendall(data[at : at + 50_000])
            await asyncio.sleep(0.006)


@pytest.fixture
async def wire() -> Iterator[Wire]:
    near, far = socket.socketpair()
    near.setblocking(False)
    heard = Heard()
    poller = Poller(asyncio.get_running_loop(), 0.002)
    connection = Connection(poller, ManualClock(mono_us=77), heard)
    connection._socket = near
    poller.add(near, connection._readable)
    yield Wire(heard, connection, far, poller)  # type: ignore[misc]
    connection.close()
    far.close()


async def test_frames_and_messages_are_parted(wire: Wire) -> None:
    await wire.write(ANSWER + interleaved(3, b"abc") + b"\r\n" + ANSWER + interleaved(4, b""))
    assert wire.heard.frames == [(3, b"abc"), (4, b"")]
    assert [message.status for message in wire.heard.messages] == [200, 200]
    assert set(wire.heard.read_us) == {77}
    assert wire.heard.passed_over == 0


async def test_a_frame_of_the_largest_size_is_taken(wire: Wire) -> None:
    await wire.write(interleaved(0, b"x" * 65_535) * 5)
    assert [len(data) for _, data in wire.heard.frames] == [65_535] * 5


async def test_it_finds_its_feet_again_after_garbage(wire: Wire) -> None:
    frame = interleaved(0, rtp(1, 2, b"abc"))
    await wire.write(
        ANSWER + b"\x01\x02$noise" + frame + b"lower case\n" + frame + b"UPPER CASE WITHOUT END" + frame + ANSWER
    )
    assert wire.heard.frames.count((0, rtp(1, 2, b"abc"))) == 3
    assert len(wire.heard.messages) == 2
    assert wire.heard.passed_over > 20


async def test_garbage_without_end_ends_it(wire: Wire) -> None:
    with contextlib.suppress(BrokenPipeError):
        await wire.write(ANSWER + b"\x01" * (MAX_GARBAGE_BYTES + 100_000))
    assert wire.heard.error is not None
    assert wire.heard.error.code == "camera.protocol"
    assert wire.poller.watched == 0


async def test_a_little_garbage_now_and_then_does_not_add_up(wire: Wire) -> None:
    frame = interleaved(0, rtp(1, 2, b"abc"))
    await wire.write(ANSWER)
    for _ in range(25):
        await wire.write(b"\x01" * 49_000 + frame)
        await wire.write(frame)
    assert wire.heard.error is None


async def test_a_reset_connection_is_told(wire: Wire) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    near = socket.create_connection(server.getsockname())
    far, _ = server.accept()
    near.setblocking(False)
    heard = Heard()
    connection = Connection(wire.poller, ManualClock(), heard)
    connection._socket = near
    wire.poller.add(near, connection._readable)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    server.close()
    await asyncio.sleep(0.02)
    assert heard.error is not None
    assert heard.error.code == "camera.closed"


async def test_requests_wait_for_a_slow_camera(wire: Wire) -> None:
    wire.far.setblocking(False)
    sent = 0
    while not wire.connection._waiting:
        wire.connection.send(b"x" * 10_000)
        sent += 10_000
    got = 0
    while got < sent:
        got += len(wire.far.recv(100_000))
        wire.connection.push()
    assert got == sent
    assert not wire.connection._waiting


async def test_a_camera_that_takes_nothing_is_given_up(wire: Wire) -> None:
    wire.connection.send(b"x" * (MAX_WAITING_BYTES + 4_000_000))
    assert wire.heard.error is not None
    assert wire.heard.error.code == "camera.closed"
    wire.connection.send(b"more")


@given(st.lists(st.binary(max_size=200), max_size=12))
def test_any_bytes_leave_less_than_a_buffer_behind(pieces: list[bytes]) -> None:
    heard = Heard()
    connection = Connection(Poller.__new__(Poller), ManualClock(), heard)
    connection._socket = object()  # type: ignore[assignment]
    connection.close = lambda: None  # type: ignore[method-assign]
    buffer = bytearray(BUFFER_BYTES)
    view = memoryview(buffer)
    tail = b""
    for piece in [ANSWER, *pieces]:
        data = tail + piece
        buffer[: len(data)] = data
        stopped = connection._take(buffer, view, len(data))
        assert 0 <= stopped <= len(data)
        tail = data[stopped:]
