"""One client's session: its tracks set up and played, sender reports, and the misbehaviour that was asked for."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mingcha.media.sim import rtp
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip, PacketTrack, Packing
from mingcha.media.sim.faults import Faults
from mingcha.media.sim.player import US_PER_S, Player, mangler
from mingcha.media.sim.sinks import ChannelSink, DatagramSink, Outbox

if TYPE_CHECKING:
    from mingcha.media.sim.server import SimServer

log = logging.getLogger(__name__)

REPORT_INTERVAL_S = 5.0
DEFAULT_TIMEOUT_S = 60
_GARBAGE = bytes([0x55, 0xAA, 0x00, 0xFF]) * 64


class Carrier(Protocol):
    """The connection a session lives on."""

    outbox: Outbox

    def close(self) -> None: ...

    def reset(self) -> None: ...

    def freeze(self) -> None: ...


class Session:
    """`serial` makes chance different from session to session and the same from run to run."""

    def __init__(
        self, server: SimServer, carrier: Carrier, camera: Camera, stream: str, faults: Faults, serial: int
    ) -> None:
        self._server = server
        self._carrier = carrier
        self._timers: list[asyncio.TimerHandle] = []
        self._expiry: asyncio.TimerHandle | None = None
        self.camera = camera
        self.stream = stream
        self.faults = faults
        self.serial = serial
        self.sinks: dict[int, ChannelSink | DatagramSink] = {}
        self.players: dict[int, Player] = {}
        self.id = f"{self._random('id').getrandbits(48):012X}"

    def _random(self, purpose: str) -> random.Random:
        return random.Random(f"{self.faults.seed}/{self.serial}/{purpose}")

    @property
    def clip(self) -> Clip:
        return self.camera.streams[self.stream]

    @property
    def timeout_s(self) -> int:
        """What the client is told."""
        return DEFAULT_TIMEOUT_S if self.faults.expire is None else max(1, round(self.faults.expire))

    # Set up

    def agree(self, choice: dict[str, str], track: int, peer_host: str) -> str:
        """Take a transport the client offers, giving the Transport header of the answer; empty when it will not do."""
        transport = self.faults.transport
        ssrc = f"{self._ssrc(track):08X}"
        if choice["profile"] == "RTP/AVP/TCP" and transport != "udp":
            first = choice.get("interleaved", "").partition("-")[0]
            channel = int(first) if first.isdecimal() and int(first) < 255 else track * 2
            self.sinks[track] = ChannelSink(self._carrier.outbox, channel)
            return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={ssrc}"
        ports = choice.get("client_port", "").split("-")
        is_udp = choice["profile"] in ("RTP/AVP", "RTP/AVP/UDP") and "multicast" not in choice
        if not is_udp or not ports[0].isdecimal() or transport == "tcp":
            return ""
        first_port = int(ports[0])
        last_port = int(ports[1]) if len(ports) > 1 and ports[1].isdecimal() else first_port + 1
        pair = self._server.datagram_pair()
        self.sinks[track] = DatagramSink(pair, peer_host, (first_port, last_port))
        port = pair[0].getsockname()[1]
        return f"RTP/AVP;unicast;client_port={first_port}-{last_port};server_port={port}-{port + 1};ssrc={ssrc}"

    def _ssrc(self, track: int) -> int:
        return self._random(f"ssrc{track}").getrandbits(32)

    # Play

    def prepare(self) -> None:
        """Make the players, so that the answer to PLAY can name their first packets."""
        if not self.faults.silence:
            now_us = self._server.clock.mono_us()
            self.players = {track: self._make_player(track, sink, now_us) for track, sink in self.sinks.items()}

    def begin(self) -> None:
        """Let the players and the faults run; call it once the answer to PLAY is on its way."""
        for player in self.players.values():
            self._run(player)
        self._report()
        self._schedule_faults()
        self.touch()

    def _make_player(self, track: int, sink: ChannelSink | DatagramSink, now_us: int) -> Player:
        faults = self.faults
        packed = self._packed(self.clip, track)
        rng = self._random(f"rtp{track}")
        start = faults.start or ("key" if self.camera.is_aligned else "first")
        player = Player(
            packed,
            sink,
            ssrc=self._ssrc(track),
            sequence=rng.getrandbits(16) if faults.sequence is None else faults.sequence & 0xFFFF,
            base=rng.getrandbits(32),
            anchor_us=now_us if start == "first" else self._server.anchor_us(packed, self.camera),
            pace_us=self._server.pace_us if faults.pace < 0 else faults.pace,
            drift_ppm=faults.drift,
            mangle=mangler(rng, loss=faults.loss, corrupt=faults.corrupt, reorder=faults.reorder)
            if faults.is_lossy
            else None,
        )
        if start == "first":
            player.seek_first()
        else:
            player.seek(now_us, key=start == "key" and track == 0)
        if faults.wrap is not None:
            player.base -= player.next_rtp_time + int(faults.wrap * packed.clock_hz)
        if faults.keyless == 0:
            player.is_keyless = track == 0
        return player

    def _packed(self, clip: Clip, track: int) -> PacketTrack:
        if track == 0:
            return clip.packed_video(Packing(in_band=self.faults.sets != "sdp", aggregate=self.faults.aggregate))
        packed = clip.packed_audio
        assert packed is not None, "SETUP refuses tracks the clip has not"
        return packed

    def _report(self) -> None:
        """Sender reports for all tracks now and every few seconds."""
        clock = self._server.clock
        now_us, wall_us = clock.mono_us(), clock.wall_us()
        for track, player in self.players.items():
            if not player.is_closed:
                stamp = player.rtp_time(now_us)
                counts = player.packets_sent, player.octets_sent
                self.sinks[track].send_rtcp(rtp.sender_report(player.ssrc, wall_us, stamp, *counts, "mingcha-sim"))
        if self.players:
            self._later(REPORT_INTERVAL_S, self._report)

    def touch(self) -> None:
        """The client gave a sign of life."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self.faults.expire is not None and self.players:
            self._expiry = self._server.loop.call_later(self.faults.expire, self._carrier.close)

    def end(self) -> None:
        """Stop everything; nothing more is sent."""
        self.stall()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    def pause(self) -> None:
        """PAUSE and TEARDOWN: stop, and say good-bye; another PLAY begins anew."""
        self.end()
        for track, player in self.players.items():
            self.sinks[track].send_rtcp(rtp.goodbye(player.ssrc))
        self.players = {}

    # Misbehaviour

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        now_s = self._server.loop.time()
        self._timers = [timer for timer in self._timers if timer.when() > now_s]
        self._timers.append(self._server.loop.call_later(delay_s, act))

    def _schedule_faults(self) -> None:
        faults, carrier = self.faults, self._carrier
        acts: tuple[tuple[float | None, Callable[[], None]], ...] = (
            (faults.drop, carrier.close),
            (faults.reset, carrier.reset),
            (faults.half_open, carrier.freeze),
            (faults.unauthorised, self._lock),
            (faults.stall, self.stall),
            (faults.burst, self._hold),
            (faults.keyless, self._go_keyless),
            (faults.switch, self._switch),
            (faults.garbage, self._send_garbage),
            (faults.jump, self._jump),
        )
        for after_s, act in acts:
            if after_s is not None:
                self._later(after_s, act)
        if faults.stall is not None and faults.stall_s is not None:
            self._later(faults.stall + faults.stall_s, self.resume)

    def stall(self) -> None:
        """Send no more media."""
        for player in self.players.values():
            player.is_closed = True

    def resume(self) -> None:
        """Go on after `stall`, with the next key frame; what came between is lost."""
        now_us = self._server.clock.mono_us()
        for track, player in self.players.items():
            if player.is_closed:
                player.is_closed = False
                player.seek(now_us, key=track == 0)
                self._run(player)

    def _run(self, player: Player) -> None:
        # One that still waits in the pacer must not get in a second time: it would send everything twice.
        if player.is_idle:
            player.is_idle = False
            self._server.pacer.add(player, player.due_us)

    def _lock(self) -> None:
        self.camera.is_locked = True
        self._carrier.close()

    def _hold(self) -> None:
        until_us = self._server.clock.mono_us() + int(self.faults.burst_s * US_PER_S)
        for player in self.players.values():
            player.hold(until_us)

    def _go_keyless(self) -> None:
        if 0 in self.players:
            self.players[0].is_keyless = True

    def _switch(self) -> None:
        if 0 not in self.players:
            return
        self.stream = "sub" if self.stream == "main" else "main"
        packed = self._packed(self.clip, 0)
        anchor_us = self._server.anchor_us(packed, self.camera) if self.camera.is_aligned else None
        self.players[0].switch(packed, anchor_us=anchor_us)

    def _send_garbage(self) -> None:
        self._carrier.outbox.send(_GARBAGE)

    def _jump(self) -> None:
        for player in self.players.values():
            player.base += int(self.faults.jump_s * player.track.clock_hz)
