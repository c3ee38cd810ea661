"""Reads of posts, appointments and personnel files."""

from mingcha.records.personnel.queries.holdings import Checklist, CheckLine, Held, Holdings, circumstances
from mingcha.records.personnel.queries.watching import (
    WatchGap,
    appointments_of,
    current,
    has_watch,
    may_go_on_watching,
    may_watch,
    require_watch,
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
    "current",
    "has_watch",
    "may_go_on_watching",
    "may_watch",
    "require_watch",
    "watch_gap",
]
