"""One TCP (or TLS) connection to a camera: bytes read on the poller's tick and parted into RTSP messages and
interleaved frames."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Callable
from typing import Final, Protocol

from mingcha.base.clock import Clock
from mingcha.media.rtsp import messages
from mingcha.media.rtsp.messages import Message
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.source import Address, SourceError

MAX_WAITING_BYTES: Final = 64 * 1024  # of requests that the camera does not take
MAX_GARBAGE_BYTES: Final = 1024 * 1024  # between two things that make sense
MAX_READS: Final = 8  # of one camera in one tick
MAX_TLS_READS: Final = (
    512  # the same of TLS, which gives 16 KiB at a time and must be emptied, as epoll does not see inside
)
KEEPALIVE_IDLE_S: Final = (
    15  # TCP keep-alive: a half-open connection is noticed after about 30 s even while we send nothing
)
_DOLLAR: Final = 0x24


class Receiver(Protocol):
    """What a connection tells. Called on the event loop."""

    def reading(self, now_us: int) -> None:
        """What follows was read at this monotonic instant."""

    def video(self, buffer: bytearray, view: memoryview, position: int, end: int) -> int:
        """Consume interleaved video frames; returns where it stopped."""

    def frame(self, channel: int, buffer: bytearray, view: memoryview, start: int, stop: int) -> None:
        """Any other interleaved frame."""

    def message(self, message: Message) -> None: ...

    def garbage(self, size: int) -> None:
        """That many bytes made no sense and were passed over."""

    def ended(self, error: SourceError) -> None:
        """The connection is over; nothing comes after."""


class Connection:
    """See the module. Buffers are bounded: what is kept between two reads is less than one frame or one message."""

    def __init__(self, poller: Poller, clock: Clock, receiver: Receiver) -> None:
        self._poller = poller
        self._clock = clock
        self._receiver = receiver
        self._socket: socket.socket | None = None
        self._tail = b""
        self._waiting = bytearray()
        self._garbage = 0
        self._talks_rtsp = False
        self._closed = False
        self.local_host = ""
        self.peer_host = ""

    async def connect(self, address: Address, certificate_sha256: str = "") -> None:
        """Look up, connect, shake hands. Raises SourceError; a time-out is the caller's."""
        loop = asyncio.get_running_loop()
        sock = await _connect(loop, address)
        self._socket = sock
        try:
            _tune(sock)
            self.local_host = sock.getsockname()[0]
            self.peer_host = sock.getpeername()[0]
        except OSError as error:
            self.close()
            raise _broken(error) from error
        if address.tls:
            self._socket = await _secure(loop, sock, address.host, certificate_sha256)
        if self._closed:  # by another task, while this one waited
            self._socket.close()
            self._socket = None
            raise SourceError("camera.closed", "The session was closed.")
        self._poller.add(self._socket, self._readable)

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    def send(self, data: bytes) -> None:
        """Send now, or as soon as the camera takes it. An unusable connection ends."""
        self._waiting += data
        self.push()

    def push(self) -> None:
        """Send what is still waiting."""
        if self._socket is None or not self._waiting:
            return
        try:
            sent = self._socket.send(self._waiting)
            del self._waiting[:sent]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError as error:
            self._end(_broken(error))
            return
        if len(self._waiting) > MAX_WAITING_BYTES:
            self._end(SourceError("camera.closed", "The camera takes no more requests. It is asked again."))

    def shut(self) -> None:
        """Say that no more requests come, so that the last one is delivered although unread data is left."""
        if self._socket is not None and not isinstance(self._socket, ssl.SSLSocket):
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def close(self) -> None:
        """Free the socket; may be called twice. A closed connection is not opened again."""
        self._closed = True
        if self._socket is not None:
            self._poller.remove(self._socket)
            self._socket.close()
            self._socket = None
        self._tail = b""
        self._waiting.clear()

    def _readable(self) -> None:
        buffer, view = self._poller.buffer, self._poller.view
        self._receiver.reading(self._clock.mono_us())
        for _ in range(MAX_TLS_READS if isinstance(self._socket, ssl.SSLSocket) else MAX_READS):
            sock = self._socket
            if sock is None:
                return
            held = len(self._tail)
            if held:
                buffer[:held] = self._tail
            try:
                got = sock.recv_into(view[held:] if held else view)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as error:
                self._end(_broken(error))
                return
            if got == 0:
                self._end(SourceError("camera.closed", "The camera closed the connection. It is asked again."))
                return
            end = held + got
            garbage = self._garbage
            position = self._take(buffer, view, end)
            if garbage and garbage == self._garbage:
                self._garbage = 0
            self._tail = bytes(view[position:end]) if position < end else b""
            if end < len(buffer) and not isinstance(sock, ssl.SSLSocket):
                return

    def _take(self, buffer: bytearray, view: memoryview, end: int) -> int:
        """Part `buffer[:end]`; returns where the first incomplete thing begins."""
        receiver = self._receiver
        position = 0
        while True:
            position = receiver.video(buffer, view, position, end)
            if end - position < 4 or self._socket is None:
                return position
            if buffer[position] == _DOLLAR:
                stop = position + 4 + (buffer[position + 2] << 8 | buffer[position + 3])
                if stop > end:
                    return position
                receiver.frame(buffer[position + 1], buffer, view, position + 4, stop)
                position = stop
                continue
            after = self._message(view, position, end)
            if after == position:
                return position
            position = after

    def _message(self, view: memoryview, position: int, end: int) -> int:
        """Take a message at `position`; returns where it ends, or `position` when it is not complete."""
        data = bytes(view[position : min(end, position + messages.MAX_HEAD_BYTES + messages.MAX_BODY_BYTES + 8)])
        if data[:1] in (b"\r", b"\n"):
            return position + 1
        if not _may_be_message(data):
            if not self._talks_rtsp:
                self._end(SourceError("camera.not_rtsp", _NOT_RTSP))
                return end
            return self._resynchronise(data, position)
        try:
            found = messages.parse(data)
        except messages.BadMessage as error:
            if "above" not in str(error) and self._talks_rtsp:
                return self._resynchronise(data, position)
            code = "camera.protocol" if self._talks_rtsp or "above" in str(error) else "camera.not_rtsp"
            self._end(SourceError(code, f"The camera's answer cannot be read: {error}. Check address and port."))
            return end
        if found is None:
            return position
        self._talks_rtsp = True
        self._garbage = 0
        self._receiver.message(found[0])
        return position + found[1]

    def _resynchronise(self, data: bytes, position: int) -> int:
        """Pass over bytes that make no sense, up to something that may."""
        at = 1
        while at < len(data) and not _may_begin(data, at):
            dollar, answer = data.find(b"$", at + 1), data.find(b"RTSP/1.", at + 1)
            at = min((found for found in (dollar, answer) if found >= 0), default=len(data))
        self._garbage += at
        self._receiver.garbage(at)
        if self._garbage > MAX_GARBAGE_BYTES:
            self._end(SourceError("camera.protocol", "The camera sends data that is not RTSP. Restart the camera."))
        return position + at

    def _end(self, error: SourceError) -> None:
        if self._socket is not None:
            self.close()
            self._receiver.ended(error)


