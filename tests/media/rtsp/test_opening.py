"""Getting a camera to send: refusals, things that are no camera at all."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from mingcha.base.clock import SystemClock
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import Source, SourceError
from tests.media.rtsp.packets import SDP_AUDIO, Film
from tests.media.rtsp.scripted import Asked, Camera, client, listening, refused, reply, serving
from tests.media.rtsp.tls import certificate


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("404 Stream Not Found", "camera.not_found"),
        ("403 Forbidden", "camera.unauthorised"),
        ("453 Not Enough Bandwidth", "camera.refused"),
        ("503 Service Unavailable", "camera.refused"),
        ("500 Internal Server Error", "camera.protocol"),
    ],
)
@pytest.mark.parametrize("method", ["DESCRIBE", "SETUP", "PLAY"])
async def test_refusals_say_what_to_do(status: str, code: str, method: str) -> None:
    async with serving(Camera(answers={method: lambda camera, asked: reply(asked, status)})) as camera:
        error = await refused(camera)
    assert error.code == code
    assert status in error.message


async def test_a_refused_transport_is_told() -> None:
    answers = {"SETUP": lambda camera, asked: reply(asked, "461 Unsupported Transport")}
    async with serving(Camera(answers=answers)) as camera:
        error = await refused(camera)
    assert error.code == "camera.protocol"
    assert "UDP" in error.message


@pytest.mark.parametrize(
    ("sdp", "code"),
    [
        ("v=0\r\n" + SDP_AUDIO, "camera.no_video"),
        ("v=0\r\nm=video 0 RTP/AVP 26\r\n", "camera.codec"),
        ("v=0\r\nm=video 0 RTP/AVP 98\r\na=rtpmap:98 VP9/90000\r\n", "camera.codec"),
        ("<html>no</html>", "camera.protocol"),
    ],
)
async def test_streams_that_cannot_be_recorded_are_told(sdp: str, code: str) -> None:
    async with serving(Camera(sdp=sdp)) as camera:
        assert (await refused(camera)).code == code


async def test_a_camera_that_does_not_know_options_is_forgiven() -> None:
    async with serving(
        Camera(answers={"OPTIONS": lambda camera, asked: reply(asked, "501 Not Implemented")})
    ) as camera:
        one = client(camera)
        await one.session.open()
        await one.session.close()


async def test_a_camera_that_takes_no_range_is_asked_without() -> None:
    def play(camera: Camera, asked: Asked) -> bytes:
        return reply(asked, "457 Invalid Range" if "range" in asked.headers else "200 OK")

    async with serving(Camera(answers={"PLAY": play})) as camera:
        one = client(camera)
        await one.session.open()
        await one.session.close()
    assert camera.methods.count("PLAY") == 2


async def test_answers_without_a_number_are_taken() -> None:
    async with serving(Camera()) as camera:
        usual = camera.answer
        camera.answer = lambda asked: (usual(asked) or b"").replace(b"CSeq:", b"X-Seq:")  # type: ignore[method-assign]
        one = client(camera)
        await one.session.open()
        await one.session.close()


# What is no camera.


async def raw(answer: bytes, *, tls: bool = False, **changes: object) -> SourceError:
    """The error when whatever listens there answers everything with these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(answer)
        await reader.read()

    async with listening(serve) as port:
        camera = Camera(port=port)
        if tls:
            changes["url"] = camera.url.replace("rtsp://", "rtsps://")
        return await refused(camera, **changes)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>",
        b"<!doctype html><html></html>",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail ready\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"\0" * 100,
    ],
)
async def test_what_does_not_speak_rtsp_is_told(answer: bytes) -> None:
    assert (await raw(answer)).code == "camera.not_rtsp"


@pytest.mark.parametrize(
    "answer",
    [
        b"RTSP/1.0 200 OK\r\nX: " + b"a" * 70_000,
        b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 12_000 + b"\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
async def test_answers_without_end_are_refused(answer: bytes) -> None:
    assert (await raw(answer)).code == "camera.protocol"


@pytest.mark.parametrize("answer", [b"RTSP/1.0 abc\r\n\r\n", b"RTSP/1.0 200 OK\r\nContent-Length: -4\r\n\r\n"])
async def test_answers_that_cannot_be_read_are_refused(answer: bytes) -> None:
    assert (await raw(answer)).code in ("camera.not_rtsp", "camera.protocol")


async def test_no_answer_is_a_time_out() -> None:
    assert (await raw(b"", open_timeout_s=0.3)).code == "camera.timeout"


async def test_a_closed_port_is_refused() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        error = await refused(Camera(port=sock.getsockname()[1]))
    assert error.code == "camera.refused"


async def test_a_connection_closed_at_once_is_told() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with listening(serve) as port:
        error = await refused(Camera(port=port))
    assert error.code == "camera.closed"


async def test_an_unknown_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*arguments: object, **named: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    error = await refused(Camera(), url="rtsp://camera.invalid/")
    assert error.code == "camera.unresolved"
    assert "camera.invalid" in error.message


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "rtsp://", "rtsp://127.0.0.1:99999/", ""])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    session = Session(Source(url), Film(), Poller(asyncio.get_running_loop()), SystemClock())
    with pytest.raises(SourceError) as caught:
        await session.open()
    assert caught.value.code == "camera.url"


async def test_opening_can_be_given_up_at_any_time() -> None:
    async with serving(Camera(answers={"DESCRIBE": lambda camera, asked: None})) as camera:
        one = client(camera)
        opening = asyncio.ensure_future(one.session.open())
        await asyncio.sleep(0.1)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert one.poller.watched == 0


@pytest.mark.parametrize("at", ["look-up", "answer"])
async def test_closing_ends_an_opening_of_another_task(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = asyncio.get_running_loop().getaddrinfo

    async def slow(*arguments: object, **named: object) -> object:
        await asyncio.sleep(0.2 if at == "look-up" else 0)
        return await look_up(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", slow)
    async with serving(Camera(answers={"DESCRIBE": lambda camera, asked: None})) as camera:
        one = client(camera)
        opening = asyncio.ensure_future(one.session.open())
        await asyncio.sleep(0.1)
        await one.session.close()
        with pytest.raises(SourceError) as caught:
            await asyncio.wait_for(opening, 3)
        assert caught.value.code == "camera.closed"
        assert one.poller.watched == 0


# TLS.


async def test_it_reads_over_tls(tmp_path: Path) -> None:
    context, fingerprint = certificate(tmp_path)
    async with serving(Camera(), tls=context) as camera:
        one = client(camera, url=camera.url.replace("rtsp:", "rtsps:"), certificate_sha256=fingerprint)
        await one.session.open()
        await one.pictures(10)
        await one.session.close()
    assert one.film.losses == []
    assert camera.asked[0].url.startswith("rtsps://")


async def test_another_certificate_than_the_noted_one_is_refused(tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with serving(Camera(), tls=context) as camera:
        error = await refused(camera, url=camera.url.replace("rtsp:", "rtsps:"), certificate_sha256="00" * 32)
    assert error.code == "camera.tls"


async def test_tls_to_a_camera_without_it_is_told() -> None:
    assert (await raw(b"RTSP/1.0 400 Bad Request\r\n\r\n", tls=True)).code == "camera.tls"
