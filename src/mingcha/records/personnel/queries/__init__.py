"""Reads of posts, appointments and personnel files."""

from mingcha.records.personnel.queries.files import (
    cover_of,
    evidence_for,
    line_for,
    lines_of,
    masked_number,
    open_number,
    people,
    people_for,
    person_for,
)
from mingcha.records.personnel.queries.holdings import CheckLine, Checklist, Held, Holdings, circumstances
from mingcha.records.personnel.queries.watching import (
    WatchGap,
    appointments_of,
    current,
    has_watch,
    may_go_on_watching,
    may_watch,
    require_watch,
    standing_of,
    watch_gap,
)

__all__ = [
    "CheckLine",
    "Checklist",
    "Held",
    "Holdings",
    "WatchGap",
    "appointments_of",
    "circumstances",
    "cover_of",
    "current",
    "evidence_for",
    "has_watch",
    "line_for",
    "lines_of",
    "masked_number",
    "may_go_on_watching",
    "may_watch",
    "open_number",
    "people",
    "people_for",
    "person_for",
    "require_watch",
    "standing_of",
    "watch_gap",
]
