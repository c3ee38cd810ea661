"""A camera that turns, seen and steered over real sockets: RTSP for its picture, ONVIF for its head."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from mingcha.base.clock import SystemClock
from mingcha.base.errors import Unavailable
from mingcha.media.onvif.device import describe
from mingcha.media.onvif.http import read_endpoint
from mingcha.media.onvif.ptz import Aim, OnvifMount, Preset, Velocity
from mingcha.media.rtsp.poller import Poller
from mingcha.media.rtsp.session import Session
from mingcha.media.rtsp.source import parse_url
from mingcha.media.sim.cameras import TURNING, turning_camera
from mingcha.media.sim.server import SimServer
from mingcha.media.units import AccessUnit, AudioFormat, VideoFormat

CLOCK = SystemClock()


@pytest.fixture
async def sim() -> AsyncIterator[SimServer]:
    async with SimServer(cameras=[turning_camera(CLOCK)], username="viewer", password="pa ss") as sim:
        yield sim


def mount(sim: SimServer, password: str = "pa ss") -> OnvifMount:
    return OnvifMount(read_endpoint(sim.control_url(TURNING)), "viewer", password, CLOCK, stream_path="/square/main")


async def test_it_is_found_turned_stopped_and_sent_to_a_preset(sim: SimServer) -> None:
    camera = mount(sim)
    await asyncio.to_thread(camera.open)
    await asyncio.to_thread(camera.move, Velocity(pan=1.0), 1.0)
    await asyncio.sleep(0.1)
    await asyncio.to_thread(camera.stop)
    assert 0 < sim.turret(TURNING).look().pan < 90
    presets = await asyncio.to_thread(camera.presets)
    assert presets[0] == Preset("1", "Gate")
    await asyncio.to_thread(camera.go_to, "1")
    assert sim.turret(TURNING).done == ["move", "stop", "go"]
    assert isinstance(await asyncio.to_thread(camera.aim), Aim)


async def test_a_wrong_password_turns_nothing(sim: SimServer) -> None:
    with pytest.raises(Unavailable) as caught:
        await asyncio.to_thread(mount(sim, "wrong").open)
    assert caught.value.code == "onvif.unauthorised"
    assert sim.turret(TURNING).done == []


async def test_an_unknown_preset_is_refused_by_the_camera(sim: SimServer) -> None:
    camera = mount(sim)
    await asyncio.to_thread(camera.open)
    with pytest.raises(Unavailable) as caught:
        await asyncio.to_thread(camera.go_to, "99")
    assert caught.value.code == "onvif.fault"


async def test_it_says_who_it_is_and_where_its_stream_is(sim: SimServer) -> None:
    device = await asyncio.to_thread(describe, read_endpoint(sim.control_url(TURNING)), "viewer", "pa ss", CLOCK)
    assert device.model == "Simulated PTZ"
    assert [channel.main.url for channel in device.channels] == [sim.url(TURNING)]


class Sink:
    """Counts what comes in."""

    def __init__(self) -> None:
        self.video: VideoFormat | None = None
        self.keys = self.units = 0
        self.enough = asyncio.Event()

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        self.video = video

    def on_unit(self, unit: AccessUnit) -> None:
        self.units += 1
        self.keys += unit.is_key
        if self.units >= 12 and self.keys:
            self.enough.set()

    def on_loss(self, reason: str, detail: str) -> None: ...


async def test_its_picture_comes_over_rtsp(sim: SimServer) -> None:
    sink = Sink()
    source = parse_url(sim.url(TURNING, with_credentials=True))
    session = Session(source, sink, Poller(asyncio.get_running_loop()), CLOCK)
    sink.video, _audio = await session.open()
    task = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(20):
            await sink.enough.wait()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await session.close()
    assert sink.video is not None
    assert (sink.video.codec, sink.video.width, sink.video.height) == ("h264", 768, 432)
