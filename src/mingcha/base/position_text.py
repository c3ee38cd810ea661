"""Reading degrees as people write and paste them. Words for errors stand beside the codes in the office's wording."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from mingcha.base.errors import Invalid
from mingcha.base.positions import Degrees, in_shifted_region

_LIMIT = 120
_SIGNS = (
    ("北纬", "N"), ("南纬", "S"), ("东经", "E"), ("西经", "W"), ("纬度", ""), ("经度", ""),
    ("北", "N"), ("南", "S"), ("东", "E"), ("西", "W"), ("度", "°"), ("分", "'"), ("秒", '"'),
    ("º", "°"), ("˚", "°"), ("′", "'"), ("’", "'"), ("‘", "'"), ("″", '"'), ("”", '"'), ("“", '"'), ("''", '"'),
    ("、", ","), ("−", "-"), ("–", "-"),
)  # fmt: skip
_ANGLE = r"""
    (?: (?P<front{n}>[NSEW])\s* | (?P<sign{n}>[+-])\s* )?
    (?P<deg{n}>\d{{1,3}}(?:\.\d+)?)
    (?: \s*° (?: \s*(?P<min{n}>\d{{1,2}}(?:\.\d+)?)\s*' (?: \s*(?P<sec{n}>\d{{1,2}}(?:\.\d+)?)\s*" )? )? )?
    (?(front{n}) | (?: \s*(?P<back{n}>[NSEW]) )? )
"""
_FLAGS = re.VERBOSE | re.IGNORECASE | re.ASCII
_ONE = re.compile(_ANGLE.format(n=1), _FLAGS)
_TWO = re.compile(rf"""{_ANGLE.format(n=1)} (?: \s*[,;]\s* | \s+ | (?<=[NSEW°'"]) ) {_ANGLE.format(n=2)}""", _FLAGS)
_LABEL = re.compile(r"\b(?:lat(?:itude)?|lon(?:gitude)?|lng)\b\s*[:=]?", re.IGNORECASE)


class _Angle(NamedTuple):
    degrees: float
    hemisphere: str


def read_pair(text: str) -> Degrees:
    """Latitude and longitude pasted as one text: ``30.5867, 114.2871``, ``N30°35'12" E114°17'13"``.

    Without hemisphere letters latitude comes first. Raises Invalid ``position.unreadable``, ``position.swapped``,
    ``position.latitude`` or ``position.longitude``.
    """
    match = _TWO.fullmatch(_plain(text).strip("()[]{} "))
    if match is None:
        raise _unreadable(text)
    one, two = _angle(match, 1, text), _angle(match, 2, text)
    if one.hemisphere in ("E", "W") and two.hemisphere in ("N", "S"):
        one, two = two, one
    return _checked(one, two, text)


def read_degrees(latitude: str, longitude: str) -> Degrees:
    """Latitude and longitude of two fields, each in decimal degrees or degrees, minutes and seconds. Raises as
    `read_pair` does."""
    angles = []
    for given in (latitude, longitude):
        match = _ONE.fullmatch(_plain(given))
        if match is None:
            raise _unreadable(given)
        angles.append(_angle(match, 1, given))
    return _checked(angles[0], angles[1], f"{latitude}, {longitude}")


def write_degrees(value: float) -> str:
    """Decimal degrees with the seven places that are stored, and no more zeros than needed."""
    text = f"{value:.7f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _plain(text: str) -> str:
    """Half-width, with the Chinese words for directions and units turned into signs."""
    if len(text) > _LIMIT:
        raise _unreadable(text)
    plain = text.replace("º", "°").replace("˚", "°").replace("″", '"')
    plain = unicodedata.normalize("NFKC", plain)
    for word, sign in _SIGNS:
        plain = plain.replace(word, sign)
    return _LABEL.sub("", plain).strip()


def _angle(match: re.Match[str], number: int, text: str) -> _Angle:
    """The angle of a match's first or second half. Only the last of degrees, minutes and seconds has a fraction."""
    front, back, sign, *parts = (match[f"{name}{number}"] for name in ("front", "back", "sign", "deg", "min", "sec"))
    given = [part for part in parts if part is not None]
    degrees, minutes, seconds = (float(part or 0) for part in parts)
    if (sign and back) or minutes >= 60 or seconds >= 60 or any("." in part for part in given[:-1]):
        raise _unreadable(text)
    hemisphere = (front or back or "").upper()
    value = degrees + minutes / 60 + seconds / 3600
    return _Angle(-value if sign == "-" or hemisphere in ("S", "W") else value, hemisphere)


def _checked(latitude: _Angle, longitude: _Angle, text: str) -> Degrees:
    lat, lon = latitude.degrees, longitude.degrees
    swapped = Degrees(lon, lat)
    misplaced = latitude.hemisphere in ("E", "W") or longitude.hemisphere in ("N", "S")
    could_be = abs(lon) <= 90 and abs(lat) <= 180
    if misplaced or (could_be and in_shifted_region(swapped) and not in_shifted_region(Degrees(lat, lon))):
        raise Invalid("position.swapped", "Latitude and longitude seem to be swapped: latitude comes first.", text=text)
    if not -90 <= lat <= 90:
        raise Invalid("position.latitude", "Latitude lies between -90 and 90 degrees.", text=text)
    if not -180 <= lon <= 180:
        raise Invalid("position.longitude", "Longitude lies between -180 and 180 degrees.", text=text)
    return Degrees(lat, lon)


def _unreadable(text: str) -> Invalid:
    return Invalid(
        "position.unreadable",
        "Write degrees as 30.5867 or N30°35'12\", latitude first.",
        text=text[:_LIMIT],
    )
