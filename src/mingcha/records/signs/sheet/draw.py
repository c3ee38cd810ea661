"""Drawing the notice. Everything is in millimetres of an A4 sheet and scaled to the sheet as a whole.

Above a panel that is seen from afar: pictogram and headline in white on blue (GB 2894 uses blue for what has to be
known and done). Below, on white, what one reads from near: facts on the left, the QR code on the right. The lower part
is set as large as it fits, so that a long name of a unit makes it smaller and never cuts it off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import segno

from mingcha.records.signs.sheet.lines import evenly, width_em, wrapped
from mingcha.records.signs.sheet.words import Sheet, Words

WIDTH = 210.0
MARGIN = 9.0
PADDING = 9.0
QR_SIDE = 50.0
QUIET_CELLS = 4
BLUE, INK, QUIET, LINE = "#0b4ea2", "#14181f", "#4a5260", "#c6ccd6"
FONTS = "'Noto Sans CJK SC','Source Han Sans SC','Noto Sans SC','Microsoft YaHei','PingFang SC',Arial,sans-serif"
LEADING = 1.32
SMALLEST = 0.3
HEADLINE = {"zh": 17.0, "en": 11.0}
HEADLINE_ALONE = {"zh": 20.0, "en": 16.0}


def draw(sheet: Sheet, words: Sequence[Words], url: str) -> str:
    """The notice as a whole SVG document of the sheet's size. Without `url` there is no QR code."""
    height = WIDTH * sheet.height_mm / sheet.width_mm
    panel = height * 0.57
    parts = [
        f'<rect width="{_n(WIDTH)}" height="{_n(height)}" fill="#ffffff"/>',
        _rounded(MARGIN, MARGIN, WIDTH - 2 * MARGIN, panel - MARGIN, 7, BLUE),
        *_headlines(words, panel),
        *_facts(words, panel + PADDING, height - MARGIN, bool(url)),
        *(_code(words, url, panel + PADDING) if url else ()),
    ]
    joins = {"zh": "", "en": " "}
    title = escape(" · ".join(joins[one.language].join(one.headline) for one in words))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(sheet.width_mm)}mm" height="{_n(sheet.height_mm)}mm" '
        f'viewBox="0 0 {_n(WIDTH)} {_n(height)}" role="img" font-family="{FONTS}"><title>{title}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _headlines(words: Sequence[Words], panel: float) -> Iterator[str]:
    """Pictogram, then each headline as large as the panel takes."""
    room = WIDTH - 2 * MARGIN - 2 * PADDING
    largest = HEADLINE_ALONE if len(words) == 1 else HEADLINE
    set_lines = [(one, _size(one.headline, room, largest[one.language]), one.headline) for one in words]
    tall = sum(size * 1.25 * len(lines) for _one, size, lines in set_lines) + 5.0 * (len(set_lines) - 1)
    side = min(panel - MARGIN - tall - 4 * PADDING, 84.0)
    top = MARGIN + (panel - MARGIN - side - tall - PADDING) / 2
    yield _camera(WIDTH / 2 - side / 2, top, side)
    base = top + side + PADDING
    for one, size, lines in set_lines:
        for line in lines:
            yield _text(line, WIDTH / 2, base + size * 0.98, size, "#ffffff", bold=True, middle=True, lang=one.language)
            base += size * 1.25
        base += 5.0


def _size(lines: Sequence[str], room: float, largest: float) -> float:
    """At which the widest line takes no more than the room."""
    return min(largest, room / max(width_em(line, bold=True) for line in lines))


def _facts(words: Sequence[Words], top: float, bottom: float, with_code: bool) -> Iterator[str]:
    """Both languages one above the other, at the largest scale that fits."""
    scale = 1.6 if len(words) == 1 else 1.15
    made = _block(words, top, scale, with_code)
    while made[0] > bottom and scale > SMALLEST:
        scale *= 0.96
        made = _block(words, top, scale, with_code)
    yield from made[1]


