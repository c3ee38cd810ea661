"""One track on its way to one client: the loop's packets, patched and sent when they are due."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

from mingcha.media.sim.clip import PacketTrack
from mingcha.media.sim.rtp import FRAMING_BYTES, PATCH, PATCH_AT, RTP_HEADER_BYTES, Unit

US_PER_S = 1_000_000
# Packets of a frame are out before the next frame comes, however slow the pace asked for.
_SPREAD_SHARE = 0.9
Mangler = Callable[[bytearray, tuple[int, ...]], tuple[bytearray, tuple[int, ...]]]


class PacketSink(Protocol):
    """Where framed packets go: a TCP connection's channel or a UDP address."""

    @property
    def is_clogged(self) -> bool:
        """Whether so much waits unsent that whole frames should be left out."""

    def send(self, view: memoryview, starts: tuple[int, ...], first: int, end: int) -> None:
        """Send packets `first` to `end` of a frame laid out as in `PacketUnit`."""


class Player:
    """`anchor_us`: monotonic instant of the loop's tick 0; `base`: RTP time stamp of it. `pace_us`: between packets."""

    def __init__(
        self,
        track: PacketTrack,
        sink: PacketSink,
        *,
        ssrc: int,
        sequence: int,
        base: int,
        anchor_us: int,
        pace_us: float = 0,
        drift_ppm: float = 0,
        mangle: Mangler | None = None,
    ) -> None:
        self.track = track
        self.sink = sink
        self.ssrc = ssrc
        self.sequence = sequence
        self.base = base
        self.anchor_us = anchor_us
        self.is_closed = False
        self.is_idle = True
        self.is_keyless = False
        self.units_sent = 0
        self.units_left_out = 0
        self.packets_sent = 0
        self.octets_sent = 0
        self._pace_us = pace_us
        self._mangle = mangle
        self._ticks_per_us = track.clock_hz * (1 + drift_ppm / 1_000_000) / US_PER_S
        self._has_drift = drift_ppm != 0
        self._loop = 0
        self._index = 0
        self._view: memoryview | None = None
        self._starts: tuple[int, ...] = ()
        self._packet = 0
        self._spacing_us = 0
        self._due_us = 0
        self._wants_key = False
        self._held_until_us: int | None = None
        self._pending: tuple[PacketTrack, int | None] | None = None

    # Position

    def seek_first(self) -> None:
        """Begin with the loop's first unit."""
        self._loop = 0
        self._index = 0
        self._due_us = self._unit_due_us()

    def seek(self, now_us: int, *, key: bool) -> None:
        """Begin with the first unit (with `key`: key unit) that is due at or after `now_us`."""
        ticks = max(0, int((now_us - self.anchor_us) * self._ticks_per_us))
        self._loop, position = divmod(ticks, self.track.period)
        units = self.track.units
        found = next((n for n, u in enumerate(units) if u.due >= position and (u.is_key or not key)), None)
        if found is None:
            self._loop += 1
            found = next((n for n, u in enumerate(units) if u.is_key), 0)
        self._index = found
        self._view = None
        self._due_us = self._unit_due_us()

    @property
    def due_us(self) -> int:
        """When the next packet is due."""
        return self._due_us

    @property
    def next_rtp_time(self) -> int:
        """RTP time stamp of the unit that comes next."""
        return (self.base + self._loop * self.track.period + self.track.units[self._index].pts) & 0xFFFFFFFF

    def rtp_time(self, now_us: int) -> int:
        """RTP time stamp of what the camera sees at `now_us`, for sender reports."""
        return (self.base + int((now_us - self.anchor_us) * self._ticks_per_us)) & 0xFFFFFFFF

    def _unit_due_us(self) -> int:
        ticks = self._loop * self.track.period + self.track.units[self._index].due
        if self._has_drift:
            return self.anchor_us + int(ticks / self._ticks_per_us)
        return self.anchor_us + ticks * US_PER_S // self.track.clock_hz

    # Faults while playing

    def hold(self, until_us: int) -> None:
        """Send nothing until then; what was due meanwhile comes in one burst."""
        self._held_until_us = until_us

    def switch(self, track: PacketTrack, *, anchor_us: int | None) -> None:
        """When the unit at hand is out, go on with the next key unit of `track` (without `anchor_us`: its first, now).
        Time stamps go on."""
        self._pending = (track, anchor_us)

    def _take_pending(self, track: PacketTrack, anchor_us: int | None, now_us: int) -> None:
        self._pending = None
        stamp = self.rtp_time(now_us)
        self.track = track
        anchor_us = now_us if anchor_us is None else anchor_us
        self.anchor_us = anchor_us
        self.base = stamp - int((now_us - anchor_us) * self._ticks_per_us)
        self.seek(now_us, key=True)

    # Sending

    def step(self, now_us: int) -> int | None:
        """Send what is due; the instant of the next packet, None when closed."""
        if self._held_until_us is not None:
            if now_us < self._held_until_us and not self.is_closed:
                return self._held_until_us
            self._held_until_us = None
        while not self.is_closed:
            if self._pending is not None and self._view is None:
                self._take_pending(*self._pending, now_us)
            if self._due_us > now_us:
                return self._due_us
            if self._view is None and not self._open_unit():
                self._advance()
                continue
            first = self._packet
            total = len(self._starts) - 1
            if self._spacing_us:
                end = min(total, first + 1 + (now_us - self._due_us) // self._spacing_us)
            else:
                end = total
            assert self._view is not None
            if end > first:
                self.sink.send(self._view, self._starts, first, end)
            self._packet = end
            if end >= total:
                self.units_sent += 1
                self._advance()
            else:
                self._due_us += (end - first) * self._spacing_us
        self.is_idle = True
        return None

    def _advance(self) -> None:
        self._view = None
        self._index += 1
        if self._index == len(self.track.units):
            self._index = 0
            self._loop += 1
        self._due_us = self._unit_due_us()

    def _open_unit(self) -> bool:
        """Make the unit at hand ready; False when it is left out."""
        unit = self.track.units[self._index]
        if self._is_left_out(unit):
            self.units_left_out += 1
            return False
        starts = unit.starts
        buffer = bytearray(unit.blob)
        stamp = (self.base + self._loop * self.track.period + unit.pts) & 0xFFFFFFFF
        sequence = self.sequence
        ssrc = self.ssrc
        pack_into = PATCH.pack_into
        for start in starts[:-1]:
            pack_into(buffer, start + PATCH_AT, sequence, stamp, ssrc)
            sequence = sequence + 1 & 0xFFFF
        self.sequence = sequence
        packets = len(starts) - 1
        self.packets_sent += packets
        self.octets_sent += len(buffer) - packets * (FRAMING_BYTES + RTP_HEADER_BYTES)
        if self._mangle is not None:
            buffer, starts = self._mangle(buffer, starts)
        if self._pace_us:
            interval_us = self.track.period * US_PER_S / (self.track.clock_hz * len(self.track.units))
            self._spacing_us = int(min(self._pace_us, interval_us * _SPREAD_SHARE / max(1, packets)))
        self._view = memoryview(buffer)
        self._starts = starts
        self._packet = 0
        return True

    def _is_left_out(self, unit: Unit) -> bool:
        if unit.is_key and self.is_keyless:
            return True
        if self.sink.is_clogged:
            self._wants_key = True
        elif unit.is_key:
            self._wants_key = False
        return self._wants_key


def mangler(rng: random.Random, *, loss: float, corrupt: float, reorder: int) -> Mangler:
    """Losses, wrong bytes and shuffled order in the packets of a frame, all drawn from `rng`."""

    def mangle(buffer: bytearray, starts: tuple[int, ...]) -> tuple[bytearray, tuple[int, ...]]:
        packets = [buffer[start:end] for start, end in pairwise(starts)]
        packets = [packet for packet in packets if rng.random() >= loss]
        for packet in packets:
            # Headers stay whole: it is the picture that is wrong, not the protocol.
            first = FRAMING_BYTES + RTP_HEADER_BYTES + 2
            if len(packet) > first and rng.random() < corrupt:
                packet[rng.randrange(first, len(packet))] ^= rng.randrange(1, 256)
        if reorder > 1:
            for at in range(0, len(packets), reorder):
                window = packets[at : at + reorder]
                rng.shuffle(window)
                packets[at : at + reorder] = window
        ends = [0]
        for packet in packets:
            ends.append(ends[-1] + len(packet))
        return bytearray(b"".join(packets)), tuple(ends)

    return mangle
