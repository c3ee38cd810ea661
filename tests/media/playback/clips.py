"""Tiny clips as access units, for the tests of playback, export and transcoding."""

from __future__ import annotations

import functools
from typing import Any

import av
import numpy as np

from mingcha.media.container import nal
from mingcha.media.container.demux import MediaFile, demux
from mingcha.media.sim.strip import read_strip
from mingcha.media.sim.tiny import tiny_clip
from mingcha.media.units import AccessUnit, VideoFormat


@functools.cache
def clip(**arguments: Any) -> MediaFile:
    """The access units of a tiny clip (arguments of `tiny_clip`)."""
    return demux(tiny_clip(**arguments))


def video_format(media: MediaFile) -> VideoFormat:
    track = media.video
    return VideoFormat(
        codec=track.codec,
        width=track.width,
        height=track.height,
        codec_string=nal.codec_string(track.codec, track.sps[0]),
        sps=track.sps,
        pps=track.pps,
        vps=track.vps,
        fps=float(track.fps),
    )


def access_units(media: MediaFile) -> list[AccessUnit]:
    return [
        AccessUnit(nal.with_lengths(sample.nals), sample.pts, sample.is_key, arrived_mono_us=index)
        for index, sample in enumerate(media.video.samples)
    ]


def strip_of_jpeg(data: bytes) -> int | None:
    """The frame number burned into a JPEG."""
    context = av.CodecContext.create("mjpeg", "r")
    for frame in [*context.decode(av.Packet(data)), *context.decode(None)]:
        return read_strip(np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8))
    return None
