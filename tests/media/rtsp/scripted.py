"""A small RTSP server that does what a test tells it, and the wrong thing when told so."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Source, SourceError
from tests.media.rtsp.packets import SDP_H264, Film, Sender, interleaved, slice_h264

USER, PASSWORD = "guard", 'p@ss: "word" 明'


@dataclass
class Asked:
    """A request as the camera saw it."""

    method: str
    url: str
    headers: dict[str, str]


Answer = Callable[["Camera", Asked], bytes | None]
Play = Callable[["Camera"], Awaitable[None]]


def reply(asked: Asked, status: str = "200 OK", headers: dict[str, str] | None = None, body: str = "") -> bytes:
    lines = [f"RTSP/1.0 {status}", f"CSeq: {asked.headers['cseq']}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


async def pictures_for_ever(camera: Camera) -> None:
    """25 pictures a second until the client goes."""
    number = 0
    while True:
        camera.picture(number)
        number += 1
        await asyncio.sleep(0.01)


async def nothing(camera: Camera) -> None:
    """RTSP says 200 and then nothing comes."""
    await asyncio.Event().wait()


@dataclass
class Camera:
    """`answers`: by method, in place of the usual answer; None answers nothing. `play`: what is done after PLAY."""

    sdp: str = SDP_H264
    answers: dict[str, Answer] = field(default_factory=dict)
    play: Play = pictures_for_ever
    session: str = "0123456789;timeout=60"
    public: str = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
    transport: str = "RTP/AVP/TCP;unicast;interleaved=0-1"
    base: str = ""
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    writer: asyncio.StreamWriter | None = None
    sender: Sender = field(default_factory=Sender)

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/live"

    @property
    def methods(self) -> list[str]:
        return [asked.method for asked in self.asked]

    def write(self, data: bytes) -> None:
        assert self.writer is not None
        self.writer.write(data)

    def picture(self, number: int, *nals: bytes) -> None:
        for packet in self.sender.picture(number * 3600, *(nals or (slice_h264(number, 700, key=number % 10 == 0),))):
            self.write(interleaved(0, packet))

    def answer(self, asked: Asked) -> bytes | None:
        if asked.method in self.answers:
            return self.answers[asked.method](self, asked)
        if asked.method == "OPTIONS":
            return reply(asked, headers={"Public": self.public})
        if asked.method == "DESCRIBE":
            headers = {"Content-Type": "application/sdp"} | ({"Content-Base": self.base} if self.base else {})
            return reply(asked, headers=headers, body=self.sdp)
        if asked.method == "SETUP":
            return reply(asked, headers={"Session": self.session, "Transport": self.transport})
        if asked.method == "PLAY":
            return reply(asked, headers={"Session": self.session.partition(";")[0]})
        return reply(asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writer = writer
        playing: asyncio.Task[None] | None = None
        try:
            while True:
                asked = _read(await reader.readuntil(b"\r\n\r\n"))
                if asked is None:
                    continue
                self.asked.append(asked)
                answered = self.answer(asked)
                if answered is not None:
                    writer.write(answered)
                if asked.method == "PLAY" and playing is None and (answered or b"").startswith(b"RTSP/1.0 200"):
                    playing = asyncio.ensure_future(self.play(self))
                if asked.method == "TEARDOWN":
                    return
        finally:
            if playing is not None:
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)


def _read(head: bytes) -> Asked | None:
    lines = head.decode().split("\r\n")
    if lines[0].startswith("RTSP/"):
        return None
    method, url, _ = lines[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
    return Asked(method, url, headers)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Listen on a free port of this machine, which is what this yields; every connection is gone afterwards."""
    tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks[task] = writer
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer in tasks.values():
            writer.transport.abort()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def serving(camera: Camera, tls: ssl.SSLContext | None = None) -> AsyncIterator[Camera]:
    """The camera on a free port of this machine."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await camera.serve(reader, writer)

    async with listening(serve, tls) as camera.port:
        yield camera


@dataclass
class Client:
    """A session, its sink and its poller."""

    session: Session
    film: Film
    poller: Poller

    async def pictures(self, count: int, within_s: float = 5.0) -> None:
        """Wait until that many units came."""
        async with asyncio.timeout(within_s):
            while len(self.film.units) < count:
                await asyncio.sleep(0.005)


def client(camera: Camera, **changes: object) -> Client:
    """A client for the camera; `changes` are fields of its Source."""
    source = replace(Source(camera.url, open_timeout_s=10.0, silence_timeout_s=5.0), **changes)  # type: ignore[arg-type]
    film = Film()
    poller = Poller(asyncio.get_running_loop(), 0.002)
    return Client(Session(source, film, poller, SystemClock()), film, poller)


async def end_of(asked: object) -> SourceError:
    """The error with which the awaitable ends."""
    with pytest.raises(SourceError) as caught:
        async with asyncio.timeout(5):
            await asked  # type: ignore[misc]
    return caught.value


async def refused(camera: Camera, **changes: object) -> SourceError:
    """The error that opening ends with; nothing of the attempt may be left."""
    one = client(camera, **changes)
    with pytest.raises(SourceError) as caught:
        await one.session.open()
    assert one.poller.watched == 0
    assert PASSWORD not in str(caught.value)
    await one.session.close()
    return caught.value
