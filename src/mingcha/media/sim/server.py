"""`SimServer`: many simulated cameras behind one RTSP port, in one event loop.

async with SimServer(clips=[tiny_clip()]) as sim:
    url = sim.url("cam1", "main", stall=3)
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote, urlencode

from mingcha.base.clock import Clock, SystemClock
from mingcha.base.errors import Invalid
from mingcha.media.sim.auth import AuthKind, Gate
from mingcha.media.sim.cameras import Camera, Clips, cameras_of
from mingcha.media.sim.clip import Clip, PacketTrack
from mingcha.media.sim.connection import Connection
from mingcha.media.sim.device_service import DeviceService
from mingcha.media.sim.faults import parse_faults
from mingcha.media.sim.messages import Request, Target
from mingcha.media.sim.pacer import Pacer
from mingcha.media.sim.player import US_PER_S
from mingcha.media.sim.session import Session
from mingcha.media.sim.sinks import datagram_pair
from mingcha.media.sim.turret import Turret

log = logging.getLogger(__name__)

# What a 100 Mbit/s camera port does: 1,412 bytes take 113 microseconds.
LINE_PACE_US = 113.0


class SimServer:
    """Start with `start` or as an async context manager; `port` 0 lets the kernel choose.

    `clips`: files or clips, named cam1, cam2 ..., or a mapping of names to a file or to streams (main, sub); or ready
    `cameras`. `pace_us`: microseconds between the packets of a frame, 0 all at once; longer than fits means spread over
    the frame interval. `tick_us`: how exactly that is kept; below 1000 with `spins` only (see `Pacer`). `faults`: for
    every camera, the URL's query goes first.
    """

    def __init__(
        self,
        clips: Clips = (),
        *,
        cameras: Iterable[Camera] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        username: str = "",
        password: str = "",
        auth: AuthKind = "digest",
        qop: bool = False,
        pace_us: float = 0,
        tick_us: int = 2000,
        spins: bool = False,
        faults: Mapping[str, object] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.cameras: dict[str, Camera] = {**cameras_of(clips), **{camera.name: camera for camera in cameras}}
        self.host = host
        self.port = port
        self.pace_us = pace_us
        self.clock: Clock = clock or SystemClock()
        self.default_faults: dict[str, object] = dict(faults or {})
        parse_faults(self.default_faults)
        self._gate = Gate(username, password, auth, qop) if username else None
        self._username = username
        self._password = password
        self._tick_us = tick_us
        self._spins = spins
        self._listener: socket.socket | None = None
        self._pair: tuple[socket.socket, socket.socket] | None = None
        self._connections: set[Connection] = set()
        self._services: dict[str, DeviceService] = {}
        self._serial = 0
        self._wall_less_mono_us = 0
        self.loop: asyncio.AbstractEventLoop
        self.pacer: Pacer

    # Life

    async def start(self) -> None:
        """Listen. Raises OSError where the port is taken."""
        self.loop = asyncio.get_running_loop()
        self.pacer = Pacer(self.loop, self.clock, self._tick_us, spins=self._spins)
        self._wall_less_mono_us = self.clock.wall_us() - self.clock.mono_us()
        self.listen()

    def listen(self) -> None:
        """Take connections (again, on the same port)."""
        listener = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        try:
            listener.bind((self.host, self.port))
            listener.listen(512)
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self._listener = listener
        self.loop.add_reader(listener.fileno(), self._on_connect)

    def refuse(self) -> None:
        """Stop listening: whoever connects now is refused, as when the camera is off. Open sessions go on."""
        if self._listener is not None:
            self.loop.remove_reader(self._listener.fileno())
            self._listener.close()
            self._listener = None

    async def close(self) -> None:
        """End everything."""
        self.refuse()
        for connection in list(self._connections):
            connection.close()
        self.pacer.close()
        for sock in self._pair or ():
            sock.close()
        self._pair = None

    async def __aenter__(self) -> SimServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    def _on_connect(self) -> None:
        if self._listener is None:
            return
        try:
            sock, peer = self._listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._serial += 1
        self._connections.add(Connection(self, sock, peer[0], self._serial))

    # For callers

    def url(self, name: str, stream: str = "main", *, with_credentials: bool = False, **faults: object) -> str:
        """Address of a stream. Keywords are faults (docs/ref/sim.md); raises Invalid for unknown ones."""
        camera = self._camera(name)
        if stream not in camera.streams:
            raise Invalid("sim.stream", f"Camera {name} has no stream {stream}.", camera=name, stream=stream)
        parse_faults(faults)
        query = urlencode({key: int(value) if isinstance(value, bool) else value for key, value in faults.items()})
        user = ""
        if with_credentials and self._username:
            user = f"{quote(self._username, safe='')}:{quote(self._password, safe='')}@"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtsp://{user}{host}:{self.port}/{quote(name)}/{stream}{'?' if query else ''}{query}"

    def control_url(self, name: str) -> str:
        """Address of the ONVIF service of a camera that turns. Raises Invalid for another."""
        if self._camera(name).turret is None:
            raise Invalid("sim.turret", f"Camera {name} does not turn.", camera=name)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/{quote(name)}/onvif"

    def turret(self, name: str) -> Turret:
        """What turns a camera. Raises Invalid for one that stands still."""
        self.control_url(name)
        turret = self._camera(name).turret
        assert turret is not None
        return turret

    def clip(self, name: str, stream: str = "main") -> Clip:
        """The clip of a stream."""
        return self._camera(name).streams[stream]

    def unit_hashes(self, name: str, stream: str = "main") -> tuple[bytes, ...]:
        """SHA-256 of each picture of the loop in decoding order, see `clip.hash_sample`."""
        return self.clip(name, stream).unit_hashes

    def connections(self, name: str | None = None) -> list[Connection]:
        """Open conversations, of one camera (once it is set up) or of all."""
        return [one for one in self._connections if name is None or (one.session and one.session.camera.name == name)]

    def sessions(self, name: str | None = None) -> list[Session]:
        """Open sessions, of one camera or of all: for `stall`, `resume` and for looking at their players."""
        return [one.session for one in self.connections(name) if one.session is not None]

    def drop(self, name: str | None = None) -> None:
        """Close the connections of a camera, or all."""
        for connection in self.connections(name):
            connection.close()

    def reset(self, name: str | None = None) -> None:
        """The same by TCP reset."""
        for connection in self.connections(name):
            connection.reset()

    def freeze(self, name: str | None = None) -> None:
        """Make connections half-open."""
        for connection in self.connections(name):
            connection.freeze()

    def stall(self, name: str | None = None) -> None:
        """Send no more media, keep talking."""
        for session in self.sessions(name):
            session.stall()

    def resume(self, name: str | None = None) -> None:
        """Go on after `stall`."""
        for session in self.sessions(name):
            session.resume()

    def set_away(self, name: str, *, away: bool = True) -> None:
        """Take a camera off the network: its connections end and new requests get no answer but a close."""
        self._camera(name).is_away = away
        if away:
            self.drop(name)

    def set_locked(self, name: str, *, locked: bool = True) -> None:
        """Refuse every password for a camera from now on; open sessions go on."""
        self._camera(name).is_locked = locked

    def _camera(self, name: str) -> Camera:
        try:
            return self.cameras[name]
        except KeyError:
            raise Invalid("sim.camera", f"There is no simulated camera {name}.", camera=name) from None

    # For connections

    def device_service(self, path: str) -> DeviceService | None:
        """The ONVIF service under that path."""
        name = unquote(path).removeprefix("/").removesuffix("/onvif")
        camera = self.cameras.get(name)
        if camera is None or camera.turret is None or camera.is_away or not path.endswith("/onvif"):
            return None
        if name not in self._services:
            self._services[name] = DeviceService(
                camera.turret,
                self.clock,
                self._username,
                self._password,
                address=self.control_url(name),
                stream=self.url(name),
            )
        return self._services[name]

    def admits(self, request: Request) -> bool:
        """Whether the request carries the right password, or none is wanted."""
        return self._gate is None or self._gate.admits(request)

    def challenge(self) -> str:
        """What a 401 asks for."""
        return (self._gate or Gate("", "")).challenge()

    def redirected(self, target: Target, left: int) -> str:
        """Where a redirect points: the same stream, with one redirect less to come."""
        query: dict[str, Any] = {key: value for key, value in target.query.items() if key != "redirect"}
        if left:
            query["redirect"] = str(left)
        return self.url(target.camera, target.stream, **query)

    def anchor_us(self, track: PacketTrack, camera: Camera) -> int:
        """Monotonic instant at which the running loop of `track` began, by the wall clock."""
        now_us = self.clock.mono_us()
        wall_us = now_us + self._wall_less_mono_us + camera.phase_us
        ticks = wall_us * track.clock_hz // US_PER_S
        return now_us - (ticks % track.period) * US_PER_S // track.clock_hz

    def datagram_pair(self) -> tuple[socket.socket, socket.socket]:
        """The two UDP sockets all clients share."""
        if self._pair is None:
            self._pair = datagram_pair(self.host)
        return self._pair

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self._connections.discard(connection)
