"""Requests out of a byte stream, well formed or not, and what addresses mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingcha.media.sim import SimServer, tiny_clip
from mingcha.media.sim.messages import BadMessage, Request, parse_target, parse_transport, take_message
from tests.media.sim.client import Client

REQUEST = b"DESCRIBE rtsp://h/a/main RTSP/1.0\r\nCSeq: 3\r\nX-Odd:  spaced : out \r\nContent-Length: 4\r\n\r\nbody"


@given(st.integers(0, len(REQUEST) - 1))
def test_a_request_in_two_pieces_is_one_request(cut: int) -> None:
    buffer = bytearray(REQUEST[:cut])
    assert take_message(buffer) is None
    buffer += REQUEST[cut:] + b"$\x01\x00\x02ab"
    request = take_message(buffer)
    assert isinstance(request, Request)
    assert (request.method, request.sequence, request.body) == ("DESCRIBE", "3", b"body")
    assert request.headers["x-odd"] == "spaced : out"
    assert take_message(buffer) == b"ab"
    assert take_message(buffer) is None
    assert not buffer


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_refused_but_never_an_accident(data: bytes) -> None:
    buffer = bytearray(data)
    try:
        while take_message(buffer) is not None:
            pass
    except BadMessage:
        return
    assert len(buffer) <= len(data)


@given(st.text(max_size=80))
def test_any_address_is_understood_or_refused(text: str) -> None:
    try:
        target = parse_target("rtsp://host:554/" + text)
    except ValueError:
        return
    assert isinstance(target.camera, str)


@pytest.mark.parametrize(
    ("url", "camera", "stream", "track", "query"),
    [
        ("rtsp://h/gate/main", "gate", "main", None, {}),
        ("rtsp://h/gate/main/", "gate", "main", None, {}),
        ("rtsp://h/gate/sub/trackID=1", "gate", "sub", 1, {}),
        ("rtsp://h/gate", "gate", "main", None, {}),
        ("rtsp://h/gate/main?stall=3&seed=2", "gate", "main", None, {"stall": "3", "seed": "2"}),
        ("rtsp://h/gate/main?stall=3/trackID=0", "gate", "main", 0, {"stall": "3"}),
        ("rtsp://h/gate/main/trackID=1?stall=3", "gate", "main", 1, {"stall": "3"}),
        ("rtsp://h/gate/main?stall=3&trackID=0", "gate", "main", 0, {"stall": "3"}),
        ("rtsp://h/%E9%97%A8/main", "门", "main", None, {}),
    ],
)
def test_addresses(url: str, camera: str, stream: str, track: int | None, query: dict[str, str]) -> None:
    target = parse_target(url)
    assert (target.camera, target.stream, target.track, target.query) == (camera, stream, track, query)


def test_transports_are_read_in_the_order_of_the_client() -> None:
    choices = parse_transport("RTP/AVP;unicast;client_port=4000-4001,RTP/AVP/TCP;unicast;interleaved=0-1")
    assert [choice["profile"] for choice in choices] == ["RTP/AVP", "RTP/AVP/TCP"]
    assert choices[0]["client_port"] == "4000-4001"


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01" * 40_000,
        b"A" * 70_000,
        b"PLAY x RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_whoever_speaks_no_rtsp_is_hung_up_on_and_nobody_else(noise: bytes) -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1")) as good, Client(sim.url("cam1")) as bad:
        await good.open()
        bad.writer.write(noise)
        try:
            assert await bad.reader.read() == b""
        except ConnectionResetError:
            pass
        assert len(await good.pictures(3)) == 3


@pytest.mark.parametrize("form", ["relative", "absolute", "query"])
async def test_each_form_of_control_address_leads_to_the_track(form: str) -> None:
    async with SimServer([tiny_clip()]) as sim, Client(sim.url("cam1", control=form)) as client:
        described = await client.ask("DESCRIBE")
        control = described.body.decode().rpartition("a=control:")[2].strip()
        url = control if control.startswith("rtsp:") else described.headers["content-base"] + control
        reply = await client.ask("SETUP", url, Transport="RTP/AVP/TCP;unicast;interleaved=4-5")
        assert reply.status == 200
        assert "interleaved=4-5" in reply.headers["transport"]
        await client.ask("PLAY", Session=reply.headers["session"].partition(";")[0])
        while (await client.read_packet())[0] != 4:
            pass
