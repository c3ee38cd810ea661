"""A track over UDP: an even port for RTP and the next one for RTCP (RFC 3550 11), reports sent back, ways through NAT
opened."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable
from typing import Final

from mingcha.base.clock import US_PER_S, Clock
from mingcha.media.rtsp import rtcp
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.reorder import Deliver, Reorder
from mingcha.media.rtsp.source import SourceError

log = logging.getLogger(__name__)

RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024  # asked for; the kernel gives up to net.core.rmem_max
MAX_DATAGRAMS: Final = 1024  # of one socket in one tick
REPORT_EVERY_US: Final = 5 * US_PER_S
BIND_TRIES: Final = 64


class UdpTrack:
    """`ports` are ours. `on_read(now_us)` comes before the packets of one read, `deliver` gets packets in order,
    `on_goodbye` comes on RTCP BYE. Datagrams from other hosts than the camera are passed over."""

    def __init__(
        self,
        poller: Poller,
        clock: Clock,
        local_host: str,
        on_read: Callable[[int], None],
        deliver: Deliver,
        on_goodbye: Callable[[], None],
    ) -> None:
        self._poller = poller
        self._clock = clock
        self._on_read = on_read
        self._on_goodbye = on_goodbye
        self._reorder = Reorder(deliver)
        self._rtp, self._rtcp = _bind_pair(local_host)
        self.ports: tuple[int, int] = (self._rtp.getsockname()[1], self._rtcp.getsockname()[1])
        self._peer = ""
        self._peer_ports = (0, 0)
        self._own = secrets.randbits(32)
        self._sender = 0
        self._ntp_middle = 0
        self._heard_report_us = 0
        self._report_due_us = 0
        self._expected_before = 0
        self._received_before = 0
        poller.add(self._rtp, self._readable)
        poller.add(self._rtcp, self._control_readable)

    def connect(self, peer: str, ports: tuple[int, int]) -> None:
        """Where the camera sends from. A packet to each of its ports opens the way through NAT and firewalls."""
        self._peer = peer
        self._peer_ports = ports
        self._send(self._rtp, b"\x80\0\0\0\0\0\0\0" + self._own.to_bytes(4, "big"), ports[0])
        self._send(self._rtcp, b"\x80\xc9\0\1" + self._own.to_bytes(4, "big"), ports[1])

    def report(self) -> None:
        """Send a receiver report when one is due; called about once a second."""
        now_us = self._clock.mono_us()
        if now_us < self._report_due_us or self._reorder.first < 0:
            return
        self._report_due_us = now_us + REPORT_EVERY_US
        expected = self._reorder.highest - self._reorder.first + 1
        received = self._reorder.received
        expected_lately = expected - self._expected_before
        lost_lately = max(0, expected_lately - (received - self._received_before))
        self._expected_before, self._received_before = expected, received
        since_us = now_us - self._heard_report_us if self._ntp_middle else 0
        report = rtcp.receiver_report(
            self._own,
            self._sender,
            lost_share=min(255, 256 * lost_lately // expected_lately) if expected_lately > 0 else 0,
            lost=expected - received,
            highest=self._reorder.highest & 0xFFFFFFFF,
            ntp_middle=self._ntp_middle,
            since_report=since_us * 65536 // US_PER_S,
        )
        self._send(self._rtcp, report, self._peer_ports[1])

    def close(self) -> None:
        """Free both sockets; may be called twice."""
        for sock in (self._rtp, self._rtcp):
            self._poller.remove(sock)
            sock.close()

    def _readable(self) -> None:
        buffer, view = self._poller.buffer, self._poller.view
        now_us = self._clock.mono_us()
        self._on_read(now_us)
        receive = self._rtp.recvfrom_into
        take = self._reorder.take
        for _ in range(MAX_DATAGRAMS):
            try:
                size, sender = receive(buffer)
            except OSError:  # nothing more, or an ICMP error that says nothing about this camera's next packet
                return
            if sender[0] == self._peer:
                take(buffer, view, size, now_us)
            if self._rtp.fileno() < 0:
                return  # a callback closed the track

    def _control_readable(self) -> None:
        for _ in range(MAX_DATAGRAMS):
            try:
                data, sender = self._rtcp.recvfrom(2048)
            except OSError:
                return
            if sender[0] != self._peer:
                continue
            heard = rtcp.parse(data)
            if heard.ntp_middle:
                self._sender, self._ntp_middle = heard.sender, heard.ntp_middle
                self._heard_report_us = self._clock.mono_us()
            if heard.goodbye:
                self._on_goodbye()
                return

    def _send(self, sock: socket.socket, data: bytes, port: int) -> None:
        if not port:
            return
        try:
            sock.sendto(data, (self._peer, port))
        except OSError as error:
            log.debug("a report could not be sent: %s", error.strerror)


def _bind_pair(local_host: str) -> tuple[socket.socket, socket.socket]:
    """Two sockets on an even port and the next. Raises SourceError when there are none free."""
    family = socket.AF_INET6 if ":" in local_host else socket.AF_INET
    for _ in range(BIND_TRIES):
        first, second = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
        try:
            first.bind((local_host, 0))
            port = first.getsockname()[1]
            if port % 2 == 0:
                second.bind((local_host, port + 1))
                for sock in (first, second):
                    sock.setblocking(False)
                first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                return first, second
        except OSError:
            pass
        first.close()
        second.close()
    raise SourceError("camera.protocol", "No pair of UDP ports is free on this machine. Use TCP for this camera.")
