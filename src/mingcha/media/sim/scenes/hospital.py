"""Hospital entrance in the evening: a lit hall, a canopy, an ambulance, visitors, a nurse, wet ground that shines."""

from __future__ import annotations

import math

from PIL import Image

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Sheet, hills, mix, rgb, tree, windows
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Mover, Pose, Scenery, crossing, fixed, nearing

_GROUND_Y = 470


def _tower(sheet: Sheet) -> None:
    lit = [rgb("33486c"), rgb("3b527a"), rgb("ffe0a0"), rgb("33486c"), rgb("cfe3ea"), rgb("f8cf8a"), rgb("3b527a")]
    sheet.fade(150, 40, 700, 432, rgb("51698f"), rgb("6f87a6"))
    sheet.rect(142, 30, 716, 14, rgb("3c5174"))
    windows(sheet, (164, 54, 672, 216), 4, 14, lit, 21)
    sheet.fade(850, 150, 330, 322, rgb("465c82"), rgb("5f779a"))
    sheet.rect(844, 142, 342, 12, rgb("3c5174"))
    windows(sheet, (862, 166, 306, 230), 5, 7, lit, 33)
    sheet.rect(420, -10, 160, 60, rgb("3c5174"))
    sheet.rect(388, 2, 224, 46, rgb("24405f"), radius=8)
    sheet.text(500, 26, "HOSPITAL", 30, rgb("bff0e4"))
    sheet.glow(500, 26, 190, (150, 240, 220, 50), squash=0.5)


def _hall(sheet: Sheet) -> None:
    sheet.fade(250, 300, 500, 172, rgb("fff0cc"), rgb("ffe3b0"))
    sheet.rect(330, 392, 150, 56, rgb("c99a6b"), radius=5)
    sheet.rect(330, 386, 150, 9, rgb("e2bd8d"))
    sheet.ellipse(370, 362, 11, 13, rgb("e8c3a3"))
    sheet.rect(356, 372, 30, 20, rgb("f2f6f4"), radius=6)
    sheet.rect(540, 340, 60, 84, rgb("cfe6dd"), radius=4)
    sheet.text(570, 368, "i", 32, rgb("3f8a7c"))
    for x in (640, 676, 712):
        sheet.rect(x, 420, 28, 26, rgb("4f8a84"), radius=5)
    for x in range(250, 751, 62):
        sheet.rect(x - 2, 300, 4, 172, rgb("7d8fa8"))
    sheet.rect(250, 356, 500, 3, rgb("7d8fa8"))
    sheet.rect(452, 318, 96, 154, rgb("fff6dc"))
    for x in (452, 498, 545):
        sheet.rect(x, 318, 4, 154, rgb("66788f"))
    sheet.poly([(214, 288), (786, 288), (806, 300), (194, 300)], rgb("dfe7ea"))
    sheet.rect(194, 300, 612, 10, rgb("9fb0bd"))
    sheet.rect(880, 300, 196, 44, rgb("c8473f"), radius=6)
    sheet.text(978, 322, "EMERGENCY", 25, rgb("fff4ec"))
    sheet.glow(978, 322, 170, (255, 110, 90, 60), squash=0.6)
    sheet.fade(900, 352, 156, 120, rgb("f4efe0"), rgb("e4dcc4"))
    sheet.rect(976, 352, 4, 120, rgb("7d8fa8"))


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("22304f"))
    sheet.fade(0, 0, WIDTH, 470, rgb("1d2a4a"), rgb("8b7a9c"))
    sheet.glow(1130, 420, 420, (240, 160, 130, 120), squash=0.7)
    for n in range(46):
        sheet.ellipse((n * 277) % 1280, (n * 131) % 170 + 6, 1.1, 1.1, (255, 255, 240, 60 + n * 37 % 120))
    sheet.ellipse(76, 74, 23, 23, rgb("f6efd8"))
    sheet.ellipse(86, 68, 20, 20, rgb("25345a"))
    hills(sheet, 470, 150, rgb("3b4668"), 14)
    _tower(sheet)
    _hall(sheet)
    sheet.fade(0, _GROUND_Y, WIDTH, 250, rgb("4a566e"), rgb("39435a"))
    sheet.shade([(260, 470), (740, 470), (860, 690), (140, 690)], (255, 222, 160, 110), 26)
    sheet.shade([(900, 470), (1056, 470), (1100, 600), (880, 600)], (255, 180, 150, 70), 20)
    for n in range(7):
        sheet.rect(270 + n * 70, 478, 20, 46 + (n * 29) % 40, (255, 232, 180, 36))
    sheet.rect(0, 592, WIDTH, 5, (220, 226, 236, 60))
    for n in range(14):
        sheet.poly(
            [(n * 100 + 12, 640), (n * 100 + 62, 640), (n * 100 + 56, 648), (n * 100 + 4, 648)], (236, 232, 214, 150)
        )
    for x, seed, size in ((60, 3, 230), (1214, 6, 250), (186, 8, 120)):
        tree(sheet, x, 486, size, rgb("3e6a62"), rgb("3c3a46"), seed)
    for x in (120, 830, 1140):
        sheet.line([(x, 500), (x, 300)], rgb("222c40"), 5)
        sheet.rect(x - 16, 290, 32, 10, rgb("222c40"), radius=4)
        sheet.rect(x - 11, 299, 22, 5, rgb("fff1c4"))
        sheet.glow(x, 304, 95, (255, 232, 170, 120))
    return sheet


