"""An H.264 picture of an H.265 stream, made in a worker process while somebody watches it and not a minute longer."""

from __future__ import annotations

import asyncio
import logging

from mingcha.base.clock import Clock
from mingcha.media.container.transcode_process import Output, TranscodeProcess
from mingcha.media.live.channel import Channel
from mingcha.media.units import AccessUnit, VideoFormat

log = logging.getLogger(__name__)

LINGER_S = 20.0
LOOK_INTERVAL_S = 2.0


class LiveTranscode:
    """Taps `source` and feeds `channel`. `ensure_running` may be called at any time on the event loop."""

    def __init__(self, source: Channel, clock: Clock) -> None:
        self.channel = Channel(clock)
        self._source = source
        self._process: TranscodeProcess | None = None
        self._task: asyncio.Task[None] | None = None

    def ensure_running(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="live-transcode")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def on_format(self, video: VideoFormat) -> None:
        """From the tapped channel: a new format needs a new decoder."""
        old, self._process = self._process, TranscodeProcess(video, self._take, self._died)
        if old is not None:
            self._closing = asyncio.create_task(old.close())
        self._process.start()

    def on_unit(self, unit: AccessUnit) -> None:
        if self._process is not None:
            self._process.push(unit)

    def _take(self, output: Output) -> None:
        if isinstance(output, VideoFormat):
            self.channel.on_format(output, None)
        else:
            self.channel.on_unit(output)
            self.channel.set_state("live")

    def _died(self) -> None:
        self._process = None
        self.channel.set_state("lost", "live.transcoder")

    async def _run(self) -> None:
        self._source.add_tap(self)
        idle_s = 0.0
        try:
            while idle_s < LINGER_S:
                await asyncio.sleep(LOOK_INTERVAL_S)
                idle_s = 0.0 if self.channel.has_viewers() else idle_s + LOOK_INTERVAL_S
                self._follow_source()
        finally:
            self._source.remove_tap(self)
            process, self._process = self._process, None
            if process is not None:
                await process.close()

    def _follow_source(self) -> None:
        """A transcode is never livelier than what it is made from; a dead worker is started again."""
        state = self._source.state
        if state.state != "live":
            self.channel.set_state(state.state, state.reason)
        elif self._process is None and self._source.video is not None:
            self.on_format(self._source.video)
