"""Pictures into H.264 as they come: for a simulated camera whose scene is not known beforehand."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.video.frame import PictureType

from mingcha.media.container.demux import split_start_codes


class PictureEncoder:
    """One picture in, one access unit out, without delay. `size`: width, height (even); `crf`: constant quality."""

    def __init__(self, size: tuple[int, int], fps: Fraction, *, crf: int = 24) -> None:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = size
        context.pix_fmt = "yuv420p"
        context.time_base = 1 / fps
        context.framerate = fps
        context.thread_count = 1
        # Key frames are made when asked for, and never otherwise.
        parameters = "keyint=infinite:scenecut=0:bframes=0:repeat-headers=1"
        context.options = {"preset": "ultrafast", "tune": "zerolatency", "crf": str(crf), "x264-params": parameters}
        self._context = context
        self._frames = 0

    def encode(self, planes: npt.NDArray[np.uint8], *, key: bool) -> tuple[bytes, ...]:
        """NAL units of one picture, parameter sets before each key picture. `planes`: YUV 4:2:0, of shape
        (height * 3 / 2, width)."""
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._frames
        frame.time_base = self._context.time_base
        frame.pict_type = PictureType.I if key else PictureType.NONE
        self._frames += 1
        return tuple(nal for packet in self._context.encode(frame) for nal in split_start_codes(bytes(packet)))
