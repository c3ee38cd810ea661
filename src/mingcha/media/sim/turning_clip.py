"""A stream that is drawn while it is watched: what a turret sees, shared by all who watch.

It looks like any other clip, a loop of packetised units; but a unit is made when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import overload

import numpy as np
import numpy.typing as npt

from mingcha.media.container.demux import MediaFile, VideoTrack, nal_type
from mingcha.media.container.picture_encoder import PictureEncoder
from mingcha.media.sim import rtp
from mingcha.media.sim.clip import Clip, PacketTrack, Packing
from mingcha.media.units import VIDEO_CLOCK_HZ

FPS = Fraction(10)
GOP = 20
LOOP_S = 600
_KEPT = 100
_SPS, _PPS, _DELIMITER, _SEI = 7, 8, 9, 6

Draw = Callable[[], npt.NDArray[np.uint8]]


class TurningClip(Clip):
    """`draw`: planes of the picture of this moment, `size` large."""

    def __init__(self, name: str, size: tuple[int, int], draw: Draw) -> None:
        self._draw = draw
        self._encoder = PictureEncoder(size, FPS)
        self._ticks = round(VIDEO_CLOCK_HZ / FPS)
        self._count = round(LOOP_S * FPS)
        self._kept: dict[int, rtp.PacketUnit] = {}
        self._last: int | None = None
        first = self._encoder.encode(draw(), key=True)
        sets = {kind: tuple(nal for nal in first if nal_type("h264", nal) == kind) for kind in (_SPS, _PPS)}
        duration = self._ticks * self._count
        video = VideoTrack("h264", *size, FPS, (), sets[_SPS], sets[_PPS], (), duration)
        super().__init__(MediaFile(video, None), name)

    def packed_video(self, packing: Packing) -> PacketTrack:
        """One track whatever the packing: parameter sets always go before key pictures."""
        return PacketTrack(_Units(self), self.video.duration, VIDEO_CLOCK_HZ, rtp.VIDEO_PAYLOAD_TYPE)

    @property
    def count(self) -> int:
        return self._count

    @property
    def ticks(self) -> int:
        return self._ticks

    def unit(self, number: int) -> rtp.PacketUnit:
        """Unit `number` of the loop, drawn now unless somebody was sent it already."""
        found = self._kept.get(number)
        if found is not None:
            return found
        # Whoever comes after a pause has not seen what a difference would refer to.
        follows = self._last is not None and number == (self._last + 1) % self._count
        is_key = number % GOP == 0 or not follows
        nals = [
            nal
            for nal in self._encoder.encode(self._draw(), key=is_key)
            if nal_type("h264", nal) not in (_DELIMITER, _SEI)
        ]
        blob, starts = rtp.frame_packets(rtp.video_payloads("h264", nals), rtp.VIDEO_PAYLOAD_TYPE, mark=True)
        at = number * self._ticks
        made = rtp.PacketUnit(blob, starts, at, at, is_key)
        self._last = number
        self._kept[number] = made
        if len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return made


class _Unit:
    """A unit whose time is known before its picture."""

    __slots__ = ("_clip", "_number", "due", "is_key", "pts")

    def __init__(self, clip: TurningClip, number: int) -> None:
        self._clip = clip
        self._number = number
        self.pts = self.due = number * clip.ticks
        self.is_key = number % GOP == 0

    @property
    def blob(self) -> bytes:
        return self._clip.unit(self._number).blob

    @property
    def starts(self) -> tuple[int, ...]:
        return self._clip.unit(self._number).starts


class _Units(Sequence[rtp.Unit]):
    def __init__(self, clip: TurningClip) -> None:
        self._clip = clip

    def __len__(self) -> int:
        return self._clip.count

    @overload
    def __getitem__(self, at: int) -> rtp.Unit: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[rtp.Unit]: ...

    def __getitem__(self, at: int | slice) -> rtp.Unit | Sequence[rtp.Unit]:
        if isinstance(at, slice):
            return [_Unit(self._clip, number) for number in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return _Unit(self._clip, at)

    def __iter__(self) -> Iterator[rtp.Unit]:
        return (_Unit(self._clip, number) for number in range(len(self)))
