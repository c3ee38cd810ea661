"""Station platform at dusk: a train comes, stops and leaves; people wait, walk and hurry under the lamps."""

from __future__ import annotations

from PIL import Image

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Sheet, hills, mix, rgb, windows
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Mover, Pose, Scenery, crossing

_ARRIVES_S, _STOPS_S, _LEAVES_S, _GONE_S = 10.0, 19.0, 36.0, 46.0
_STOP_X = 560.0


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("4a5680"))
    sheet.fade(0, 0, WIDTH, 330, rgb("3d4a78"), rgb("f0a987"))
    sheet.glow(930, 300, 420, (255, 196, 140, 170), squash=0.7)
    sheet.ellipse(930, 288, 42, 42, rgb("ffdcae"))
    for x, y, r in ((300, 150, 130), (420, 170, 90), (1080, 120, 120), (740, 90, 90)):
        sheet.ellipse(x, y, r, r * 0.07, (246, 186, 160, 110))
    hills(sheet, 330, 110, rgb("7a6c92"), 4)
    lit = [rgb("4b4a6c"), rgb("565478"), rgb("ffd48f"), rgb("4b4a6c"), rgb("f7bd76")]
    for n, (x, width, top) in enumerate(
        ((30, 90, 210), (130, 70, 170), (215, 120, 236), (1010, 80, 186), (1100, 120, 226), (1226, 80, 160))
    ):
        sheet.rect(x, top, width, 334 - top, mix(rgb("5a5680"), rgb("3f4068"), n % 3 / 3))
        windows(sheet, (x + 6, top + 8, width - 12, 110), 4, width // 18, lit, n)
    hills(sheet, 348, 44, rgb("4d4a6e"), 9)
    sheet.fade(0, 344, WIDTH, 100, rgb("514e66"), rgb("3f3e52"))
    for y in (402, 420):
        sheet.rect(0, y, WIDTH, 3, rgb("a9a6b8"))
    for n in range(-1, 54):
        sheet.poly([(n * 24, 398), (n * 24 + 8, 398), (n * 24 + 6, 428), (n * 24 - 2, 428)], (70, 62, 72, 150))
    sheet.rect(0, 440, WIDTH, 22, rgb("8b8899"))
    sheet.fade(0, 456, WIDTH, HEIGHT - 456, rgb("a49fae"), rgb("85818f"))
    sheet.rect(0, 482, WIDTH, 13, rgb("e9b44c"))
    for n in range(128):
        sheet.ellipse(5 + n * 10, 488.5, 2.4, 2.4, rgb("f6d489"))
    for n in range(-10, 36):
        x = n * 64
        sheet.line([(640 + (x - 640) * 0.72, 497), (x, HEIGHT)], (108, 102, 118, 110), 1.2)
    for y in (546, 612):
        sheet.line([(0, y), (WIDTH, y)], (108, 102, 118, 110), 1.2)
    for x in (170, 640, 1110):
        sheet.shade([(x - 110, 470), (x + 110, 470), (x + 170, 720), (x - 170, 720)], (255, 226, 170, 70), 26)
    return sheet


def _roof() -> Image.Image:
    """Roof, pillars, sign and clock: in front of the train, behind the people."""
    sheet = Sheet(WIDTH, 560, scale=2)
    sheet.poly([(0, 0), (WIDTH, 0), (WIDTH, 60), (0, 60)], rgb("2e3350"))
    sheet.rect(0, 60, WIDTH, 8, rgb("4d5478"))
    sheet.rect(0, 68, WIDTH, 4, rgb("252943"))
    for n in range(17):
        sheet.poly([(n * 80, 60), (n * 80 + 10, 60), (n * 80 + 34, 0), (n * 80 + 24, 0)], rgb("383e5e"))
    for x in (60, 424, 856, 1220):
        sheet.rect(x - 9, 68, 18, 478, rgb("3c4468"))
        sheet.rect(x - 9, 68, 5, 478, rgb("545d86"))
        sheet.rect(x - 15, 530, 30, 16, rgb("2e3350"), radius=3)
        sheet.poly([(x - 9, 140), (x - 56, 72), (x - 44, 72), (x - 9, 122)], rgb("3c4468"))
        sheet.poly([(x + 9, 140), (x + 56, 72), (x + 44, 72), (x + 9, 122)], rgb("3c4468"))
    for x in (170, 640, 1110):
        sheet.rect(x - 44, 74, 88, 9, rgb("fff0cc"), radius=4)
    sheet.rect(520, 100, 240, 52, rgb("24507a"), radius=6)
    sheet.rect(520, 140, 240, 12, rgb("f0b54c"), radius=4)
    sheet.text(640, 121, "EAST LAKE", 26, rgb("f6f4ea"))
    sheet.line([(560, 72), (560, 100)], rgb("252943"), 4)
    sheet.line([(720, 72), (720, 100)], rgb("252943"), 4)
    sheet.ellipse(960, 120, 30, 30, rgb("252943"))
    sheet.ellipse(960, 120, 25, 25, rgb("f7f3e6"))
    sheet.line([(960, 120), (960, 103)], rgb("2e3350"), 3)
    sheet.line([(960, 120), (972, 127)], rgb("2e3350"), 3)
    sheet.line([(960, 72), (960, 92)], rgb("252943"), 4)
    return sheet.finished()


def _train(doors_open: bool) -> Image.Image:
    sheet = Sheet(1500, 262, scale=2)
    sheet.rect(30, 238, 1420, 20, rgb("2b2c3c"), radius=6)
    sheet.poly([(10, 236), (10, 128), (34, 48), (96, 14), (1490, 14), (1490, 236)], rgb("eef0ee"))
    sheet.poly([(10, 236), (10, 196), (1490, 196), (1490, 236)], rgb("c9cfd4"))
    sheet.poly([(10, 176), (12, 152), (1490, 152), (1490, 176)], rgb("2f7f86"))
    sheet.rect(12, 180, 1478, 5, rgb("f0b54c"))
    sheet.poly([(18, 128), (38, 62), (92, 34), (112, 34), (112, 128)], rgb("2f3a50"))
    sheet.poly([(48, 110), (66, 62), (78, 58), (60, 110)], rgb("57668a"))
    sheet.ellipse(28, 172, 9, 7, rgb("fff3c8"))
    for n in range(6):
        x = 150 + n * 224
        sheet.rect(x, 52, 120, 78, rgb("ffe2a6"), radius=9)
        sheet.rect(x, 52, 120, 24, rgb("ffedc6"), radius=9)
        for seat in (18, 66):
            sheet.rect(x + seat, 104, 34, 26, rgb("8a7a86"), radius=6)
        sheet.rect(x + 58, 52, 4, 78, rgb("eef0ee"))
        door = x + 140
        sheet.rect(door, 40, 64, 192, rgb("d5dadc"), radius=5)
        if doors_open:
            sheet.rect(door + 5, 44, 54, 188, rgb("fff0c8"), radius=3)
            sheet.rect(door + 5, 200, 54, 32, rgb("b9a98c"))
        else:
            sheet.rect(door + 31, 40, 2, 192, rgb("8d979c"))
            for leaf in (8, 38):
                sheet.rect(door + leaf, 56, 18, 70, rgb("ffe2a6"), radius=5)
    sheet.rect(1484, 20, 8, 214, rgb("4a4f63"))
    return sheet.finished()


def _train_mover() -> Mover:
    pictures = (_train(False), _train(True))

    def pose(t: float) -> Pose | None:
        if not _ARRIVES_S <= t < _GONE_S:
            return None
        if t < _STOPS_S:
            left = (_STOPS_S - t) / (_STOPS_S - _ARRIVES_S)
            return Pose(_STOP_X + 1500 * left**2, 452, 0, 10)
        if t < _LEAVES_S:
            return Pose(_STOP_X, 452, 1 if _STOPS_S + 1.5 < t < _LEAVES_S - 1.5 else 0, 10)
        gone = (t - _LEAVES_S) / (_GONE_S - _LEAVES_S)
        return Pose(_STOP_X - 2000 * gone**2, 452, 0, 10)

    return Mover(pictures, pose)


def scenery() -> Scenery:
    """The scene."""
    roof = _roof()
    movers = [_train_mover(), Mover((roof,), lambda _: Pose(640, 560, 0, 500))]
    waiting = [
        (Look(rgb("3f5f80"), rgb("2b3040"), bag=rgb("b98a4f")), 148, 236, 548),
        (Look(rgb("b4574e"), rgb("3a3d4c"), long=0.6), 144, 316, 560),
        (Look(rgb("e0d8c8"), rgb("4d5a74")), 154, 742, 552),
        (Look(rgb("5f8a74"), rgb("333846"), hat=rgb("3c5348")), 150, 1010, 566),
    ]
    for look, height, x, y in waiting:
        movers.append(Mover(figures.standing(look, height), lambda _, x=x, y=y: Pose(x, y)))  # type: ignore[misc]
    walkers = [
        (Look(rgb("d9a24a"), rgb("3c4454"), case=rgb("8c4a58")), 176, 1, 20, [(-70, 640), (1350, 640)]),
        (Look(rgb("6d5f8f"), rgb("2f3442"), bag=rgb("d0b48a")), 182, 21, 17, [(1350, 668), (-70, 668)]),
        (Look(rgb("c96a55"), rgb("454c5e"), long=0.4, hair=(70, 44, 34)), 166, 33, 19, [(-70, 610), (1350, 610)]),
        (Look(rgb("4d7f8c"), rgb("2b2f3c"), case=rgb("3c4a66")), 190, 46, 15, [(1350, 700), (-70, 700)]),
        (Look(rgb("8a9a5f"), rgb("414858")), 158, 12, 22, [(1350, 590), (-70, 590)]),
    ]
    for look, height, start, duration, path in walkers:
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=duration, path=path, steps_per_s=0.9))
    for number, x in enumerate((332, 556, 780, 1004)):
        look = (
            Look(rgb("a8b4c0"), rgb("39404e"), bag=rgb("6a4a3a")),
            Look(rgb("d0785a"), rgb("3a4152"), long=0.5),
            Look(rgb("57759a"), rgb("2d3240")),
            Look(rgb("e3c060"), rgb("4a4f60"), bag=rgb("3f6a6a")),
        )[number]
        art = figures.approaching(look, 150)
        movers.append(
            crossing(
                art,
                start_s=22.5 + number * 1.1,
                duration_s=9,
                path=[(x - 62, 470), (x - 40, 560), (x - 30, 900)],
                steps_per_s=0.95,
            )
        )
    return Scenery(background().finished(grain=1), tuple(movers))
