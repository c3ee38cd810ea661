"""Turning a camera (ONVIF PTZ 2.x, ver20/ptz): continuous moves that end by themselves, stop, presets, where it looks.

Every move carries a timeout, so that a camera whose controller is gone stops by its own doing. Calls block; each is
bounded by `MOVE_S`, since a stop that waits long is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from mingcha.base.clock import Clock
from mingcha.base.errors import Unavailable
from mingcha.media.onvif.device import MAX_PROFILES, Talk, media_service, stream_url
from mingcha.media.onvif.http import Endpoint
from mingcha.media.onvif.soap import DEVICE, MEDIA, SCHEMA, every, first, text

PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
OPEN_S = 6.0
MOVE_S = 2.0
MAX_PRESETS = 64


@dataclass(frozen=True, slots=True)
class Velocity:
    """Speeds from -1 to 1 of the fastest: `pan` to the right, `tilt` upwards, `zoom` nearer."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0

    @property
    def is_still(self) -> bool:
        return self.pan == self.tilt == self.zoom == 0


@dataclass(frozen=True, slots=True)
class Preset:
    """A place the camera knows by itself."""

    token: str
    name: str


@dataclass(frozen=True, slots=True)
class Aim:
    """Where it looks, in the camera's own space: -1 to 1, zoom 0 to 1."""

    pan: float
    tilt: float
    zoom: float


class Mount(Protocol):
    """What a camera that can be turned does. All raise Unavailable (``onvif.*``)."""

    def open(self) -> None: ...

    def move(self, velocity: Velocity, timeout_s: float) -> None: ...

    def stop(self) -> None: ...

    def presets(self) -> tuple[Preset, ...]: ...

    def go_to(self, preset: str) -> None: ...


class OnvifMount:
    """One camera. `stream_path`: path of its recorded stream, which chooses among the channels of a device."""

    def __init__(
        self, endpoint: Endpoint, username: str, password: str, clock: Clock, *, stream_path: str = ""
    ) -> None:
        self._talk = Talk(endpoint, username, password, clock)
        self._stream_path = stream_path
        self._service: Endpoint | None = None
        self._profile = ""

    def open(self) -> None:
        """Find the service and the channel. Raises Unavailable: ``onvif.no_ptz`` when the device has none."""
        talk = self._talk
        talk.begin(OPEN_S)
        talk.read_clock()
        asked = f'<GetCapabilities xmlns="{DEVICE}"><Category>All</Category></GetCapabilities>'
        named = text(first(talk.ask(talk.endpoint, asked), "PTZ"), "XAddr")
        if not named:
            raise Unavailable("onvif.no_ptz", "The device cannot be turned.")
        self._profile = self._choose_profile()
        self._service = talk.endpoint.at(named)

    def move(self, velocity: Velocity, timeout_s: float) -> None:
        """Turn with these speeds until the next word, or for `timeout_s` at most."""
        self._do(
            "ContinuousMove",
            f'<Velocity><PanTilt xmlns="{SCHEMA}" x="{velocity.pan:.3f}" y="{velocity.tilt:.3f}"/>'
            f'<Zoom xmlns="{SCHEMA}" x="{velocity.zoom:.3f}"/></Velocity><Timeout>{_duration(timeout_s)}</Timeout>',
        )

    def stop(self) -> None:
        self._do("Stop", "<PanTilt>true</PanTilt><Zoom>true</Zoom>")

    def presets(self) -> tuple[Preset, ...]:
        """Those that have a token, in the device's order."""
        found = [
            Preset(row.get("token", "")[:100], text(row, "Name"))
            for row in list(every(self._do("GetPresets", ""), "Preset"))[:MAX_PRESETS]
        ]
        return tuple(preset for preset in found if preset.token)

    def go_to(self, preset: str) -> None:
        self._do("GotoPreset", f"<PresetToken>{escape(preset)}</PresetToken>")

    def aim(self) -> Aim | None:
        """Where it looks; None when it does not say."""
        position = first(self._do("GetStatus", ""), "Position")
        pan_tilt = first(position, "PanTilt") if position is not None else None
        if position is None or pan_tilt is None:
            return None
        return Aim(_share(pan_tilt, "x"), _share(pan_tilt, "y"), _share(first(position, "Zoom"), "x"))

    def _do(self, action: str, fields: str) -> Element:
        if self._service is None:
            raise Unavailable("onvif.no_ptz", "The device has not been asked yet whether it can be turned.")
        self._talk.begin(MOVE_S)
        token = f"<ProfileToken>{escape(self._profile)}</ProfileToken>"
        return self._talk.ask(self._service, f'<{action} xmlns="{PTZ}">{token}{fields}</{action}>')

    def _choose_profile(self) -> str:
        """The profile of the recorded stream, if it can be turned; else the first that can."""
        media = media_service(self._talk)
        profiles = list(every(self._talk.ask(media, f'<GetProfiles xmlns="{MEDIA}"/>'), "Profiles"))[:MAX_PROFILES]
        tokens = [row.get("token", "")[:100] for row in profiles if first(row, "PTZConfiguration") is not None]
        if not tokens:
            raise Unavailable("onvif.no_ptz", "The device cannot be turned.")
        if len(tokens) > 1 and self._stream_path:
            for token in tokens:
                if urlsplit(stream_url(self._talk, media, token)).path == self._stream_path:
                    return token
        return tokens[0]


def _duration(seconds: float) -> str:
    """An xs:duration; tenths, since some devices know no more."""
    return f"PT{seconds:.1f}S"


def _share(element: Element | None, name: str) -> float:
    try:
        value = float(element.get(name, "")) if element is not None else 0.0
    except ValueError:
        return 0.0
    return max(-1.0, min(1.0, value)) if math.isfinite(value) else 0.0
