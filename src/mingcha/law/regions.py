"""Regions of GB/T 2260 by name: the provinces, their cities, and the counties that answer to a province directly.

`regions.tsv` holds code, Chinese name and English name. A code that is not in it (a county) is named by its city.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_CODE = re.compile(r"\d{6}", re.ASCII)
_TABLE = Path(__file__).with_name("regions.tsv")
_ENDINGS = re.compile(r"(特别行政区|自治区|自治州|自治县|地区|林区|[省市盟县])$")


@dataclass(frozen=True, slots=True)
class Region:
    """One row. `code`: six digits; trailing zeros stand for the whole province or city."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@cache
def regions() -> tuple[Region, ...]:
    """All, in the order of their codes."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(Region(*line.split("\t")) for line in lines)


def matching(text: str) -> tuple[str, ...]:
    """The codes that a text may mean: the code it begins with, else every region of that name, else every region
    whose name begins so. Empty when there is none."""
    said = _plain(text)
    code = _CODE.match(said)
    if code:
        return (code.group(),)
    if not said:
        return ()
    exact = tuple(region.code for region in regions() if said in _names(region))
    return exact or _beginning(said) or _beginning(said.removesuffix("州"))


def name_of(code: str, language: str) -> str:
    """The name with its province's; of a county the name of its city. Empty for a code of no known province."""
    by_code = _by_code()
    own = by_code.get(code) or by_code.get(f"{code[:4]}00")
    province = by_code.get(f"{code[:2]}0000")
    if own is None or own == province:
        return province.name(language) if province else ""
    if province is None:
        return own.name(language)
    if language == "zh":
        return f"{province.zh}{own.zh}"
    return f"{own.en}, {province.en}"


def _beginning(said: str) -> tuple[str, ...]:
    return tuple(region.code for region in regions() if any(name.startswith(said) for name in _names(region)))


@cache
def _by_code() -> dict[str, Region]:
    return {region.code: region for region in regions()}


@cache
def _names(region: Region) -> frozenset[str]:
    """Everything one may call it, plain."""
    short = _ENDINGS.sub("", region.zh)
    letters = re.sub(r"[^A-Za-z]", "", unicodedata.normalize("NFD", region.en))
    return frozenset(_plain(name) for name in (region.zh, short, region.en, letters))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
