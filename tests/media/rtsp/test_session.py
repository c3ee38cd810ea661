"""A conversation with a camera from PLAY to TEARDOWN, over a real socket."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from tests.media.rtsp.packets import (
    PPS,
    SDP_AUDIO,
    SDP_H264,
    SPS,
    SPS_1080,
    interleaved,
    rtp,
    sized,
    slice_h264,
)
from tests.media.rtsp.scripted import Asked, Camera, client, end_of, nothing, reply, serving

IN_BAND_SDP = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"


async def test_it_opens_plays_and_takes_leave() -> None:
    async with serving(Camera()) as camera:
        one = client(camera)
        video, audio = await one.session.open()
        assert video is not None
        assert (video.width, video.height, video.sps, video.pps) == (640, 360, (SPS,), (PPS,))
        assert audio is None
        await one.pictures(5)
        await one.session.close()
    assert camera.methods == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    assert one.film.formats == [(video, None)]
    assert [unit.payload for unit in one.film.units[:5]] == [
        sized(slice_h264(number, 700, key=number == 0)) for number in range(5)
    ]
    assert [unit.is_key for unit in one.film.units[:5]] == [True, False, False, False, False]
    steps = {after.pts - before.pts for before, after in pairwise(one.film.units)}
    assert steps == {3600}
    assert one.film.losses == []
    assert one.poller.watched == 0


async def test_session_and_track_addresses_go_with_the_requests() -> None:
    async with serving(Camera(base="rtsp://10.0.0.9/live/")) as camera:
        one = client(camera)
        await one.session.open()
        await one.session.close()
    asked = {item.method: item for item in camera.asked}
    assert asked["SETUP"].url == "rtsp://10.0.0.9/live/trackID=1"
    assert asked["PLAY"].url == "rtsp://10.0.0.9/live/"
    assert asked["PLAY"].headers["session"] == "0123456789"
    assert [int(item.headers["cseq"]) for item in camera.asked] == [1, 2, 3, 4, 5]


async def test_an_address_of_the_whole_session_is_taken() -> None:
    sdp = SDP_H264.replace("a=control:*", "a=control:rtsp://10.0.0.9/all?x=1")
    async with serving(Camera(sdp=sdp)) as camera:
        one = client(camera)
        await one.session.open()
        await one.session.close()
    asked = {item.method: item.url for item in camera.asked}
    assert asked["SETUP"] == "rtsp://10.0.0.9/all?x=1/trackID=1"
    assert asked["PLAY"] == asked["TEARDOWN"] == "rtsp://10.0.0.9/all?x=1"


async def test_sound_is_not_asked_for_unless_it_is_wanted() -> None:
    async with serving(Camera(sdp=SDP_H264 + SDP_AUDIO)) as camera:
        one = client(camera)
        _, audio = await one.session.open()
        await one.session.close()
    assert audio is None
    assert camera.methods.count("SETUP") == 1


async def test_sound_comes_on_its_own_channel_when_it_is_wanted() -> None:
    def setup(camera: Camera, asked: Asked) -> bytes:
        channels = "4-5" if asked.url.endswith("trackID=2") else "8-9"
        return reply(asked, headers={"Session": "1", "Transport": f"RTP/AVP/TCP;interleaved={channels}"})

    async def play(camera: Camera) -> None:
        for number in range(20):
            for packet in camera.sender.picture(number * 3600, slice_h264(number, 300, key=number == 0)):
                camera.write(interleaved(8, packet))
            camera.write(interleaved(4, rtp(number, number * 320, b"\xd5" * 320, kind=8)))
            await asyncio.sleep(0.005)
        await nothing(camera)

    async with serving(Camera(sdp=SDP_H264 + SDP_AUDIO, answers={"SETUP": setup}, play=play)) as camera:
        one = client(camera, audio=True)
        _, audio = await one.session.open()
        await one.pictures(30)
        await one.session.close()
    assert audio is not None
    assert (audio.codec, audio.sample_rate_hz) == ("pcma", 8000)
    sounds = [unit for unit in one.film.units if unit.is_audio]
    assert len(sounds) > 10
    assert {after.pts - before.pts for before, after in pairwise(sounds)} == {320}


async def test_a_refused_sound_track_does_not_cost_the_picture() -> None:
    def setup(camera: Camera, asked: Asked) -> bytes:
        if asked.url.endswith("trackID=2"):
            return reply(asked, "500 Internal Server Error")
        return reply(asked, headers={"Session": "1", "Transport": camera.transport})

    async with serving(Camera(sdp=SDP_H264 + SDP_AUDIO, answers={"SETUP": setup})) as camera:
        one = client(camera, audio=True)
        _, audio = await one.session.open()
        await one.pictures(3)
        await one.session.close()
    assert audio is None


async def test_parameter_sets_may_come_in_the_stream_only() -> None:
    async def play(camera: Camera) -> None:
        await asyncio.sleep(0.1)
        camera.picture(0, slice_h264(0, 90))
        camera.picture(1, SPS, PPS, slice_h264(1, 90, key=True))
        camera.picture(2, slice_h264(2, 90))
        camera.picture(3, slice_h264(3, 90))
        await nothing(camera)

    async with serving(Camera(sdp=IN_BAND_SDP, play=play)) as camera:
        one = client(camera)
        video, _ = await one.session.open()
        assert video is None
        await one.pictures(2)
        await one.session.close()
    assert len(one.film.formats) == 1
    assert one.film.formats[0][0].width == 640
    assert one.film.units[0].payload == sized(SPS, PPS, slice_h264(1, 90, key=True))


async def test_a_new_picture_size_is_told_before_its_first_picture() -> None:
    order: list[object] = []

    async def play(camera: Camera) -> None:
        for number in range(8):
            sets = (SPS if number < 4 else SPS_1080, PPS) if number % 4 == 0 else ()
            camera.picture(number, *sets, slice_h264(number, 90, key=number % 4 == 0))
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        one.film.on_format = lambda video, audio: order.append(video.width)  # type: ignore[method-assign]
        one.film.on_unit = lambda unit: order.append(unit.is_key)  # type: ignore[method-assign]
        await one.session.open()
        async with asyncio.timeout(3):
            while len(order) < 9:
                await asyncio.sleep(0.005)
        await one.session.close()
    assert order[:9] == [640, True, False, False, False, 1920, True, False, False]


async def test_pictures_before_the_answer_to_play_are_taken() -> None:
    def play(camera: Camera, asked: Asked) -> bytes:
        for number in range(4):
            camera.picture(number)
        return reply(asked)

    async with serving(Camera(answers={"PLAY": play}, play=nothing)) as camera:
        one = client(camera)
        await one.session.open()
        await one.pictures(3)
        await one.session.close()
    assert one.film.units[0].payload == sized(slice_h264(0, 700, key=True))


async def test_garbage_between_packets_is_passed_over_and_told() -> None:
    async def play(camera: Camera) -> None:
        for number in range(6):
            camera.picture(number)
            camera.write(b"\x00garbage $\x09 and more\xff" if number == 2 else b"")
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        await one.pictures(5)
        await one.session.close()
    assert "bad_data" in one.film.reasons
    assert [unit.payload for unit in one.film.units[:5]] == [
        sized(slice_h264(number, 700, key=number == 0)) for number in range(5)
    ]


async def test_requests_of_the_camera_are_answered() -> None:
    answers: list[bytes] = []

    async def play(camera: Camera) -> None:
        camera.picture(0)
        camera.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 77\r\n\r\n")
        camera.picture(1)
        camera.write(b"ANNOUNCE rtsp://x/ RTSP/1.0\r\nCSeq: 78\r\nContent-Length: 4\r\n\r\nv=0\n")
        camera.picture(2)
        camera.write(b"BREW / RTSP/1.0\r\nCSeq: 79\r\n\r\n")
        camera.picture(3)
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        real = camera.serve

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            until = reader.readuntil

            async def readuntil(separator: bytes = b"\n") -> bytes:
                head = await until(separator)
                if head.startswith(b"RTSP/"):
                    answers.append(head)
                return head

            reader.readuntil = readuntil  # type: ignore[method-assign, assignment]
            await real(reader, writer)

        camera.serve = serve  # type: ignore[method-assign]
        one = client(camera)
        await one.session.open()
        await one.pictures(3)
        async with asyncio.timeout(3):
            while len(answers) < 3:
                await asyncio.sleep(0.005)
        await one.session.close()
    assert [answer.split(b"\r\n")[:2] for answer in answers] == [
        [b"RTSP/1.0 200 OK", b"CSeq: 77"],
        [b"RTSP/1.0 200 OK", b"CSeq: 78"],
        [b"RTSP/1.0 405 Method Not Allowed", b"CSeq: 79"],
    ]
    assert one.film.losses == []


async def test_a_redirect_request_ends_the_session() -> None:
    async def play(camera: Camera) -> None:
        camera.write(b"REDIRECT rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\nLocation: rtsp://elsewhere/\r\n\r\n")
        await nothing(camera)

    async with serving(Camera(play=play)) as camera:
        one = client(camera)
        await one.session.open()
        assert (await end_of(one.session.run())).code == "camera.closed"
        await one.session.close()