def _block(words: Sequence[Words], top: float, scale: float, with_code: bool) -> tuple[float, list[str]]:
    """Where it ends, and what it draws."""
    left = MARGIN + 1.0
    width = WIDTH - 2 * MARGIN - 2.0 - (QR_SIDE + PADDING if with_code else 0.0)
    parts: list[str] = []
    y = top
    for number, one in enumerate(words):
        if number:
            parts.append(f'<path d="M{_n(left)} {_n(y)}h{_n(width)}" stroke="{LINE}" stroke-width=".35"/>')
            y += 3.6 * scale
        size = (5.4 if one.language == "zh" else 4.5) * scale
        label_width = max(width_em(label) for label, _text_ in one.facts) * size * 0.86 + 3.5 * scale
        for label, text in one.facts:
            parts.append(_text(label, left, y + size, size * 0.86, QUIET, lang=one.language))
            for line in evenly(text, size, width - label_width, bold=True):
                parts.append(_text(line, left + label_width, y + size, size, INK, bold=True, lang=one.language))
                y += size * LEADING
            y += size * 0.22
        for line in wrapped(one.foot, size * 0.66, width):
            parts.append(_text(line, left, y + size * 0.66, size * 0.66, QUIET, lang=one.language))
            y += size * 0.66 * LEADING
        y += 2.4 * scale
    return y, parts


def _code(words: Sequence[Words], url: str, top: float) -> Iterator[str]:
    """The QR code (ISO/IEC 18004, level M) with its quiet zone, what it is for, and the address to type."""
    matrix = segno.make(url, error="m", micro=False).matrix
    unit = QR_SIDE / (len(matrix) + 2 * QUIET_CELLS)
    left = WIDTH - MARGIN - QR_SIDE
    path = "".join(
        f"M{x + QUIET_CELLS} {y + QUIET_CELLS}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row)
        if dark
    )
    yield _rounded(left, top, QR_SIDE, QR_SIDE, 2.5, "#ffffff", LINE)
    yield (
        f'<path transform="translate({_n(left)} {_n(top)}) scale({unit:.4f})" d="{path}" fill="#000000" '
        'shape-rendering="crispEdges"/>'
    )
    y = top + QR_SIDE + 5.0
    for text, size, colour in [*((one.scan, 3.5, INK) for one in words), (url.partition("://")[2], 2.5, QUIET)]:
        for line in wrapped(text, size, QR_SIDE):
            yield _text(line, left + QR_SIDE / 2, y, size, colour, middle=True)
            y += size * LEADING


def _camera(x: float, y: float, side: float) -> str:
    """The pictogram, our own: a camera on a wall that looks down, and what it sees."""
    return (
        f'<g transform="translate({_n(x)} {_n(y)}) scale({side / 100:.4f})">'
        '<circle cx="50" cy="50" r="50" fill="#ffffff"/>'
        f'<g fill="{BLUE}"><rect x="14" y="24" width="6.5" height="40" rx="2.4"/>'
        '<path d="M19 46h13l9-9 5.6 5.2L34.6 53.500a3 3 0 0 1-2.100.900H19z"/>'
        '<g transform="rotate(20 52 37)"><rect x="28" y="24" width="46" height="24" rx="5"/>'
        '<path d="M75.500 28h6.500a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3h-6.500z"/></g>'
        "</g>"
        '<g transform="rotate(20 52 37)"><circle cx="38" cy="36" r="4.200" fill="#ffffff"/></g>'
        f'<g fill="none" stroke="{BLUE}" stroke-width="4.200" stroke-linecap="round">'
        '<path d="M72 63.500a12.500 12.500 0 0 0 9.500-7.500"/>'
        '<path d="M69 74.500a24 24 0 0 0 19.500-14.500" opacity=".75"/></g></g>'
    )


def _text(
    text: str, x: float, y: float, size: float, fill: str, *, bold: bool = False, middle: bool = False, lang: str = ""
) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    weight = ' font-weight="700"' if bold else ""
    tongue = f' xml:lang="{"zh-Hans" if lang == "zh" else lang}"' if lang else ""
    place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}"'
    return f"<text {place}{weight}{anchor}{tongue}>{escape(text)}</text>"


def _rounded(x: float, y: float, width: float, height: float, radius: float, fill: str, stroke: str = "") -> str:
    edge = f' stroke="{stroke}" stroke-width=".35"' if stroke else ""
    place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect {place} rx="{_n(radius)}" fill="{fill}"{edge}/>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
