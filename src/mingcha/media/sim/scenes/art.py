"""Drawing in picture units (1280 x 720), smoothly: everything is drawn larger and scaled down once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1280, 720
Colour = tuple[int, int, int] | tuple[int, int, int, int]
Point = tuple[float, float]


def mix(first: Colour, second: Colour, share: float) -> tuple[int, int, int]:
    """The colour `share` of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first[:3], second[:3], strict=True))
    return red, green, blue


def rgb(text: str) -> tuple[int, int, int]:
    """Colour of six hexadecimal digits."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


@lru_cache
def font(px: int) -> ImageFont.FreeTypeFont:
    """The face that comes with Pillow: the same on every machine. Latin letters and digits only."""
    return cast(ImageFont.FreeTypeFont, ImageFont.load_default(px))


class Sheet:
    """A surface of `width` x `height` units, drawn `scale` times larger. Opaque with `ground`, else transparent.

    On an opaque sheet a fourth number in a colour is its opacity; on a transparent one it replaces what is below.
    """

    def __init__(self, width: float, height: float, *, scale: int = 2, ground: Colour | None = None) -> None:
        self.scale = scale
        size = round(width * scale), round(height * scale)
        self.image = Image.new("RGBA", size, (0, 0, 0, 0)) if ground is None else Image.new("RGB", size, ground[:3])
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def _at(self, points: Sequence[Point]) -> Any:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def rect(self, x: float, y: float, width: float, height: float, fill: Colour, radius: float = 0) -> None:
        box = self._at([(x, y), (x + width, y + height)])
        box[1] = (max(box[0][0], box[1][0] - 1), max(box[0][1], box[1][1] - 1))
        self._draw.rounded_rectangle(box, radius * self.scale, fill)

    def poly(self, points: Sequence[Point], fill: Colour) -> None:
        self._draw.polygon(self._at(points), fill)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self._draw.ellipse(self._at([(x - rx, y - ry), (x + rx, y + ry)]), fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """A line with round ends and joints."""
        self._draw.line(self._at(points), fill, max(1, round(width * self.scale)), joint="curve")
        if len(fill) == 3 or fill[3] == 255:
            for x, y in points:
                self.ellipse(x, y, width / 2, width / 2, fill)

    def text(self, x: float, y: float, words: str, px: float, fill: Colour, anchor: str = "mm") -> None:
        self._draw.text((x * self.scale, y * self.scale), words, fill, font(round(px * self.scale)), anchor)

    def fade(self, x: float, y: float, width: float, height: float, top: Colour, bottom: Colour) -> None:
        """A rectangle from one colour to another, downwards; opacity fades too."""
        size = max(1, round(width * self.scale)), max(1, round(height * self.scale))
        first, last = (np.array([*c[:3], c[3] if len(c) == 4 else 255], dtype=np.float64) for c in (top, bottom))
        ramp = np.linspace(0, 1, size[1])[:, None]
        column = (first + (last - first) * ramp).round().astype(np.uint8)
        patch = Image.fromarray(np.repeat(column[:, None, :], size[0], axis=1), "RGBA")
        self.image.paste(patch, (round(x * self.scale), round(y * self.scale)), patch)

    def shade(self, points: Sequence[Point], fill: Colour, blur: float) -> None:
        """A polygon with soft edges: shadows and pools of light."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(self._at(points), fill[3] if len(fill) == 4 else 255)
        # Blurring small and enlarging looks the same and takes a sixteenth of the time.
        small = mask.resize((mask.width // 4, mask.height // 4), Image.Resampling.BILINEAR)
        soft = small.filter(ImageFilter.GaussianBlur(blur * self.scale / 4))
        self.image.paste(fill[:3], (0, 0), soft.resize(mask.size, Image.Resampling.BILINEAR))

    def glow(self, x: float, y: float, radius: float, fill: Colour, *, squash: float = 1.0) -> None:
        """Light that falls off from a point; opacity of the colour is its strength at the middle."""
        half = max(2, round(radius * self.scale))
        tall = max(2, round(half * squash))
        across = np.linspace(-1, 1, 2 * half)[None, :]
        down = np.linspace(-1, 1, 2 * tall)[:, None]
        fall = np.clip(1 - np.sqrt(across**2 + down**2), 0, 1) ** 2
        strength = fill[3] if len(fill) == 4 else 255
        mask = Image.fromarray((fall * strength).astype(np.uint8), "L")
        self.image.paste(fill[:3], (round(x * self.scale) - half, round(y * self.scale) - tall), mask)

    def finished(self, *, grain: int = 0) -> Image.Image:
        """The picture in its final size; a little `grain` keeps soft colours from banding when encoded."""
        size = round(self.image.width / self.scale), round(self.image.height / self.scale)
        image = self.image.resize(size, Image.Resampling.LANCZOS)
        if grain:
            pixels = np.asarray(image).astype(np.int16)
            noise = np.random.default_rng(7).integers(-grain, grain + 1, pixels.shape[:2], dtype=np.int16)
            image = Image.fromarray(np.clip(pixels + noise[..., None], 0, 255).astype(np.uint8), "RGB")
        return image


def tree(sheet: Sheet, x: float, y: float, height: float, leaf: Colour, trunk: Colour, seed: int = 1) -> None:
    """A round tree that stands at (x, y): a heap of discs, light from the upper left."""
    rng = random.Random(seed)
    crown = height * 0.32
    sheet.line([(x, y), (x, y - height * 0.5)], trunk, height * 0.05)
    sheet.line([(x, y - height * 0.38), (x + crown * 0.4, y - height * 0.58)], trunk, height * 0.03)
    blobs = [
        (x + rng.uniform(-0.75, 0.75) * crown, y - height * 0.66 + rng.uniform(-0.7, 0.55) * crown) for _ in range(16)
    ]
    dark, light = mix(leaf, (20, 40, 50), 0.28), mix(leaf, (255, 250, 210), 0.22)
    for shade, offset, size in ((dark, (0.10, 0.14), 0.54), (leaf, (0.0, 0.0), 0.48), (light, (-0.12, -0.16), 0.26)):
        for bx, by in blobs:
            sheet.ellipse(bx + offset[0] * crown, by + offset[1] * crown, crown * size, crown * size * 0.92, shade)


def windows(
    sheet: Sheet, box: tuple[float, float, float, float], rows: int, columns: int, colours: Sequence[Colour], seed: int
) -> None:
    """A grid of windows in a wall; which is lit is drawn from `seed`."""
    rng = random.Random(seed)
    x, y, width, height = box
    wide, tall = width / columns, height / rows
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * wide + wide * 0.2, y + row * tall + tall * 0.18
            colour = rng.choice(list(colours))
            sheet.rect(left, top, wide * 0.6, tall * 0.62, colour, radius=1.5)
            sheet.rect(left, top + tall * 0.62, wide * 0.6, tall * 0.05, (255, 255, 255, 60))


def hills(sheet: Sheet, base: float, height: float, fill: Colour, seed: int, steps: int = 64) -> None:
    """A soft ridge across the picture, `height` above `base` at most."""
    rng = random.Random(seed)
    waves = [(rng.uniform(0.6, 3.2), rng.uniform(0, 6.3), rng.uniform(0.2, 1)) for _ in range(4)]
    total = sum(weight for _, _, weight in waves)
    points: list[Point] = []
    for step in range(steps + 1):
        at = step / steps
        level = sum(weight * np.sin(at * 6.283 * speed + phase) for speed, phase, weight in waves) / total
        points.append((at * WIDTH, base - height * (0.55 + 0.45 * float(level))))
    sheet.poly([(0, base + 1), *points, (WIDTH, base + 1)], fill)
