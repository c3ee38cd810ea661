"""People without faces and vehicles without plates, as sprites: transparent pictures standing on their lower edge."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from mingcha.media.sim.scenes.art import Colour, Point, Sheet, mix, rgb

PHASES = 12
SKINS = (rgb("e8c3a3"), rgb("d8ab88"), rgb("f0cfb4"))
_SHADOW = (20, 24, 40, 70)
_GLASS = rgb("33424f")
_TYRE = rgb("262a30")


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is dressed. `long`: share of the legs a coat or skirt covers."""

    coat: Colour
    trousers: Colour
    hair: Colour = (48, 40, 38)
    skin: Colour = SKINS[0]
    long: float = 0.0
    bag: Colour | None = None
    case: Colour | None = None
    hat: Colour | None = None


def walker(look: Look, height: float, *, faces_right: bool = True, stride: float = 1.0) -> tuple[Image.Image, ...]:
    """A walking figure seen from the side, one picture per phase of a double step."""
    pictures = [_side_view(look, height, phase / PHASES, stride) for phase in range(PHASES)]
    if not faces_right:
        pictures = [picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for picture in pictures]
    return tuple(pictures)


def standing(look: Look, height: float) -> tuple[Image.Image, ...]:
    """A figure seen from the front or back that stands still."""
    return (_front_view(look, height, 0.0, 0.0),)


def approaching(look: Look, height: float) -> tuple[Image.Image, ...]:
    """A walking figure seen from the front or back, one picture per phase."""
    return tuple(_front_view(look, height, phase / PHASES, 1.0) for phase in range(PHASES))


def _fineness(height: float) -> int:
    """How many times larger to draw: small figures need it, large ones would only take time."""
    return 4 if height < 120 else 2


def _limb(
    sheet: Sheet,
    start: tuple[float, float],
    angles: tuple[float, float],
    lengths: tuple[float, float],
    fill: Colour,
    width: float,
) -> tuple[float, float]:
    """Two joined bones hanging from `start`; angles from straight down, forward positive. Returns the end."""
    x, y = start
    knee = x + math.sin(angles[0]) * lengths[0], y + math.cos(angles[0]) * lengths[0]
    end = knee[0] + math.sin(angles[1]) * lengths[1], knee[1] + math.cos(angles[1]) * lengths[1]
    sheet.line([start, knee, end], fill, width)
    return end


def _side_view(look: Look, height: float, phase: float, stride: float) -> Image.Image:
    width = height * 0.72
    sheet = Sheet(width, height * 1.04, scale=_fineness(height))
    h, middle, ground = height, width / 2, height
    sheet.ellipse(middle, ground, h * 0.2, h * 0.035, _SHADOW)
    swing = math.sin(2 * math.pi * phase) * 0.46 * stride
    lift = max(0.0, math.cos(2 * math.pi * phase)) * 0.55 * stride
    fall = max(0.0, -math.cos(2 * math.pi * phase)) * 0.55 * stride
    hip = (middle, ground - h * 0.47 + abs(swing) * h * 0.02)
    shoulder = (middle + h * 0.012, hip[1] - h * 0.29)
    far_leg, near_leg = mix(look.trousers, (0, 0, 0), 0.25), look.trousers
    bones = (h * 0.23, h * 0.23)
    _limb(
        sheet,
        shoulder,
        (swing * 0.8, swing * 0.8 + 0.25),
        (h * 0.15, h * 0.14),
        mix(look.coat, (0, 0, 0), 0.3),
        h * 0.065,
    )
    foot = _limb(sheet, hip, (-swing + fall * 0.3, -swing - fall), bones, far_leg, h * 0.085)
    sheet.ellipse(foot[0] + h * 0.02, foot[1] - h * 0.005, h * 0.045, h * 0.022, mix(far_leg, (0, 0, 0), 0.4))
    foot = _limb(sheet, hip, (swing + lift * 0.3, swing - lift), bones, near_leg, h * 0.09)
    sheet.ellipse(foot[0] + h * 0.02, foot[1] - h * 0.005, h * 0.045, h * 0.022, mix(near_leg, (0, 0, 0), 0.4))
    if look.bag is not None:
        sheet.rect(shoulder[0] - h * 0.17, shoulder[1] - h * 0.02, h * 0.12, h * 0.2, look.bag, radius=h * 0.04)
    hem = hip[1] + h * (0.04 + 0.3 * look.long)
    flare = h * (0.085 + 0.05 * look.long)
    sheet.line([(shoulder[0], shoulder[1] + h * 0.03), (hip[0], hip[1])], look.coat, h * 0.17)
    sheet.poly(
        [
            (hip[0] - h * 0.085, hip[1] - h * 0.06),
            (hip[0] + h * 0.085, hip[1] - h * 0.06),
            (hip[0] + flare, hem),
            (hip[0] - flare, hem),
        ],
        look.coat,
    )
    hand = _limb(
        sheet,
        shoulder,
        (-swing * 0.8, -swing * 0.8 + 0.25),
        (h * 0.15, h * 0.14),
        mix(look.coat, (0, 0, 0), 0.12),
        h * 0.07,
    )
    sheet.ellipse(*hand, h * 0.028, h * 0.028, look.skin)
    if look.case is not None:
        sheet.rect(middle - h * 0.33, ground - h * 0.27, h * 0.15, h * 0.24, look.case, radius=h * 0.02)
        sheet.line(
            [(middle - h * 0.25, ground - h * 0.27), (middle - h * 0.12, hip[1] + h * 0.04)], (90, 94, 100), h * 0.015
        )
    _head(sheet, look, shoulder[0] + h * 0.015, shoulder[1] - h * 0.125, h, turned=True)
    return sheet.finished()


