"""Plans and papers of the demonstration: drawn here, so that nothing real is passed round."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

PLAN_PX = (1200, 800)
PLAN_MM_PER_PX = 50
"""So a plan shows 60 by 40 metres."""

Box = tuple[int, int, int, int]
_GROUND, _FLOOR, _ROOM, _WALL, _GREEN, _ROAD = "#e9eeec", "#fbfcfb", "#f1f4f3", "#4a5a57", "#cfe3cf", "#d8dcdb"

_ROOMS: dict[str, tuple[Box, ...]] = {
    "gate": ((80, 380, 420, 720), (780, 380, 1120, 720), (540, 300, 660, 380)),
    "corridor": (
        (80, 80, 380, 320),
        (380, 80, 680, 320),
        (680, 80, 1120, 320),
        (80, 480, 480, 720),
        (480, 480, 800, 720),
        (800, 480, 1120, 720),
    ),
    "atrium": ((80, 80, 400, 300), (800, 80, 1120, 300), (80, 500, 400, 720), (800, 500, 1120, 720)),
    "hall": ((80, 80, 340, 400), (80, 400, 340, 720), (860, 80, 1120, 400), (860, 400, 1120, 720)),
}
_GREENS: dict[str, tuple[Box, ...]] = {
    "gate": ((120, 90, 480, 260), (720, 90, 1080, 260)),
    "atrium": ((520, 330, 680, 470),),
}
_ROADS: dict[str, tuple[Box, ...]] = {"gate": ((0, 20, 1200, 70), (540, 70, 660, 300))}


def plan_picture(kind: str) -> bytes:
    """A plan as PNG, north up: ground, rooms with a door each, greens, a road, an arrow to the north."""
    picture = Image.new("RGB", PLAN_PX, _GROUND)
    draw = ImageDraw.Draw(picture)
    if kind != "gate":
        draw.rectangle((60, 60, 1140, 740), fill=_FLOOR, outline=_WALL, width=8)
    for box in _ROADS.get(kind, ()):
        draw.rectangle(box, fill=_ROAD)
    for box in _GREENS.get(kind, ()):
        draw.rounded_rectangle(box, 40, fill=_GREEN)
    for box in _ROOMS[kind]:
        draw.rectangle(box, fill=_ROOM, outline=_WALL, width=6)
        _door(draw, box)
    draw.polygon(((1160, 20), (1145, 60), (1160, 50), (1175, 60)), fill=_WALL)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _door(draw: ImageDraw.ImageDraw, box: Box) -> None:
    """An opening in the side that looks to the middle of the plan."""
    left, top, right, bottom = box
    middle, y = (left + right) // 2, bottom if bottom < PLAN_PX[1] // 2 else top
    draw.rectangle((middle - 28, y - 6, middle + 28, y + 6), fill=_FLOOR)


def paper(title: str) -> bytes:
    """A PDF of one page with a line of Latin letters, which says that it is made up."""
    text = f"Mingcha demonstration paper: {title}. Made up; not a real document."
    safe = "".join(c for c in text if c.isascii() and c not in "()\\")
    content = f"BT /F1 14 Tf 60 760 Td ({safe}) Tj ET".encode("ascii")
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(out)
