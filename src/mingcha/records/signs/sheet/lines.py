"""Breaking text into lines of a width, without a font at hand: widths are those of common sans faces, rounded up."""

from __future__ import annotations

import re
import unicodedata

_NARROW, _SLIM, _WIDE = set("ijl.,:;'|!()[]` "), set('frtI-/\\"'), set("mwMW@%&—…")
_TOKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+\s*|\s+|.", re.DOTALL)
_NOT_LAST = set("（《「『“‘([{")
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
            kept, carried = _cut(line.rstrip())
            lines.append(kept)
            line = carried + token.lstrip()
    if line.strip():
        lines.append(line.rstrip())
    return lines


def evenly(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """As `wrapped`, with lines of about the same length where that takes no more of them: no last line of one
    character."""
    lines = wrapped(text, size, width, bold=bold)
    if len(lines) < 2:
        return lines
    share = width_em(text, bold=bold) * size / len(lines)
    for slack in (1.0, 1.04, 1.08, 1.14, 1.2, 1.3):
        tried = wrapped(text, size, min(share * slack, width), bold=bold)
        if len(tried) == len(lines):
            return tried
    return lines


def _cut(line: str) -> tuple[str, str]:
    """A bracket that opens does not end a line: it goes on with what it opens."""
    return (line[:-1].rstrip(), line[-1]) if len(line) > 1 and line[-1] in _NOT_LAST else (line, "")


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
