"""Breaking text into lines of a width, without a font at hand: widths are those of common sans faces, rounded up."""

from __future__ import annotations

import re
import unicodedata

_NARROW, _SLIM, _WIDE = set("ijl.,:;'|!()[]` "), set('frtI-/\\"'), set("mwMW@%&—…")
_TOKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+\s*|\s+|.", re.DOTALL)
_NOT_FIRST = set("，。、；：？！）》」』”’…·,.;:?!)]}%")
BOLD = 1.06


def width_em(text: str, *, bold: bool = False) -> float:
    """Width of a text in ems."""
    return sum(map(_char_em, text)) * (BOLD if bold else 1.0)


def _char_em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WFA" and ord(char) > 0x2000:
        return 1.0
    if char in _NARROW:
        return 0.32
    if char in _SLIM:
        return 0.42
    if char in _WIDE:
        return 0.92
    if char.isupper():
        return 0.68
    return 0.57


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than `width` (same unit as `size`). Words stay whole where they can; punctuation
    does not begin a line."""
    limit = width / size
    lines: list[str] = []
    line = ""
    for token in _tokens(text, limit, bold):
        joins = width_em((line + token).rstrip(), bold=bold) <= limit
        if not line or joins or (token[0] in _NOT_FIRST and len(token) == 1):
            line += token
        else:
            lines.append(line.rstrip())
            line = token.lstrip()
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _tokens(text: str, limit: float, bold: bool) -> list[str]:
    """Words, single characters of Chinese, and pieces of words that are longer than a line."""
    found: list[str] = []
    for token in _TOKEN.findall(" ".join(text.split())):
        while width_em(token.rstrip(), bold=bold) > limit and len(token) > 1:
            cut = 1
            while cut < len(token) and width_em(token[: cut + 1], bold=bold) <= limit:
                cut += 1
            found.append(token[:cut])
            token = token[cut:]
        if token:
            found.append(token)
    return found
