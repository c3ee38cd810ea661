"""What a camera burns in: its label, the second with milliseconds, the frame number, and the machine-readable strip."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mingcha.media.sim import strip
from mingcha.media.sim.scenes.art import Sheet, font
from mingcha.media.sim.scenes.stage import Mover, Pose

_PLATE = (22, 26, 36)
_PLATE_LUMA = 38
_TEXT_LUMA = 232
_CHARACTERS = "0123456789:.F "
# Of the main stream's 720 lines; the sub stream's are half of it. Even, so that chroma falls on whole samples.
_CELL = (14, 28)
_CLOCK_AT = (1058, 20)
_CLOCK_CELLS = 14
_DEPTH = 1e9


def plates(label: str) -> Mover:
    """Label and ground of the clock, above everything else in the scene."""
    sheet = Sheet(1280, 720, scale=2)
    width = 24 + font(44).getlength(label) / 2
    sheet.rect(20, 14, width, 40, (*_PLATE, 205), radius=8)
    sheet.text(32, 34, label, 22, (246, 246, 240), "lm")
    sheet.rect(_CLOCK_AT[0] - 10, 14, _CLOCK_CELLS * _CELL[0] + 20, 40, _PLATE, radius=8)
    return Mover((sheet.finished().crop((0, 0, 1280, 60)),), lambda _: Pose(640, 60, 0, _DEPTH))


class Overlay:
    """Draws clock, number and strip into the luma plane of frames of one size."""

    def __init__(self, height: int, fps: float) -> None:
        self._fps = fps
        share = height / 720
        self._x, self._y = round(_CLOCK_AT[0] * share), round(_CLOCK_AT[1] * share)
        self._cell = round(_CELL[0] * share), round(_CELL[1] * share)
        self._height = height
        self._glyphs = {character: self._glyph(character) for character in _CHARACTERS}

    def _glyph(self, character: str) -> npt.NDArray[np.uint8]:
        width, height = self._cell
        image = Image.new("L", (width * 4, height * 4), _PLATE_LUMA)
        draw = ImageDraw.Draw(image)
        draw.text((width * 2, height * 2), character, _TEXT_LUMA, font(round(height * 4 * 0.82)), "mm")
        return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))

    def draw(self, planes: npt.NDArray[np.uint8], number: int) -> None:
        """Burn frame `number` of the loop into `planes` (luma in the upper `height` rows), in place."""
        seconds = number / self._fps
        text = f":{int(seconds) % 60:02d}.{round(seconds * 1000) % 1000:03d} F {number:04d}"
        width, height = self._cell
        for place, character in enumerate(text):
            left = self._x + place * width
            planes[self._y : self._y + height, left : left + width] = self._glyphs[character]
        row = strip.luma_row(number, self._height)
        planes[self._height - row.shape[0] : self._height, : row.shape[1]] = row
