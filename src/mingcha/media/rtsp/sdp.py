"""The session description that DESCRIBE returns (RFC 4566), as far as a recorder needs it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from mingcha.media.rtsp.messages import parameters

MAX_MEDIA: Final = 32
MAX_LINES: Final = 2000


@dataclass(slots=True)
class Media:
    """One m= section. `encoding` is in upper case, such as H264; `clock_hz` is 0 when there is no rtpmap; `fmtp` as
    in `parameters`."""

    kind: str
    payload_type: int
    encoding: str = ""
    clock_hz: int = 0
    channels: int = 1
    control: str = ""
    fmtp: dict[str, str] = field(default_factory=dict)
    inactive: bool = False

    def base64_list(self, name: str) -> list[bytes]:
        """A comma-separated list of base64 items of fmtp; damaged items are left out."""
        found = []
        for item in self.fmtp.get(name, "").split(","):
            text = item.strip().rstrip("=")
            try:
                data = base64.b64decode(text + "=" * (-len(text) % 4))
            except (binascii.Error, ValueError):
                continue
            if data:
                found.append(data.removeprefix(b"\0\0\0\1"))
        return found


@dataclass(slots=True)
class Description:
    """`control`: that of the whole session."""

    control: str = ""
    media: list[Media] = field(default_factory=list)


_STATIC: Final = {0: ("PCMU", 8000), 8: ("PCMA", 8000), 26: ("JPEG", 90000)}


def parse(text: bytes) -> Description:
    """Read a description; what is not understood is passed over. Raises ValueError when it is no description at all."""
    description = Description()
    media: Media | None = None
    lines = text.decode("utf-8", "replace").splitlines()[:MAX_LINES]
    if not any(line.startswith(("v=", "m=")) for line in lines):
        raise ValueError("not a session description")
    for line in lines:
        key, _, value = line.strip().partition("=")
        if key == "m" and len(description.media) < MAX_MEDIA:
            media = _media(value)
            description.media.append(media)
        elif key == "a":
            name, _, rest = value.partition(":")
            if media is not None:
                _attribute(media, name.strip().lower(), rest.strip())
            elif name.strip().lower() == "control":
                description.control = rest.strip()
    return description


def _media(value: str) -> Media:
    words = value.split()
    payload_type = _number(words[3]) if len(words) > 3 else -1
    encoding, clock_hz = _STATIC.get(payload_type, ("", 0))
    return Media(words[0].lower() if words else "", payload_type, encoding, clock_hz)


def _attribute(media: Media, name: str, rest: str) -> None:
    if name == "control":
        media.control = rest
    elif name == "inactive":
        media.inactive = True
    elif name in ("rtpmap", "fmtp"):
        number, _, value = rest.partition(" ")
        if _number(number) != media.payload_type:
            return
        if name == "fmtp":
            media.fmtp |= parameters(value)
            return
        encoding, *numbers = value.strip().split("/")
        media.encoding = encoding.strip().upper()
        media.clock_hz = max(0, _number(numbers[0])) if numbers else 0
        media.channels = max(1, _number(numbers[1])) if len(numbers) > 1 else 1


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
