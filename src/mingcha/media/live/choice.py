"""Which stream a screen gets: the one asked for if the browser can show it, else the sub stream, else a transcode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mingcha.base.errors import Invalid
from mingcha.media.live.channel import Channel

ROLES = ("auto", "main", "sub")


class LiveStreams(Protocol):
    """What the recorder offers to viewers."""

    def channel(self, camera: str, role: str) -> Channel | None:
        """The channel of a recorded or wanted stream; None where the camera has no such stream."""

    def transcoded(self, camera: str) -> Channel | None:
        """An H.264 picture of an H.265 main stream, made while watched; None where transcoding is switched off."""


@dataclass(frozen=True, slots=True)
class Choice:
    channel: Channel
    role: str
    transcoded: bool


def choose(streams: LiveStreams, camera: str, asked: str, *, plays_h265: bool) -> Choice:
    """Raises Invalid for a camera or stream that is not there.

    A sub stream is opened when first asked for and may take a GOP to show anything: until then the main stream's
    picture is given, from its ring, at once.
    """
    if asked not in ROLES:
        raise Invalid("live.stream", "Ask for stream auto, main or sub.")
    main, sub = streams.channel(camera, "main"), streams.channel(camera, "sub")
    if main is None:
        raise Invalid("live.camera", "This camera is not being recorded here.")
    if asked == "sub" and sub is not None and _plays(sub, plays_h265) and (sub.has_picture or not main.has_picture):
        return Choice(sub, "sub", transcoded=False)
    if _plays(main, plays_h265):
        return Choice(main, "main", transcoded=False)
    if sub is not None and _plays(sub, plays_h265):
        return Choice(sub, "sub", transcoded=False)
    copy = streams.transcoded(camera)
    if copy is None:
        return Choice(main, "main", transcoded=False)
    return Choice(copy, "main", transcoded=True)


def _plays(channel: Channel, plays_h265: bool) -> bool:
    return channel.video is None or channel.video.codec == "h264" or plays_h265
