"""The running picture of one stream: a ring from the last key frame, and its viewers.

A `Channel` is fed on the event loop. Without viewers a picture costs one list append; with viewers it is wrapped
once as a fragment and offered to each of them.
"""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from mingcha.base.clock import US_PER_S, Clock
from mingcha.media.container import fmp4
from mingcha.media.container.timeline import Timed, Timeline
from mingcha.media.live.viewer import Viewer
from mingcha.media.units import VIDEO_CLOCK_HZ, AccessUnit, AudioFormat, VideoFormat

KIND_HEADER = 0
KIND_KEY = 1
KIND_DELTA = 2
RING_LIMIT_BYTES = 12 << 20
"""A 10 s GOP at 8 Mb/s still fits; beyond it a new viewer waits for the next key frame instead."""

STALL_US = 4 * US_PER_S
"""Without a picture for so long the picture on the screen is said to be frozen; the session may yet go on."""

_DEFAULT_DURATION = VIDEO_CLOCK_HZ // 25


@dataclass(frozen=True, slots=True)
class StreamState:
    """`state`: connecting, live, stalled, lost, off. `reason`: code of the error or gap, or empty."""

    state: str
    reason: str
    since_us: int


class Tap(Protocol):
    """Takes the pictures of a channel themselves, not fragments."""

    def on_format(self, video: VideoFormat) -> None: ...

    def on_unit(self, unit: AccessUnit) -> None: ...


