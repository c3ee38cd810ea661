"""Asking one device who it is and where its pictures are (ONVIF Core 8, Media 5). Only what it is and what it sends:
nothing that recognises people is asked for or used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from mingcha.base.clock import US_PER_S, Clock
from mingcha.base.clock import from_datetime as us_of
from mingcha.base.errors import Unavailable
from mingcha.media.onvif.http import Endpoint, post
from mingcha.media.onvif.soap import (
    DEVICE,
    MEDIA,
    SCHEMA,
    body_of,
    envelope,
    every,
    first,
    number,
    text,
    username_token,
)
from mingcha.media.rtsp.auth import Authenticator

BUDGET_S = 20
"""For all questions to one device together."""
MAX_PROFILES = 32
SUB_WIDTH_LEAST = 320
"""A stream for the wall narrower than this shows too little, as long as there is another."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One profile with its address. `codec`: as the device calls it (H264, H265); 0 where it says nothing. `turns`:
    whether the profile can turn the camera."""

    profile: str
    source: str
    codec: str
    width: int
    height: int
    fps: int
    url: str
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """One picture source of a device: the stream to record and, where there is one, a smaller for the wall."""

    main: Stream
    sub: Stream | None


@dataclass(frozen=True, slots=True)
class Device:
    """What a device says about itself."""

    vendor: str
    model: str
    firmware: str
    serial: str
    channels: tuple[Channel, ...]
    clock_off_s: int
    """How far its clock is from ours."""


class Talk:
    """One conversation: keeps time, skew and credentials. It is over after `BUDGET_S`, or when `begin` says."""

    def __init__(self, endpoint: Endpoint, username: str, password: str, clock: Clock) -> None:
        self.endpoint = endpoint
        self._username, self._password = username, password
        self._login = Authenticator(username, password)
        self._clock = clock
        self._ends_us = 0
        self.skew_us = 0
        self.begin(BUDGET_S)

    def begin(self, budget_s: float) -> None:
        """Give what follows so much time, all questions together."""
        self._ends_us = self._clock.mono_us() + round(budget_s * US_PER_S)

    def ask(self, endpoint: Endpoint, body: str, *, plain: bool = False) -> Element:
        """The Body of the answer; `plain`: without credentials. Raises Unavailable."""
        left_s = (self._ends_us - self._clock.mono_us()) / US_PER_S
        if left_s <= 0:
            raise Unavailable("onvif.timeout", "The device did not answer in time.")
        security = ""
        if self._username and not plain:
            security = username_token(self._username, self._password, self._clock.wall_us() + self.skew_us)
        login = None if plain else self._login
        status, answer = post(endpoint, envelope(body, security), login, min(left_s, 5.0))
        if status == 401:
            raise Unavailable("onvif.unauthorised", "The device does not accept this user name and password.")
        if status not in (200, 400, 403, 500):
            raise Unavailable("onvif.not_onvif", "What answers there is no ONVIF device.")
        return body_of(answer)

    def read_clock(self) -> None:
        """Take over the device's time, which tokens are checked against. A device that tells none has ours. Raises
        Unavailable when nothing answers."""
        try:
            body = self.ask(self.endpoint, f'<GetSystemDateAndTime xmlns="{DEVICE}"/>', plain=True)
        except Unavailable as error:
            if error.code in ("onvif.unauthorised", "onvif.fault"):
                return
            raise
        told = _instant_us(first(body, "UTCDateTime"))
        if told is not None:
            self.skew_us = told - self._clock.wall_us()


def describe(endpoint: Endpoint, username: str, password: str, clock: Clock) -> Device:
    """Ask a device for its particulars and streams. Raises Unavailable with an ``onvif.*`` code; without credentials
    usually ``onvif.unauthorised``."""
    talk = Talk(endpoint, username, password, clock)
    talk.read_clock()
    told = talk.ask(endpoint, f'<GetDeviceInformation xmlns="{DEVICE}"/>')
    streams = tuple(_streams(talk))
    return Device(
        vendor=text(told, "Manufacturer"),
        model=text(told, "Model"),
        firmware=text(told, "FirmwareVersion"),
        serial=text(told, "SerialNumber"),
        channels=choose_channels(streams),
        clock_off_s=round(talk.skew_us / US_PER_S),
    )


def choose_channels(streams: Iterable[Stream]) -> tuple[Channel, ...]:
    """For each picture source the largest stream to record, and the smallest that is still worth looking at."""
    by_source: dict[str, list[Stream]] = {}
    for stream in streams:
        if stream.codec.upper() not in ("JPEG", "MJPEG", "MPEG4"):
            by_source.setdefault(stream.source, []).append(stream)
    channels = []
    for found in by_source.values():
        main = max(found, key=lambda stream: stream.width * stream.height)
        smaller = [
            one for one in found if 0 < one.width * one.height < main.width * main.height and one.url != main.url
        ]
        worth = [one for one in smaller if one.width >= SUB_WIDTH_LEAST] or smaller
        channels.append(Channel(main, min(worth, key=lambda one: one.width * one.height) if worth else None))
    return tuple(channels)


def _streams(talk: Talk) -> list[Stream]:
    media = media_service(talk)
    body = talk.ask(media, f'<GetProfiles xmlns="{MEDIA}"/>')
    found = []
    for profile in list(every(body, "Profiles"))[:MAX_PROFILES]:
        token = profile.get("token", "")[:100]
        encoder = first(profile, "VideoEncoderConfiguration")
        source = text(profile, "VideoSourceConfiguration", "SourceToken")
        url = stream_url(talk, media, token)
        if url:
            found.append(
                Stream(
                    profile=token,
                    source=source,
                    codec=text(encoder, "Encoding"),
                    width=number(encoder, "Resolution", "Width"),
                    height=number(encoder, "Resolution", "Height"),
                    fps=number(encoder, "RateControl", "FrameRateLimit"),
                    url=url,
                    turns=first(profile, "PTZConfiguration") is not None,
                )
            )
    return found


def media_service(talk: Talk) -> Endpoint:
    """Where profiles are asked for; the usual path when the device does not say."""
    body = talk.ask(talk.endpoint, f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>')
    named = text(first(body, "Media"), "XAddr")
    return talk.endpoint.at(named) if named else talk.endpoint


def stream_url(talk: Talk, media: Endpoint, token: str) -> str:
    """The RTSP address of a profile on the host that was asked, without credentials; empty when it has none."""
    try:
        body = talk.ask(
            media,
            f'<GetStreamUri xmlns="{MEDIA}"><StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream>'
            f'<Transport xmlns="{SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
            f"<ProfileToken>{escape(token)}</ProfileToken></GetStreamUri>",
        )
    except Unavailable as error:
        if error.code == "onvif.fault":
            return ""
        raise
    return _on_host(text(body, "MediaUri", "Uri"), talk.endpoint.host)


def _on_host(url: str, host: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("rtsp", "rtsps") or not parts.hostname:
        return ""
    name = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{name}:{port}" if port else name, parts.path, parts.query, ""))


def _instant_us(element: Element | None) -> int | None:
    if element is None:
        return None
    year, month, day = (number(element, "Date", name) for name in ("Year", "Month", "Day"))
    hour, minute, second = (number(element, "Time", name) for name in ("Hour", "Minute", "Second"))
    try:
        return us_of(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        return None
