"""Shopping arcade: glass roof, lit shops on both sides, a shining floor, people coming and going."""

from __future__ import annotations

from mingcha.media.sim.scenes import figures
from mingcha.media.sim.scenes.art import HEIGHT, WIDTH, Point, Sheet, mix, rgb
from mingcha.media.sim.scenes.figures import Look
from mingcha.media.sim.scenes.stage import Scenery, crossing, fixed, nearing

_VX, _VY = 640.0, 286.0


def _toward(x: float, y: float, share: float) -> Point:
    """The point `share` of the way from (x, y) to the vanishing point."""
    return x + (_VX - x) * share, y + (_VY - y) * share


def _strip(
    sheet: Sheet, x: float, tops: tuple[float, float], shares: tuple[float, float], fill: tuple[int, ...]
) -> None:
    (top, bottom), (near, far) = tops, shares
    sheet.poly([_toward(x, top, near), _toward(x, top, far), _toward(x, bottom, far), _toward(x, bottom, near)], fill)  # type: ignore[arg-type]


def _shops(sheet: Sheet, x: float, colours: list[str], names: list[str]) -> None:
    edges = [0.0, 0.34, 0.55, 0.685, 0.775, 0.84]
    for n, (colour, name) in enumerate(zip(colours, names, strict=True)):
        near, far = edges[n], edges[n + 1]
        gap = (far - near) * 0.06
        _strip(sheet, x, (-110, 800), (near, far), mix(rgb("efe4d4"), (120, 96, 80), 0.10 * n))
        _strip(sheet, x, (150, 760), (near + gap, far - gap), rgb("5b4a40"))
        _strip(sheet, x, (170, 760), (near + gap * 1.6, far - gap * 1.6), mix(rgb(colour), rgb("fff1cf"), 0.72))
        _strip(sheet, x, (330, 760), (near + gap * 1.6, far - gap * 1.6), mix(rgb(colour), rgb("ffe6b0"), 0.55))
        for shelf in (430, 530, 630):
            _strip(sheet, x, (shelf, shelf + 14), (near + gap * 2, far - gap * 2), mix(rgb(colour), (90, 60, 50), 0.25))
        _strip(sheet, x, (70, 150), (near, far), rgb(colour))
        middle = _toward(x, 110, (near + far) / 2)
        size = 34 * (1 - (near + far) / 2) ** 1.15
        if 0 < middle[0] < WIDTH:
            sheet.text(*middle, name, size, rgb("fff6e4"))
        _strip(sheet, x, (-200, 800), (far - gap * 0.6, far), rgb("d9cab6"))


def background() -> Sheet:
    """Everything that stands still."""
    sheet = Sheet(WIDTH, HEIGHT, ground=rgb("f3e8d8"))
    sheet.fade(0, 0, WIDTH, 300, rgb("cfe2e6"), rgb("f9f0dc"))
    for n in range(9):
        share = 1 - 0.80**n
        sheet.line([_toward(0, -120, share), _toward(WIDTH, -120, share)], rgb("b9c6c6"), 7 * (1 - share) + 1)
    for beam in range(-400, 1681, 208):
        sheet.line([(beam, -160), (_VX, _VY)], (185, 198, 198, 160), 2)
    for x in (-260.0, 1540.0):
        _strip(sheet, x, (-420, -100), (0.0, 0.86), rgb("e6dac8"))
    names = ["TEA", "SHOES", "TOYS", "OPTICS", "CAKES"]
    _shops(sheet, -260, ["39736b", "b5553f", "d09a3a", "4f7396", "8f5a7d"], names)
    _shops(sheet, 1540, ["c17a3f", "5a6f9c", "a34d52", "5b8a5f", "b3904a"], ["BOOKS", "SILK", "PHOTO", "FRUIT", "CAFE"])
    box = (_toward(-260, -420, 0.84), _toward(1540, 800, 0.84))
    sheet.fade(box[0][0], box[0][1], box[1][0] - box[0][0], box[1][1] - box[0][1], rgb("eaf1ec"), rgb("fff5dc"))
    sheet.rect(572, 268, 136, 96, rgb("cfdcd8"), radius=3)
    for x in (606, 640, 674):
        sheet.line([(x, 268), (x, 364)], rgb("a8b6b4"), 2)
    floor = [_toward(-260, 800, 0.84), _toward(1540, 800, 0.84), (1540, 800), (-260, 800)]
    sheet.poly(floor, rgb("e4d6c2"))
    for n in range(12):
        share = 1 - 0.74**n
        if share < 0.84:
            sheet.line(
                [_toward(-260, 800, share), _toward(1540, 800, share)], (176, 156, 134, 120), 2.4 * (1 - share) + 0.6
            )
    for n in range(-1, 14):
        joint = -260 + n * 138.5
        sheet.line([(joint, 800), _toward(joint, 800, 0.84)], (176, 156, 134, 110), 1.4)
    for left, colour in (
        (40, "39736b"),
        (250, "b5553f"),
        (400, "d09a3a"),
        (1240, "c17a3f"),
        (1030, "5a6f9c"),
        (880, "a34d52"),
    ):
        top = 380 + abs(640 - left) * 0.34
        sheet.shade(
            [(left - 52, top), (left + 52, top), (left + 66, top + 120), (left - 66, top + 120)],
            (*mix(rgb(colour), (255, 240, 210), 0.55), 90),
            22,
        )
    sheet.shade([(560, 380), (720, 380), (900, 720), (380, 720)], (255, 250, 232, 110), 34)
    for n in range(4):
        share = [0.08, 0.40, 0.60, 0.72][n]
        for lamp in (300.0, 980.0):
            at = _toward(lamp, -60, share)
            sheet.line([at, (at[0], at[1] - 60 * (1 - share))], rgb("8d8478"), 2)
            sheet.ellipse(*at, 26 * (1 - share), 15 * (1 - share), rgb("fff0c2"))
            sheet.glow(*at, 90 * (1 - share) + 10, (255, 240, 196, 120))
    return sheet