class Channel:
    """One stream's fan-out, on the event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ring: list[AccessUnit] = []
        self._ring_bytes = 0
        self._viewers: set[Viewer] = set()
        self._taps: set[Tap] = set()
        self._video: VideoFormat | None = None
        self._header: bytes = b""
        self._timeline: Timeline | None = None
        self._held: deque[AccessUnit] = deque()
        self._last_pts: int | None = None
        self._frame_duration = _DEFAULT_DURATION
        self._sequence = 0
        self._wall_offset_us = 0
        self.state = StreamState("connecting", "", clock.wall_us())
        self.frames = 0
        self.payload_bytes = 0
        self.last_unit_mono_us = 0
        self._is_frozen = False

    @property
    def video(self) -> VideoFormat | None:
        return self._video

    @property
    def newest_key_run(self) -> tuple[AccessUnit, ...]:
        """The pictures since the last key frame, for a snapshot of the present."""
        return tuple(self._ring)

    @property
    def has_picture(self) -> bool:
        """Whether a viewer who comes now sees something at once."""
        return bool(self._ring)

    def has_viewers(self) -> bool:
        return bool(self._viewers or self._taps)

    def on_format(self, video: VideoFormat, audio: AudioFormat | None) -> None:
        """A new picture format: viewers get a new header."""
        self._clear_ring()
        self._video = video
        self._header = b""
        self._timeline = None
        self._last_pts = None
        for viewer in self._viewers:
            viewer.tell(self.describe())
            viewer.restart([self._header_message()])
        for tap in self._taps:
            tap.on_format(video)

    def on_unit(self, unit: AccessUnit) -> None:
        """A picture in decoding order. Sound is recorded where it is switched on, but not sent live."""
        if unit.is_audio:
            return
        self.frames += 1
        self.payload_bytes += len(unit.payload)
        self.last_unit_mono_us = unit.arrived_mono_us
        if self._is_frozen:
            self.set_state("live")
        if unit.is_key:
            self._clear_ring()
        elif not self._ring:
            return
        self._ring.append(unit)
        self._ring_bytes += len(unit.payload)
        if self._ring_bytes > RING_LIMIT_BYTES:
            self._clear_ring()
        for tap in self._taps:
            tap.on_unit(unit)
        if self._viewers and self._video is not None:
            self._publish(unit)

    def look_for_stall(self) -> None:
        """Called every few seconds: a live picture that has not moved for a while is told as frozen."""
        if self.state.state == "live" and self._clock.mono_us() - self.last_unit_mono_us > STALL_US:
            self.set_state("stalled", "camera.silent")
            self._is_frozen = True

    def set_state(self, state: str, reason: str = "") -> None:
        """Record and tell a change; repeating the same state changes nothing."""
        if (self.state.state, self.state.reason) == (state, reason):
            return
        self._is_frozen = False
        self.state = StreamState(state, reason, self._clock.wall_us())
        for viewer in self._viewers:
            viewer.tell(self.state_message())

    def state_message(self) -> dict[str, Any]:
        return {"type": "state", **asdict(self.state)}

    def describe(self) -> dict[str, Any]:
        """The ``init`` note of the live protocol, less the names of stream and transcoding."""
        video = self._video
        if video is None:
            return {"type": "init", "codec": "", "width": 0, "height": 0}
        return {"type": "init", "codec": video.codec_string, "width": video.width, "height": video.height}

    def subscribe(self) -> Viewer:
        """A viewer that begins with the header and the pictures since the last key frame."""
        viewer = Viewer()
        viewer.tell(self.state_message())
        if self._video is not None:
            viewer.tell(self.describe())
            if not self._viewers:
                self._timeline = None
                self._last_pts = None
            pieces = [self._header_message()]
            if self._ring:
                pieces.append(self._ring_message())
            viewer.restart(pieces)
        self._viewers.add(viewer)
        return viewer

    def unsubscribe(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def add_tap(self, tap: Tap) -> None:
        """Feed whole pictures to something that makes another picture of them, from the last key frame on."""
        if self._video is not None:
            tap.on_format(self._video)
            for unit in self._ring:
                tap.on_unit(unit)
        self._taps.add(tap)

    def remove_tap(self, tap: Tap) -> None:
        self._taps.discard(tap)

    def _clear_ring(self) -> None:
        self._ring.clear()
        self._ring_bytes = 0

    def _wall_us(self, unit: AccessUnit) -> int:
        return unit.arrived_mono_us + self._clock.wall_us() - self._clock.mono_us()

    def _header_message(self) -> bytes:
        if not self._header and self._video is not None:
            self._header = fmp4.header(self._video, None, None)
        return struct.pack(">BQ", KIND_HEADER, 0) + self._header

    def _ring_message(self) -> bytes:
        """All of the ring as one fragment, so that a new viewer decodes it in one go and is at once at the edge."""
        timeline = self._new_timeline()
        times = [timed for unit in self._ring if (timed := timeline.push(unit.pts))] + timeline.finish()
        samples = [_sample(unit, timed) for unit, timed in zip(self._ring, times, strict=True)]
        self._sequence += 1
        head = struct.pack(">BQ", KIND_KEY, max(0, self._wall_us(self._ring[0])))
        return head + fmp4.part(self._sequence, samples)

    def _new_timeline(self) -> Timeline:
        if self._video is None:
            raise RuntimeError("a channel without format has no pictures")
        return Timeline(VIDEO_CLOCK_HZ, reorder_depth=self._video.reorder_depth, nominal_duration=self._frame_duration)

    def _publish(self, unit: AccessUnit) -> None:
        sample = self._live_sample(unit)
        if sample is None:
            return
        self._sequence += 1
        head = struct.pack(">BQ", KIND_KEY if sample.is_key else KIND_DELTA, max(0, self._wall_us(unit)))
        message = head + fmp4.part(self._sequence, [sample])
        for viewer in self._viewers:
            viewer.offer(message, is_key=sample.is_key)

    def _live_sample(self, unit: AccessUnit) -> fmp4.Sample | None:
        """Without B pictures the unit itself, at once; with them an earlier one that the reordering has released."""
        if self._video is not None and self._video.reorder_depth > 0:
            return self._reordered(unit)
        last = self._last_pts
        if last is not None and 0 < unit.pts - last < 10 * VIDEO_CLOCK_HZ:
            self._frame_duration = unit.pts - last
        self._last_pts = unit.pts
        return fmp4.Sample(unit.payload, unit.pts, unit.pts, self._frame_duration, unit.is_key)

    def _reordered(self, unit: AccessUnit) -> fmp4.Sample | None:
        if self._timeline is None:
            self._timeline = self._new_timeline()
            self._held.clear()
        self._held.append(unit)
        timed = self._timeline.push(unit.pts)
        return _sample(self._held.popleft(), timed) if timed is not None else None


def _sample(unit: AccessUnit, timed: Timed) -> fmp4.Sample:
    return fmp4.Sample(unit.payload, timed.dts, timed.pts, timed.duration, unit.is_key)
