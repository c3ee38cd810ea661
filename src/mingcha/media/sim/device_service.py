"""What an ONVIF device answers, for one camera that turns: who it is, where its stream is, and PTZ.

Served on the RTSP port itself under ``/<camera>/onvif``, so that a simulator has one address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from mingcha.base.clock import Clock, to_datetime
from mingcha.base.errors import MingchaError
from mingcha.media.onvif.soap import DEVICE, ENVELOPE, MEDIA, SCHEMA, every, first, local, parse, text
from mingcha.media.sim.turret import TILT_MOST, ZOOM_MOST, Aim, Turret

PTZ = "http://www.onvif.org/ver20/ptz/wsdl"
PROFILE = "main"
MAX_SKEW_S = 30
DEFAULT_TIMEOUT_S = 5.0
_DURATION = re.compile(r"PT([0-9]+(?:\.[0-9]+)?)S")
_PLAIN = frozenset({"GetSystemDateAndTime"})


class DeviceService:
    """`address`: http address of the service; `stream`: rtsp address of its stream; no user name: no password."""

    def __init__(
        self, turret: Turret, clock: Clock, username: str, password: str, *, address: str, stream: str
    ) -> None:
        self._turret = turret
        self._clock = clock
        self._username, self._password = username, password
        self._address, self._stream = address, stream
        self._nonces: set[str] = set()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Status and SOAP for one request."""
        try:
            root = parse(body)
        except MingchaError:
            return 400, _fault("ter:WellFormed", "Not SOAP")
        held = first(root, "Body")
        asked = next(iter(held), None) if held is not None else None
        if asked is None:
            return 400, _fault("ter:WellFormed", "Empty")
        action = local(asked)
        if action not in _PLAIN and not self._admits(root):
            return 400, _fault("ter:NotAuthorized", "Sender not Authorized")
        answer = self._answers().get(action)
        if answer is None:
            return 400, _fault("ter:ActionNotSupported", f"{action} is not supported")
        said = answer(asked)
        return (200, _envelope(said)) if said else (400, _fault("ter:InvalidArgVal", "No such thing"))

    def _answers(self) -> dict[str, Callable[[Element], str]]:
        return {
            "GetSystemDateAndTime": lambda _: self._time(),
            "GetDeviceInformation": lambda _: _INFORMATION,
            "GetCapabilities": lambda _: self._capabilities(),
            "GetProfiles": lambda _: _PROFILES,
            "GetStreamUri": lambda _: self._stream_uri(),
            "ContinuousMove": self._move,
            "Stop": self._stop,
            "AbsoluteMove": self._absolute,
            "RelativeMove": self._relative,
            "GetPresets": lambda _: self._presets(),
            "GotoPreset": self._go_to,
            "GetStatus": lambda _: self._status(),
        }

    # Turning

    def _move(self, asked: Element) -> str:
        pan, tilt, zoom = _vector(asked, "Velocity")
        found = _DURATION.fullmatch(text(asked, "Timeout"))
        self._turret.move(pan, tilt, zoom, float(found[1]) if found else DEFAULT_TIMEOUT_S)
        return _done("ContinuousMove")

    def _stop(self, _: Element) -> str:
        self._turret.stop()
        return _done("Stop")

    def _absolute(self, asked: Element) -> str:
        self._turret.go_to(_aim(*_vector(asked, "Position")))
        return _done("AbsoluteMove")

    def _relative(self, asked: Element) -> str:
        pan, tilt, zoom = _vector(asked, "Translation")
        now = self._turret.look()
        self._turret.go_to(
            Aim(
                (now.pan + pan * 180.0) % 360.0,
                max(-TILT_MOST, min(TILT_MOST, now.tilt + tilt * TILT_MOST)),
                max(1.0, min(ZOOM_MOST, now.zoom + zoom * (ZOOM_MOST - 1.0))),
            )
        )
        return _done("RelativeMove")

    def _go_to(self, asked: Element) -> str:
        known = self._turret.presets.get(text(asked, "PresetToken"))
        if known is None:
            return ""
        self._turret.go_to(known[1])
        return _done("GotoPreset")

    def _presets(self) -> str:
        rows = "".join(
            f"<tptz:Preset token={quoteattr(token)}><tt:Name>{escape(name)}</tt:Name></tptz:Preset>"
            for token, (name, _) in self._turret.presets.items()
        )
        return f"<tptz:GetPresetsResponse>{rows}</tptz:GetPresetsResponse>"

    def _status(self) -> str:
        aim = self._turret.look()
        pan, zoom = (aim.pan + 180.0) % 360.0 / 180.0 - 1.0, (aim.zoom - 1.0) / (ZOOM_MOST - 1.0)
        return (
            f'<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="{pan:.4f}" '
            f'y="{aim.tilt / TILT_MOST:.4f}"/><tt:Zoom x="{zoom:.4f}"/></tt:Position>'
            "</tptz:PTZStatus></tptz:GetStatusResponse>"
        )

    # Who it is

    def _time(self) -> str:
        now = to_datetime(self._clock.wall_us())
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
            f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _capabilities(self) -> str:
        address = escape(self._address)
        return (
            f"<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>{address}</tt:XAddr></tt:Media>"
            f"<tt:PTZ><tt:XAddr>{address}</tt:XAddr></tt:PTZ></tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _stream_uri(self) -> str:
        uri = escape(self._stream)
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>"
        )

    def _admits(self, root: Element) -> bool:
        """As a device checks a UsernameToken: name, digest, age, and no nonce twice."""
        if not self._username:
            return True
        nonce, created = text(root, "Nonce"), text(root, "Created")
        try:
            age_s = abs((datetime.fromisoformat(created) - to_datetime(self._clock.wall_us())).total_seconds())
            salt = base64.b64decode(nonce)
        except (ValueError, TypeError):
            return False
        hashed = hashlib.sha1(salt + created.encode() + self._password.encode(), usedforsecurity=False).digest()
        said = text(root, "Password")
        is_right = hmac.compare_digest(base64.b64encode(hashed).decode(), said)
        is_new = nonce not in self._nonces
        self._nonces.add(nonce)
        if len(self._nonces) > 10_000:
            self._nonces.clear()
        return is_right and is_new and age_s <= MAX_SKEW_S and text(root, "Username") == self._username


_INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Mingcha</tds:Manufacturer><tds:Model>Simulated PTZ</tds:Model>"
    "<tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>SIM-PTZ-1</tds:SerialNumber>"
    "</tds:GetDeviceInformationResponse>"
)
_PROFILES = (
    f'<trt:GetProfilesResponse><trt:Profiles token="{PROFILE}"><tt:Name>main</tt:Name>'
    '<tt:VideoSourceConfiguration token="vs"><tt:SourceToken>src0</tt:SourceToken></tt:VideoSourceConfiguration>'
    '<tt:VideoEncoderConfiguration token="ve"><tt:Encoding>H264</tt:Encoding></tt:VideoEncoderConfiguration>'
    '<tt:PTZConfiguration token="ptz"><tt:NodeToken>node</tt:NodeToken></tt:PTZConfiguration>'
    "</trt:Profiles></trt:GetProfilesResponse>"
)


def _vector(asked: Element, name: str) -> tuple[float, float, float]:
    held = first(asked, name)
    pan_tilt = next(every(held, "PanTilt"), None) if held is not None else None
    zoom = next(every(held, "Zoom"), None) if held is not None else None
    return _number(pan_tilt, "x"), _number(pan_tilt, "y"), _number(zoom, "x")


def _number(element: Element | None, name: str) -> float:
    try:
        return max(-1.0, min(1.0, float(element.get(name, "0")))) if element is not None else 0.0
    except ValueError:
        return 0.0


def _aim(pan: float, tilt: float, zoom: float) -> Aim:
    return Aim(pan * 180.0 % 360.0, tilt * TILT_MOST, 1.0 + max(0.0, zoom) * (ZOOM_MOST - 1.0))


def _done(action: str) -> str:
    return f"<tptz:{action}Response/>"


def _envelope(body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{ENVELOPE}" xmlns:tt="{SCHEMA}" '
        f'xmlns:tds="{DEVICE}" xmlns:trt="{MEDIA}" xmlns:tptz="{PTZ}" xmlns:ter="http://www.onvif.org/ver10/error">'
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _fault(code: str, said: str) -> bytes:
    return _envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(said)}</s:Text></s:Reason></s:Fault>'
    )
