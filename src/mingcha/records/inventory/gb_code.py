"""The 20-digit code of GB/T 28181, annex D, coding rule A: taken apart, checked, put into words, and the next one.

    42010600 | 47 | 132 | 0 | 000123
    centre     industry type network serial

The centre code is the region (GB/T 2260, six digits) and two digits of the basic unit. Checked is what holds in all
editions (2011, 2016, 2022): twenty digits, a province, a type of device that can be a camera. The meanings of industry
and network digits changed between 2016 and 2022, and provinces fill in more; what is not the same in all of them is
accepted and called unknown rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingcha import law
from mingcha.base.errors import Conflict, Invalid

LENGTH = 20
_DIGITS = re.compile(r"[0-9]{20}")
_SEPARATORS = re.compile(r"[\s\-_·.]")

CAMERA_TYPES: dict[str, str | Promise] = {"131": _("camera"), "132": _("network camera")}
"""Types of a camera, the same in all editions. Everything else is no camera, or not known to be one."""

OTHER_TYPES: dict[str, str | Promise] = {
    "111": _("digital video recorder"),
    "112": _("video server"),
    "113": _("encoder"),
    "114": _("decoder"),
    "117": _("alarm controller"),
    "118": _("network video recorder"),
    "133": _("display"),
    "134": _("alarm input"),
    "135": _("alarm output"),
    "136": _("voice input"),
    "137": _("voice output"),
    "200": _("central signalling server"),
    "215": _("business group"),
    "216": _("virtual organisation"),
}
"""Other types that all editions agree on: a camera's code is not one of these."""

INDUSTRIES: dict[str, str | Promise] = {
    "00": _("public security, roads"),
    "01": _("public security, communities"),
    "02": _("public security, own premises"),
    "03": _("public security, other"),
    "04": _("traffic, roads"),
    "05": _("traffic, checkpoints"),
    "06": _("traffic, own premises"),
    "07": _("traffic, other"),
    "08": _("city management"),
    "09": _("health and environment"),
    "10": _("inspection and customs"),
    "11": _("education departments"),
}
NETWORKS: dict[str, str | Promise] = {
    "5": _("public security information network"),
    "6": _("government network"),
    "7": _("public internet"),
}
"""Network digits with the same meaning in 2016 and 2022."""


@dataclass(frozen=True, slots=True)
class GbCode:
    """A code in its parts, as texts of digits."""

    region: str
    unit: str
    industry: str
    kind: str
    network: str
    serial: str

    def __str__(self) -> str:
        return self.region + self.unit + self.industry + self.kind + self.network + self.serial

    @property
    def prefix(self) -> str:
        """Everything but the serial number."""
        return str(self)[:14]


@dataclass(frozen=True, slots=True)
class Part:
    """One part in words. `meaning` is empty where it is not known."""

    label: str | Promise
    digits: str
    meaning: str | Promise


def read_gb_code(text: str) -> GbCode:
    """The code in `text`; spaces and hyphens between digits are passed over.

    Raises Invalid: ``gb_code.length`` (given, wanted), ``gb_code.digit`` (place from 1, found), ``gb_code.region``,
    ``gb_code.type`` (found, name) or ``gb_code.serial``.
    """
    digits = _SEPARATORS.sub("", text)
    for place, character in enumerate(digits, start=1):
        if character not in "0123456789":
            raise Invalid(
                "gb_code.digit", f"Place {place} is {character!r}, not a digit.", place=place, found=character
            )
    if len(digits) != LENGTH:
        raise Invalid(
            "gb_code.length", f"The code has {len(digits)} digits instead of 20.", given=len(digits), wanted=LENGTH
        )
    code = GbCode(digits[:6], digits[6:8], digits[8:10], digits[10:13], digits[13], digits[14:])
    if code.region[:2] not in law.current().data.provinces:
        raise Invalid("gb_code.region", "Digits 1 and 2 are no province of GB/T 2260.", found=code.region[:2])
    if code.region[2:4] == "00" and code.region[4:] != "00":
        raise Invalid("gb_code.city", "Digits 3 and 4 (city) are 00 while 5 and 6 are not.", found=code.region)
    if code.kind not in CAMERA_TYPES:
        name = OTHER_TYPES.get(code.kind, "")
        error = "gb_code.not_camera" if name else "gb_code.type"
        raise Invalid(error, f"Digits 11 to 13 are {code.kind}, not a camera.", found=code.kind, name=name)
    if code.serial == "000000":
        raise Invalid("gb_code.serial", "Digits 15 to 20, the serial number, are all zero.")
    return code


def parts(code: GbCode, region_name: str = "") -> tuple[Part, ...]:
    """The code in words, part by part."""
    industry = INDUSTRIES.get(code.industry) or _industry_range(int(code.industry))
    unit = _("not a basic unit") if code.unit == "00" else ""
    return (
        Part(_("Region"), code.region, region_name),
        Part(_("Basic unit"), code.unit, unit),
        Part(_("Industry"), code.industry, industry),
        Part(_("Type"), code.kind, CAMERA_TYPES.get(code.kind) or OTHER_TYPES.get(code.kind, "")),
        Part(_("Network"), code.network, NETWORKS.get(code.network, "")),
        Part(_("Serial number"), code.serial, ""),
    )


def next_free(taken: Iterable[str], *, region: str, prefix: str = "") -> str:
    """A code nobody has. It continues the highest serial of `prefix` (14 digits); without one, of the prefix used most
    among `taken`; with none, of the region's, as a network camera of industry 00 and network 0, for people to correct.

    Raises Invalid ``gb_code.region`` when nothing says where, Conflict ``gb_code.full`` when the serials are used up.
    """
    used = [code for code in taken if _DIGITS.fullmatch(code)]
    if not prefix and used:
        counts: dict[str, int] = {}
        for code in used:
            counts[code[:14]] = counts.get(code[:14], 0) + 1
        prefix = max(counts, key=lambda one: (counts[one], one))
    if not prefix:
        if not re.fullmatch(r"[0-9]{6}", region):
            raise Invalid("gb_code.region", "Say first in which region the site is.", found=region)
        prefix = f"{region}00001320"
    serials = {int(code[14:]) for code in used if code.startswith(prefix)}
    free = max(serials, default=0) + 1
    if free > 999_999:
        free = next((serial for serial in range(1, 1_000_000) if serial not in serials), 0)
    if not free:
        raise Conflict("gb_code.full", "All serial numbers of this prefix are used.")
    return f"{prefix}{free:06d}"


def _industry_range(industry: int) -> str | Promise:
    """What the hundred numbers are divided into; the single ones differ between editions."""
    if industry < 40:
        return _("a government body")
    if industry < 80:
        return _("an enterprise or institution")
    if industry < 90:
        return _("residents' own")
    return _("others")
