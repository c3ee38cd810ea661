"""Ways out: the one ordered queue of a TCP connection, its interleaved channels, and UDP addresses."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Callable

# As much as a camera's encoder buffers before it leaves frames out.
CLOGGED_BYTES = 2 << 20


class Outbox:
    """Bytes to one TCP peer, in order; never blocks. `on_failure` is called once when the peer is gone."""

    def __init__(self, sock: socket.socket, loop: asyncio.AbstractEventLoop, on_failure: Callable[[], None]) -> None:
        self._sock = sock
        self._loop = loop
        self._on_failure = on_failure
        self._waiting: deque[memoryview] = deque()
        self.waiting_bytes = 0
        self.is_muted = False

    def send(self, data: bytes | memoryview) -> None:
        """Send now what the socket takes; the rest as it drains."""
        if self.is_muted:
            return
        if self._waiting:
            self._waiting.append(memoryview(data))
            self.waiting_bytes += len(data)
            return
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._on_failure()
            return
        if sent < len(data):
            self._waiting.append(memoryview(data)[sent:])
            self.waiting_bytes = len(data) - sent
            self._loop.add_writer(self._sock.fileno(), self._drain)

    def _drain(self) -> None:
        while self._waiting:
            data = self._waiting[0]
            try:
                sent = self._sock.send(data)
            except BlockingIOError:
                return
            except OSError:
                self._on_failure()
                return
            self.waiting_bytes -= sent
            if sent < len(data):
                self._waiting[0] = data[sent:]
                return
            self._waiting.popleft()
        self._loop.remove_writer(self._sock.fileno())

    def close(self) -> None:
        """Forget what waits; the owner closes the socket."""
        self._waiting.clear()
        self.is_muted = True
        if self._sock.fileno() >= 0:
            self._loop.remove_writer(self._sock.fileno())


class ChannelSink:
    """Packets interleaved on a TCP connection (RFC 2326 10.12)."""

    def __init__(self, outbox: Outbox, channel: int) -> None:
        self._outbox = outbox
        self._channel = channel

    @property
    def is_clogged(self) -> bool:
        return self._outbox.waiting_bytes > CLOGGED_BYTES

    def send(self, view: memoryview, starts: tuple[int, ...], first: int, end: int) -> None:
        channel = self._channel
        if channel:
            for number in range(first, end):
                view[starts[number] + 1] = channel
        self._outbox.send(view[starts[first] : starts[end]])

    def send_rtcp(self, packet: bytes) -> None:
        """One RTCP packet on the odd channel beside this one."""
        self._outbox.send(b"$" + bytes([self._channel + 1]) + len(packet).to_bytes(2, "big") + packet)


class DatagramSink:
    """Packets to a UDP address; what the kernel does not take is lost, as on a network."""

    def __init__(self, pair: tuple[socket.socket, socket.socket], host: str, ports: tuple[int, int]) -> None:
        self._rtp, self._rtcp = pair
        self._address = (host, ports[0])
        self._rtcp_address = (host, ports[1])

    @property
    def is_clogged(self) -> bool:
        return False

    def send(self, view: memoryview, starts: tuple[int, ...], first: int, end: int) -> None:
        sendto = self._rtp.sendto
        address = self._address
        try:
            for number in range(first, end):
                sendto(view[starts[number] + 4 : starts[number + 1]], address)
        except OSError:
            # Full buffer, or the peer's port is closed: that is what UDP does.
            return

    def send_rtcp(self, packet: bytes) -> None:
        """One RTCP packet to the client's RTCP port."""
        try:
            self._rtcp.sendto(packet, self._rtcp_address)
        except OSError:
            return


def datagram_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Two bound UDP sockets on neighbouring ports, the first even (RFC 3550, 11)."""
    while True:
        first = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        first.bind((host, 0))
        port = first.getsockname()[1]
        second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if port % 2 == 0:
                second.bind((host, port + 1))
                first.setblocking(False)
                second.setblocking(False)
                return first, second
        except OSError:
            pass
        first.close()
        second.close()
