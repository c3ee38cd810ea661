"""Between decoding and encoding: pictures as numpy planes for somebody who paints on them (`media.redact`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

Planes = npt.NDArray[np.uint8]
"""yuv420p: 3/2 height rows x width; luma, then both chroma planes packed."""

Rgb = npt.NDArray[np.uint8]
"""Height x width x 3."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A decoded picture. `look(width, height)`: itself as RGB of that size, from its full size."""

    planes: Planes
    pts: int
    look: Callable[[int, int], Rgb]


class Repainter(Protocol):
    """Takes pictures in showing order and gives as many, perhaps later, with the same pts."""

    def feed(self, picture: Drawn) -> Iterable[tuple[Planes, int]]: ...

    def finish(self) -> Iterable[tuple[Planes, int]]: ...


def repainted(frames: Iterable[VideoFrame], size: tuple[int, int], painter: Repainter) -> Iterator[VideoFrame]:
    """All frames, scaled to `size` (even numbers) and painted on."""
    for frame in frames:
        if frame.pts is not None:
            for planes, pts in painter.feed(_drawn(frame, frame.pts, size)):
                yield _frame(planes, pts)
    for planes, pts in painter.finish():
        yield _frame(planes, pts)


def _drawn(frame: VideoFrame, pts: int, size: tuple[int, int]) -> Drawn:
    def look(width: int, height: int) -> Rgb:
        return np.asarray(frame.reformat(width, height, format="rgb24").to_ndarray(), np.uint8)

    return Drawn(np.asarray(frame.reformat(*size, format="yuv420p").to_ndarray(), np.uint8), pts, look)


def _frame(planes: Planes, pts: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.pts = pts
    return frame
