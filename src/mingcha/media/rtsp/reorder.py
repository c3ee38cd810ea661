"""UDP packets put back in order: a packet that comes late is not lost (8-10 % of them do on some networks)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MAX_WAIT_US: Final = 200_000  # for a missing packet, while later ones come
MAX_HELD_PACKETS: Final = 512
MAX_HELD_BYTES: Final = 1024 * 1024
RESTART_AFTER: Final = 32  # packets in a row from far behind: the sender began to count anew

Deliver = Callable[[bytearray, memoryview, int, int], None]


class Reorder:
    """Hands RTP packets on in the order of their sequence numbers, each once. A packet in order is handed on without
    being copied.

    `received` counts packets handed on, `highest` is the extended highest sequence number (RFC 3550 6.4.1), `first`
    the first one.
    """

    def __init__(self, deliver: Deliver) -> None:
        self.received = 0
        self.first = -1
        self.highest = 0
        self._deliver = deliver
        self._expected = -1  # extended sequence number
        self._held: dict[int, bytearray] = {}
        self._held_bytes = 0
        self._waiting_since_us = 0
        self._behind = 0

    def take(self, buffer: bytearray, view: memoryview, size: int, now_us: int) -> None:
        """One datagram, `buffer[:size]`, read at the monotonic instant `now_us`."""
        if size < 12 or buffer[0] & 0xC0 != 0x80:
            return
        sequence = buffer[2] << 8 | buffer[3]
        if self._expected < 0:
            self._expected = self.first = self.highest = sequence
        ahead = (sequence - self._expected) & 0xFFFF
        if ahead == 0:
            self._behind = 0
            self._hand_on(buffer, view, size)
            if self._held:
                self._drain(now_us)
        elif ahead < 0x8000:
            self._behind = 0
            self._hold(self._expected + ahead, buffer, size, now_us)
        else:
            self._behind += 1
            if self._behind >= RESTART_AFTER:
                self._restart(sequence)
                self._hand_on(buffer, view, size)
        if self._held and now_us - self._waiting_since_us > MAX_WAIT_US:
            self._give_up(now_us)

    def _hand_on(self, buffer: bytearray, view: memoryview, size: int) -> None:
        self.highest = self._expected
        self._expected += 1
        self.received += 1
        self._deliver(buffer, view, 0, size)

    def _hold(self, number: int, buffer: bytearray, size: int, now_us: int) -> None:
        if number in self._held:
            return
        if not self._held:
            self._waiting_since_us = now_us
        self._held[number] = buffer[:size]
        self._held_bytes += size
        if len(self._held) > MAX_HELD_PACKETS or self._held_bytes > MAX_HELD_BYTES:
            self._give_up(now_us)

    def _drain(self, now_us: int) -> None:
        """Hand on what has become the next; what still waits, waits from now."""
        while (packet := self._held.pop(self._expected, None)) is not None:
            self._held_bytes -= len(packet)
            self._hand_on(packet, memoryview(packet), len(packet))
        self._waiting_since_us = now_us

    def _give_up(self, now_us: int) -> None:
        """The missing packets will not come; go on with the next one held."""
        self._expected = min(self._held)
        self._drain(now_us)

    def _restart(self, sequence: int) -> None:
        while self._held:
            self._give_up(0)
        self._behind = 0
        self._expected = self.first = self.highest = sequence
        self.received = 0