def _head(sheet: Sheet, look: Look, x: float, y: float, h: float, *, turned: bool) -> None:
    sheet.line([(x, y), (x - h * 0.005, y + h * 0.1)], mix(look.skin, (90, 50, 30), 0.25), h * 0.06)
    sheet.ellipse(x, y, h * 0.072, h * 0.085, look.skin)
    back = -h * 0.022 if turned else 0
    sheet.ellipse(x + back, y - h * 0.035, h * 0.076, h * 0.062, look.hair)
    if turned:
        sheet.ellipse(x - h * 0.045, y + h * 0.005, h * 0.035, h * 0.06, look.hair)
    if look.hat is not None:
        sheet.ellipse(x + back / 2, y - h * 0.06, h * 0.08, h * 0.05, look.hat)
        sheet.rect(x - h * 0.08, y - h * 0.06, h * (0.2 if turned else 0.16), h * 0.02, look.hat, radius=h * 0.01)


def _front_view(look: Look, height: float, phase: float, stride: float) -> Image.Image:
    width = height * 0.5
    sheet = Sheet(width, height * 1.04, scale=_fineness(height))
    h, middle, ground = height, width / 2, height
    sheet.ellipse(middle, ground, h * 0.17, h * 0.035, _SHADOW)
    hip_y = ground - h * 0.47
    shoulder_y = hip_y - h * 0.29
    swing = math.sin(2 * math.pi * phase) * stride
    for side, lift in ((-1, max(0.0, swing)), (1, max(0.0, -swing))):
        x = middle + side * h * 0.05
        foot_y = ground - h * 0.015 - lift * h * 0.07
        sheet.line([(x, hip_y), (x + side * h * 0.005, foot_y)], mix(look.trousers, (0, 0, 0), 0.18 * lift), h * 0.085)
        sheet.ellipse(x + side * h * 0.01, foot_y, h * 0.045, h * 0.025, mix(look.trousers, (0, 0, 0), 0.4))
        hand_y = hip_y + h * 0.02 - side * swing * h * 0.04
        sheet.line(
            [(middle + side * h * 0.1, shoulder_y + h * 0.02), (middle + side * h * 0.135, hand_y)],
            mix(look.coat, (0, 0, 0), 0.2),
            h * 0.068,
        )
        sheet.ellipse(middle + side * h * 0.137, hand_y + h * 0.02, h * 0.028, h * 0.028, look.skin)
    hem = hip_y + h * (0.04 + 0.3 * look.long)
    flare = h * (0.1 + 0.04 * look.long)
    sheet.rect(middle - h * 0.125, shoulder_y - h * 0.045, h * 0.25, h * 0.3, look.coat, radius=h * 0.07)
    sheet.poly(
        [
            (middle - h * 0.115, hip_y - h * 0.1),
            (middle + h * 0.115, hip_y - h * 0.1),
            (middle + flare, hem),
            (middle - flare, hem),
        ],
        look.coat,
    )
    sheet.rect(middle - h * 0.012, shoulder_y, h * 0.024, hem - shoulder_y, mix(look.coat, (255, 255, 255), 0.14))
    if look.bag is not None:
        sheet.line([(middle - h * 0.1, shoulder_y), (middle + h * 0.09, hip_y)], look.bag, h * 0.025)
    _head(sheet, look, middle, shoulder_y - h * 0.125, h, turned=False)
    return sheet.finished()


