"""Reconciles the plan: which streams run, which are only opened while somebody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from mingcha.base.clock import US_PER_S, Clock
from mingcha.media.ingest.camera import Feed, Keeper, StreamSupervisor
from mingcha.media.live.channel import Channel
from mingcha.wire.plan import CameraOrder, Plan, StreamOrder

log = logging.getLogger(__name__)

LINGER_US = 30 * US_PER_S
"""A stream that is only shown stays open this long after its last viewer, so that paging a wall does not reconnect."""
MEASURE_INTERVAL_S = 2.0
STAGGER_S = 0.007
"""Between the first calls to cameras: a hundred at once would be refused by small switches, and cameras that begin at
the same instant go on sending their pictures at the same instants."""

SupervisorFactory = Callable[[CameraOrder, StreamOrder, Feed], StreamSupervisor]
KeeperFactory = Callable[[CameraOrder, StreamOrder], Keeper]
StateListener = Callable[[str, str, str, str], None]


@dataclass(slots=True)
class Rate:
    """Frames and bits per second over the last interval."""

    frames: int = 0
    payload_bytes: int = 0
    fps: float = 0.0
    bits_per_s: int = 0


class Transcode(Protocol):
    """An H.264 channel made from another one while it is watched."""

    channel: Channel

    def ensure_running(self) -> None: ...

    def stop(self) -> None: ...


TranscodeFactory = Callable[[Channel], Transcode]


@dataclass(slots=True)
class Stream:
    """One running or waiting stream. `told`: the state last reported as a fact."""

    camera: CameraOrder
    order: StreamOrder
    channel: Channel
    keeper: Keeper
    task: asyncio.Task[None] | None = None
    wanted_mono_us: int = -LINGER_US
    rate: Rate = field(default_factory=Rate)
    told: tuple[str, str] = ("", "")

    @property
    def always_on(self) -> bool:
        return self.order.record


class Recorder:
    """All streams of this process. Lives on the event loop."""

    def __init__(
        self,
        clock: Clock,
        *,
        make_supervisor: SupervisorFactory,
        make_keeper: KeeperFactory,
        make_transcode: TranscodeFactory | None = None,
        on_state: StateListener = lambda camera, role, state, reason: None,
    ) -> None:
        self._clock = clock
        self._make_supervisor = make_supervisor
        self._make_keeper = make_keeper
        self._make_transcode = make_transcode
        self._on_state = on_state
        self._streams: dict[tuple[str, str], Stream] = {}
        self._transcodes: dict[str, Transcode] = {}
        self.plan = Plan(0, ())

    async def apply(self, plan: Plan) -> None:
        """Start, stop and restart exactly the streams whose order changed; an older plan is ignored."""
        if plan.version < self.plan.version:
            log.info("plan %d is older than %d: ignored", plan.version, self.plan.version)
            return
        wanted: dict[tuple[str, str], tuple[CameraOrder, StreamOrder]] = {
            (camera.camera, order.role): (camera, order) for camera in plan.cameras for order in camera.streams
        }
        stopping = [key for key, stream in self._streams.items() if wanted.get(key) != (stream.camera, stream.order)]
        renamed = [key for key in stopping if key in wanted and self._only_renamed(key, *wanted[key])]
        for key in renamed:
            self._streams[key].camera = wanted[key][0]
            stopping.remove(key)
        await self._stop([self._streams.pop(key) for key in stopping if key in wanted], "format_changed")
        await self._stop([self._streams.pop(key) for key in stopping if key not in wanted], "switched_off")
        new = [order for key, order in wanted.items() if key not in self._streams]
        for place, (camera, order) in enumerate(new):
            self._add(camera, order, place * STAGGER_S)
        self.plan = plan

    async def close(self) -> None:
        await self._stop(list(self._streams.values()), "recorder_stopped")
        self._streams.clear()

    def channel(self, camera: str, role: str) -> Channel | None:
        """The channel of a stream; asking for one that is only shown opens it."""
        stream = self._streams.get((camera, role))
        if stream is None:
            return None
        stream.wanted_mono_us = self._clock.mono_us()
        self._ensure_running(stream)
        return stream.channel

    def transcoded(self, camera: str) -> Channel | None:
        main = self._streams.get((camera, "main"))
        if main is None or self._make_transcode is None:
            return None
        transcode = self._transcodes.get(camera)
        if transcode is None:
            transcode = self._transcodes[camera] = self._make_transcode(main.channel)
        transcode.ensure_running()
        return transcode.channel

    def status(self, camera: str) -> dict[str, Any] | None:
        """The ``/status`` entry of a camera, from its main stream; None where it is not in the plan."""
        stream = self._streams.get((camera, "main"))
        if stream is None:
            return None
        channel, video, unkept = stream.channel, stream.channel.video, stream.keeper.unkept
        newest_us = 0
        if channel.last_unit_mono_us:
            newest_us = channel.last_unit_mono_us + self._clock.wall_us() - self._clock.mono_us()
        return {
            "state": channel.state.state,
            "reason": channel.state.reason,
            "since_us": channel.state.since_us,
            "fps": round(stream.rate.fps, 1),
            "bits_per_s": stream.rate.bits_per_s,
            "width": video.width if video else 0,
            "height": video.height if video else 0,
            "codec": video.codec if video else "",
            "last_unit_us": newest_us,
            "unkept": {"reason": unkept.reason, "since_us": unkept.start_us} if unkept else None,
        }

    def name_of(self, camera: str) -> str:
        """What people call the camera, for file names of copies; its id where the plan does not know it."""
        stream = self._streams.get((camera, "main"))
        return stream.camera.name if stream is not None else camera

    def cameras(self) -> list[str]:
        return [camera for camera, role in self._streams if role == "main"]

    async def tend(self) -> None:
        """Every two seconds: measure rates, tell changed states, close streams nobody watches. Runs until cancelled."""
        while True:
            await asyncio.sleep(MEASURE_INTERVAL_S)
            for stream in list(self._streams.values()):
                self._measure(stream)
                stream.channel.look_for_stall()
                self._tell(stream)
            await self.rest_idle_streams()

    async def rest_idle_streams(self) -> None:
        """Close the streams that are only shown and that nobody has watched for a while."""
        for stream in list(self._streams.values()):
            await self._rest(stream)

    def _only_renamed(self, key: tuple[str, str], camera: CameraOrder, order: StreamOrder) -> bool:
        stream = self._streams[key]
        return stream.order == order and stream.camera.audio_reason == camera.audio_reason

    def _add(self, camera: CameraOrder, order: StreamOrder, after_s: float) -> None:
        stream = Stream(camera, order, Channel(self._clock), self._make_keeper(camera, order))
        self._streams[(camera.camera, order.role)] = stream
        if stream.always_on:
            self._ensure_running(stream, after_s)
        else:
            stream.channel.set_state("off", "not_watched")

    def _ensure_running(self, stream: Stream, after_s: float = 0.0) -> None:
        if stream.task is not None and not stream.task.done():
            return
        stream.channel.set_state("connecting")
        feed = Feed(stream.channel, stream.keeper, self._clock)
        supervisor = self._make_supervisor(stream.camera, stream.order, feed)
        stream.task = asyncio.create_task(
            _run_after(after_s, supervisor), name=f"{stream.camera.camera}/{stream.order.role}"
        )

    async def _stop(self, streams: list[Stream], reason: str) -> None:
        tasks = [stream.task for stream in streams if stream.task is not None]
        for task in tasks:
            task.cancel(reason)
        await asyncio.gather(*tasks, return_exceptions=True)
        for stream in streams:
            transcode = self._transcodes.pop(stream.camera.camera, None)
            if transcode is not None:
                transcode.stop()

    def _measure(self, stream: Stream) -> None:
        rate, channel = stream.rate, stream.channel
        rate.fps = (channel.frames - rate.frames) / MEASURE_INTERVAL_S
        rate.bits_per_s = int((channel.payload_bytes - rate.payload_bytes) * 8 / MEASURE_INTERVAL_S)
        rate.frames, rate.payload_bytes = channel.frames, channel.payload_bytes

    def _tell(self, stream: Stream) -> None:
        state = (stream.channel.state.state, stream.channel.state.reason)
        if stream.always_on and state != stream.told:
            stream.told = state
            self._on_state(stream.camera.camera, stream.order.role, *state)

    async def _rest(self, stream: Stream) -> None:
        if stream.always_on or stream.task is None or stream.channel.has_viewers():
            return
        if self._clock.mono_us() - stream.wanted_mono_us > LINGER_US:
            task, stream.task = stream.task, None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            stream.channel.set_state("off", "not_watched")


async def _run_after(after_s: float, supervisor: StreamSupervisor) -> None:
    if after_s:
        await asyncio.sleep(after_s)
    await supervisor.run()
