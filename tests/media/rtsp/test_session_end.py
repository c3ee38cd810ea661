"""How a conversation with a camera is kept alive, what ends it, and what is told of it."""

from __future__ import annotations

import asyncio
import struct

import pytest

from mingcha.media.rtsp import session as session_module
from tests.media.rtsp.packets import Sender, interleaved, rtp, slice_h264
from tests.media.rtsp.scripted import Camera, client, end_of, nothing, pictures_for_ever, reply, serving

IN_BAND_SDP = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"


@pytest.mark.parametrize(
    ("public", "method"), [("OPTIONS, GET_PARAMETER", "GET_PARAMETER"), ("OPTIONS, PLAY", "OPTIONS")]
)
async def test_it_keeps_the_session_alive_in_a_way_the_camera_knows(public: str, method: str) -> None:
    async with serving(Camera(session="1;timeout=1", public=public)) as camera:
        one = client(camera)
        await one.session.open()
        async with asyncio.timeout(4):
            while camera.methods[4:].count(method) < 2:
                await asyncio.sleep(0.01)
        await one.session.close()
    assert {asked.headers["session"] for asked in camera.asked[4:]} == {"1"}


async def test_a_camera_that_refuses_one_sign_of_life_gets_another() -> None:
    refuse = {"GET_PARAMETER": lambda camera, asked: reply(asked, "501 Not Implemented")}
    async with serving(Camera(session="1;timeout=1", answers=refuse)) as camera:
        one = client(camera)
        await one.session.open()
        async with asyncio.timeout(4):
            while "OPTIONS" not in camera.methods[4:]:
                await asyncio.sleep(0.01)
        await one.session.close()


async def test_a_camera_that_answers_no_sign_of_life_is_recorded_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "KEEPALIVE_ANSWER_S", 0.05)
    async with serving(Camera(session="1;timeout=1", answers={"GET_PARAMETER": lambda camera, asked: None})) as camera:
        one = client(camera)
        await one.session.open()
        async with asyncio.timeout(4):
            while camera.methods.count("GET_PARAMETER") < 2:
                await asyncio.sleep(0.01)
        count = len(one.film.units)
        await one.pictures(count + 3)
        await one.session.close()


async def test_a_forgotten_session_ends() -> None:
    forgot = {"GET_PARAMETER": lambda camera, asked: reply(asked, "454 Session Not Found")}
    async with serving(Camera(session="1;timeout=1", answers=forgot)) as camera:
        one = client(camera)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.closed"
        await one.session.close()


# Ends.


async def test_silence_after_200_is_told() -> None:
    async with serving(Camera(play=nothing)) as camera:
        one = client(camera, silence_timeout_s=0.2)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.silent"
        await one.session.close()
    assert camera.methods[-1] == "TEARDOWN"


async def test_a_camera_that_stops_sending_is_told() -> None:
    async def play(camera: Camera) -> None:
        for number in range(5):
            camera.picture(number)
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera, silence_timeout_s=0.3)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.silent"
        await one.session.close()
    assert len(one.film.units) == 5  # the last one as well, though nothing came after it


async def test_bytes_that_never_make_a_picture_are_silence() -> None:
    async def play(camera: Camera) -> None:
        while True:
            camera.write(interleaved(0, rtp(1, 5, b"\x06\x05\x01a\x80")))
            await asyncio.sleep(0.02)

    async with serving(Camera(play=play)) as camera:
        one = client(camera, silence_timeout_s=0.3)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.silent"
        await one.session.close()


async def test_pictures_that_nobody_can_decode_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "NO_FORMAT_S", 0.3)
    async with serving(Camera(sdp=IN_BAND_SDP)) as camera:
        one = client(camera, silence_timeout_s=1.0)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.codec"
        await one.session.close()
    assert one.film.units == []


async def test_a_closed_connection_is_told() -> None:
    async def play(camera: Camera) -> None:
        for number in range(3):
            camera.picture(number)
        assert camera.writer is not None
        camera.writer.close()

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.closed"
        await one.session.close()
    assert len(one.film.units) == 3
    assert one.poller.watched == 0


async def test_goodbye_ends_the_session() -> None:
    async def play(camera: Camera) -> None:
        camera.picture(0)
        report = struct.pack(">BBHI", 0x80, 200, 6, 7) + b"\0" * 20
        camera.write(interleaved(1, report + struct.pack(">BBHI", 0x81, 203, 1, 7)))
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.closed"
        await one.session.close()
    assert len(one.film.units) == 1


async def test_nothing_reaches_the_sink_after_close() -> None:
    async with serving(Camera(play=pictures_for_ever)) as camera:
        one = client(camera)
        await one.session.open()
        await one.pictures(3)
        closing = asyncio.ensure_future(one.session.close())
        await asyncio.sleep(0)
        count = len(one.film.units)
        await closing
        await asyncio.sleep(0.03)
        assert len(one.film.units) == count
        await one.session.close()


# Time.


async def test_a_time_stamp_that_jumps_is_told_and_time_goes_on() -> None:
    async def play(camera: Camera) -> None:
        for number in range(4):
            camera.picture(number)
        for number in range(4):
            camera.picture(500_000 + number)
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        await one.pictures(7)
        await one.session.close()
    assert one.film.reasons == ["timestamp_jump"]
    times = [unit.pts for unit in one.film.units]
    assert times == sorted(times)
    assert times[-1] - times[0] < 90_000


async def test_lost_packets_are_told_and_their_picture_marked() -> None:
    sender = Sender()

    async def play(camera: Camera) -> None:
        for number in range(6):
            packets = sender.picture(number * 3600, slice_h264(number, 700, key=number == 0))
            for index, packet in enumerate(packets):
                if (number, index) != (3, 4):
                    camera.write(interleaved(0, packet))
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        await one.pictures(5)
        await one.session.close()
    assert one.film.losses == [("packets_lost", "1 packets")]
    assert [unit.damaged for unit in one.film.units[:5]] == [False, False, False, True, False]