def car(
    body: Colour, length: float, *, faces_right: bool = True, lights: bool = False, kind: str = "saloon"
) -> Image.Image:
    """A car, van or taxi seen from the side."""
    unit = length / 100
    tall = 40 if kind == "van" else 33
    sheet = Sheet(length * 1.12, (tall + 6) * unit, scale=4)
    u, ground = unit, tall * unit
    left = 6 * u
    sheet.ellipse(left + 50 * u, ground, 51 * u, 3.6 * u, _SHADOW)
    dark, light = mix(body, (10, 14, 30), 0.3), mix(body, (255, 255, 255), 0.3)
    roof: list[Point]
    panes: list[list[Point]]
    if kind == "van":
        roof = [(6, 3), (72, 3), (82, 15), (98, 19), (99, 33), (1, 33), (1, 8)]
        panes = [
            [(9, 6), (34, 6), (34, 16), (9, 16)],
            [(37, 6), (58, 6), (58, 16), (37, 16)],
            [(61, 6), (71, 6), (79, 16), (61, 16)],
        ]
    else:
        roof = [(22, 13), (34, 3), (62, 3), (78, 13), (97, 16), (100, 27), (98, 28), (2, 28), (0, 26), (1, 15)]
        panes = [[(27, 13), (36, 5.5), (47, 5.5), (47, 13)], [(50, 5.5), (61, 5.5), (72, 13), (50, 13)]]
    drop = ground - (33 if kind == "van" else 28) * u - 4 * u
    sheet.poly([(left + x * u, drop + y * u) for x, y in roof], body)
    sheet.rect(left + 1 * u, ground - 19 * u, 98 * u, 13.5 * u, body, radius=4 * u)
    sheet.rect(left + 1 * u, ground - 10 * u, 98 * u, 5 * u, dark, radius=2 * u)
    sheet.rect(left + 3 * u, ground - 18 * u, 93 * u, 1.1 * u, light)
    for pane in panes:
        sheet.poly([(left + x * u, drop + y * u) for x, y in pane], _GLASS)
        top = pane[:2]
        sheet.poly(
            [
                (left + top[0][0] * u + 3 * u, drop + 13 * u),
                (left + top[0][0] * u + 9 * u, drop + 6 * u),
                (left + top[0][0] * u + 11 * u, drop + 6 * u),
                (left + top[0][0] * u + 5 * u, drop + 13 * u),
            ],
            mix(_GLASS, (255, 255, 255), 0.22),
        )
    if kind == "taxi":
        sheet.rect(left + 44 * u, drop + 0.2 * u, 10 * u, 3 * u, rgb("f7f1d8"), radius=u)
    sheet.rect(left + 94.5 * u, ground - 17 * u, 5 * u, 3.6 * u, rgb("fff6cf") if lights else rgb("e9eef0"), radius=u)
    sheet.rect(left + 0.2 * u, ground - 17 * u, 3.6 * u, 4 * u, rgb("e4534a"), radius=u)
    for wheel in (20, 79):
        x, y = left + wheel * u, ground - 6.5 * u
        sheet.ellipse(x, y, 8.4 * u, 8.4 * u, dark)
        sheet.ellipse(x, y, 7 * u, 7 * u, _TYRE)
        sheet.ellipse(x, y, 3.9 * u, 3.9 * u, rgb("c3c9ce"))
        sheet.ellipse(x, y, 1.3 * u, 1.3 * u, rgb("7d858c"))
    picture = sheet.finished()
    return picture if faces_right else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def bus(body: Colour, length: float, *, faces_right: bool = True, stripe: Colour = (255, 255, 255)) -> Image.Image:
    """A city bus seen from the side."""
    u = length / 100
    sheet = Sheet(length * 1.06, 40 * u, scale=3)
    left, ground = 3 * u, 36 * u
    sheet.ellipse(left + 50 * u, ground, 51 * u, 2.6 * u, _SHADOW)
    sheet.rect(left, 3 * u, 100 * u, 30 * u, body, radius=4 * u)
    sheet.rect(left, 22 * u, 100 * u, 3 * u, stripe)
    sheet.rect(left + 1 * u, 28 * u, 98 * u, 5.5 * u, mix(body, (10, 14, 30), 0.32), radius=2 * u)
    sheet.rect(left + 3 * u, 6.5 * u, 94 * u, 12.5 * u, _GLASS, radius=2 * u)
    for pillar in (18, 33, 48, 63, 78):
        sheet.rect(left + pillar * u, 6.5 * u, 1.2 * u, 12.5 * u, body)
    for door in (20.5, 80.5):
        sheet.rect(left + door * u, 7.5 * u, 11 * u, 24 * u, mix(_GLASS, (255, 255, 255), 0.12), radius=u)
        sheet.rect(left + (door + 5.2) * u, 7.5 * u, 0.7 * u, 24 * u, body)
    sheet.rect(left + 96.5 * u, 25.5 * u, 3 * u, 3 * u, rgb("fff3c4"), radius=u)
    sheet.rect(left + 0.4 * u, 25.5 * u, 1.6 * u, 4 * u, rgb("e4534a"), radius=0.6 * u)
    for wheel in (16, 76):
        sheet.ellipse(left + wheel * u, ground - 4.4 * u, 5 * u, 5 * u, _TYRE)
        sheet.ellipse(left + wheel * u, ground - 4.4 * u, 2.6 * u, 2.6 * u, rgb("c3c9ce"))
    picture = sheet.finished()
    return picture if faces_right else picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def cyclist(look: Look, height: float, frame: Colour, *, faces_right: bool = True) -> tuple[Image.Image, ...]:
    """A rider on a bicycle, one picture per phase of the pedals."""
    pictures = []
    for number in range(PHASES):
        turn = 2 * math.pi * number / PHASES
        h = height
        sheet = Sheet(h * 1.1, h * 1.04, scale=_fineness(h))
        ground, rear, front = h, h * 0.27, h * 0.83
        radius = h * 0.2
        sheet.ellipse(h * 0.55, ground, h * 0.42, h * 0.03, _SHADOW)
        hub_y = ground - radius
        for x in (rear, front):
            sheet.ellipse(x, hub_y, radius, radius, (44, 48, 54, 255))
            sheet.ellipse(x, hub_y, radius * 0.86, radius * 0.86, (255, 255, 255, 34))
            sheet.ellipse(x, hub_y, radius * 0.12, radius * 0.12, (90, 96, 102))
        crank = (h * 0.5, hub_y + h * 0.01)
        seat, bar = (h * 0.42, ground - h * 0.5), (h * 0.76, ground - h * 0.55)
        hip = (seat[0], seat[1] - h * 0.03)
        legs = []
        for side in (math.pi, 0.0):
            foot = crank[0] + math.cos(turn + side) * h * 0.07, crank[1] + math.sin(turn + side) * h * 0.07
            knee = (hip[0] + foot[0]) / 2 + h * 0.13, (hip[1] + foot[1]) / 2 - h * 0.05
            legs.append((knee, foot))
        sheet.line([hip, *legs[0]], mix(look.trousers, (0, 0, 0), 0.3), h * 0.075)
        tubes: tuple[list[Point], ...] = (
            [(rear, hub_y), crank, seat, (rear, hub_y)],
            [crank, bar, seat],
            [bar, (front, hub_y)],
        )
        for part in tubes:
            sheet.line(part, frame, h * 0.024)
        sheet.line([hip, *legs[1]], look.trousers, h * 0.08)
        shoulder = (h * 0.56, ground - h * 0.79)
        if look.bag is not None:
            sheet.rect(h * 0.36, ground - h * 0.83, h * 0.13, h * 0.2, look.bag, radius=h * 0.04)
        sheet.line([hip, shoulder], look.coat, h * 0.15)
        sheet.line([shoulder, (h * 0.68, ground - h * 0.66), bar], mix(look.coat, (0, 0, 0), 0.15), h * 0.06)
        _head(sheet, look, shoulder[0] + h * 0.04, shoulder[1] - h * 0.11, h * 0.92, turned=True)
        pictures.append(sheet.finished())
    if not faces_right:
        pictures = [picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for picture in pictures]
    return tuple(pictures)
