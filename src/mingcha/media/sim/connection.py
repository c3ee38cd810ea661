"""One client's RTSP conversation: requests read and answered; the session they lead to plays by itself."""

from __future__ import annotations

import logging
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING

from mingcha.base.errors import Invalid
from mingcha.media.sim.cameras import Camera
from mingcha.media.sim.faults import Faults, parse_faults
from mingcha.media.sim.messages import (
    BadMessage,
    Request,
    Target,
    answer,
    answer_post,
    parse_target,
    parse_transport,
    take_message,
    take_post,
)
from mingcha.media.sim.sdp import control_url, describe
from mingcha.media.sim.session import Session
from mingcha.media.sim.sinks import Outbox

if TYPE_CHECKING:
    from mingcha.media.sim.server import SimServer

log = logging.getLogger(__name__)

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
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
        self._buffer = bytearray()
        self.outbox = Outbox(sock, server.loop, self.close)
        self.session: Session | None = None
        self.is_closed = False
        self.requests: deque[str] = deque(maxlen=100)
        server.loop.add_reader(sock.fileno(), self._on_readable)

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
            if self._buffer[:1] == b"P" and self._buffer[:5] == b"POST ":
                self._serve_posts()
                return
            while not self.is_closed and (message := take_message(self._buffer)) is not None:
                if self.session is not None:
                    self.session.touch()
                if isinstance(message, Request):
                    self._serve(message)
        except BadMessage:
            self.close()

    def _serve_posts(self) -> None:
        """ONVIF, on the port of the pictures."""
        while not self.is_closed and (post := take_post(self._buffer)) is not None:
            path, body = post
            self.requests.append("POST")
            service = self._server.device_service(path)
            status, reply = service.answer(body) if service is not None else (404, b"")
            self.outbox.send(answer_post(status, reply))

    def _serve(self, request: Request) -> None:
        self.requests.append(request.method)
        try:
            target = parse_target(request.url)
            faults = parse_faults({**self._server.default_faults, **target.query})
        except (ValueError, Invalid) as error:
            log.info("refused a request: %s", error)
            self.outbox.send(answer(request, 400))
            return
        if faults.html:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(_WEB_PAGE)}\r\n\r\n"
            self.outbox.send(head.encode() + _WEB_PAGE)
            return
        try:
            reply = self._answer(request, target, faults)
        except Refused as refusal:
            headers = {"WWW-Authenticate": self._server.challenge()} if refusal.status == 401 else {}
            reply = answer(request, refusal.status, headers)
        if self.is_closed:
            return
        session = self.session if request.method == "PLAY" and not reply.startswith(b"RTSP/1.0 4") else None
        if faults.slow > 0:
            self._server.loop.call_later(faults.slow, self._send, reply, session)
        else:
            self._send(reply, session)

    def _send(self, reply: bytes, session: Session | None) -> None:
        """The answer first, then the packets of a session that begins to play: they share the connection."""
        if self.is_closed:
            return
        self.outbox.send(reply)
        if session is not None and session is self.session:
            session.begin()

    def _answer(self, request: Request, target: Target, faults: Faults) -> bytes:
        method = request.method
        if method == "OPTIONS":
            return answer(request, 200, {"Public": METHODS})
        if method not in METHODS:
            raise Refused(501)
        camera = self._admit(request, target, faults)
        if camera is None:
            self.close()
            return b""
        if method == "DESCRIBE":
            return self._describe(request, camera, target, faults)
        if method == "SETUP":
            return self._set_up(request, camera, target, faults)
        if method in ("GET_PARAMETER", "SET_PARAMETER") and not request.headers.get("session"):
            return answer(request, 200)
        session = self._require_session(request)
        if method == "PLAY":
            return self._play(request, target, session)
        if method in ("PAUSE", "TEARDOWN"):
            session.pause()
        if method == "TEARDOWN":
            self.session = None
        return answer(request, 200, {"Session": session.id})

    def _admit(self, request: Request, target: Target, faults: Faults) -> Camera | None:
        """The camera that is meant, when the client may; None when it is away."""
        camera = self._server.cameras.get(target.camera)
        if camera is not None and camera.is_away:
            return None
        is_locked = camera is not None and (camera.is_locked or faults.unauthorised == 0)
        if is_locked or not self._server.admits(request):
            raise Refused(401)
        if camera is None or target.stream not in camera.streams:
            raise Refused(404)
        if faults.switch is not None and not {"main", "sub"} <= camera.streams.keys():
            raise Refused(400)
        return camera

    def _describe(self, request: Request, camera: Camera, target: Target, faults: Faults) -> bytes:
        if faults.redirect > 0:
            return answer(request, 302, {"Location": self._server.redirected(target, faults.redirect - 1)})
        clip = camera.streams[target.stream]
        body = describe(clip, target.base, faults, session_id=self._serial, host=self._server.host)
        headers = {"Content-Base": target.base + "/", "Content-Type": "application/sdp"}
        reply = answer(request, 200, headers, body)
        if faults.truncate:
            self.outbox.send(reply[: len(reply) // 2])
            self.close()
        return reply

    def _set_up(self, request: Request, camera: Camera, target: Target, faults: Faults) -> bytes:
        track = target.track or 0
        if track > (1 if camera.streams[target.stream].audio is not None else 0):
            raise Refused(404)
        session = self.session or Session(self._server, self, camera, target.stream, faults, self._serial)
        if session.players:
            raise Refused(455)
        if session.camera is not camera or session.stream != target.stream:
            raise Refused(459)
        for choice in parse_transport(request.headers.get("transport", "")):
            transport = session.agree(choice, track, self._peer_host)
            if transport:
                self.session = session
                headers = {"Transport": transport, "Session": f"{session.id};timeout={session.timeout_s}"}
                return answer(request, 200, headers)
        raise Refused(461)

    def _require_session(self, request: Request) -> Session:
        given = request.headers.get("session", "").partition(";")[0].strip()
        if self.session is None or given != self.session.id:
            raise Refused(454)
        return self.session

    def _play(self, request: Request, target: Target, session: Session) -> bytes:
        headers = {"Session": session.id, "Range": "npt=now-"}
        if session.players:
            raise Refused(455)
        session.prepare()
        infos = [
            f"url={control_url(target.base, track, 'absolute')};seq={player.sequence};rtptime={player.next_rtp_time}"
            for track, player in session.players.items()
        ]
        if infos:
            headers["RTP-Info"] = ",".join(infos)
        return answer(request, 200, headers)

    # Ends

    def freeze(self) -> None:
        """Half-open: neither send nor read any more, but keep the connection."""
        if self.session is not None:
            self.session.end()
        self.outbox.is_muted = True
        self._server.loop.remove_reader(self._sock.fileno())

    def reset(self) -> None:
        """Close so that the peer gets a TCP reset."""
        if not self.is_closed:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close()

    def close(self) -> None:
        """End the conversation; safe to call twice."""
        if self.is_closed:
            return
        self.is_closed = True
        if self.session is not None:
            self.session.end()
        self._server.loop.remove_reader(self._sock.fileno())
        self.outbox.close()
        self._sock.close()
        self._server.forget(self)
