"""Lakeside park in the golden hour: a path with lamps, joggers, a cyclist, strollers, a boat, ducks."""

from __future__ import annotations

import math

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Sheet, hills, mix, rgb, tree
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Mover, Pose, Scenery, crossing, fixed


def _pagoda(sheet: Sheet, x: float, base: float) -> None:
    for level in range(5):
        width, y = 92 - level * 15, base - level * 34
        sheet.rect(x - width * 0.32, y - 30, width * 0.64, 30, mix(rgb("c98a66"), rgb("e6b48a"), level / 5))
        for n in (-1, 0, 1):
            sheet.rect(x + n * width * 0.19 - 3, y - 22, 6, 16, rgb("ffd898"), radius=2)
        sheet.poly(
            [
                (x - width * 0.58, y - 26),
                (x - width * 0.4, y - 38),
                (x + width * 0.4, y - 38),
                (x + width * 0.58, y - 26),
            ],
            rgb("7d5a66"),
        )
    sheet.line([(x, base - 170), (x, base - 206)], rgb("7d5a66"), 3)


def _bench(sheet: Sheet, x: float, y: float) -> None:
    sheet.ellipse(x, y + 2, 62, 6, (60, 50, 60, 90))
    for side in (-44, 44):
        sheet.line([(x + side, y), (x + side, y - 44)], rgb("4f4a52"), 5)
    for n in range(3):
        sheet.rect(x - 54, y - 50 + n * 10, 108, 7, rgb("a8704a"), radius=2)
    sheet.rect(x - 56, y - 22, 112, 8, rgb("b97f55"), radius=2)


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("f3c79c"))
    sheet.fade(0, 0, WIDTH, 280, rgb("7fa6bd"), rgb("fbd9a6"))
    sheet.glow(380, 236, 520, (255, 226, 160, 220), squash=0.75)
    sheet.ellipse(380, 214, 40, 40, rgb("fff4d0"))
    for x, y, r in ((760, 70, 120), (880, 92, 90), (180, 80, 100), (1120, 120, 110)):
        sheet.ellipse(x, y, r, r * 0.09, (255, 238, 214, 150))
    hills(sheet, 282, 130, rgb("b9a9ac"), 6)
    hills(sheet, 286, 84, rgb("98a08f"), 15)
    _pagoda(sheet, 1010, 262)
    hills(sheet, 290, 40, rgb("7f9170"), 23)
    sheet.fade(0, 284, WIDTH, 176, rgb("f1cfa0"), rgb("7fa3ac"))
    sheet.shade([(352, 288), (408, 288), (470, 456), (290, 456)], (255, 244, 206, 190), 12)
    for n in range(60):
        x, y = (n * 197) % 1280, 294 + (n * 71) % 150
        sheet.rect(x, y, 20 + (n * 13) % 50, 1.6, (255, 246, 220, 110))
    sheet.shade([(960, 290), (1060, 290), (1050, 400), (972, 400)], (140, 110, 110, 90), 9)
    sheet.poly([(0, 436), (300, 452), (700, 440), (1000, 456), (1280, 438), (1280, 720), (0, 720)], rgb("9fae6a"))
    sheet.fade(0, 462, WIDTH, 258, (168, 178, 106, 255), (122, 143, 84, 255))
    for n in range(150):
        x, y = (n * 367) % 1280, 458 + (n * 97) % 92
        sheet.line([(x, y), (x + 2, y - 6)], (96, 120, 70, 120), 1.2)
    for n in range(26):
        x, y = (n * 241) % 1280, 470 + (n * 59) % 70
        sheet.ellipse(x, y, 2.6, 2.2, (rgb("f6e2a0"), rgb("f3b0a0"), rgb("fff6ea"))[n % 3])
    sheet.poly(
        [(0, 566), (400, 552), (900, 556), (1280, 546), (1280, 668), (900, 684), (400, 680), (0, 694)], rgb("e6cfa4")
    )
    sheet.poly(
        [(0, 690), (400, 676), (900, 680), (1280, 664), (1280, 672), (900, 688), (400, 684), (0, 698)], rgb("c9ae82")
    )
    for x, y, size, seed in ((110, 520, 330, 4), (1196, 530, 370, 9), (690, 474, 150, 2), (800, 470, 124, 6)):
        sheet.shade(
            [(x, y - 4), (x + size * 0.1, y + 6), (x + size * 0.62, y + 40), (x + size * 0.4, y + 40)],
            (70, 76, 60, 80),
            9,
        )
        tree(sheet, x, y, size, rgb("8f9a4e") if seed % 2 == 0 else rgb("b8914a"), rgb("6a5145"), seed)
    for x in (300, 930):
        _bench(sheet, x, 548)
    for x in (240, 560, 1000):
        sheet.line([(x, 556), (x, 396)], rgb("4a4a52"), 5)
        sheet.ellipse(x, 388, 11, 12, rgb("fff0c0"))
        sheet.glow(x, 388, 60, (255, 236, 176, 130))
    return sheet


