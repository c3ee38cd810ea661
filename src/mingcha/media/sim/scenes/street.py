"""Street corner by day: shops, a crossing, cars, a bus, a cyclist, passers-by."""

from __future__ import annotations

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Sheet, hills, mix, rgb, tree, windows
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Mover, Pose, Scenery, crossing

_PAVEMENT_Y = 392
_ROAD_Y = 452


def _houses(sheet: Sheet) -> None:
    lit = [rgb("8fb3c9"), rgb("a9c8d8"), rgb("7ea3bb"), rgb("c9dde3")]
    blocks = [
        (-20, 210, 150, "d9b99b"),
        (190, 300, 60, "c98f78"),
        (490, 210, 130, "e3cfae"),
        (700, 260, 84, "9fb0b8"),
        (960, 190, 150, "d6a48a"),
        (1150, 160, 96, "c2b8a6"),
    ]
    for number, (x, width, top, colour) in enumerate(blocks):
        sheet.fade(x, top, width, _PAVEMENT_Y - top, rgb(colour), mix(rgb(colour), (0, 0, 0), 0.1))
        sheet.rect(x - 4, top - 7, width + 8, 9, mix(rgb(colour), (0, 0, 0), 0.22))
        windows(sheet, (x + 8, top + 10, width - 16, 236 - top), max(2, (236 - top) // 44), width // 42, lit, number)
    shops = [
        (0, 186, "3f6f6a", "TEA HOUSE"),
        (192, 146, "b8553f", "NOODLES"),
        (342, 146, "38536e", "BOOKS"),
        (492, 206, "7a5a86", "FLOWERS"),
        (702, 256, "c28a32", "BAKERY"),
        (962, 186, "4c7a4a", "GREENGROCER"),
        (1152, 128, "4b5560", "POST"),
    ]
    for x, width, colour, name in shops:
        sheet.rect(x, 258, width, _PAVEMENT_Y - 258, rgb("4a4642"))
        sheet.rect(x + 6, 300, width - 12, _PAVEMENT_Y - 306, rgb("f3e3bd"))
        sheet.fade(x + 6, 300, width - 12, 84, (120, 150, 165, 150), (250, 226, 170, 60))
        for pane in range(int(width // 48)):
            sheet.rect(x + 6 + (pane + 1) * (width - 12) / (width // 48 + 1) - 1.5, 300, 3, 90, rgb("4a4642"))
        sheet.rect(x, 256, width, 24, rgb(colour))
        sheet.text(x + width / 2, 268, name, 14, rgb("fbf3e2"))
        stripes = max(4, int(width // 18))
        for stripe in range(stripes):
            left = x + stripe * width / stripes
            fill = rgb(colour) if stripe % 2 else rgb("f6efe2")
            sheet.poly(
                [(left, 280), (left + width / stripes, 280), (left + width / stripes + 2, 302), (left - 2, 302)], fill
            )
    sheet.shade([(0, 384), (WIDTH, 384), (WIDTH, 398), (0, 398)], (30, 30, 50, 90), 6)


def _ground(sheet: Sheet) -> None:
    sheet.fade(0, _PAVEMENT_Y, WIDTH, _ROAD_Y - _PAVEMENT_Y, rgb("c3b9ac"), rgb("d6ccbd"))
    for n in range(-8, 40):
        x = n * 46
        sheet.line([(640 + (x - 640) * 0.9, _PAVEMENT_Y), (x, _ROAD_Y)], (150, 140, 128, 70), 1)
    sheet.line([(0, 418), (WIDTH, 418)], (150, 140, 128, 70), 1)
    sheet.rect(0, _ROAD_Y, WIDTH, 9, rgb("a79d90"))
    sheet.fade(0, _ROAD_Y + 9, WIDTH, 214, rgb("5b6068"), rgb("6a6f76"))
    for n in range(18):
        if not 7 <= n <= 10:
            sheet.poly([(n * 76 + 4, 560), (n * 76 + 44, 560), (n * 76 + 40, 566), (n * 76, 566)], rgb("e6dfcb"))
    for n in range(9):
        y = 470 + n * 22
        sheet.poly([(572 - n * 3, y), (704 + n * 3, y), (706 + n * 3, y + 11), (570 - n * 3, y + 11)], rgb("ddd9ce"))
    sheet.rect(0, 675, WIDTH, 8, rgb("a79d90"))
    sheet.fade(0, 683, WIDTH, HEIGHT - 683, rgb("d2c8b9"), rgb("bdb3a5"))


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("bcd7e4"))
    sheet.fade(0, 0, WIDTH, 300, rgb("9cc4dc"), rgb("e9eadb"))
    sheet.glow(1050, 40, 330, (255, 246, 214, 150))
    for x, y, r in ((250, 46, 40), (300, 40, 54), (352, 50, 38), (820, 32, 34), (862, 28, 44), (905, 36, 30)):
        sheet.ellipse(x, y, r, r * 0.42, (255, 255, 255, 130))
    hills(sheet, 240, 120, rgb("a9c3c4"), 5)
    _houses(sheet)
    _ground(sheet)
    for x, seed in ((150, 3), (486, 8), (930, 5), (1146, 9)):
        sheet.shade([(x - 50, 440), (x + 66, 436), (x + 70, 450), (x - 40, 452)], (40, 40, 60, 80), 6)
        tree(sheet, x, 446, 190, rgb("6f9c5c"), rgb("6a5443"), seed)
    for x in (350, 800):
        sheet.line([(x, 446), (x, 250), (x + 34, 240)], rgb("4b545c"), 4)
        sheet.ellipse(x + 40, 241, 12, 5, rgb("e9e4d0"))
    return sheet


def _signal() -> Mover:
    pictures = []
    for lit in (0, 1, 2):
        sheet = Sheet(24, 150, scale=3)
        sheet.line([(12, 148), (12, 60)], rgb("3d444b"), 4)
        sheet.rect(2, 2, 20, 60, rgb("2c3238"), radius=5)
        for n, colour in enumerate(("e8584c", "f0b84a", "58c07a")):
            sheet.ellipse(12, 13 + n * 19, 7, 7, rgb(colour) if n == lit else rgb("454c53"))
        pictures.append(sheet.finished())

    def pose(t: float) -> Pose:
        lit = 0 if 29.5 <= t < 42 else 1 if 27.5 <= t < 43.5 else 2
        return Pose(742, 464, lit)

    return Mover(tuple(pictures), pose)


def scenery() -> Scenery:
    """The scene."""
    movers = [_signal()]
    right = [
        ("d8634f", 1.0, 238, ""),
        ("e9e4d8", 9, 246, ""),
        ("4f7fa8", 23.5, 250, ""),
        ("e3b23c", 44, 244, "taxi"),
        ("7f9a6b", 52, 262, "van"),
    ]
    left = [
        ("f2f2ee", 5, 216, ""),
        ("6a5d8c", 20, 212, ""),
        ("b5453c", 27, 220, "taxi"),
        ("3e4a57", 43.5, 214, ""),
        ("d9a066", 49.5, 230, "van"),
    ]
    for colour, start, length, kind in right:
        driving = (figures.car(rgb(colour), length, kind=kind or "saloon"),)
        movers.append(crossing(driving, start_s=start, duration_s=5.6, path=[(-170, 654), (1450, 654)]))
    for colour, start, length, kind in left:
        driving = (figures.car(rgb(colour), length, faces_right=False, kind=kind or "saloon"),)
        movers.append(crossing(driving, start_s=start, duration_s=6.4, path=[(1430, 540), (-150, 540)]))
    movers.append(
        crossing(
            (figures.bus(rgb("3c8c84"), 430, stripe=rgb("f2e6c6")),),
            start_s=15,
            duration_s=9,
            path=[(-260, 660), (1540, 660)],
        )
    )
    rider = figures.cyclist(Look(rgb("e07a4b"), rgb("36465a"), bag=rgb("42607a")), 120, rgb("b8443a"))
    movers.append(crossing(rider, start_s=36, duration_s=11, path=[(-70, 672), (1350, 672)], steps_per_s=1.2))
    walkers = [
        (Look(rgb("b5534a"), rgb("3d4354"), long=0.4), 96, 2, 34, [(-40, 430), (1320, 430)]),
        (Look(rgb("51738f"), rgb("2f3640"), bag=rgb("7d4f3a")), 100, 24, 36, [(1320, 440), (-40, 440)]),
        (Look(rgb("e1c46a"), rgb("56616e"), hair=(30, 26, 26)), 92, 12, 40, [(-40, 446), (1320, 446)]),
        (Look(rgb("6f8f6a"), rgb("444b57"), hat=rgb("c9b184")), 94, 40, 38, [(1320, 426), (-40, 426)]),
        (Look(rgb("8a6a9c"), rgb("333a46"), long=0.7), 98, 51, 42, [(-40, 437), (1320, 437)]),
    ]
    for look, height, start, duration, path in walkers:
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=duration, path=path, steps_per_s=0.85))
    across = [(Look(rgb("d9dde0"), rgb("45526a")), 30.5), (Look(rgb("4a5d78"), rgb("2e3540"), bag=rgb("c08a4a")), 31.6)]
    for number, (look, start) in enumerate(across):
        x = 610 + number * 46
        movers.append(
            crossing(
                figures.approaching(look, 104),
                start_s=start,
                duration_s=11,
                path=[(x, 452), (x - 4, 700)],
                steps_per_s=0.9,
            )
        )
    return Scenery(background().finished(grain=1), tuple(movers))