def _ambulance() -> tuple[Image.Image, ...]:
    pictures = []
    for blink in (0, 1):
        sheet = Sheet(330, 160, scale=3)
        van = figures.car(rgb("f4f6f4"), 290, kind="van", lights=True, faces_right=False)
        enlarged = van.resize((van.width * 3, van.height * 3), Image.Resampling.BICUBIC)
        sheet.image.paste(enlarged, (0, 3 * 30), enlarged)
        sheet.rect(24, 116, 276, 11, rgb("d9534a"))
        sheet.rect(196, 64, 58, 30, rgb("f4f6f4"), radius=3)
        for angle in range(3):
            dx, dy = math.cos(angle * math.pi / 3) * 11, math.sin(angle * math.pi / 3) * 11
            sheet.line([(225 - dx, 79 - dy), (225 + dx, 79 + dy)], rgb("3a78b4"), 5)
        for n, x in enumerate((112, 146)):
            lit = n == blink
            if lit:
                sheet.ellipse(x + 10, 32, 30, 20, (110, 170, 255, 70))
                sheet.ellipse(x + 10, 32, 19, 13, (140, 190, 255, 120))
            sheet.rect(x, 28, 22, 11, rgb("5aa2ff") if lit else rgb("2f4f86"), radius=4)
        pictures.append(sheet.finished())
    return tuple(pictures)


def _cars() -> list[Mover]:
    movers = []
    for colour, at_s, right, kind in (
        ("c8cfd6", 0.5, True, "saloon"),
        ("d9a53f", 26, False, "taxi"),
        ("4f6f94", 48, True, "saloon"),
    ):
        art = (figures.car(rgb(colour), 300, faces_right=right, lights=True, kind=kind),)
        path = [(-200, 708), (1480, 708)] if right else [(1480, 690), (-200, 690)]
        movers.append(crossing(art, start_s=at_s, duration_s=8, path=path))
    return movers


def _arriving(t: float) -> Pose | None:
    """Where the ambulance stands at a second of the scene; it comes, waits and drives off."""
    if t < 6 or t >= 54:
        return None
    blink = int(t * 3) % 2
    if t < 16:
        return Pose(960 + 500 * ((16 - t) / 10) ** 2, 594, blink)
    if t < 40:
        return Pose(960, 594, blink if t < 20 or t > 36 else 0)
    return Pose(960 - 1150 * ((t - 40) / 14) ** 2, 594, blink)


def scenery() -> Scenery:
    """The scene."""
    bush = Sheet(150, 60, scale=3)
    for n in range(9):
        bush.ellipse(16 + n * 15, 38 - (n * 7) % 12, 17, 17, mix(rgb("345d56"), rgb("5b8a74"), (n * 5) % 7 / 9))
    movers = [fixed(bush.finished(), 190, 512), fixed(bush.finished(), 810, 512)]
    movers.append(Mover(_ambulance(), _arriving))
    visitors = [
        (Look(rgb("c9655a"), rgb("3a4052"), long=0.5), 2, (500, 484, 92), (420, 760, 210)),
        (Look(rgb("5f86a8"), rgb("2d3344"), bag=rgb("c79a5c")), 17, (350, 770, 210), (500, 484, 92)),
        (Look(rgb("e2c069"), rgb("474e62"), hair=(36, 30, 30)), 31, (505, 484, 92), (640, 770, 210)),
        (Look(rgb("8f79a8"), rgb("343a4c"), long=0.7), 44, (600, 770, 205), (495, 484, 92)),
    ]
    for look, start, first, last in visitors:
        art = figures.approaching(look, max(first[2], last[2]))
        movers.append(nearing(art, start_s=start, duration_s=17, far=first, near=last, sizes=16))
    nurse = Look(rgb("e9f4f1"), rgb("d4e6e2"), hat=rgb("f6fbfa"), long=0.4)
    movers.append(
        crossing(
            figures.walker(nurse, 112, stride=1.15),
            start_s=20,
            duration_s=7,
            path=[(520, 498), (880, 520)],
            steps_per_s=1.1,
        )
    )
    movers.append(
        crossing(
            figures.walker(nurse, 112, faces_right=False),
            start_s=34,
            duration_s=9,
            path=[(880, 520), (510, 496)],
            steps_per_s=1,
        )
    )
    for look, height, start, path in (
        (Look(rgb("557a6e"), rgb("31384a"), bag=rgb("b0764a")), 150, 8, [(-60, 566), (1340, 566)]),
        (Look(rgb("a06a58"), rgb("3c4354"), hat=rgb("4a3f3c")), 156, 37, [(1340, 580), (-60, 580)]),
    ):
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=21, path=path, steps_per_s=0.85))
    movers += _cars()
    return Scenery(background().finished(grain=1), tuple(movers))
