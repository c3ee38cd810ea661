"""One client's RTSP conversation: requests answered, a session set up and played, misbehaviour as asked for."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import struct
from typing import TYPE_CHECKING

from mingcha.base.errors import Invalid
from mingcha.media.sim import rtp
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.clip import Clip, PacketTrack, Packing
from mingcha.media.sim.faults import Faults, parse_faults
from mingcha.media.sim.messages import BadMessage, Request, Target, answer, parse_target, parse_transport, take_message
from mingcha.media.sim.player import US_PER_S, Player, mangler
from mingcha.media.sim.sdp import control_url, describe
from mingcha.media.sim.sinks import ChannelSink, DatagramSink, Outbox

if TYPE_CHECKING:
    from mingcha.media.sim.server import SimServer

log = logging.getLogger(__name__)

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
REPORT_INTERVAL_S = 5.0
DEFAULT_TIMEOUT_S = 60
_READ_BYTES = 65_536
_WEB_PAGE = b"<!doctype html><title>IP Camera</title><h1>Please sign in</h1>"


class Refused(Exception):
    """A request that is answered with an error status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Connection:
    """Owns the socket, the outbox and at most one session."""

    def __init__(self, server: SimServer, sock: socket.socket, peer_host: str, serial: int) -> None:
        self._server = server
        self._sock = sock
        self._peer_host = peer_host
        self._serial = serial
        self._loop = server.loop
        self._buffer = bytearray()
        self._outbox = Outbox(sock, self._loop, self.close)
        self._timers: list[asyncio.TimerHandle] = []
        self._expiry: asyncio.TimerHandle | None = None
        self._sinks: dict[int, ChannelSink | DatagramSink] = {}
        self._session_id = ""
        self._faults = Faults()
        self.target: Target | None = None
        self.camera: Camera | None = None
        self.players: dict[int, Player] = {}
        self.is_closed = False
        self._loop.add_reader(sock.fileno(), self._on_readable)

    # Reading and answering

    def _on_readable(self) -> None:
        try:
            data = self._sock.recv(_READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._buffer += data
        try:
            while not self.is_closed and (message := take_message(self._buffer)) is not None:
                self._touch()
                if isinstance(message, Request):
                    self._serve(message)
        except BadMessage:
            self.close()

    def _serve(self, request: Request) -> None:
        try:
            target = parse_target(request.url)
            faults = parse_faults({**self._server.default_faults, **target.query})
        except (ValueError, Invalid) as error:
            log.info("refused a request: %s", error)
            self._reply(answer(request, 400), 0)
            return
        if faults.html:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(_WEB_PAGE)}\r\n\r\n"
            self._reply(head.encode() + _WEB_PAGE, faults.slow)
            return
        try:
            reply = self._answer(request, target, faults)
        except Refused as refusal:
            headers = {}
            if refusal.status == 401:
                headers["WWW-Authenticate"] = self._server.challenge()
            reply = answer(request, refusal.status, headers)
        if reply:
            self._reply(reply, faults.slow)

    def _reply(self, data: bytes, delay_s: float) -> None:
        if delay_s > 0:
            self._later(delay_s, lambda: self._outbox.send(data))
        else:
            self._outbox.send(data)

    def _answer(self, request: Request, target: Target, faults: Faults) -> bytes:
        if request.method == "OPTIONS":
            return answer(request, 200, {"Public": METHODS})
        handlers = {
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._teardown,
            "GET_PARAMETER": self._parameter,
            "SET_PARAMETER": self._parameter,
        }
        handler = handlers.get(request.method)
        if handler is None:
            raise Refused(501)
        camera = self._server.cameras.get(target.camera)
        if camera is not None and camera.is_away:
            self.close()
            return b""
        self._authorise(request, target, camera, faults)
        if camera is None or target.stream not in camera.streams:
            raise Refused(404)
        self.camera, self.target = camera, target
        return handler(request, target, faults)

    def _authorise(self, request: Request, target: Target, camera: Camera | None, faults: Faults) -> None:
        if camera is not None and (camera.is_locked or faults.unauthorised == 0):
            raise Refused(401)
        if not self._server.admits(request):
            raise Refused(401)

    def _clip(self) -> Clip:
        assert self.camera is not None
        assert self.target is not None
        return self.camera.streams[self.target.stream]

    # Methods

    def _describe(self, request: Request, target: Target, faults: Faults) -> bytes:
        if faults.redirect > 0:
            location = self._server.redirected(target, faults.redirect - 1)
            return answer(request, 302, {"Location": location})
        body = describe(self._clip(), target.base, faults, session_id=self._serial, host=self._server.host)
        headers = {"Content-Base": target.base + "/", "Content-Type": "application/sdp"}
        reply = answer(request, 200, headers, body)
        if faults.truncate:
            self._outbox.send(reply[: len(reply) // 2])
            self.close()
            return b""
        return reply

    def _setup(self, request: Request, target: Target, faults: Faults) -> bytes:
        track = target.track or 0
        if track > (1 if self._clip().audio is not None else 0):
            raise Refused(404)
        if self.players:
            raise Refused(455)
        for choice in parse_transport(request.headers.get("transport", "")):
            transport = self._agree(choice, track, faults)
            if transport:
                break
        else:
            raise Refused(461)
        if not self._session_id:
            self._session_id = f"{random.Random(f'{faults.seed}/{self._serial}').getrandbits(48):012X}"
        self._faults = faults
        timeout_s = DEFAULT_TIMEOUT_S if faults.expire is None else max(1, round(faults.expire))
        return answer(request, 200, {"Transport": transport, "Session": f"{self._session_id};timeout={timeout_s}"})

    def _agree(self, choice: dict[str, str], track: int, faults: Faults) -> str:
        ssrc = f"{self._ssrc(track, faults):08X}"
        if choice["profile"] == "RTP/AVP/TCP" and faults.transport != "udp":
            first, _, _ = choice.get("interleaved", "").partition("-")
            channel = int(first) if first.isdecimal() and int(first) < 255 else track * 2
            self._sinks[track] = ChannelSink(self._outbox, channel)
            return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={ssrc}"
        ports = choice.get("client_port", "").split("-")
        if choice["profile"] in ("RTP/AVP", "RTP/AVP/UDP") and ports[0].isdecimal() and faults.transport != "tcp":
            if "multicast" in choice:
                return ""
            first_port = int(ports[0])
            last_port = int(ports[1]) if len(ports) > 1 and ports[1].isdecimal() else first_port + 1
            pair = self._server.datagram_pair()
            self._sinks[track] = DatagramSink(pair, self._peer_host, (first_port, last_port))
            server_port = pair[0].getsockname()[1]
            return (
                f"RTP/AVP;unicast;client_port={first_port}-{last_port};"
                f"server_port={server_port}-{server_port + 1};ssrc={ssrc}"
            )
        return ""

    def _ssrc(self, track: int, faults: Faults) -> int:
        return random.Random(f"{faults.seed}/{self._serial}/{track}").getrandbits(32)

    def _require_session(self, request: Request) -> None:
        given = request.headers.get("session", "").partition(";")[0].strip()
        if not self._session_id or given != self._session_id:
            raise Refused(454)

    def _play(self, request: Request, target: Target, faults: Faults) -> bytes:
        self._require_session(request)
        faults = self._faults
        headers = {"Session": self._session_id, "Range": "npt=now-"}
        if self.players:
            return answer(request, 200, headers)
        now_us = self._server.clock.mono_us()
        if not faults.silence:
            self.players = {track: self._make_player(track, sink, now_us) for track, sink in self._sinks.items()}
        infos = [
            f"url={control_url(target.base, track, 'absolute')};seq={player.sequence};rtptime={player.next_rtp_time}"
            for track, player in self.players.items()
        ]
        if infos:
            headers["RTP-Info"] = ",".join(infos)
        # The answer first, then packets: they share the connection.
        self._loop.call_later(faults.slow, self._begin)
        return answer(request, 200, headers)

    def _begin(self) -> None:
        if self.is_closed:
            return
        for player in self.players.values():
            self._server.pacer.add(player, player.due_us)
        if self.players:
            self._report()
        self._schedule_faults()

    def _make_player(self, track: int, sink: ChannelSink | DatagramSink, now_us: int) -> Player:
        faults = self._faults
        assert self.camera is not None
        packed = self._packed(self._clip(), track)
        rng = random.Random(f"{faults.seed}/{self._serial}/{track}/rtp")
        start = faults.start or ("key" if self.camera.is_aligned else "first")
        anchor_us = now_us if start == "first" else self._server.anchor_us(packed, self.camera)
        base = rng.getrandbits(32)
        player = Player(
            packed,
            sink,
            ssrc=self._ssrc(track, faults),
            sequence=rng.getrandbits(16) if faults.sequence is None else faults.sequence & 0xFFFF,
            base=base,
            anchor_us=anchor_us,
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
            ahead = int(faults.wrap * packed.clock_hz)
            player.base = (player.base - player.next_rtp_time - ahead) & 0xFFFFFFFF
        return player

    def _packed(self, clip: Clip, track: int) -> PacketTrack:
        if track == 0:
            return clip.packed_video(Packing(in_band=self._faults.sets != "sdp", aggregate=self._faults.aggregate))
        packed = clip.packed_audio
        assert packed is not None
        return packed

    def _pause(self, request: Request, target: Target, faults: Faults) -> bytes:
        self._require_session(request)
        self._stop_players()
        return answer(request, 200, {"Session": self._session_id})

    def _teardown(self, request: Request, target: Target, faults: Faults) -> bytes:
        self._require_session(request)
        self._stop_players()
        self._sinks.clear()
        reply = answer(request, 200, {"Session": self._session_id})
        self._session_id = ""
        return reply

    def _parameter(self, request: Request, target: Target, faults: Faults) -> bytes:
        if request.headers.get("session"):
            self._require_session(request)
        return answer(request, 200, {"Session": self._session_id} if self._session_id else {})

    # Time

    def _later(self, delay_s: float, act: object) -> None:
        assert callable(act)
        self._timers = [timer for timer in self._timers if timer.when() > self._loop.time()]
        self._timers.append(self._loop.call_later(delay_s, act))

    def _touch(self) -> None:
        """The client gave a sign of life."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._faults.expire is not None and self.players:
            self._expiry = self._loop.call_later(self._faults.expire, self.close)

    def _report(self) -> None:
        if self.is_closed or not self.players:
            return
        clock = self._server.clock
        now_us, wall_us = clock.mono_us(), clock.wall_us()
        for track, player in self.players.items():
            report = rtp.sender_report(
                player.ssrc, wall_us, player.rtp_time(now_us), player.packets_sent, player.octets_sent, "mingcha-sim"
            )
            self._sinks[track].send_rtcp(report)
        self._later(REPORT_INTERVAL_S, self._report)

    def _schedule_faults(self) -> None:
        faults = self._faults
        acts = (
            (faults.drop, self.close),
            (faults.reset, self.reset),
            (faults.half_open, self.freeze),
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
        self._touch()

    # Misbehaviour

    def stall(self) -> None:
        """Send no more media; requests are still answered."""
        for player in self.players.values():
            player.is_closed = True

    def resume(self) -> None:
        """Go on after `stall`, with the next key frame."""
        now_us = self._server.clock.mono_us()
        for track, player in self.players.items():
            if player.is_closed:
                player.is_closed = False
                player.seek(now_us, key=track == 0)
                self._server.pacer.add(player, player.due_us)

    def freeze(self) -> None:
        """Half-open: neither send nor read any more, but keep the connection."""
        self.stall()
        self._outbox.is_muted = True
        self._loop.remove_reader(self._sock.fileno())

    def reset(self) -> None:
        """Close so that the peer gets a TCP reset."""
        if not self.is_closed:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close()

    def _lock(self) -> None:
        if self.camera is not None:
            self.camera.is_locked = True
        self.close()

    def _hold(self) -> None:
        until_us = self._server.clock.mono_us() + int(self._faults.burst_s * US_PER_S)
        for player in self.players.values():
            player.hold(until_us)

    def _go_keyless(self) -> None:
        if 0 in self.players:
            self.players[0].is_keyless = True

    def _switch(self) -> None:
        if self.camera is None or self.target is None or 0 not in self.players:
            return
        name = "sub" if self.target.stream == "main" else "main"
        other = self.camera.streams.get(name)
        if other is None:
            log.warning("camera %s has no stream %s to switch to", self.camera.name, name)
            return
        packed = self._packed(other, 0)
        now_us = self._server.clock.mono_us()
        anchor_us = self._server.anchor_us(packed, self.camera) if self.camera.is_aligned else now_us
        self.players[0].switch(packed, now_us, anchor_us=anchor_us)

    def _send_garbage(self) -> None:
        self._outbox.send(bytes([0x55, 0xAA, 0x00, 0xFF]) * 64)

    def _jump(self) -> None:
        for player in self.players.values():
            player.base += int(self._faults.jump_s * player.track.clock_hz)

    # End

    def _stop_players(self) -> None:
        self.stall()
        for track in self.players:
            self._sinks[track].send_rtcp(rtp.goodbye(self.players[track].ssrc))
        self.players = {}

    def close(self) -> None:
        """End the conversation; safe to call twice."""
        if self.is_closed:
            return
        self.is_closed = True
        self.stall()
        for timer in self._timers:
            timer.cancel()
        if self._expiry is not None:
            self._expiry.cancel()
        self._loop.remove_reader(self._sock.fileno())
        self._outbox.close()
        self._sock.close()
        self._server.forget(self)
