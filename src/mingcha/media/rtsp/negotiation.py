"""What is agreed with a camera before it sends: OPTIONS, DESCRIBE, SETUP, PLAY, and what its refusals mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mingcha.media.rtsp import locate, sdp
from mingcha.media.rtsp.messages import Message, parameters
from mingcha.media.rtsp.requests import Requests
from mingcha.media.rtsp.sdp import Description, Media
from mingcha.media.rtsp.source import SourceError
from mingcha.media.units import VideoCodec

DEFAULT_TIMEOUT_S: Final = 60
VIDEO_CODECS: Final[dict[str, VideoCodec]] = {"H264": "h264", "H265": "h265", "HEVC": "h265"}


class Redirected(Exception):
    """The camera is elsewhere."""

    def __init__(self, url: str) -> None:
        super().__init__("redirected")
        self.url = url


@dataclass(frozen=True, slots=True)
class Described:
    """`url`: of the whole session; `base`: what the tracks' URLs are relative to."""

    description: Description
    url: str
    base: str


class Negotiation:
    """The steps, in order. Each raises SourceError when the camera refuses. `methods`: what the camera says it can
    do. `timeout_s`: after this long without a sign of life from us the camera ends the session."""

    def __init__(self, requests: Requests) -> None:
        self.methods: frozenset[str] = frozenset()
        self.timeout_s = DEFAULT_TIMEOUT_S
        self._requests = requests

    async def options(self, url: str) -> None:
        """Ask what the camera can do. Cameras that do not know OPTIONS are forgiven."""
        answer = await self._requests.ask("OPTIONS", url)
        public = ",".join(answer.headers.get("public", []))
        self.methods = frozenset(word.strip().upper() for word in public.split(",") if word.strip())

    async def describe(self, url: str) -> Described:
        """The session description. Raises Redirected when the camera names another place."""
        answer = await self._requests.ask("DESCRIBE", url, {"Accept": "application/sdp"})
        if answer.status in (300, 301, 302, 303, 305, 307, 308) and answer.header("location"):
            raise Redirected(locate.absolute(url, answer.header("location")))
        if answer.status != 200:
            raise refusal(answer, "DESCRIBE")
        try:
            description = sdp.parse(answer.body)
        except ValueError as error:
            raise SourceError(
                "camera.protocol", "The camera does not describe its stream. Check the path in the address."
            ) from error
        base = locate.base_url(url, answer.header("content-base"), answer.header("content-location"))
        session_url = locate.control_url(base, description.control)
        return Described(description, session_url, base if description.control in ("", "*") else session_url)

    async def setup(self, url: str, transport: str) -> dict[str, str]:
        """Agree on one track; returns the parameters of the camera's Transport header."""
        answer = await self._requests.ask("SETUP", url, {"Transport": transport})
        if answer.status != 200:
            raise refusal(answer, "SETUP")
        session, _, rest = answer.header("session").partition(";")
        self._requests.session_id = session.strip() or self._requests.session_id
        timeout = parameters(rest).get("timeout", "")
        if timeout.isascii() and timeout.isdigit() and len(timeout) < 7:
            self.timeout_s = max(1, int(timeout))
        return parameters(answer.header("transport"))

    async def play(self, url: str) -> None:
        answer = await self._requests.ask("PLAY", url, {"Range": "npt=0.000-"})
        if answer.status == 457:  # Invalid Range
            answer = await self._requests.ask("PLAY", url)
        if answer.status != 200:
            raise refusal(answer, "PLAY")


def choose_video(description: Description) -> Media:
    """The first picture track that we can record. Raises SourceError (``camera.no_video``, ``camera.codec``)."""
    videos = [media for media in description.media if media.kind == "video" and not media.inactive]
    if not videos:
        raise SourceError("camera.no_video", "The camera offers no picture at this address. Check the path.")
    for media in videos:
        if media.encoding in VIDEO_CODECS:
            return media
    found = ", ".join(sorted({_printable(media.encoding) for media in videos}))
    raise SourceError(
        "camera.codec",
        f"The camera sends {found or 'an unknown coding'}. Set it to H.264 or H.265, or use the other engine for it.",
        codec=found,
    )


def choose_audio(description: Description) -> Media | None:
    """The first sound track; None when there is none."""
    return next((media for media in description.media if media.kind == "audio" and not media.inactive), None)


def refusal(answer: Message, method: str) -> SourceError:
    """What a status other than 200 means for the person who set the camera up (RFC 2326 11.3)."""
    said = f"{answer.status} {_printable(answer.reason)}".strip()
    if answer.status in (403, 407):
        return SourceError("camera.unauthorised", f"The camera does not permit this user to see the stream ({said}).")
    if answer.status in (404, 410):
        return SourceError(
            "camera.not_found", f"The camera knows no such stream ({said}). Check the path in the address."
        )
    if answer.status in (453, 503):
        return SourceError("camera.refused", f"The camera has no connection free ({said}). Close other viewers of it.")
    if answer.status == 461:
        return SourceError(
            "camera.protocol", f"The camera refuses this transport ({said}). Try the other one, TCP or UDP."
        )
    return SourceError(
        "camera.protocol", f"The camera refuses {method} ({said}). Check the address, restart the camera."
    )


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:60]
