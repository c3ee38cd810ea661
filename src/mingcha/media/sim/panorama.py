"""What a turning camera sees: a part of a world that is drawn once, with its angles, the second and a strip burned in.

The strip (`sim.strip`) holds the pan in hundredths of a degree, so that a program sees on a screen where it looks.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mingcha.base.clock import US_PER_S, to_datetime
from mingcha.media.sim import strip
from mingcha.media.sim.scenes.art import font
from mingcha.media.sim.turret import TILT_MOST, Aim

SIZE = (768, 432)
WIDE_DEGREES = 50.0
"""How much of the world a picture shows at zoom 1, from left to right."""
_WORLD = (3840, 720)
_PER_DEGREE = _WORLD[0] / 360.0
_VERSION = 2
_AROUND = ("street", "park", "mall", "school", "station", "hospital")


def small_world() -> Image.Image:
    """Stripes of colour with their angles on them: quick to draw, for tests."""
    world = Image.new("RGB", _WORLD, (96, 128, 160))
    draw = ImageDraw.Draw(world)
    for degrees in range(0, 360, 10):
        left = round(degrees * _PER_DEGREE)
        colour = (60 + degrees // 2, 220 - degrees // 2, 90 + (degrees * 7) % 120)
        draw.rectangle((left, 0, left + round(5 * _PER_DEGREE), _WORLD[1]), fill=colour)
        for y in range(60, _WORLD[1], 120):
            draw.text((left + 6, y), str(degrees), (255, 255, 255), font(44))
    return world


def drawn_world(directory: Path) -> Image.Image:
    """The six drawn scenes side by side, sky above and ground below; kept in `directory`."""
    path = directory / f"world-v{_VERSION}.png"
    if path.exists():
        return Image.open(path).convert("RGB")
    world = Image.new("RGB", _WORLD)
    width = _WORLD[0] // len(_AROUND)
    height = width * 9 // 16
    top = (_WORLD[1] - height) // 2
    for number, name in enumerate(_AROUND):
        module = importlib.import_module(f"mingcha.media.sim.scenes.{name}")
        part = module.scenery().background.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        left = number * width
        world.paste(part, (left, top))
        world.paste(part.crop((0, 0, width, 1)).resize((width, top)), (left, 0))
        world.paste(part.crop((0, height - 1, width, height)).resize((width, top)), (left, top + height))
    directory.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    world.save(temporary, "PNG")
    temporary.replace(path)
    return world


class Panorama:
    """Pictures of a world, `size` large, as YUV 4:2:0 planes."""

    def __init__(self, world: Image.Image, size: tuple[int, int] = SIZE, label: str = "CAM 07  PTZ") -> None:
        self._size = size
        self._label = label
        # A copy of the beginning behind the end, so that looking across the seam is one cut.
        self._world = Image.new("RGB", (world.width + round(WIDE_DEGREES * _PER_DEGREE) + 2, world.height))
        self._world.paste(world, (0, 0))
        self._world.paste(world, (world.width, 0))
        self._seen_at: Aim | None = None
        self._seen = self._world

    def picture(self, aim: Aim, wall_us: int) -> Image.Image:
        """What is seen there, at that second."""
        width, height = self._size
        wide = WIDE_DEGREES * _PER_DEGREE / aim.zoom
        tall = wide * height / width
        left = (aim.pan * _PER_DEGREE - wide / 2) % _WORLD[0]
        middle = _WORLD[1] / 2 - aim.tilt / TILT_MOST * (_WORLD[1] - WIDE_DEGREES * _PER_DEGREE * height / width) / 2
        box = (left, middle - tall / 2, left + wide, middle + tall / 2)
        if aim != self._seen_at:
            self._seen = self._world.resize(self._size, Image.Resampling.BILINEAR, box)
            self._seen_at = aim
        seen = self._seen.copy()
        self._burn(seen, aim, wall_us)
        return seen

    def planes(self, aim: Aim, wall_us: int) -> npt.NDArray[np.uint8]:
        """The same as planes Y, U, V one below the other: uint8 of shape (height * 3 / 2, width)."""
        width, height = self._size
        luma, blue, red = self.picture(aim, wall_us).convert("YCbCr").split()
        whole = np.empty((height * 3 // 2, width), dtype=np.uint8)
        whole[:height] = np.asarray(luma, dtype=np.uint16) * 219 // 255 + 16
        quarter = height // 4
        for place, part in enumerate((blue, red)):
            half = part.resize((width // 2, height // 2), Image.Resampling.BOX)
            start = height + place * quarter
            whole[start : start + quarter] = np.asarray(half).reshape(quarter, width)
        row = strip.luma_row(round(aim.pan * 100) % 36_000, height)
        whole[height - row.shape[0] : height, : row.shape[1]] = row
        return whole

    def _burn(self, picture: Image.Image, aim: Aim, wall_us: int) -> None:
        draw = ImageDraw.Draw(picture)
        line = round(self._size[1] / 24)
        tenth = wall_us % US_PER_S * 10 // US_PER_S
        said = f"{self._label}   P {aim.pan:05.1f}  T {aim.tilt:+05.1f}  Z {aim.zoom:.1f}x"
        clock = f"{to_datetime(wall_us):%M:%S}.{tenth}"
        draw.rectangle((0, 0, self._size[0], line * 1.5), fill=(22, 26, 36))
        draw.text((line * 0.5, line * 0.75), said, (246, 246, 240), font(line), "lm")
        draw.text((self._size[0] - line * 0.5, line * 0.75), clock, (246, 246, 240), font(line), "rm")