def _duck() -> Sheet:
    sheet = Sheet(34, 20, scale=4)
    sheet.ellipse(15, 17, 14, 2.2, (255, 250, 230, 90))
    sheet.ellipse(15, 12, 11, 6, rgb("6f5a4a"))
    sheet.ellipse(12, 10, 8, 4.4, rgb("b9a58c"))
    sheet.ellipse(25, 6.5, 4.2, 4.2, rgb("3f6a54"))
    sheet.poly([(28, 6), (33, 7.5), (28, 8.6)], rgb("e8a84c"))
    return sheet


def _boat() -> Sheet:
    sheet = Sheet(150, 120, scale=3)
    sheet.ellipse(75, 113, 66, 4, (120, 96, 92, 110))
    sheet.poly([(74, 8), (74, 88), (18, 88)], rgb("fff3dc"))
    sheet.poly([(80, 20), (80, 88), (122, 88)], rgb("e98f66"))
    sheet.line([(77, 4), (77, 94)], rgb("6a5145"), 3)
    sheet.poly([(10, 94), (140, 94), (122, 112), (28, 112)], rgb("8a4f45"))
    sheet.rect(10, 92, 130, 5, rgb("b9715c"))
    return sheet


def scenery() -> Scenery:
    """The scene."""
    boat, duck = _boat().finished(), _duck().finished()
    movers = [Mover((boat,), lambda t: Pose(640 + 360 * math.sin(t * 6.283 / 60), 362 + 2 * math.sin(t * 6.283 / 4)))]
    for n in range(4):
        movers.append(
            crossing(
                (duck,),
                start_s=8 + n * 1.6,
                duration_s=48,
                path=[(-20, 416 + n * 5), (1300, 408 + n * 7)],
                depth=420 + n,
            )
        )
    joggers = [
        (Look(rgb("ee7d5a"), rgb("39455c"), hair=(40, 34, 32)), 146, 4, 12, [(-70, 616), (1350, 604)]),
        (Look(rgb("4fa0a8"), rgb("2f3848")), 152, 5.3, 12, [(-70, 632), (1350, 620)]),
        (Look(rgb("f0d264"), rgb("4a5468"), hat=rgb("f6f2e6")), 150, 38, 12.5, [(1350, 640), (-70, 652)]),
    ]
    for look, height, start, duration, path in joggers:
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0], stride=1.45)
        movers.append(crossing(art, start_s=start, duration_s=duration, path=path, steps_per_s=1.5))
    strollers = [
        (Look(rgb("8d6f9e"), rgb("3c4356"), long=0.6), 140, 14, 36, [(1340, 586), (-60, 598)]),
        (Look(rgb("6f8f8a"), rgb("3a4152"), hat=rgb("d8c49a")), 144, 15.4, 36, [(1340, 596), (-60, 608)]),
        (Look(rgb("d88a6a"), rgb("56506a"), bag=rgb("f0dcb0"), long=0.4), 138, 48, 34, [(-60, 590), (1340, 578)]),
    ]
    for look, height, start, duration, path in strollers:
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=duration, path=path, steps_per_s=0.75))
    rider = figures.cyclist(Look(rgb("e5b04a"), rgb("3a465a"), hat=rgb("d8594a")), 166, rgb("3f7f86"))
    movers.append(crossing(rider, start_s=24, duration_s=9.5, path=[(-110, 664), (1390, 650)], steps_per_s=1.3))
    grass = Sheet(320, 60, scale=3)
    for n in range(70):
        x = (n * 37) % 316
        grass.line([(x, 60), (x + 5 - n % 9, 22 + (n * 11) % 26)], mix(rgb("6f8a4c"), rgb("a9b46a"), n % 5 / 5), 2.6)
    blades = grass.finished()
    for x in (120, 420, 760, 1080, 1240):
        movers.append(fixed(blades, x, 730))
    return Scenery(background().finished(grain=1), tuple(movers))
