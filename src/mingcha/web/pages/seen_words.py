"""The book of what was seen, in words."""

from __future__ import annotations

from django.utils.translation import gettext

from mingcha.base.clock import US_PER_S
from mingcha.records.viewing.noticing import Noticed
from mingcha.records.viewing.states import Notice

NEAR_PERMILLE = 150
"""A measured speed this near to one the player offers is told as that one."""
OFFERED = (250, 500, 1000, 2000, 4000, 8000, 16_000)


def said(line: Noticed) -> str:
    """What is noticeable, as one sentence."""
    minutes = line.length_us // (60 * US_PER_S)
    told = {"hours": minutes // 60, "minutes": minutes % 60, "times": line.times}
    if line.what == Notice.MUCH:
        return gettext("Saw or copied %(hours)s h %(minutes)s min of recordings within the day") % told
    if line.what == Notice.NIGHT:
        return gettext("Saw or copied %(hours)s h %(minutes)s min of recordings at night") % told
    if line.what == Notice.NO_NOTE:
        return gettext("Saw or copied %(hours)s h %(minutes)s min of recordings without a note") % told
    if line.what == Notice.NO_FINDING:
        return gettext("Looked for an incident and did not write down what was found") % told
    note = line.mark.note if line.mark else ""
    return gettext("Knows somebody on the picture: %(note)s") % {"note": note}


def speed(permille: int | None) -> str:
    """A measured speed as people say it: ``4×``, ``−16×``, ``about 1.3×``; nothing where none was measured."""
    if permille is None:
        return ""
    size, sign = abs(permille), "−" if permille < 0 else ""
    for offered in OFFERED:
        if abs(size - offered) * 1000 <= NEAR_PERMILLE * offered:
            names = {250: "¼", 500: "½"}
            return f"{sign}{names.get(offered, offered // 1000)}×"
    return gettext("about %(speed)s×") % {"speed": f"{sign}{size / 1000:.1f}"}
