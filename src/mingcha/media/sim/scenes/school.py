"""School gate in the morning: building with a flag, pillars, children with satchels, a guard, a parent's bicycle."""

from __future__ import annotations

import math

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Sheet, hills, mix, rgb, tree, windows
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Mover, Pose, Scenery, crossing, fixed, nearing


def _building(sheet: Sheet) -> None:
    sheet.fade(300, 120, 680, 250, rgb("f1e6d2"), rgb("e3d2b6"))
    sheet.rect(292, 108, 696, 14, rgb("b65b46"))
    sheet.rect(560, 70, 160, 300, rgb("c97058"))
    sheet.poly([(548, 72), (640, 26), (732, 72)], rgb("9d4a38"))
    sheet.ellipse(640, 116, 27, 27, rgb("f7f0e2"))
    sheet.line([(640, 116), (640, 98)], rgb("4a4038"), 3)
    sheet.line([(640, 116), (653, 122)], rgb("4a4038"), 3)
    panes = [rgb("9dbfd0"), rgb("b9d3dd"), rgb("8bb0c4")]
    for x in (306, 726):
        windows(sheet, (x, 134, 248, 204), 3, 5, panes, int(x))
    windows(sheet, (574, 158, 132, 80), 1, 3, panes, 4)
    sheet.rect(596, 262, 88, 108, rgb("6d4436"), radius=4)
    sheet.rect(604, 270, 34, 100, rgb("e9d9b4"))
    sheet.rect(642, 270, 34, 100, rgb("e9d9b4"))


def _yard(sheet: Sheet) -> None:
    sheet.fade(0, 366, WIDTH, 106, rgb("b8c79b"), rgb("a6ba8a"))
    sheet.poly([(590, 368), (690, 368), (800, 470), (480, 470)], rgb("dccdb4"))
    for x, seed in ((70, 2), (196, 5), (1090, 4), (1212, 7)):
        sheet.shade([(x - 46, 404), (x + 60, 400), (x + 66, 414), (x - 36, 416)], (50, 60, 50, 80), 6)
        tree(sheet, x, 410, 210, rgb("86a85a"), rgb("715844"), seed)
    sheet.line([(880, 396), (880, 100)], rgb("c8ccd0"), 4)


def _wall(sheet: Sheet) -> None:
    for x, width in ((-10, 396), (894, 396)):
        sheet.fade(x, 392, width, 88, rgb("d98a68"), rgb("c5724f"))
        for row in range(5):
            for n in range(-1, width // 34 + 1):
                left = x + n * 34 + (row % 2) * 17
                sheet.rect(
                    max(x, left), 394 + row * 17, min(32, x + width - left, left + 32 - x), 1.2, (255, 235, 215, 50)
                )
        sheet.rect(x - 2, 384, width + 4, 11, rgb("efe0c8"))
    for x in (386, 854):
        sheet.rect(x, 336, 42, 146, rgb("efe4d0"))
        sheet.rect(x - 5, 326, 52, 14, rgb("b65b46"))
        sheet.ellipse(x + 21, 316, 12, 12, rgb("fff2cc"))
        sheet.glow(x + 21, 316, 40, (255, 240, 190, 90))
    sheet.rect(28, 404, 250, 46, rgb("f6ecd8"), radius=5)
    sheet.text(153, 427, "RIVERSIDE SCHOOL", 21, rgb("8c4a38"))


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("dbe7e2"))
    sheet.fade(0, 0, WIDTH, 370, rgb("a9cfe0"), rgb("fbeed3"))
    sheet.glow(220, 150, 380, (255, 238, 190, 190))
    for x, y, r in ((420, 52, 44), (474, 44, 56), (530, 54, 40), (1010, 74, 40), (1056, 66, 50)):
        sheet.ellipse(x, y, r, r * 0.4, (255, 255, 255, 140))
    hills(sheet, 372, 120, rgb("bdd0b4"), 11)
    _building(sheet)
    _yard(sheet)
    sheet.fade(0, 470, WIDTH, 120, rgb("d9cfc0"), rgb("cbbfae"))
    for n in range(-6, 34):
        x = n * 56
        sheet.line([(640 + (x - 640) * 0.8, 470), (x, 590)], (150, 138, 124, 70), 1)
    for y in (502, 542):
        sheet.line([(0, y), (WIDTH, y)], (150, 138, 124, 70), 1)
    _wall(sheet)
    sheet.rect(0, 590, WIDTH, 10, rgb("a99d8d"))
    sheet.fade(0, 600, WIDTH, HEIGHT - 600, rgb("6f747b"), rgb("7c8188"))
    for n in range(11):
        sheet.poly([(416 + n * 42, 606), (440 + n * 42, 606), (434 + n * 44, 716), (408 + n * 44, 716)], rgb("e2dccb"))
    return sheet