_NOT_RTSP: Final = "What answers there does not speak RTSP. Check the port in the address (cameras use 554)."


def _may_be_message(data: bytes) -> bool:
    """Whether the bytes begin like an answer or a request: a method in capitals, then a space and later RTSP/ on the
    same line."""
    if data.startswith(b"RTSP/"):
        return True
    if b"RTSP/".startswith(data[:5]):
        return True
    line = data[:1024].split(b"\n", 1)[0]
    word, space, rest = line.partition(b" ")
    if not (0 < len(word) <= 20 and word.replace(b"_", b"A").isalpha() and word.isupper()):
        return False
    return not space or b"RTSP/" in rest or (b"\n" not in data[:1024] and len(data) < 1024)


def _may_begin(data: bytes, at: int) -> bool:
    """Whether a frame of RTP or RTCP (version 2) or an answer may begin here; near the end of the data it may."""
    if data[at] == _DOLLAR:
        return at + 4 >= len(data) or data[at + 4] & 0xC0 == 0x80
    return data.startswith(b"RTSP/1.", at)


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


async def _connect(loop: asyncio.AbstractEventLoop, address: Address) -> socket.socket:
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(
            "camera.unresolved", f"The name {address.host} is not known. Check the camera's address.", host=address.host
        ) from error
    last: OSError = OSError("no address")
    for family, kind, protocol, _, target in found:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, target)
            return sock
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
    raise SourceError(
        "camera.timeout" if isinstance(last, TimeoutError) else "camera.refused",
        f"No connection to {address.host} port {address.port}: {last.strerror or 'refused'}. "
        "Check power, cable, address and port.",
        host=address.host,
        port=address.port,
    ) from last


async def _secure(
    loop: asyncio.AbstractEventLoop, plain: socket.socket, host: str, certificate_sha256: str
) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # cameras sign their own certificates; see Source.certificate_sha256
    try:
        secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except (OSError, ValueError) as error:
        plain.close()
        raise SourceError("camera.tls", "The camera ended the secured connection.") from error
    try:
        while True:
            try:
                secured.do_handshake()
                break
            except ssl.SSLWantReadError:
                await _ready(loop.add_reader, loop.remove_reader, secured.fileno())
            except ssl.SSLWantWriteError:
                await _ready(loop.add_writer, loop.remove_writer, secured.fileno())
        certificate = secured.getpeercert(binary_form=True) or b""
    except OSError as error:
        secured.close()
        raise SourceError(
            "camera.tls", "No secured connection to the camera. Try the address with rtsp:// or check its TLS settings."
        ) from error
    except BaseException:
        secured.close()
        raise
    pinned = certificate_sha256.replace(":", "").lower()
    if pinned and hashlib.sha256(certificate).hexdigest() != pinned:
        secured.close()
        raise SourceError("camera.tls", "The camera shows another certificate than the one noted for it. Check it.")
    return secured


async def _ready(add: Callable[..., None], remove: Callable[[int], object], fd: int) -> None:
    ready = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add(fd, wake)
    try:
        await ready
    finally:
        remove(fd)


def _broken(error: OSError) -> SourceError:
    return SourceError(
        "camera.closed", f"The connection to the camera broke: {error.strerror or 'reset'}. It is asked again."
    )