def _planter(size: float) -> Sheet:
    sheet = Sheet(size, size * 1.2, scale=3)
    sheet.ellipse(size / 2, size * 1.15, size * 0.36, size * 0.05, (30, 24, 20, 80))
    for n, (x, y) in enumerate(
        ((0.5, 0.1), (0.3, 0.22), (0.7, 0.22), (0.18, 0.42), (0.82, 0.42), (0.4, 0.3), (0.62, 0.34))
    ):
        green = mix(rgb("5f8f58"), rgb("a9c48a") if n % 2 else rgb("3f6e4c"), 0.5)
        sheet.poly(
            [
                (size * 0.5, size * 0.72),
                (size * x - size * 0.07, size * (y + 0.12)),
                (size * x, size * y),
                (size * x + size * 0.07, size * (y + 0.12)),
            ],
            green,
        )
    sheet.poly(
        [
            (size * 0.26, size * 0.68),
            (size * 0.74, size * 0.68),
            (size * 0.66, size * 1.15),
            (size * 0.34, size * 1.15),
        ],
        rgb("b9714e"),
    )
    sheet.rect(size * 0.23, size * 0.64, size * 0.54, size * 0.09, rgb("c98562"), radius=3)
    return sheet


def scenery() -> Scenery:
    """The scene."""
    movers = [
        fixed(_planter(150).finished(), 236, 640),
        fixed(_planter(150).finished(), 1052, 644),
        fixed(_planter(66).finished(), 470, 446),
        fixed(_planter(66).finished(), 812, 446),
    ]
    looks = [
        Look(rgb("c4574d"), rgb("3c4352"), long=0.5, bag=rgb("6d4a3a")),
        Look(rgb("4e7394"), rgb("2f3641")),
        Look(rgb("e3b65a"), rgb("59626f"), hair=(30, 26, 26)),
        Look(rgb("6f9270"), rgb("454b55"), bag=rgb("c9904e")),
        Look(rgb("8b6a9d"), rgb("333945"), long=0.7),
        Look(rgb("e6e0d4"), rgb("4d6283"), hat=rgb("5c4a42")),
        Look(rgb("3f5568"), rgb("8a7b68"), bag=rgb("b5473c")),
        Look(rgb("d98d74"), rgb("3e4655"), long=0.3),
    ]
    for number, look in enumerate(looks):
        lane = -1 if number % 2 else 1
        spread = 70 + (number * 53) % 190
        far = (640 + lane * spread * 0.16, 384.0, 52.0)
        near = (640 + lane * spread * 1.7, 770.0, 280.0)
        towards = number % 3 != 2
        movers.append(
            nearing(
                figures.approaching(look, near[2]),
                start_s=number * 7.5 + 1,
                duration_s=20,
                far=far if towards else near,
                near=near if towards else far,
                sizes=22,
            )
        )
    for look, height, start, path in (
        (looks[1], 168, 4, [(-60, 560), (1340, 548)]),
        (looks[5], 150, 28, [(1340, 512), (-60, 520)]),
        (looks[3], 196, 43, [(-60, 640), (1340, 622)]),
    ):
        art = figures.walker(look, height, faces_right=path[0][0] < path[1][0])
        movers.append(crossing(art, start_s=start, duration_s=15, path=path, steps_per_s=0.9))
    return Scenery(background().finished(grain=1), tuple(movers))