def _flag() -> Mover:
    pictures = []
    for phase in range(20):
        sheet = Sheet(74, 52, scale=4)
        wave = [(x, 4 + math.sin(x / 11 - phase / 20 * 6.283) * 3.2 * x / 70) for x in range(0, 71, 5)]
        sheet.poly([*wave, *[(x, y + 40) for x, y in reversed(wave)]], rgb("d24a3e"))
        sheet.poly([*wave[4:8], *[(x, y + 40) for x, y in reversed(wave[4:8])]], rgb("dc5b4c"))
        pictures.append(sheet.finished())
    return Mover(tuple(pictures), lambda t: Pose(918, 156, int(t * 16) % 20, 300))


def _booth() -> Sheet:
    sheet = Sheet(118, 150, scale=3)
    sheet.ellipse(58, 144, 56, 5, (20, 24, 40, 70))
    sheet.rect(12, 20, 92, 124, rgb("eef1ec"), radius=4)
    sheet.rect(4, 10, 108, 14, rgb("47708a"), radius=4)
    sheet.fade(20, 36, 76, 52, rgb("9fc4d2"), rgb("d7e6e4"))
    sheet.rect(20, 96, 76, 6, rgb("47708a"))
    sheet.text(58, 121, "GUARD", 15, rgb("47708a"))
    return sheet


def scenery() -> Scenery:
    """The scene."""
    movers = [_flag(), fixed(_booth().finished(), 962, 520)]
    guard = figures.standing(Look(rgb("34506b"), rgb("2b3542"), hat=rgb("2b3f55")), 106)
    movers.append(Mover(guard, lambda t: Pose(872 + 5 * math.sin(t * 6.283 / 12), 528)))
    coats = ["e2604f", "f0b545", "4f93b8", "77a860", "b57ab0", "e98a5a", "5c7fb0", "d4656f", "4fa39a", "c9a24b"]
    bags = ["4a6fa5", "c4504a", "f0c04f", "5b8f6a", "7d5ba6"]
    for number, colour in enumerate(coats):
        from_left = number % 2 == 0
        look = Look(
            rgb(colour), rgb("3f4c63"), hair=(40, 34, 32), bag=rgb(bags[number % 5]), skin=figures.SKINS[number % 3]
        )
        start, side_x = number * 6 + 1.5, -40 if from_left else 1320
        y = 556 + (number * 13) % 26
        gate_x = 600 + (number * 37) % 90
        art = figures.walker(look, 74 + (number * 5) % 12, faces_right=from_left, stride=1.1)
        movers.append(crossing(art, start_s=start, duration_s=9, path=[(side_x, y), (gate_x, y - 4)], steps_per_s=1.15))
        movers.append(
            nearing(
                figures.approaching(look, 76),
                start_s=start + 9,
                duration_s=9,
                far=(gate_x, y - 4, 76),
                near=(634 + number % 3 * 8, 378, 44),
                sizes=10,
            )
        )
    for look, start, path in (
        (Look(rgb("6f7f8f"), rgb("39414d"), long=0.5), 20, [(-40, 584), (1320, 584)]),
        (Look(rgb("a5654f"), rgb("4a4f5c"), bag=rgb("d8c09a")), 47, [(1320, 578), (-40, 578)]),
    ):
        art = figures.walker(look, 112, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=26, path=path, steps_per_s=0.9))
    rider = figures.cyclist(Look(rgb("4d8f86"), rgb("3c4350")), 132, rgb("d9a13f"), faces_right=False)
    movers.append(crossing(rider, start_s=30, duration_s=12, path=[(1370, 668), (-90, 668)], steps_per_s=1.1))
    for start, colour, kind in ((6, "f2efe6", "saloon"), (26, "47708a", "van"), (50, "d98a4f", "taxi")):
        art = (figures.car(mix(rgb(colour), (255, 255, 255), 0.04), 280, kind=kind),)
        movers.append(crossing(art, start_s=start, duration_s=8, path=[(-190, 712), (1470, 712)]))
    return Scenery(background().finished(grain=1), tuple(movers))
